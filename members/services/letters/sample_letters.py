"""Previews of a template with the data of a real member. The letters are never queued.

The template may be unsaved or not in use. If a member has no value for a placeholder, such as a
successor, its sample is used.
"""

from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from members.models import FocalPoint, MemberStatus, RoleTransfer
from members.services.letters.composing import (
    draft_letter,
    whole_letter,
    with_reference,
)
from members.services.letters.decisions import RECEIVED, working_group_values
from members.services.letters.placeholder_values import day_for, role_in_words, time_for
from members.services.template_types import CLOSING
from outbox.models.template_types import Audience, Placeholder, TemplateType
from outbox.services.letters import (
    Addressee,
    RenderedLetter,
    render_letter,
    texts_of,
    write,
)
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import (
    TemplateSet,
    TemplateText,
    Value,
    placeholders_in,
    sample_values,
)

MEMBER_PLACEHOLDERS = ("organisation", "reference", "received_at", "reply_within")


@dataclass(frozen=True)
class SampleLetter:
    """A preview of a letter, and the placeholders for which samples were used."""

    letter: RenderedLetter
    on_samples: list[Placeholder]


def sample_letter(
    kind: TemplateType, wording: TemplateText, focal_point: FocalPoint, *, at: datetime
) -> SampleLetter:
    """Draft a letter to a focal point with `wording` in place of the stored template.

    The language is that of `wording`. Raises KeyError and InvalidPlaceholders for an invalid
    template.
    """
    language = wording.language
    reader = copy(focal_point)
    reader.language = language
    known = _known_of(reader, at)
    named = set(placeholders_in(wording.subject) + placeholders_in(wording.body))
    unknown = [
        placeholder
        for placeholder in kind.placeholders
        if placeholder.name in named
        and not placeholder.is_fixed
        and placeholder.name not in {*known, *MEMBER_PLACEHOLDERS}
    ]
    samples = sample_values(kind)
    values = {placeholder.name: samples[placeholder.name] for placeholder in unknown} | known
    words = _texts_with(kind, wording)
    return SampleLetter(_letter(kind, words, reader, values), unknown)


def _letter(
    kind: TemplateType, words: TemplateSet, reader: FocalPoint, values: dict[str, Value]
) -> RenderedLetter:
    """Compose a letter of a kind in the same way as the module that sends it."""
    if kind.audience is not Audience.FOCAL_POINTS:
        member = reader.member
        member_values = {
            "organisation": escape_inline(member.organisation_name),
            "reference": member.reference,
        }
        values = {**member_values, **values}
        draft = write(kind.name, reader.language, values, words=words)
        if kind.audience is Audience.STAFF:
            draft = with_reference(member, draft)
        # These templates contain their own greeting, if any.
        return render_letter(Addressee(email="", language=reader.language), draft)
    # The closing is shown below a letter that all members get.
    of_kind = RECEIVED if kind.name == CLOSING else kind.name
    return whole_letter(reader, draft_letter(of_kind, reader, values, words=words))


def _texts_with(kind: TemplateType, wording: TemplateText) -> TemplateSet:
    """Read the templates of a letter, and replace one of them with `wording`.

    The others are in the same language, if they exist in it.
    """
    names = {kind.name, CLOSING} if kind.name != CLOSING else {RECEIVED}
    words = texts_of(*names)
    for name in names - {kind.name}:
        if not words.has(name, wording.language):
            other = words.find(name, wording.language)
            words = words.having(TemplateText(name, wording.language, other.subject, other.body))
    return words.having(wording)


def _known_of(reader: FocalPoint, at: datetime) -> dict[str, Value]:
    """Return the placeholder values that the focal point's member has."""
    member = reader.member
    call = member.call
    known: dict[str, Value] = {
        "role": lambda: role_in_words(is_alternate=reader.is_alternate),
        "deadline": lambda: time_for(call.last_moment_at(at), reader.time_zone),
        "opens_at": lambda: time_for(call.opens_at, reader.time_zone),
        "file": settings.SITE_URL + reverse("admin:members_member_change", args=[member.pk]),
    }
    if member.assignee:
        known["name"] = escape_inline(str(member.assignee))
    if member.status == MemberStatus.ADMITTED and member.focus_area:
        known |= working_group_values(member.focus_area, member.granted_role, at, reader)
    role_transfer = (
        RoleTransfer.objects.filter(focal_point=reader.pk).select_related("named_by").first()
    )
    if role_transfer:
        asked = role_transfer
        known |= {
            "successor": escape_inline(asked.full_name),
            "named_by": escape_inline(asked.named_by.full_name),
            "predecessor": escape_inline(reader.full_name),
            "holder": escape_inline(reader.full_name),
            "named_on": lambda: day_for(asked.named_at, reader.time_zone),
            "answer_by": lambda: time_for(asked.expires_at, reader.time_zone),
        }
    return known
