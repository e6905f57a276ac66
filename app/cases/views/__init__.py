"""Cases over HTTP."""

from app.cases.views import bulk as bulk
from app.cases.views import deadlines as deadlines
from app.cases.views import ladder as ladder
from app.cases.views import leaving as leaving
from app.cases.views import originals as originals
from app.cases.views import parts as parts
from app.cases.views import reminders as reminders
from app.cases.views.cases import cases

__all__ = ["cases"]
