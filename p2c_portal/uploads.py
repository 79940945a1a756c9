"""What becomes of files that are sent to the portal: no form of it takes one."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class NoFiles(FileUploadHandler):
    """Throws files away as they come, and refuses a body that is larger than any form of ours.

    Stock, a file of any size is kept, in memory or on the disk, before a page learns of it.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  # Django's own.
        content_length: int,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Refuse the whole before any of it is read.

        Raises RequestDataTooBig.
        """
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("The body is larger than any form")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Leave a file out."""
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep nothing."""

    def file_complete(self, file_size: int) -> None:
        """Give the page no file."""
