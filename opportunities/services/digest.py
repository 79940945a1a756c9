"""The mail with new matches: each match once, and to each member at most once in seven days."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.conflicts import lock_rows
from members.models import FocalPoint, Member
from members.services.letters.composing import addressee, segment_of
from opportunities.models import NoDigest, Opportunity, ToldMatch
from opportunities.services.letters import people_of
from opportunities.services.matching import MAX_SHOWN, explained, fitting, matchable
from opportunities.services.reader import OWN_PAGE, link_to
from opportunities.services.template_types import MATCHES
from outbox.models import Queue
from outbox.services.letters import write
from outbox.services.queue import Envelope, post_all
from outbox.services.rendering import escape_inline, escape_paragraphs, private_link_marker
from outbox.services.template_rendering import Value, bidi_isolated

# A letter that was not sent by then is out of date.
PAUSE: Final = timedelta(days=7)
# The members who are told in one transaction.
BATCH_SIZE: Final = 20
TOPIC: Final = "opportunity-matches"
# What fits each need and offer of a member.
Found = Sequence[tuple[Opportunity, Iterable[Opportunity]]]


def send_digests(*, at: datetime) -> int:
    """Tell members of their new matches, and return how many were told.

    The task may run twice, at the same time as another, or be killed: who was told is read again
    once the members are locked, and a batch is told wholly or not at all.
    """
    due = list(_due(at).values_list("member", flat=True).distinct().order_by("member"))
    batches = [due[first : first + BATCH_SIZE] for first in range(0, len(due), BATCH_SIZE)]
    return sum(_tell(batch, at) for batch in batches)


def wants_digest(people: Collection[FocalPoint]) -> bool:
    """Return whether some focal points, who are one person, get this mail."""
    return not NoDigest.objects.filter(focal_point__in=people).exists()


@transaction.atomic
def switch_digest(*, people: Collection[FocalPoint], is_wanted: bool, at: datetime) -> None:
    """Switch this mail on or off for some focal points, who are one person."""
    if is_wanted:
        NoDigest.objects.filter(focal_point__in=people).delete()
    else:
        off = [NoDigest(focal_point=person, at=at) for person in people]
        NoDigest.objects.bulk_create(off, ignore_conflicts=True)


def _settled(at: datetime) -> Q:
    """Return the condition that a publication can no longer be undone."""
    return Q(published_at__lte=at - timedelta(seconds=settings.UNDO_SECONDS))


def _due(at: datetime) -> QuerySet[Opportunity]:
    """Return the needs and offers of members who were told nothing for seven days."""
    told = ToldMatch.objects.filter(at__gt=at - PAUSE).values("opportunity__member")
    return matchable().filter(_settled(at)).exclude(member__in=told)


@transaction.atomic
def _tell(members: Collection[int], at: datetime) -> int:
    """Tell those of some members who have new matches, and return how many they are."""
    lock_rows(Member.objects.filter(pk__in=members))
    told = 0
    for member in members:
        people = [person for person in people_of(member) if wants_digest([person])]
        if people and (found := _new_matches(member, at)):
            ToldMatch.objects.bulk_create(
                ToldMatch(opportunity=own, other=each, at=at)
                for own, others in found
                for each in others
            )
            letters = (_letter(person, found, at) for person in people)
            post_all(letters, at=at, may_repeat=False)
            told += 1
    return told


def _new_matches(member: int, at: datetime) -> Found:
    """Return what fits the needs and offers of a member, and of which it was not told yet."""
    found = []
    for own in _due(at).filter(member=member).order_by("published_at", "pk"):
        told = ToldMatch.objects.filter(opportunity=own)
        new = fitting(own, at=at).filter(_settled(at)).exclude(pk__in=told.values("other"))
        if others := new[:MAX_SHOWN]:
            found.append((own, others))
    return found


def _letter(person: FocalPoint, found: Found, at: datetime) -> Envelope:
    pages: list[tuple[str, ...]] = [(OWN_PAGE,), (OWN_PAGE,)]
    pages += [("opportunity", each.reference) for _own, others in found for each in others]
    values: dict[str, Value] = {
        "organisation": escape_inline(person.member.organisation_name),
        "matches": partial(_in_words, found, at),
        "private_link": private_link_marker(1),
        "switch_off_link": private_link_marker(2),
    }
    return Envelope(
        write(MATCHES, person.language, values),
        addressee(person),
        topic=f"{TOPIC}/{int(at.timestamp())}/{segment_of(person)}",
        reference=person.member.reference,
        conversations=[TOPIC],
        keys={"private_links": lambda: "\n".join(link_to(person, *page) for page in pages)},
        queue=Queue.BULK,
        expires_at=at + PAUSE,
    )


def _in_words(found: Found, at: datetime) -> str:
    """Return each match with its reasons. The first two private links lead elsewhere."""
    parts, number = [], count(3)
    for own, others in found:
        heading = _("Your need: %(title)s") if own.is_need else _("Your offer: %(title)s")
        parts.append("## " + heading % {"title": _typed(own.title)})
        for match in explained(own, others, at):
            other = match.other
            link = {"reference": other.reference, "address": private_link_marker(next(number))}
            parts += [
                f"**{_typed(other.title)}** · {_typed(other.member.organisation_name)}",
                "\n".join(f"- {escape_paragraphs(str(why))}" for why in match.reasons(own=True)),
                _("[Read %(reference)s](%(address)s)") % link,
            ]
    return "\n\n".join(parts)


def _typed(text: str) -> str:
    return bidi_isolated(escape_inline(text), get_language() or "en")
