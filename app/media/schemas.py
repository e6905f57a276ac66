"""Shapes of photos in requests and answers."""

from __future__ import annotations

from typing import Annotated

import werkzeug.datastructures
from flask_openapi3 import FileStorage
from pydantic import AfterValidator, BaseModel, Field

from app.core.schemas import Body, Id, Instant, Out, Path, Query


def _is_file(value: object) -> object:
    if not isinstance(value, werkzeug.datastructures.FileStorage):
        message = "send the photo as a file: a part with a filename"
        raise ValueError(message)  # noqa: TRY004 -- pydantic turns ValueError, not TypeError, into a finding
    return value


class PhotoForm(Body):
    file: Annotated[FileStorage, AfterValidator(_is_file)] = Field(
        description="A JPEG, PNG, WebP or HEIC photo of at most 20 MiB"
    )


class PhotoPath(Path):
    photo_id: Id


class PhotoVariantPath(PhotoPath):
    variant: str = Field(description="display (at most 2000 px), thumb (320 px) or public (nobody recognisable)")


class SignatureQuery(Query):
    expires: int = Field(0, description="Unix time at which the address ends")
    signature: str = Field("", max_length=64)


class PhotoPosition(Out):
    """Where the camera says it was, WGS 84."""

    lon: float
    lat: float


class PhotoUrls(Out):
    """Signed for 15 minutes; paths from the server's root."""

    display: str = Field(description="At most 2000 pixels long")
    thumb: str = Field(description="At most 320 pixels long")


class PhotoOut(Out):
    id: Id
    taken_at: Instant | None = Field(description="As the camera says")
    width: int = Field(description="Pixels of the original, upright")
    height: int
    position: PhotoPosition | None
    urls: PhotoUrls


class StoredPhotoOut(PhotoOut):
    """What the sender learns of a photo."""

    sha256: str = Field(description="Of the bytes that were sent, hexadecimal")


class PublicPhotoOut(Out):
    """A photo as anybody may see it: a copy in which nobody can be recognised, and nothing of time and place."""

    width: int
    height: int
    urls: PhotoUrls


class UploadPath(Path):
    upload_id: Id


class UploadHeader(BaseModel):
    tus_resumable: str = Field("", alias="Tus-Resumable", description="1.0.0", max_length=20)


class NewUploadHeader(UploadHeader):
    upload_length: int = Field(alias="Upload-Length", description="Size of the photo in bytes")
    upload_metadata: str = Field(
        "", alias="Upload-Metadata", max_length=4000, description="`filename` and its value in base64"
    )


class PartHeader(UploadHeader):
    upload_offset: int = Field(alias="Upload-Offset", ge=0, description="Where the part begins")
    upload_checksum: str = Field(
        "", alias="Upload-Checksum", max_length=200, description="sha1 or sha256, a space, the digest in base64"
    )


class UploadOut(Out):
    """An upload under way."""

    id: Id
    length: int = Field(description="Bytes of the whole photo")
    received: int = Field(description="Bytes that are here")
    photo_id: Id | None = Field(description="The photo, once complete")
