"""All SQL of SLA analyses."""

from app.analysis.queries.standing import open_groups

__all__ = ["open_groups"]
