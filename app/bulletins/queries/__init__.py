"""All SQL of bulletins: the register of those that were made, versions of the texts, outlines of areas for maps."""

from app.bulletins.queries.outlines import LEVELS, outlines
from app.bulletins.queries.templates import KeptTemplate, add_template, kept_template, lock_templates

__all__ = ["LEVELS", "KeptTemplate", "add_template", "kept_template", "lock_templates", "outlines"]
