"""Letters about needs and offers, to focal points, each in their language."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from core.dates import format_date
from core.languages import page_url
from members.models import FocalPoint
from members.services.letters.composing import addressee, segment_of
from members.services.participants import focal_points_to_mail, participants
from opportunities.models import Opportunity, OpportunityKind
from opportunities.services.events import topic_of
from opportunities.services.reader import link_to
from outbox.services.letters import NO_VALUES, EditableLetter, write
from outbox.services.queue import Envelope
from outbox.services.rendering import escape_inline, one_line, private_link_marker
from outbox.services.template_rendering import Value

# A page and its arguments.
Link = Sequence[str]
KIND_WORDS: Final = {OpportunityKind.NEED: _("need"), OpportunityKind.OFFER: _("offer")}


def people_of(member: int) -> list[FocalPoint]:
    """Return the focal points of an admitted member who get its letters, the primary one first."""
    people: QuerySet[FocalPoint] = participants().filter(member=member)
    return focal_points_to_mail(people.select_related("member"))


def day_in_words(at: datetime, person: FocalPoint) -> Value:
    """Return the day of a moment where a focal point is, in words of the language of a letter."""
    return partial(format_date, localdate(at, ZoneInfo(person.time_zone)))


def compose(
    kind: str,
    opportunity: Opportunity,
    person: FocalPoint,
    values: Mapping[str, Value] = NO_VALUES,
    *,
    other: str = "",
) -> EditableLetter:
    """Write a kind of letter about a need or an offer, in the language of a focal point.

    `other` is the name of the other organisation, if the letter has one.
    """
    open_until = opportunity.open_until
    return write(
        kind,
        person.language,
        {
            "title": escape_inline(opportunity.title),
            "reference": opportunity.reference,
            "kind": partial(str, KIND_WORDS[OpportunityKind(opportunity.kind)]),
            "organisation": escape_inline(person.member.organisation_name),
            "page": page_url("opportunities:opportunity", person.language, opportunity.reference),
            "open_until": day_in_words(open_until, person) if open_until else "…",
            "private_link": private_link_marker(1),
            **({"other": escape_inline(other)} if other else {}),
            **values,
        },
        subject_values={"title": one_line(opportunity.title)},
    )


def envelope(
    letter: EditableLetter,
    person: FocalPoint,
    opportunity: Opportunity,
    *topic: object,
    links: Iterable[Link],
    due_at: datetime | None = None,
) -> Envelope:
    """Return a letter ready to be posted. Its private links are to `links`, in their order.

    `topic` tells it apart from the other letters about the need or offer.
    """
    return Envelope(
        letter,
        addressee(person),
        topic=topic_of(opportunity, *topic, segment_of(person)),
        reference=person.member.reference,
        conversations=[topic_of(opportunity)],
        keys={"private_links": lambda: "\n".join(link_to(person, *link) for link in links)},
        due_at=due_at,
    )
