"""The files of an answer to a request for information: their rules, their storage, their deletion.

Each file is one that a paper may have too, and the files of an answer together are at most as large
as one paper (`PAPER_AT_MOST_MB`).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.models import AnswerFile, Member, TimelineEntry, name_of_answer_file
from papers.services.file_types import (
    JPEG,
    PDF,
    PNG,
    WORD,
    InvalidFile,
    UnknownType,
    ValidFile,
    accepted_endings,
    max_paper_size,
    validate_file,
)
from papers.services.stored_files import delete_stored_file, stored_file

MAX_FILES: Final = 5
TYPES: Final = (PDF, WORD, PNG, JPEG)
CONTENT_TYPES: Final = {kind.content_type for kind in TYPES}
ACCEPTED: Final = accepted_endings(TYPES)


def max_files_size() -> int:
    """Return the maximum size of the files of one answer together, in bytes."""
    return max_paper_size()


def accepted_files_text() -> str:
    """Return the help text about the files that are accepted."""
    return _(
        "Up to %(count)d files: PDF, Word (.docx), PNG or JPEG; together at most %(number)d MB."
    ) % {"count": MAX_FILES, "number": settings.PAPER_AT_MOST_MB}


def too_large_together() -> str:
    """Return the error message for files that are larger than that."""
    return _(
        "The files are too large. Choose files of at most %(number)d MB together, or send your "
        "answer without them."
    ) % {"number": settings.PAPER_AT_MOST_MB}


def too_many_files() -> str:
    """Return the error message for more than MAX_FILES."""
    return _("Choose at most %(count)d files.") % {"count": MAX_FILES}


def validate_answer_file(content: bytes, *, typed_name: str) -> ValidFile:
    """Return a file with its type, which its content determines.

    Raises InvalidFile as `validate_file()` does.
    """
    try:
        file = validate_file(content, typed_name=typed_name)
    except UnknownType as refused:
        raise InvalidFile(_wrong_type()) from refused
    if file.content_type not in CONTENT_TYPES:
        raise InvalidFile(_wrong_type())
    return file


@contextmanager
def stored_answer_files(files: Sequence[ValidFile], *, at: datetime) -> Iterator[list[str]]:
    """Store the files of an answer and yield their names; remove them if no row has them.

    This wraps the transaction: storing may be slow, and no row must be locked meanwhile.

    Raises NotStored.
    """

    def has_a_row(name: str) -> bool:
        return AnswerFile.objects.filter(file=name).exists()

    with ExitStack() as stack:
        yield [
            stack.enter_context(
                stored_file(file, name_of_answer_file(AnswerFile(), ""), is_wanted=has_a_row, at=at)
            )
            for file in files
        ]


def add_answer_files(entry: TimelineEntry, files: Sequence[ValidFile], names: list[str]) -> None:
    """Add the rows of stored files to the timeline entry of their answer."""
    AnswerFile.objects.bulk_create(
        AnswerFile(
            entry=entry,
            file=name,
            file_name=file.name,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
        )
        for file, name in zip(files, names, strict=True)
    )


def answer_files_of(member: Member) -> QuerySet[AnswerFile]:
    """Return the files of all answers of a member."""
    return AnswerFile.objects.filter(entry__member=member)


@transaction.atomic
def delete_answer_files(*, member: Member) -> int:
    """Delete the files of all answers of a member, and return their number.

    Call this before the record of a member is deleted: the database refuses to delete a
    timeline entry that has files. The files leave the disk after the commit.
    """
    names = list(answer_files_of(member).values_list("file", flat=True))
    AnswerFile.objects.filter(file__in=names).delete()
    for name in names:
        transaction.on_commit(partial(delete_stored_file, name))
    return len(names)


def _wrong_type() -> str:
    return _("This file type is not accepted. Choose a PDF, a Word document (.docx), PNG or JPEG.")
