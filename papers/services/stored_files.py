"""Store files on the disk, and delete them. The database has a row for each of them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from papers.services.file_scans import record_upload
from papers.services.file_types import ValidFile

logger = logging.getLogger(__name__)


class NotStored(Exception):
    """The file could not be stored: the disk is full, or the folder is not writable."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The file could not be stored: the disk is full or not writable. Nothing was "
                "saved. Contact the people who run the portal, then choose the file again."
            )
        )


@contextmanager
def stored_file(
    file: ValidFile, name: str, *, is_wanted: Callable[[str], bool], at: datetime
) -> Iterator[str]:
    """Store a file that a person sent, as `stored_content()` does, with the result of its scan."""
    content = ContentFile(file.content)
    with stored_content(content, name, is_wanted=is_wanted) as stored:
        record_upload(file.sha256, is_clean=file.is_clean, at=at)
        yield stored


@contextmanager
def stored_content(
    content: "File[bytes]", name: str, *, is_wanted: Callable[[str], bool]
) -> Iterator[str]:
    """Store a file under an unused name and yield that name, to save in a row.

    If the block fails, the file is removed, unless `is_wanted` returns True for its name. That
    happens if the database committed the row but the connection was lost before it answered.

    Raises NotStored.
    """
    try:
        stored = default_storage.save(name, content)
    except OSError as trouble:
        logger.exception("A file of %s bytes could not be stored", content.size)
        raise NotStored from trouble
    try:
        yield stored
    except BaseException:
        if not is_wanted(stored):
            default_storage.delete(stored)
        raise


def delete_stored_file(name: str) -> None:
    """Delete a file that no row has any more; a failure is only logged.

    Call it after the commit.
    """
    try:
        default_storage.delete(name)
    except OSError:
        logger.exception("The file %s could not be deleted", name)
