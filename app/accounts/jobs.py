"""What accounts does by the clock."""

from app.accounts.service import forget_old_sign_ins
from app.core import clock
from app.core.db import unit_of_work
from app.core.jobs import periodic


@periodic("accounts.forget_old_sign_ins", "17 19 * * *")
def forget(timestamp: int) -> None:
    """Each night in China: delete tallies, codes and token families that no rule looks at any more."""
    del timestamp
    with unit_of_work() as session:
        forget_old_sign_ins(session, clock.now())
