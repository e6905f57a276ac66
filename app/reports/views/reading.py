"""A view that reads its request itself, in more encodings than one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


def reads_itself(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let flask-openapi3 describe the view's body and leave reading it to the view.

    The description names the JSON body; the multipart form is added to it in the factory.
    """

    @wraps(view)
    def unread(**path: Any) -> Any:
        return view(body=None, **path)

    unread.__delay_validate_request__ = True  # type: ignore[attr-defined]
    return unread
