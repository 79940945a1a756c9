"""Upload handlers: some pages accept files, in memory; all other pages reject them."""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

FIELD: Final = "file"
# In bytes. Up to this size, a file that is too large is read and discarded, so that the form can
# show an error. A page that accepts larger files reads up to twice its limit.
MAX_BODY_SIZE: Final = 64 * 1024 * 1024

View = Callable[..., HttpResponseBase]


class RejectingUploadHandler(FileUploadHandler):
    """Discards uploaded files, and refuses a body that is larger than any form of the portal.

    Django's own handlers store a file of any size, in memory or on disk, before the view runs.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  # Django's own.
        content_length: int,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Refuse a body that is too large, before any of it is read.

        Raises RequestDataTooBig.
        """
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("The body is larger than any form")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Discard the data."""

    def file_complete(self, file_size: int) -> None:
        """Return no file."""


class LimitedUploadHandler(FileUploadHandler):
    """Accepts some files of one field, and keeps at most `at_most` bytes of them together.

    Of a file that does not fit it keeps only the beginning, but its true size. Further files are
    discarded.
    """

    taken: BytesIO | None = None

    def __init__(
        self,
        request: HttpRequest | None = None,
        *,
        at_most: int,
        field: str = FIELD,
        max_files: int = 1,
    ) -> None:
        super().__init__(request)
        self.at_most, self.field, self.max_files = at_most, field, max_files
        self.files = self.size = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  # Django's own.
        content_length: int,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Refuse a body that is much too large, before any of it is read.

        Raises RequestDataTooBig.
        """
        if content_length > max(MAX_BODY_SIZE, 2 * self.at_most):
            raise RequestDataTooBig("The body is larger than any file that is taken")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != self.field or self.files == self.max_files:
            raise SkipFile
        self.files += 1
        self.taken = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.taken is not None and self.size <= self.at_most:
            self.taken.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        taken, self.taken = self.taken, None
        if taken is None:
            return None
        taken.seek(0)
        return InMemoryUploadedFile(
            taken, self.field, self.file_name, self.content_type, file_size, self.charset
        )


def accepts_files(
    at_most: Callable[[], int], *, field: str = FIELD, max_files: int = 1
) -> Callable[[View], View]:
    """Let a page accept files of at most `at_most()` bytes together.

    A page that must tell a person about one file too many accepts one more than it allows. The
    CSRF token is checked after the upload handler is set. Permissions must be checked before: by a
    decorator outside this one, or by the view that calls the decorated method.
    """

    def taking(view: View) -> View:
        protected = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def with_files(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.upload_handlers = [
                LimitedUploadHandler(request, at_most=at_most(), field=field, max_files=max_files)
            ]
            response: HttpResponseBase = protected(request, *args, **kwargs)
            return response

        return with_files

    return taking
