"""What other features and the views may do with people, organisations, grants and sign-ins."""

from app.accounts.queries.directory import Person
from app.accounts.queries.directory import organization_by_code as organization_by_code
from app.accounts.queries.directory import organization_subtree as organization_subtree
from app.accounts.queries.directory import people_by_ids as users_by_ids
from app.accounts.queries.directory import people_with_role as users_with_role
from app.accounts.queries.directory import user_id_of as user_id_of
from app.accounts.queries.sign_in import forget as forget_old_sign_ins
from app.accounts.service.codes import (
    ContactAddress,
    admit_contact,
    admit_phone,
    citizen_sign_in,
    confirm_contact,
    create_citizen,
    send_code,
    send_contact_code,
)
from app.accounts.service.families import (
    ACCESS_LIFE,
    REFRESH_LIFE,
    Tokens,
    absent_principal,
    anonymous,
    end,
    principal,
    refresh,
    system,
)
from app.accounts.service.grants import NewGrant, end_grant, follow_successors, grant, revoke
from app.accounts.service.links import Link, make_link, redeem_link
from app.accounts.service.organizations import (
    NewOrganization,
    Uses,
    change_organization,
    close_organization,
    create_organization,
    same_organization,
)
from app.accounts.service.organizations import find as find_organization
from app.accounts.service.passwords import PasswordHash, hash_password, password_matches
from app.accounts.service.people import (
    change_own_password,
    change_user,
    create_user,
    disable_user,
    enable_user,
    find_member,
    reset_password,
    same_user,
)
from app.accounts.service.shown import shown_member
from app.accounts.service.sign_in import Attempt, admit, conclude, rehash

__all__ = [
    "ACCESS_LIFE",
    "REFRESH_LIFE",
    "Attempt",
    "ContactAddress",
    "Link",
    "NewGrant",
    "NewOrganization",
    "PasswordHash",
    "Person",
    "Tokens",
    "Uses",
    "absent_principal",
    "admit",
    "admit_contact",
    "admit_phone",
    "anonymous",
    "change_organization",
    "change_own_password",
    "change_user",
    "citizen_sign_in",
    "close_organization",
    "conclude",
    "confirm_contact",
    "create_citizen",
    "create_organization",
    "create_user",
    "disable_user",
    "enable_user",
    "end",
    "end_grant",
    "find_member",
    "find_organization",
    "follow_successors",
    "forget_old_sign_ins",
    "grant",
    "hash_password",
    "make_link",
    "organization_by_code",
    "organization_subtree",
    "password_matches",
    "principal",
    "redeem_link",
    "refresh",
    "rehash",
    "reset_password",
    "revoke",
    "same_organization",
    "same_user",
    "send_code",
    "send_contact_code",
    "shown_member",
    "system",
    "user_id_of",
    "users_by_ids",
    "users_with_role",
]
