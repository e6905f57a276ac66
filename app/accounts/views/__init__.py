"""HTTP of accounts."""

from app.accounts.views import directory as directory
from app.accounts.views import organizations as organizations
from app.accounts.views import passwords as passwords
from app.accounts.views import sign_in as sign_in
from app.accounts.views import users as users
from app.accounts.views.authenticator import DatabaseAuthenticator
from app.accounts.views.blueprint import accounts

__all__ = ["DatabaseAuthenticator", "accounts"]
