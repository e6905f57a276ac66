from app.cli.demo_city.command import demo_city

__all__ = ["demo_city"]
