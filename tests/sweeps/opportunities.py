"""The needs, offers and contacts of the first focal point, for the URLs about them."""

from datetime import timedelta

from django.utils import timezone

from opportunities.models import Contact, ContactStatus, OpportunityKind
from opportunities.services.content import Content, Where
from tests.factories.opportunities import (
    ContactFactory,
    OfferFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    SupportOfferedFactory,
)

OPPORTUNITIES = "opportunities:"
# About the offer of another member; the others are about the need of the first focal point.
ABOUT_OTHERS = {"contact"}
CHANGE = Content("", "Text", "en", 0, ("training",), (Where("NE"),)).as_json()
# About an accepted contact; others about one that waits for an answer.
ABOUT_ACCEPTED = {"commit"}


def opportunity_facts(name, member):
    """Return an object for each parameter of a URL. `member` has an open need, others an offer."""
    page = name.removeprefix(OPPORTUNITIES).removesuffix("_by_link")
    status = ContactStatus.ACCEPTED if page in ABOUT_ACCEPTED else ContactStatus.SENT
    # Further rows hang on what has already been there.
    contact = Contact.objects.filter(
        opportunity__member=member,
        opportunity__kind=OpportunityKind.NEED,
        status=status,
        commitment=None,
    ).first()
    if contact is None:
        need = _stored(OpportunityFactory, member=member, focus_area=member.focus_area)
        contact = ContactFactory(opportunity=need, status=status, sent_by=None)
    shown = contact.opportunity
    if page in ABOUT_OTHERS:
        shown = _stored(OfferFactory, focus_area=member.focus_area)
    return {"reference": shown.reference, "kind": OpportunityKind.OFFER, "pk": contact.pk}


def opportunity_standing(decision):
    """Return how a need or an offer stands when a decision about it is possible."""
    status = decision.from_statuses[0]
    proposed = {**CHANGE, "title": "Another title"} if "change" in decision.name else None
    return {"status": status, "proposed": proposed}


def _stored(factory, **facts):
    now = timezone.now()
    row = factory(
        published_at=now - timedelta(days=40), open_until=now + timedelta(days=20), **facts
    )
    OpportunityPlaceFactory(opportunity=row)
    SupportOfferedFactory(opportunity=row)
    return row
