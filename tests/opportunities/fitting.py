"""Needs and offers of members that match."""

from datetime import timedelta

from focus_areas.models import FocusArea
from opportunities.models import Place, Support, ToldMatch
from opportunities.services.content import Where
from opportunities.services.reader import Reader
from tests.factories import NOON, FocalPointFactory, OfferFactory, OpportunityFactory

DAY = timedelta(days=1)
NIGER, AFRICA, LEAST_DEVELOPED = Where(country="NE"), Where(region="AFR"), Where(group="LDC")


def filled(row, supports=("training",), places=(NIGER,)):
    """Give a need or an offer its kinds of support and places."""
    Support.objects.bulk_create(Support(opportunity=row, kind=kind) for kind in supports)
    Place.objects.bulk_create(
        Place(opportunity=row, country=each.country, region=each.region, group=each.group)
        for each in places
    )
    return row


def a_need(supports=("training",), places=(NIGER,), **facts):
    """An open need, by default of training in Niger, about no focus area of the others."""
    facts.setdefault("focus_area", FocusArea.objects.get(number=1))
    return filled(OpportunityFactory(**facts), supports, places)


def an_offer(supports=("training",), places=(NIGER,), **facts):
    """An open offer, by default of training in Niger."""
    facts.setdefault("focus_area", FocusArea.objects.get(number=2))
    return filled(OfferFactory(**facts), supports, places)


def reader_of(*rows, at=NOON):
    """A focal point of the members of some needs and offers, signed in."""
    return Reader(at=at, people=[FocalPointFactory(member=row.member) for row in rows])


def told():
    """The references of which members were told, each with what fits it."""
    rows = ToldMatch.objects.order_by("pk")
    return [(row.opportunity, row.other) for row in rows.select_related("opportunity", "other")]
