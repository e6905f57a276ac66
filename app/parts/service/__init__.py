"""What the register does for other features and for its own views, jobs and commands."""

from app.parts.rules.lines import PartRows
from app.parts.service.loading import load

__all__ = ["PartRows", "load"]
