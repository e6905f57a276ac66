"""What the console asks, over HTTP."""

from app.console.views import asking as asking
from app.console.views import keeping as keeping
from app.console.views.blueprint import console

__all__ = ["console"]
