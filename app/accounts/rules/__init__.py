"""The rules of accounts: who may do what, what others see of a person, and how guessing slows down."""

from app.accounts.rules.areas import covers, follow, overlaps, widest
from app.accounts.rules.guessing import (
    CODE_LIFE,
    CODE_TRIES,
    CODES_COUNTED_FOR,
    CROWD_LEAK,
    CROWD_MOST,
    KNOWN_FOR,
    MEMORY,
    PAIR_FREE_TRIES,
    Tally,
    address_key,
    is_known,
    wait_for_code,
    wait_of_crowd,
    wait_of_pair,
)
from app.accounts.rules.people import (
    OrganizationKind,
    UserKind,
    mask_name,
    mask_phone,
    normal_phone,
    normal_username,
    password_fault,
)
from app.accounts.rules.roles import STAFF_ROLES, VERBS, Role, verbs_of
from app.accounts.rules.validity import free_times

__all__ = [
    "CODES_COUNTED_FOR",
    "CODE_LIFE",
    "CODE_TRIES",
    "CROWD_LEAK",
    "CROWD_MOST",
    "KNOWN_FOR",
    "MEMORY",
    "PAIR_FREE_TRIES",
    "STAFF_ROLES",
    "VERBS",
    "OrganizationKind",
    "Role",
    "Tally",
    "UserKind",
    "address_key",
    "covers",
    "follow",
    "free_times",
    "is_known",
    "mask_name",
    "mask_phone",
    "normal_phone",
    "normal_username",
    "overlaps",
    "password_fault",
    "verbs_of",
    "wait_for_code",
    "wait_of_crowd",
    "wait_of_pair",
    "widest",
]
