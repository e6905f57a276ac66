"""Steps that few cases take: what the usual shares leave out, so that histories can be made that have everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.cases.rules import Action, State
from app.cases.rules.moves import REFUSED
from app.cli.demo_city.years.chain import canonical
from app.cli.demo_city.years.life import Life


def _ask_anew(life: Life, at: int) -> None:
    """The operator asks once more before anybody has looked."""
    asked = life.other_inspector()
    life.told.at = max(at, life.told.at)
    life.told.close_tasks("verify")
    life.told.ask("verify", asked)
    life.told.go(Action.REQUEST_VERIFY, at, life.desk, {"inspector_id": asked.id})


def _take_over(life: Life, at: int) -> None:
    """A dispatcher takes what lies on the desk."""
    who = life.dice.choice(life.town.dispatchers)
    life.told.row["holder_id"] = who.id
    life.told.go(Action.TAKE_OVER, at, who, {"from_ids": []})


def _dispatch_unmanaged(life: Life, at: int) -> None:
    life.give(at, life.town.unmanaged, ())


def _recall(life: Life, at: int) -> None:
    """The desk takes back what nobody manages; that is no return of the owner's."""
    told = life.told
    del told.side["lead_id"]
    told.helpers = ()
    told.row |= {"handler_id": None, "pending": None}
    dispatcher = life.dice.choice(life.town.dispatchers)
    told.go(Action.RETURN, at, dispatcher, {"recalled": True}, life.words("reason", "return"))


def _advise(life: Life, at: int) -> None:
    """The first helper says something, where there is one that somebody manages."""
    helper = next((unit for unit in life.told.helpers if unit in life.town.managers), None)
    if helper is not None:
        text = {"text": canonical("建议先行围挡，再行处置。")}
        life.told.go(Action.ADVISE, at, life.town.managers[helper], {"organization_id": helper}, text)


def _refuse_extension(life: Life, at: int) -> None:
    life.told.row["pending"] = None
    inputs = {"granted": False, **life.told.row["asked"]}
    life.told.go(Action.DECIDE_EXTENSION, at, life.dice.choice(life.town.leaders), inputs, when=REFUSED)


def _refuse_hold(life: Life, at: int) -> None:
    life.told.row["pending"] = None
    inputs = {"granted": False, **life.told.row["asked"]}
    life.told.go(Action.DECIDE_HOLD, at, life.dice.choice(life.town.dispatchers), inputs, when=REFUSED)


def _force_close(life: Life, at: int) -> None:
    told = life.told
    told.at = max(at, told.at)
    told.close_tasks()
    told.side.pop("hold_until", None)
    told.row |= {"closed_at": told.at, "forced": True, "pending": None}
    told.go(Action.FORCE_CLOSE, at, life.dice.choice(life.town.admins), closed=life.words("reason", "void"))


def _open_again(life: Life, at: int) -> None:
    """What was opened again without an owner, or with one that nobody manages, gets another."""
    if life.told.side.get("lead_id") == life.town.unmanaged:
        _recall(life, at)
    if life.told.state is State.TO_DISPATCH:
        life.dispatch_again(at)


RARE: Mapping[str, Callable[[Life, int], None]] = {
    "ask_anew": _ask_anew,
    "take_over": _take_over,
    "dispatch_unmanaged": _dispatch_unmanaged,
    "recall": _recall,
    "advise": _advise,
    "refuse_extension": _refuse_extension,
    "refuse_hold": _refuse_hold,
    "force_close": _force_close,
    "open_again": _open_again,
}
