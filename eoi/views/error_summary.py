"""The summary of a refusal at the top of a form."""

from dataclasses import dataclass
from math import ceil

from django.http import HttpResponse

from core.rate_limits import TooManyAttempts


@dataclass(frozen=True)
class ErrorSummary:
    """A refusal: sentences under a heading."""

    title: str
    sentences: tuple[str, ...]


def with_retry_after(response: HttpResponse, refused: TooManyAttempts) -> HttpResponse:
    """Add the header that says when to try again."""
    response["Retry-After"] = str(ceil(refused.wait.total_seconds()))
    return response
