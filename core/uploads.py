"""Upload handlers: some pages accept one file, in memory; all other pages reject files."""

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


class SingleFileUploadHandler(FileUploadHandler):
    """Accepts the file of one field. If it is too large, keeps only its beginning and its size."""

    taken: BytesIO | None = None

    def __init__(self, request: HttpRequest | None = None, *, at_most: int) -> None:
        super().__init__(request)
        self.at_most = at_most

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
        if self.field_name != FIELD or self.taken is not None:
            raise SkipFile
        self.taken = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.taken is not None and start + len(raw_data) <= self.at_most:
            self.taken.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        if self.taken is None:
            return None
        self.taken.seek(0)
        return InMemoryUploadedFile(
            self.taken, FIELD, self.file_name, self.content_type, file_size, self.charset
        )


def accepts_single_file(at_most: Callable[[], int]) -> Callable[[View], View]:
    """Let a staff page accept one file of at most `at_most()` bytes.

    The CSRF token is checked after the upload handler is set. A decorator outside this one must
    check permissions first.
    """

    def taking(view: View) -> View:
        protected = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def with_a_file(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.upload_handlers = [SingleFileUploadHandler(request, at_most=at_most())]
            response: HttpResponseBase = protected(request, *args, **kwargs)
            return response

        return with_a_file

    return taking
