"""What can go wrong with people, organisations, grants and sign-ins."""

from app.core.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated


class TokenInvalid(Unauthenticated):
    slug = "token-invalid"
    title = "The token is not valid"


class TokenExpired(Unauthenticated):
    slug = "token-expired"
    title = "The token has expired"


class WrongCredentials(Unauthenticated):
    slug = "wrong-credentials"
    title = "User name or password is wrong"


class WrongCode(Unauthenticated):
    slug = "wrong-code"
    title = "The code is wrong or has expired"


class TooManyAttempts(TooMany):
    slug = "too-many-attempts"
    title = "Too many attempts"


class BadPhone(Invalid):
    slug = "bad-phone"
    title = "Not a telephone number we can use"


class WeakPassword(Invalid):
    slug = "weak-password"
    title = "The password is too easy to guess"


class BadGrant(Invalid):
    slug = "bad-grant"
    title = "The grant makes no sense"


class UsernameTaken(Conflict):
    slug = "username-taken"
    title = "The user name is taken"


class OrganizationCodeTaken(Conflict):
    slug = "organization-code-taken"
    title = "The organisation's code is taken"


class UserNotFound(NotFound):
    slug = "user-not-found"
    title = "There is no such user"


class OrganizationNotFound(NotFound):
    slug = "organization-not-found"
    title = "There is no such organisation"


class GrantNotFound(NotFound):
    slug = "grant-not-found"
    title = "The user has no such grant"


class IdTaken(Conflict):
    """The id that a client made belongs to something else already."""

    slug = "id-taken"
    title = "The id belongs to something else"


class OrganizationClosed(Conflict):
    slug = "organization-closed"
    title = "The organisation is closed"


class OrganizationInUse(Conflict):
    """Facts: ``uses`` names what depends on it, by kind."""

    slug = "organization-in-use"
    title = "Something still depends on the organisation"


class OrganizationRing(Invalid):
    slug = "organization-ring"
    title = "An organisation cannot be below itself"


class LastAdmin(Conflict):
    slug = "last-admin"
    title = "Nobody else could administer"


class WrongOldPassword(Invalid):
    slug = "wrong-old-password"
    title = "The old password is wrong"
