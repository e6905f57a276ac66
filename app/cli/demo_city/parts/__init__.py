"""What stands along the streets of a demo city: the register of parts, drawn by rules and filled in bulk."""

from app.cli.demo_city.parts.filling import PartsRefused, fill_parts, has_parts

__all__ = ["PartsRefused", "fill_parts", "has_parts"]
