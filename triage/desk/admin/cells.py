"""The cells of the list of members, each rendered once for all members that it is the same for."""

from collections.abc import Callable, Hashable
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from outbox.services.smtp_errors import meaning_of

# What the flags of a member depend on.
FACTS_OF_FLAGS = (
    "replied_at",
    "is_undecided",
    "is_opinion_asked",
    "is_opinion_received",
    "is_proposed_to_close",
    "has_failed_mail",
    "last_message",
    "is_suspect",
    "has_possible_duplicates",
    "has_unconfirmed_address",
    "held_until",
    "is_mentioned",
)


def render_cell(template: str, **values: Hashable) -> str:
    """Render a template with values, or return what it was for these values in this language.

    The values must be all that the template depends on. Of a row, `facts_of()` returns them.
    """
    return _rendered(template, get_language(), **values)


def facts_of(row: Any, *names: str) -> Hashable:
    """Return some attributes of a row, and the results of its methods, under the same names."""
    values = (getattr(row, name) for name in names)
    facts: Hashable = _kind_of_facts(names)(
        *(each() if callable(each) else each for each in values)
    )
    return facts


def flags_cell(member: Any) -> str:
    """Render the flags of a member of the list."""
    reason = ("get_spam_signal_display",) if member.is_suspect else ()
    answer = member.failed_answer
    return render_cell(
        "admin/members/member/_short_flags.html",
        member=facts_of(member, *FACTS_OF_FLAGS, *reason),
        why_mail_failed=meaning_of(answer) if answer else "",
    )


class Placeholder:
    """A row whose key and name are placeholders."""

    pk = "{pk}"

    def __str__(self) -> str:
        return "{name}"


def checkbox_of(row: Any, render: Callable[[Any], SafeString]) -> SafeString:
    """Return the checkbox of a row, of which `render` makes only one for each language."""
    return format_html(_checkbox(render, get_language()), pk=row.pk, name=str(row))


@cache
def _checkbox(render: Callable[[Any], SafeString], _language: str | None) -> str:
    return str(render(Placeholder()))


# Values that are equal, such as a text and its safe copy, may look different, hence `typed`.
@lru_cache(maxsize=2_000, typed=True)
def _rendered(template: str, _language: str | None, **values: Hashable) -> str:
    return render_to_string(template, values)


@cache
def _kind_of_facts(names: tuple[str, ...]) -> Any:
    return NamedTuple("Facts", [(name, Any) for name in names])
