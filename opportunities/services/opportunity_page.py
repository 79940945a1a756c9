"""What the page of a need or an offer shows to its reader. No member is named but its own."""

from typing import Any, Final

from core.languages import language_name, reads, with_commas
from framework.services.adopted_actions import actions_by_key
from members.models import Member
from opportunities.models import EventKind, Opportunity, OpportunityStatus
from opportunities.services.content import places_of
from opportunities.services.reader import Reader
from opportunities.services.register import rows_of, with_rows

# What everybody reads of what happened.
PUBLIC_EVENTS: Final = (
    EventKind.PUBLISHED,
    EventKind.CHANGE_PUBLISHED,
    EventKind.CONTACTED,
    EventKind.ACCEPTED,
    EventKind.RENEWED,
    EventKind.COMMITTED,
    EventKind.AGREED,
    EventKind.NOTHING,
    EventKind.EXPIRED,
    EventKind.WITHDRAWN,
)
RENEWABLE: Final = (OpportunityStatus.OPEN, OpportunityStatus.EXPIRED)
STEPS: Final = ("renew", "change", "close", "contact")


def opportunity_page(reference: str, reader: Reader) -> dict[str, Any] | None:
    """Return the page of what is public, or of what is the reader's own; None for all others.

    `contact` is what the reader's member wrote about it last, and `steps` are the addresses of the
    pages on which the reader goes on.
    """
    own = Opportunity.objects.filter(member__in=reader.members)
    readable = (Opportunity.objects.public() | own).filter(reference=reference)
    found = with_rows(readable).select_related("pillar").first()
    if found is None:
        return None
    [row] = rows_of([found], at=reader.at)
    listed = Member.objects.listed_publicly().filter(pk=found.member_id)
    events = found.events.filter(is_shared=True, kind__in=PUBLIC_EVENTS)
    written = found.contacts.filter(member__in=reader.members).order_by("-pk")
    return {
        "opportunity": found,
        "row": row,
        "places": with_commas(where.in_words for where in places_of(found)),
        # In which the texts are, for readers of another one.
        "language": "" if reads(found.language) else language_name(found.language),
        "member_slug": listed.values_list("slug", flat=True).first() or "",
        "action": actions_by_key([found.action]).get(found.action),
        "events": events.order_by("-at", "-pk"),
        "owner": reader.person_of(found),
        "contact": written.first() if reader.people else None,
        "is_member": bool(reader.people),
        "may_be_renewed": found.status in RENEWABLE,
        "steps": {"mine": reader.address("mine")}
        | {step: reader.address(step, reference) for step in STEPS},
    }
