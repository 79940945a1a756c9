"""The error summary at the top of a form."""

from dataclasses import dataclass
from math import ceil

from django.http import HttpResponse

from core.rate_limits import TooManyAttempts


@dataclass(frozen=True)
class ErrorSummary:
    """A refusal: its heading and sentences."""

    title: str
    sentences: tuple[str, ...]


def with_retry_after(response: HttpResponse, refused: TooManyAttempts) -> HttpResponse:
    """Add the Retry-After header."""
    response["Retry-After"] = str(ceil(refused.wait.total_seconds()))
    return response
