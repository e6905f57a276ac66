"""What can be wrong with a photo."""

from app.core.errors import (
    Conflict,
    Damaged,
    Gone,
    Invalid,
    Malformed,
    NotFound,
    Stale,
    TooLarge,
    TooMany,
    Unavailable,
    WrongType,
)


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


class BadUpload(Invalid):
    slug = "bad-upload"
    title = "The headers of the upload cannot be understood"


class UploadVersion(Stale):
    slug = "upload-version"
    title = "Another version of the upload protocol"


class UploadNotFound(NotFound):
    slug = "upload-not-found"
    title = "No such upload"


class UploadGone(Gone):
    slug = "upload-gone"
    title = "The upload has expired"


class OffsetDiffers(Conflict):
    slug = "upload-offset"
    title = "The upload is at another place"


class ChecksumUnknown(Malformed):
    slug = "checksum-unknown"
    title = "The checksum's algorithm is not known"


class ChecksumDiffers(Damaged):
    slug = "checksum-differs"
    title = "The part was damaged on its way"
