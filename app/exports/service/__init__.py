"""What views and jobs do with exports."""

from app.exports.service.exporting import (
    Attempt,
    Wanted,
    begin,
    expect,
    fail,
    finish,
    forget,
    known_keys,
    note_export,
    note_progress,
    outlived,
    own_export,
    own_exports,
    own_file,
    request_export,
    scope,
    shown,
)
from app.exports.service.files import pieces_of
from app.exports.service.reading import Reader, batches
from app.exports.service.words import Wording, wording

__all__ = [
    "Attempt",
    "Reader",
    "Wanted",
    "Wording",
    "batches",
    "begin",
    "expect",
    "fail",
    "finish",
    "forget",
    "known_keys",
    "note_export",
    "note_progress",
    "outlived",
    "own_export",
    "own_exports",
    "own_file",
    "pieces_of",
    "request_export",
    "scope",
    "shown",
    "wording",
]
