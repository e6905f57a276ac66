"""Every table of every feature, for migrations. Nothing else imports it."""

from importlib import import_module, util

from app.core.models import Base

FEATURES = (
    "accounts",
    "catalog",
    "media",
    "grid",
    "parts",
    "sla",
    "routing",
    "duty",
    "cases",
    "notices",
    "reports",
    "documents",
    "tiles",
    "console",
    "evaluation",
    "statements",
    "exports",
    "bulletins",
)

for feature in FEATURES:
    if util.find_spec(f"app.{feature}.models"):
        import_module(f"app.{feature}.models")

TABLES = Base.metadata.tables
