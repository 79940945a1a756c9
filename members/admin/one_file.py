"""How the one page that takes a file takes it: in memory, and no more than can be read.

Everywhere else files are thrown away as they come.
"""

from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from members.spreadsheets.reading import LARGEST

FIELD = "file"
# Up to here a file that is too large is read and thrown away, so that its form can say so.
BODY_AT_MOST = 64 * 1024 * 1024


class OneFile(FileUploadHandler):
    """Takes the file of one field; of one that is too large, its beginning and its size."""

    taken: BytesIO | None = None

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  # Django's own.
        content_length: int,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Refuse what nobody would take for a spreadsheet before any of it is read.

        Raises RequestDataTooBig.
        """
        if content_length > BODY_AT_MOST:
            raise RequestDataTooBig("The body is larger than any spreadsheet")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with the file of the field, and leave out every other."""
        super().new_file(*args, **kwargs)
        if self.field_name != FIELD or self.taken is not None:
            raise SkipFile
        self.taken = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a part, as long as all of it can be read."""
        if self.taken is not None and start + len(raw_data) <= LARGEST:
            self.taken.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        """Give the page the file, with the size that it really has."""
        if self.taken is None:
            return None
        self.taken.seek(0)
        return InMemoryUploadedFile(
            self.taken, FIELD, self.file_name, self.content_type, file_size, self.charset
        )
