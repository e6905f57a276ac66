"""What the views, the jobs and the command line may do with bulletins."""

from app.bulletins.service.making import contents_of
from app.bulletins.service.printing import file_of
from app.bulletins.service.register import (
    Attempt,
    Wanted,
    begin,
    bulletin_with_file,
    bulletins_of,
    fail,
    find_bulletin,
    finish,
    forget,
    known_keys,
    name_of,
    note_progress,
    old_drafts,
    request_bulletin,
    shown,
)
from app.bulletins.service.templates import put_template, shown_template

__all__ = [
    "Attempt",
    "Wanted",
    "begin",
    "bulletin_with_file",
    "bulletins_of",
    "contents_of",
    "fail",
    "file_of",
    "find_bulletin",
    "finish",
    "forget",
    "known_keys",
    "name_of",
    "note_progress",
    "old_drafts",
    "put_template",
    "request_bulletin",
    "shown",
    "shown_template",
]
