"""What other features and the views may do with people, organisations, grants and sign-ins."""

from app.accounts.queries.directory import Person
from app.accounts.queries.directory import organization_by_code as organization_by_code
from app.accounts.queries.directory import organization_subtree as organization_subtree
from app.accounts.queries.directory import people_by_ids as users_by_ids
from app.accounts.queries.directory import people_with_role as users_with_role
from app.accounts.queries.directory import user_id_of as user_id_of
from app.accounts.queries.sign_in import forget as forget_old_sign_ins
from app.accounts.service.codes import admit_phone, citizen_sign_in, create_citizen, send_code
from app.accounts.service.families import ACCESS_LIFE, REFRESH_LIFE, Tokens, anonymous, end, principal, refresh, system
from app.accounts.service.passwords import PasswordHash, hash_password, password_matches
from app.accounts.service.people import (
    NewGrant,
    NewOrganization,
    create_organization,
    create_user,
    disable_user,
    follow_successors,
    grant,
    reset_password,
    revoke,
)
from app.accounts.service.sign_in import Attempt, admit, conclude, rehash

__all__ = [
    "ACCESS_LIFE",
    "REFRESH_LIFE",
    "Attempt",
    "NewGrant",
    "NewOrganization",
    "PasswordHash",
    "Person",
    "Tokens",
    "admit",
    "admit_phone",
    "anonymous",
    "citizen_sign_in",
    "conclude",
    "create_citizen",
    "create_organization",
    "create_user",
    "disable_user",
    "end",
    "follow_successors",
    "forget_old_sign_ins",
    "grant",
    "hash_password",
    "organization_by_code",
    "organization_subtree",
    "password_matches",
    "principal",
    "refresh",
    "rehash",
    "reset_password",
    "revoke",
    "send_code",
    "system",
    "user_id_of",
    "users_by_ids",
    "users_with_role",
]
