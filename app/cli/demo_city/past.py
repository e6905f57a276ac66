"""The past of the demo city, made by playing the workflow through the services with the clocks of those days."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.orm import Session

from app.cases import service as cases
from app.cases.rules import Action
from app.catalog import service as catalog
from app.catalog.schemas import TypeRef
from app.cli.demo_city.cast import Album, Cast, Picture
from app.cli.demo_city.lives import CITY_TZ, VARIANTS, Ground, Life, plan_past
from app.cli.demo_city.load import Say
from app.cli.demo_city.matters import MATTERS, RATINGS, REASONS, WITHOUT_RULE, Matter
from app.cli.demo_city.places import Place, Places
from app.core.auth import Principal
from app.core.errors import DomainError
from app.reports import service as reports
from app.reports.errors import ReportNotFound
from app.reports.rules import SubmitReport

SEED = 20_260_310
SAID_EVERY_S = 5.0
IDS = uuid5(NAMESPACE_URL, "fieldgrid:demo-city:past")
SUBJECTS = tuple(sorted({matter.picture for matter in (*MATTERS, WITHOUT_RULE)}))
# Who gets a case that its first owner sent back.
SECOND_OWNER = "U02"
THIRD_OWNER = "U05"


class PastRefused(Exception):
    """A step of the planned past is not possible; says which."""


def pictures() -> list[Picture]:
    """Every picture the past needs: two before the work and three after it, of two corners for each subject."""
    shots = ((False, 0), (False, 1), (True, 0), (True, 1), (True, 2))
    corners = [(subject, index + 2 * which) for index, subject in enumerate(SUBJECTS) for which in (0, 1)]
    return [Picture(subject, corner, solved, shot) for subject, corner in corners for solved, shot in shots]


def type_of(matter: Matter) -> dict[str, str]:
    """The matter's type as actions and reports name it."""
    return {"scheme": matter.scheme, "kind": matter.kind, "code": matter.code}


def ground_of(session: Session, folder: Path) -> Ground:
    """What the plan of the past needs to know about the loaded city."""
    conditions = {}
    for matter in (*MATTERS, WITHOUT_RULE):
        found = catalog.find_type(session, TypeRef.model_validate(type_of(matter)))
        conditions[matter.scheme, matter.kind, matter.code] = found.conditions
    return Ground(Places(folder), conditions)


@dataclass
class Player:
    """Plays one life after the other."""

    session: Session
    cast: Cast
    album: Album
    dice: Random
    life: Life = field(init=False)
    number: str = field(init=False)
    report_id: UUID = field(init=False)
    row: dict[str, Any] = field(default_factory=dict)
    finished: int = 0

    def play(self, life: Life, report_id: UUID | None = None) -> None:
        """Report, and every step of the life.

        Raises: PastRefused with the step that a service refused.
        """
        self.life, self.row, self.finished = life, {}, 0
        step = "report"
        try:
            answer = self.report(life.reporter, life.place, life.words, life.opened_at, report_id=report_id)
            self.number, self.report_id = answer["case"]["number"], UUID(answer["id"])
            for step, at in life.steps:
                STEPS[step](self, at)
        except DomainError as refused:
            told = " → ".join(name for name, _ in life.steps)
            raise PastRefused(f"{step} of {told} on {life.matter.code}: {refused}") from refused

    def report(
        self,
        reporter: str,
        place: Place,
        words: str,
        at: datetime,
        *,
        shot: int = 0,
        report_id: UUID | None = None,
    ) -> dict[str, Any]:
        """Somebody sends a photo and words."""
        principal = self.cast[reporter]
        knows_type = principal.is_staff or self.dice.random() < 0.7
        position = {"lon": place.lon, "lat": place.lat, "crs": "wgs84", "accuracy_m": self.dice.choice((5, 8, 12, 20))}
        command = SubmitReport(
            report_id=report_id,
            description=words,
            lon=place.lon,
            lat=place.lat,
            stated=position,
            captured_at=at - timedelta(minutes=self.dice.uniform(0.5, 6)),
            type_ref=type_of(self.life.matter) if knows_type else None,
            address=place.address,
            photo_ids=[self.photo(principal, at, solved=False, shot=shot)],
        )
        answer = reports.submit_report(self.session, command, principal=principal, now=at)[0]
        # The receipt of those days; else the worker would send it today.
        reports.acknowledge(self.session, UUID(answer["id"]), now=at)
        return answer

    def photo(self, taker: Principal, at: datetime, *, solved: bool, shot: int) -> UUID:
        """A photo of the life's corner, taken by this person."""
        subject = self.life.matter.picture
        picture = Picture(subject, SUBJECTS.index(subject) + 2 * self.life.variant, solved, shot)
        return self.album.photo(self.session, picture, taker, at)

    def act(self, name: str, action: Action, at: datetime, **inputs: Any) -> None:
        """Somebody does something to the case."""
        command = cases.Command(action, inputs)
        self.row = cases.act(self.session, self.number, command, principal=self.cast[name], now=at)

    @property
    def here(self) -> dict[str, Any]:
        """Where somebody stands who goes to see: a few metres from the reported point."""
        lon, lat = self.life.place.lon, self.life.place.lat
        return {
            "lon": round(lon + self.dice.uniform(-1e-4, 1e-4), 6),
            "lat": round(lat + self.dice.uniform(-1e-4, 1e-4), 6),
            "crs": "wgs84",
        }

    @property
    def inspector(self) -> str:
        """An inspector of the zone who did not report this case."""
        return next(name for name in self.life.place.inspectors if name != self.life.reporter)

    @property
    def manager(self) -> str:
        """Who manages the unit that leads the case."""
        return self.cast.manager_of(self.row["lead_id"])

    def reason(self, kind: str) -> str:
        """One of the usual reasons."""
        return self.dice.choice(REASONS[kind])


def _accept(player: Player, at: datetime) -> None:
    condition = player.life.condition.id
    player.act("operator", Action.ACCEPT, at, type=type_of(player.life.matter), condition_id=condition)


def _file(player: Player, at: datetime) -> None:
    """An inspector's own report is filed by its acceptance."""
    if player.row["state"] == "to_file":
        player.act("leader", Action.FILE, at)


def _request_verify(player: Player, at: datetime) -> None:
    player.act("operator", Action.REQUEST_VERIFY, at, inspector_id=player.cast.id_of(player.inspector))


def _verify(player: Player, at: datetime, verdict: str) -> None:
    asked = player.inspector
    photo = player.photo(player.cast[asked], at, solved=verdict == "not_real", shot=1)
    inputs: dict[str, Any] = {"verdict": verdict, "photo_ids": [photo], "position": player.here}
    if verdict == "not_real":
        inputs["reason"] = player.reason("not_real")
    player.act(asked, Action.VERIFY, at, **inputs)


def _return(player: Player, at: datetime) -> None:
    player.act(player.manager, Action.RETURN, at, reason=player.reason("return"))


def _dispatch_again(player: Player, at: datetime) -> None:
    """Who sent it back does not get it again."""
    second, third = player.cast.organization(SECOND_OWNER), player.cast.organization(THIRD_OWNER)
    had = second in player.row["unit_ids"]
    player.act("dispatcher", Action.DISPATCH, at, lead_id=third if had else second, helper_ids=[])


def _assign(player: Player, at: datetime) -> None:
    manager = player.manager
    handler = player.cast.id_of(manager.replace("unit", "handler"))
    player.act(manager, Action.ASSIGN, at, handler_id=handler)


def _finish(player: Player, at: datetime) -> None:
    manager = player.manager
    name = manager.replace("unit", "handler") if player.row["handler_id"] else manager
    photo = player.photo(player.cast[name], at, solved=True, shot=player.finished)
    player.finished += 1
    player.act(name, Action.FINISH, at, photo_ids=[photo], text=player.dice.choice(player.life.matter.done))


def _check(player: Player, at: datetime, verdict: str) -> None:
    name = player.dice.choice(player.life.place.inspectors)
    solved = verdict == "passed"
    photo = player.photo(player.cast[name], at, solved=solved, shot=2 if solved else 1)
    inputs: dict[str, Any] = {"verdict": verdict, "photo_ids": [photo], "position": player.here}
    if not solved:
        inputs["reason"] = player.reason("failed")
    player.act(name, Action.CHECK, at, **inputs)


def _request_extension(player: Player, at: datetime) -> None:
    limit = player.life.condition.limit
    inputs = {"limit": float(limit.amount) / 2, "unit": str(limit.unit), "reason": player.reason("extend")}
    player.act(player.manager, Action.REQUEST_EXTENSION, at, **inputs)


def _request_hold(player: Player, at: datetime) -> None:
    until = (at.astimezone(CITY_TZ) + timedelta(days=player.dice.randint(60, 180))).date()
    player.act(player.manager, Action.REQUEST_HOLD, at, until=until, reason=player.reason("hold"))


def _self_handle(player: Player, at: datetime) -> None:
    name = player.life.reporter
    photo = player.photo(player.cast[name], at, solved=True, shot=0)
    player.act(name, Action.SELF_HANDLE, at, photo_ids=[photo], text=player.dice.choice(player.life.matter.done))


def _absorb(player: Player, at: datetime) -> None:
    """Somebody else reports the same; the operator merges that case into this one."""
    joiner = f"citizen{player.dice.randint(1, 9)}"
    target = player.number
    answer = player.report(joiner, player.life.joined, player.dice.choice(player.life.matter.words), at, shot=1)
    command = cases.Command(Action.MERGE, {"into": target, "reason": "同一问题，并入在办案卷。"})
    later = at + timedelta(minutes=player.dice.uniform(3, 12))
    operator = player.cast["operator"]
    cases.act(player.session, answer["case"]["number"], command, principal=operator, now=later)


def _rate(player: Player, at: datetime) -> None:
    """The reporter rates, if they can: somebody who left no name, or staff, does not."""
    if not player.life.reporter.startswith("citizen"):
        return
    citizen = player.cast[player.life.reporter]
    score, text = player.dice.choice(RATINGS)
    report = reports.report_for(player.session, player.report_id, citizen)
    reports.rate(player.session, report, {"score": score, "text": text or None}, principal=citizen, now=at)


STEPS: Mapping[str, Callable[[Player, datetime], None]] = {
    "accept": _accept,
    "file": _file,
    "request_verify": _request_verify,
    "verify_real": lambda player, at: _verify(player, at, "real"),
    "verify_not_real": lambda player, at: _verify(player, at, "not_real"),
    "reject": lambda player, at: player.act("operator", Action.REJECT, at, reason=player.reason("reject")),
    "dispatch": lambda player, at: player.act("dispatcher", Action.DISPATCH, at),
    "dispatch_again": _dispatch_again,
    "return": _return,
    "assign": _assign,
    "finish": _finish,
    "check": lambda player, at: _check(player, at, "passed"),
    "check_failed": lambda player, at: _check(player, at, "failed"),
    "close": lambda player, at: player.act("leader", Action.CLOSE, at),
    "rate": _rate,
    "void": lambda player, at: player.act("leader", Action.VOID, at, reason=player.reason("void")),
    "supervise": lambda player, at: player.act("supervisor", Action.SUPERVISE, at, reason=player.reason("supervise")),
    "request_extension": _request_extension,
    "decide_extension": lambda player, at: player.act("leader", Action.DECIDE_EXTENSION, at, granted=True),
    "request_hold": _request_hold,
    "decide_hold": lambda player, at: player.act("dispatcher", Action.DECIDE_HOLD, at, granted=True),
    "resume": lambda player, at: player.act("dispatcher", Action.RESUME, at),
    "reopen": lambda player, at: player.act("supervisor", Action.REOPEN, at, reason=player.reason("reopen")),
    "self_handle": _self_handle,
    "absorb": _absorb,
}


def mark_of(share: int) -> UUID:
    """The id of the first report of a share: where it exists, the share was played."""
    return uuid5(IDS, f"share {share}")


def is_played(session: Session, cast: Cast, share: int) -> bool:
    """Whether this share of the past is in the database."""
    try:
        reports.report_for(session, mark_of(share), cast["admin"])
    except ReportNotFound:
        return False
    return True


def play_share(session: Session, folder: Path, album: Album, share: int, now: datetime, say: Say) -> Counter[str]:
    """Play those lives of the past, up to `now`, whose corner has this number; how many end with which step.

    The shares have no photo and no case in common, so that they can be played at the same time. A share is played in
    one unit of work, and only once.
    Shape:  `album` holds the pictures already (see Album.draw): drawing is long and needs no transaction.
    Raises: PastRefused, and nothing of the share is kept.
    """
    cast = Cast(session, folder / "people.csv", now)
    played: Counter[str] = Counter()
    if is_played(session, cast, share):
        return played
    dice = Random(SEED)  # noqa: S311 -- a made-up past, not a secret
    lives = [life for life in plan_past(ground_of(session, folder), now, dice) if life.variant == share]
    player = Player(session, cast, album, Random(SEED + share))  # noqa: S311 -- as above
    said = time.monotonic()
    for count, life in enumerate(lives):
        player.play(life, None if count else mark_of(share))
        played[life.steps[-1][0] if life.steps else "report"] += 1
        if time.monotonic() - said > SAID_EVERY_S:
            said = time.monotonic()
            say(f"  past cases {share + 1}/{VARIANTS}: {count + 1} of {len(lives)}")
    return played
