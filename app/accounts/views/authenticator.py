"""How a request's token becomes a principal, in one SQL statement."""

from __future__ import annotations

from flask import request

from app.accounts import service
from app.accounts.errors import TokenInvalid
from app.accounts.views import tokens
from app.core import clock
from app.core.auth import Principal
from app.core.config import Config
from app.core.db import read_unit

# These sign in or out by themselves: whatever token an earlier sign-in left in the header must not be in their way.
OWN_SIGN_IN = frozenset(
    {"accounts.login", "accounts.refresh", "accounts.logout", "accounts.send_code", "accounts.citizen_login"}
)


class DatabaseAuthenticator:
    """Reads signed tokens and asks the database whom they stand for now."""

    def __init__(self, settings: Config) -> None:
        del settings  # Nothing of it is needed beyond what the app's configuration holds.

    def authenticate(self, token: str, address: str) -> Principal:
        """Whom an access token stands for.

        Raises: TokenInvalid (also when its sign-in was ended or its user disabled), TokenExpired.
        """
        if request.endpoint in OWN_SIGN_IN:
            return service.anonymous(address)
        now = clock.now()
        claims = tokens.unexpired(tokens.read(token), tokens.ACCESS, now)
        with read_unit() as session:
            found = service.principal(session, claims.user_id, claims.family_id, address=address, now=now)
        if found is None:
            raise TokenInvalid("This sign-in was ended: sign in again.")
        return found

    def anonymous(self, address: str) -> Principal:
        """Somebody who sent no token."""
        return service.anonymous(address)
