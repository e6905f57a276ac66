"""Organisations, staff, citizens and sign-ins for tests."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import service
from app.accounts.models import Organization
from app.accounts.rules import Role
from app.accounts.service import NewGrant, NewOrganization, PasswordHash
from app.core import outbox
from app.core.auth import Principal

PASSWORD = "fieldgrid-demo"
# Before every instant a test uses, so that grants are valid at the fixed `now` and at the machine's clock alike.
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_serial = count(1)


@cache
def password_hash() -> PasswordHash:
    """The hash of PASSWORD, made once."""
    return service.hash_password(PASSWORD)


def an_organization(
    session: Session,
    code: str | None = None,
    *,
    kind: str = "unit",
    parent_id: UUID | None = None,
    name: str = "市容环卫所",
) -> UUID:
    """An organisation; the one with this code where there is one."""
    code = code or f"org-{next(_serial)}"
    found = session.scalar(select(Organization.id).where(Organization.code == code))
    return found or service.create_organization(session, NewOrganization(code, name, kind, parent_id), now=LONG_AGO)


def a_user(
    session: Session, username: str | None = None, *, name: str = "王小明", organization_id: UUID | None = None
) -> UUID:
    """A member of staff with PASSWORD and without grants."""
    return service.create_user(
        session,
        username=username or f"user{next(_serial)}",
        name=name,
        password=password_hash(),
        organization_id=organization_id or an_organization(session, "city"),
        now=LONG_AGO,
    )


def a_grant(
    session: Session, user_id: UUID, role: Role | str, area_code: str = "", *, organization_id: UUID | None = None
) -> UUID:
    """A grant that has long been valid; in the organisation "city" where none is named."""
    organization_id = organization_id or an_organization(session, "city")
    return service.grant(session, user_id, NewGrant(role, organization_id, area_code, LONG_AGO), now=LONG_AGO)


def staff(
    session: Session,
    role: Role | str,
    area_code: str = "",
    *,
    username: str | None = None,
    organization_id: UUID | None = None,
) -> UUID:
    """A member of staff with one grant, in their own organisation."""
    user_id = a_user(session, username, organization_id=organization_id)
    a_grant(session, user_id, role, area_code, organization_id=organization_id)
    return user_id


def a_citizen(session: Session, phone: str | None = None) -> UUID:
    """A citizen with this or some phone number."""
    return service.create_citizen(session, phone or f"139{next(_serial):08d}", now=LONG_AGO)


def principal_of(session: Session, user_id: UUID, *, now: datetime = LONG_AGO + timedelta(days=1)) -> Principal:
    """The principal that a request of this user would have."""
    tokens = service.families.start(session, user_id, now=now)
    found = service.principal(session, user_id, tokens.family_id, address="192.0.2.1", now=now)
    assert found is not None
    return found


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD) -> dict[str, str]:
    """The headers of requests that a member of staff makes."""
    answer = client.post("/api/v1/auth/login", json={"username": username, "password": password})
    assert answer.status_code == 200, answer.get_json()
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}


def sign_in_citizen(client: FlaskClient, session: Session, phone: str = "13800000001") -> dict[str, str]:
    """The headers of requests that a citizen makes; the citizen exists afterwards."""
    assert client.post("/api/v1/auth/citizen/code", json={"phone": phone}).status_code == 202
    answer = client.post("/api/v1/auth/citizen/login", json={"phone": phone, "code": code_sent_to(session, phone)})
    assert answer.status_code == 200, answer.get_json()
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}


def code_sent_to(session: Session, phone: str) -> str:
    """The newest code in the outbox for this phone."""
    message = outbox.newest(session, limit=1, recipient="+86" + phone.removeprefix("+86"))[0].text
    return "".join(filter(str.isdigit, message))[:6]
