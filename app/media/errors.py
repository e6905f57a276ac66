"""What can be wrong with a photo."""

from app.core.errors import Invalid, NotFound, TooLarge, TooMany, Unavailable, WrongType


class PhotoTooLarge(TooLarge):
    slug = "photo-too-large"
    title = "The photo is too large"


class PhotoType(WrongType):
    slug = "photo-type"
    title = "This is not a photo we take"


class PhotoUnreadable(Invalid):
    slug = "photo-unreadable"
    title = "The photo cannot be read"


class PhotoCarriesCargo(Invalid):
    slug = "photo-carries-cargo"
    title = "The photo carries another file"


class PhotoBusy(Unavailable):
    slug = "photo-busy"
    title = "Too many photos at once"


class UnknownPhoto(Invalid):
    slug = "unknown-photo"
    title = "A photo is not there, or not yours"


class PhotoNotFound(NotFound):
    slug = "photo-not-found"
    title = "No such photo, or the address has expired"


class TooManyPhotos(TooMany):
    slug = "too-many-photos"
    title = "Too many photos within an hour"
