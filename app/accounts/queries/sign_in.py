"""Sign-ins: tallies of failures, one-time codes, token families, and who a token stands for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.accounts.models import GrantRow, PhoneCode, RefreshToken, SignInTally, TokenFamily, User
from app.accounts.queries.visibility import live_grants
from app.accounts.rules import CODES_COUNTED_FOR, CROWD_LEAK, CROWD_MOST, KNOWN_FOR, MEMORY
from app.core.ids import new_id
from app.core.models import table

BearerRow: TypeAlias = Row[UUID, str, str, UUID | None, Any]


@dataclass(frozen=True, slots=True)
class TallyKeys:
    """Keyed hashes of an attempt's address, of address and user name together, and of the user name."""

    address: bytes
    pair: bytes
    username: bytes


# --- who a token stands for ----------------------------------------------------------------------------------------

_GRANTS = (
    select(
        func.json_agg(func.json_build_array(GrantRow.role, cast(GrantRow.organization_id, Text), GrantRow.area_code))
    )
    .where(GrantRow.user_id == User.id, live_grants(bindparam("now")))
    .correlate(User)
    .scalar_subquery()
)
_USER = table(User).c
_BEARER = (
    select(_USER.id, _USER.kind, _USER.name, _USER.organization_id, _GRANTS.label("grants"))
    .join(TokenFamily, TokenFamily.user_id == User.id)
    .where(
        TokenFamily.id == bindparam("family_id"),
        User.id == bindparam("user_id"),
        TokenFamily.revoked_at.is_(None),
        User.disabled_at.is_(None),
    )
)


def bearer(session: Session, user_id: UUID, family_id: UUID, now: datetime) -> BearerRow | None:
    """Whom an access token stands for: (id, kind, name, organization_id, grants [[role, organisation, area]] | None).

    None where its family was revoked or the user disabled. One statement: it runs before every request.
    """
    values = {"user_id": user_id, "family_id": family_id, "now": now}
    return session.connection().execute(_BEARER, values).one_or_none()


_STANDING = select(_USER.id, _USER.kind, _USER.name, _USER.organization_id, _GRANTS.label("grants")).where(
    User.id == bindparam("user_id"), User.disabled_at.is_(None)
)


def standing(session: Session, user_id: UUID, now: datetime) -> BearerRow | None:
    """What `bearer` answers, for somebody who need not be signed in: work that they left to be done."""
    return session.connection().execute(_STANDING, {"user_id": user_id, "now": now}).one_or_none()


# --- passwords and tallies -----------------------------------------------------------------------------------------


def staff_to_sign_in(session: Session, username: str) -> Row[UUID, str | None, datetime | None] | None:
    """(id, password_hash, disabled_at) of the member of staff with this user name."""
    return session.execute(
        select(User.id, User.password_hash, User.disabled_at).where(User.username == username)
    ).one_or_none()


def tallies(session: Session, keys: TallyKeys) -> dict[str, SignInTally]:
    """The tallies of these keys by scope, those that exist."""
    wanted = [("address", keys.address), ("pair", keys.pair), ("username", keys.username)]
    query = select(SignInTally).where(tuple_(SignInTally.scope, SignInTally.key).in_(wanted))
    return {row.scope: row for row in session.scalars(query.execution_options(populate_existing=True))}


def add_failures(session: Session, keys: dict[str, bytes], now: datetime) -> None:
    """Count one more failure of each key (scope → key): pairs start again after a long rest, crowds leak."""
    # One order of locks for everybody: two attempts that share two tallies cannot wait for each other.
    for scope in sorted(keys):
        row = {"scope": scope, "key": keys[scope], "failures": 1, "last_failed_at": now, "touched_at": now}
        before = _pair_failures(now) if scope == "pair" else _crowd_level(now)
        changed = {"failures": before + 1, "last_failed_at": now, "knocked_at": null(), "touched_at": now}
        statement = upsert(SignInTally).values(row)
        session.execute(statement.on_conflict_do_update(index_elements=["scope", "key"], set_=changed))


def _pair_failures(now: datetime) -> ColumnElement[float]:
    rested = or_(SignInTally.last_failed_at.is_(None), SignInTally.last_failed_at < now - MEMORY)
    return case((rested, 0.0), else_=SignInTally.failures)


def _crowd_level(now: datetime) -> ColumnElement[float]:
    leaked = func.extract("epoch", now - SignInTally.last_failed_at) / CROWD_LEAK.total_seconds()
    return func.least(func.greatest(SignInTally.failures - leaked, 0.0), float(CROWD_MOST))


def claim_try(session: Session, pair: SignInTally, now: datetime) -> bool:
    """Count the coming try of a slowed pair as failed in advance; False where another try was faster."""
    claimed = (
        update(SignInTally)
        .where(
            SignInTally.scope == "pair",
            SignInTally.key == pair.key,
            SignInTally.failures == pair.failures,
            SignInTally.last_failed_at == pair.last_failed_at,
        )
        .values(failures=pair.failures + 1, last_failed_at=now, knocked_at=None, touched_at=now)
        .returning(SignInTally.key)
    )
    return session.execute(claimed).scalar() is not None


def note_knock(session: Session, key: bytes, now: datetime) -> None:
    """Remember when the pair was first refused since its own last failure."""
    row = {"scope": "pair", "key": key, "failures": 0, "knocked_at": now, "touched_at": now}
    first = {"knocked_at": func.coalesce(SignInTally.knocked_at, now), "touched_at": now}
    session.execute(upsert(SignInTally).values(row).on_conflict_do_update(index_elements=["scope", "key"], set_=first))


def note_success(session: Session, key: bytes, now: datetime) -> None:
    """The pair signed in: its failures are forgotten and the address is a known one."""
    done = {"failures": 0, "last_failed_at": None, "knocked_at": None, "succeeded_at": now, "touched_at": now}
    row = {"scope": "pair", "key": key, **done}
    session.execute(upsert(SignInTally).values(row).on_conflict_do_update(index_elements=["scope", "key"], set_=done))


def set_password_hash(session: Session, user_id: UUID, password_hash: str) -> None:
    session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


# --- codes to phones -----------------------------------------------------------------------------------------------


def lock_phone(session: Session, phone_key: bytes) -> None:
    """One at a time per phone until the unit of work ends, so that limits hold against many at once."""
    number = int.from_bytes(phone_key[:8], "big", signed=True)
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": number})


def codes_sent(
    session: Session, *, phone_key: bytes, address_key: bytes, now: datetime
) -> tuple[list[datetime], list[datetime]]:
    """When codes were sent to the phone that nobody used, and from the address, within the counted time."""
    since = now - CODES_COUNTED_FOR
    to_it = and_(PhoneCode.phone_key == phone_key, PhoneCode.used_at.is_(None))
    from_it = PhoneCode.address_key == address_key
    query = select(PhoneCode.sent_at, to_it, from_it).where(PhoneCode.sent_at > since, or_(to_it, from_it))
    rows = session.execute(query).all()
    return [at for at, to, _ in rows if to], [at for at, _, from_ in rows if from_]


def add_code(session: Session, row: dict[str, Any]) -> None:
    session.execute(insert(PhoneCode).values({"tries_here": 0, "tries_elsewhere": 0, **row}))


def live_codes(session: Session, phone_key: bytes, now: datetime) -> Sequence[PhoneCode]:
    """The phone's codes that may still be used, locked, newest first."""
    query = (
        select(PhoneCode)
        .where(PhoneCode.phone_key == phone_key, PhoneCode.used_at.is_(None), PhoneCode.expires_at > now)
        .order_by(PhoneCode.sent_at.desc(), PhoneCode.id.desc())
        .with_for_update()
    )
    return session.scalars(query.execution_options(populate_existing=True)).all()


def use_codes(session: Session, phone_key: bytes, now: datetime) -> None:
    """Nobody signs in again with any code that this phone got until now."""
    session.execute(
        update(PhoneCode).where(PhoneCode.phone_key == phone_key, PhoneCode.used_at.is_(None)).values(used_at=now)
    )


def count_wrong_code(session: Session, ids: Sequence[UUID], address_key: bytes) -> None:
    """A wrong try counts against every code it might have been, apart for the asking address and for others."""
    here = PhoneCode.address_key == address_key
    session.execute(
        update(PhoneCode)
        .where(PhoneCode.id.in_(ids))
        .values(
            tries_here=PhoneCode.tries_here + case((here, 1), else_=0),
            tries_elsewhere=PhoneCode.tries_elsewhere + case((here, 0), else_=1),
        )
    )


def is_enabled(session: Session, user_id: UUID) -> bool:
    return session.scalar(select(User.disabled_at.is_(None)).where(User.id == user_id)) is True


# --- token families ------------------------------------------------------------------------------------------------


def add_family(session: Session, user_id: UUID, *, now: datetime, expires_at: datetime) -> UUID:
    family_id = new_id()
    session.execute(insert(TokenFamily).values(id=family_id, user_id=user_id, created_at=now, expires_at=expires_at))
    return family_id


def add_refresh_token(session: Session, family_id: UUID, jti: UUID, expires_at: datetime) -> None:
    session.execute(insert(RefreshToken).values(jti=jti, family_id=family_id, expires_at=expires_at))
    session.execute(update(TokenFamily).where(TokenFamily.id == family_id).values(expires_at=expires_at))


def use_refresh_token(session: Session, jti: UUID, now: datetime) -> Row[UUID, UUID] | None:
    """Use up a refresh token: (family_id, user_id), or None where it is used, unknown, expired or its family dead.

    One statement: of many uses at once exactly one succeeds.
    """
    statement = (
        update(RefreshToken)
        .where(
            RefreshToken.jti == jti,
            RefreshToken.used_at.is_(None),
            RefreshToken.expires_at > now,
            TokenFamily.id == RefreshToken.family_id,
            TokenFamily.revoked_at.is_(None),
            User.id == TokenFamily.user_id,
            User.disabled_at.is_(None),
        )
        .values(used_at=now)
        .returning(TokenFamily.id.label("family_id"), TokenFamily.user_id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).one_or_none()


def family_of_used(session: Session, jti: UUID) -> UUID | None:
    """The family of a refresh token that was used before."""
    query = select(RefreshToken.family_id).where(RefreshToken.jti == jti, RefreshToken.used_at.is_not(None))
    return session.scalar(query)


def revoke_family(session: Session, family_id: UUID, *, reason: str, now: datetime) -> bool:
    """End a family; False where it had ended before or never was."""
    statement = (
        update(TokenFamily)
        .where(TokenFamily.id == family_id, TokenFamily.revoked_at.is_(None))
        .values(revoked_at=now, revoked_for=reason)
        .returning(TokenFamily.id)
    )
    return session.execute(statement).scalar() is not None


def revoke_families_of(session: Session, user_id: UUID, *, reason: str, now: datetime) -> None:
    session.execute(
        update(TokenFamily)
        .where(TokenFamily.user_id == user_id, TokenFamily.revoked_at.is_(None))
        .values(revoked_at=now, revoked_for=reason)
    )


# --- forgetting ----------------------------------------------------------------------------------------------------


def forget(session: Session, now: datetime) -> dict[str, int]:
    """Delete what no rule looks at any more; how many rows of each table."""
    doomed = {
        "sign_in_tallies": delete(SignInTally).where(SignInTally.touched_at < now - KNOWN_FOR),
        "phone_codes": delete(PhoneCode).where(
            and_(PhoneCode.expires_at < now, PhoneCode.sent_at < now - CODES_COUNTED_FOR)
        ),
        "token_families": delete(TokenFamily).where(TokenFamily.expires_at < now),
    }
    done = {}
    for name, statement in doomed.items():
        result = session.execute(statement.execution_options(synchronize_session=False))
        done[name] = int(result.rowcount)  # type: ignore[attr-defined]
    return done
