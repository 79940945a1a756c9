"""Why something was not taken, as the summary at the top of a form says it."""

from dataclasses import dataclass
from math import ceil

from django.http import HttpResponse

from core.rate_limits import TooManyAttempts


@dataclass(frozen=True)
class ErrorSummary:
    """Why what was sent was not taken, in sentences under a heading."""

    title: str
    sentences: tuple[str, ...]


def with_retry_after(response: HttpResponse, refused: TooManyAttempts) -> HttpResponse:
    """Tell programs, too, when to try again."""
    response["Retry-After"] = str(ceil(refused.wait.total_seconds()))
    return response
