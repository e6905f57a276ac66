"""All SQL of accounts; `covered` and `ground_of` are for every feature's WHERE clauses."""

from app.accounts.queries.directory import (
    Me,
    Person,
    list_organizations,
    list_users,
    me,
    organization_by_code,
    organization_subtree,
    people_by_ids,
    people_with_role,
    user_id_of,
)
from app.accounts.queries.visibility import covered, live_grants

__all__ = [
    "Me",
    "Person",
    "covered",
    "list_organizations",
    "list_users",
    "live_grants",
    "me",
    "organization_by_code",
    "organization_subtree",
    "people_by_ids",
    "people_with_role",
    "user_id_of",
]
