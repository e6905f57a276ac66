"""People, organisations, grants; sign-ins and what slows guessing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.rules import STAFF_ROLES, OrganizationKind, UserKind
from app.core.ids import new_id
from app.core.models import Base


def _one_of(column: str, values: list[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


class Organization(Base):
    """A territory, department or unit; organisations form a tree."""

    __tablename__ = "organizations"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(_one_of("kind", [kind.value for kind in OrganizationKind]), name="kind"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        Index("ix_organizations_parent_id", "parent_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(comment="short name for people and imports, never changed")
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    area_code: Mapped[str | None] = mapped_column(comment="the ground of a territory: the code of its area")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(
        comment="from then on nothing new is given to it; null: it is open"
    )


class User(Base):
    """Somebody who signs in: staff by user name and password, citizens by a code sent to their phone."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("username"),
        UniqueConstraint("phone"),
        CheckConstraint(_one_of("kind", [kind.value for kind in UserKind]), name="kind"),
        CheckConstraint(
            "kind <> 'staff' OR (username IS NOT NULL AND organization_id IS NOT NULL AND phone IS NULL)", name="staff"
        ),
        CheckConstraint(
            "kind <> 'citizen' OR (username IS NULL AND password_hash IS NULL AND organization_id IS NULL)",
            name="citizen",
        ),
        Index("ix_users_organization_id", "organization_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    username: Mapped[str | None] = mapped_column(comment="staff only; folded")
    name: Mapped[str] = mapped_column(comment="of citizens the masked phone number: no name is asked for")
    password_hash: Mapped[str | None] = mapped_column(comment="argon2id")
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    phone: Mapped[str | None] = mapped_column(
        comment="citizens only, E.164; shown to nobody unmasked; null once erased"
    )
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class GrantRow(Base):
    """A role in an organisation over an area subtree, for a time."""

    __tablename__ = "grants"
    __table_args__ = (
        CheckConstraint(_one_of("role", sorted(STAFF_ROLES)), name="role"),
        CheckConstraint("area_code ~ '^[0-9A-Za-z]*$'", name="area_code"),
        CheckConstraint("valid_to > valid_from", name="validity"),
        ExcludeConstraint(
            ("user_id", "="),
            ("role", "="),
            ("organization_id", "="),
            ("area_code", "="),
            (text("tstzrange(valid_from, valid_to)"), "&&"),
            name="ex_grants_once_at_a_time",
        ),
        Index("ix_grants_user_id", "user_id"),
        Index("ix_grants_organization_id_role", "organization_id", "role"),
        Index("ix_grants_area_code", "area_code", postgresql_ops={"area_code": "text_pattern_ops"}),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    area_code: Mapped[str] = mapped_column(comment="prefix of area codes; the empty prefix is everything")
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None] = mapped_column(comment="exclusive; null while nobody ended it")


class TokenFamily(Base):
    """One sign-in: the access and refresh tokens that came of it live and die together."""

    __tablename__ = "token_families"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_for IS NULL)", name="revoked"),
        Index("ix_token_families_user_id", "user_id"),
        Index("ix_token_families_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(comment="when its newest refresh token ends")
    revoked_at: Mapped[datetime | None]
    revoked_for: Mapped[str | None] = mapped_column(comment="logout, reuse, password or disabled")


class RefreshToken(Base):
    """A refresh token that was given out; the token itself is not stored."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index("ix_refresh_tokens_family_id", "family_id"),)

    jti: Mapped[UUID] = mapped_column(primary_key=True)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("token_families.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(comment="a second use revokes the family")


class SignInTally(Base):
    """Failed sign-ins of an address, of a user name, or of both together. Keys are keyed hashes, so that what people
    type into the wrong field is not kept.
    """

    __tablename__ = "sign_in_tallies"
    __table_args__ = (
        CheckConstraint("scope IN ('address', 'pair', 'username')", name="scope"),
        Index("ix_sign_in_tallies_touched_at", "touched_at"),
    )

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[float] = mapped_column(Double, comment="at the last one; of crowds they leak, so not whole")
    last_failed_at: Mapped[datetime | None]
    knocked_at: Mapped[datetime | None] = mapped_column(comment="pair: first refused since its own last failure")
    succeeded_at: Mapped[datetime | None] = mapped_column(comment="pair: makes the address a known one of this user")
    touched_at: Mapped[datetime]


class PhoneCode(Base):
    """A one-time code that was sent to a phone."""

    __tablename__ = "phone_codes"
    __table_args__ = (
        Index("ix_phone_codes_phone_key_sent_at", "phone_key", "sent_at"),
        Index("ix_phone_codes_address_key_sent_at", "address_key", "sent_at"),
        Index("ix_phone_codes_sent_at", "sent_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    phone_key: Mapped[bytes] = mapped_column(comment="keyed hash of the number")
    address_key: Mapped[bytes] = mapped_column(comment="keyed hash of the address that asked for it")
    digest: Mapped[bytes] = mapped_column(comment="keyed hash of id and code")
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries_here: Mapped[int] = mapped_column(comment="wrong tries from the address that asked")
    tries_elsewhere: Mapped[int] = mapped_column(comment="wrong tries from all other addresses")
