"""Who plays in the past of the demo city: principals by name, and the photos they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.rules import Role, verbs_of
from app.cli.demo_city.files import read_table
from app.cli.demo_city.pictures import jpeg
from app.core.auth import Grant, Principal
from app.media import service as media
from app.media.service import KeptPhoto

# An address of the documentation range (RFC 5737): nobody's.
PASSER_BY = "203.0.113.9"


@dataclass(frozen=True, order=True)
class Picture:
    """Which drawn photo: what it shows, which corner, before or after the work, and which shot of it."""

    subject: str
    variant: int
    solved: bool
    shot: int


class Cast:
    """The people of the demo city as the services know them."""

    def __init__(self, session: Session, people: Path, now: datetime) -> None:
        self._session = session
        self._organizations: dict[str, UUID] = {}
        self._members: dict[str, Principal] = {"passer-by": accounts.anonymous(PASSER_BY)}
        citizens = 0
        for row in read_table(people):
            if row["username"]:
                self._members[row["username"]] = self._staff(row)
            else:
                citizens += 1
                self._members[f"citizen{citizens}"] = self._citizen(row, now)

    def __getitem__(self, name: str) -> Principal:
        return self._members[name]

    def id_of(self, name: str) -> UUID:
        """The id of somebody who has one."""
        found = self._members[name].id
        assert found is not None
        return found

    def organization(self, code: str) -> UUID:
        """The id of an organisation by its code."""
        if code not in self._organizations:
            found = accounts.organization_by_code(self._session, code)
            assert found is not None
            self._organizations[code] = found.id
        return self._organizations[code]

    def manager_of(self, organization_id: UUID) -> str:
        """The user name of the manager of a unit that has one in the demo city."""
        members = self._members.items()
        return next(name for name, member in members if organization_id in member.organizations(Role.UNIT_MANAGER))

    def _staff(self, row: Mapping[str, str]) -> Principal:
        grants = []
        for text in row["grants"].split(";"):
            role, organization, area = text.split("@")
            grants.append(Grant(role, self.organization(organization), area))
        return Principal(
            id=accounts.user_id_of(self._session, row["username"]),
            kind="staff",
            name=row["name"],
            organization_id=self.organization(row["organization"]),
            grants=tuple(grants),
            verbs=verbs_of({grant.role for grant in grants}),
        )

    def _citizen(self, row: Mapping[str, str], now: datetime) -> Principal:
        citizen = accounts.create_citizen(self._session, row["phone"], now=now)
        return Principal(citizen, "citizen", "", None, (), verbs_of({Role.CITIZEN}))


@dataclass
class Album:
    """Drawn photos, stored once each, recorded for whoever took them."""

    kept: dict[Picture, KeptPhoto] = field(default_factory=dict)
    public: dict[Picture, str] = field(default_factory=dict)
    recorded: dict[tuple[str, Picture], UUID] = field(default_factory=dict)

    def draw(self, pictures: Sequence[Picture], workers: int = 2) -> None:
        """Draw and store the pictures; call it before a transaction is open."""
        with ThreadPoolExecutor(workers) as pool:
            self.kept = dict(zip(pictures, pool.map(_kept, pictures), strict=True))

    def photo(self, session: Session, picture: Picture, taker: Principal, now: datetime) -> UUID:
        """The id of the taker's photo of this picture, with its privacy copy."""
        key = (taker.key, picture)
        if key not in self.recorded:
            row = media.record(session, self.kept[picture], principal=taker, now=now)
            if picture not in self.public:
                self.public[picture] = media.store_public_copy(row)
            media.publish(session, row.id, self.public[picture], now=now)
            self.recorded[key] = row.id
        return self.recorded[key]


def _kept(picture: Picture) -> KeptPhoto:
    data = jpeg(picture.subject, picture.variant, solved=picture.solved, shot=picture.shot)
    return media.keep(data, filename="photo.jpg")
