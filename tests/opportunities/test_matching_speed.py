"""A list and matches among 2,000 needs and 2,000 offers are about as quick as among 200."""

from itertools import product
from time import process_time

import pytest
from django.urls import reverse

from focus_areas.models import FocusArea
from members.models import MemberStatus
from opportunities.models import Opportunity, OpportunityKind, Place, Support, SupportKind
from opportunities.services.content import Where
from opportunities.services.matching import fitting
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    OpportunityFactory,
)
from tests.framework.reading import signed_in
from tests.opportunities.fitting import DAY, NIGER, a_need
from tests.queries import queries_of

FEW, MANY, MEMBERS = 200, 2_000, 40
# How many times as long it may take.
LIMIT = 1.5
NEPAL = Where(country="NP")
COUNTRIES = ("NE", "ML", "GH", "FJ", "HT", "BO", "KG", "YE", "NP", "TD")
OF_AN_OFFER = (*({"country": code} for code in COUNTRIES), {"region": "AFR"}, {"group": "LDC"})
OF_A_NEED = OF_AN_OFFER[: len(COUNTRIES)]


def fill(first, last, members):
    """Write needs and offers with these numbers: a kind of support and two places each."""
    areas = list(FocusArea.objects.order_by("number"))
    sample = OpportunityFactory.build(focus_area=areas[0])
    copied = ("status", "title", "text", "language", "sent_at", "saved_at", "open_until")
    facts = {name: getattr(sample, name) for name in copied}
    rows = Opportunity.objects.bulk_create(
        Opportunity(
            **facts,
            kind=kind,
            reference=f"{kind[0].upper()}-R{number:05}",
            member=members[number % len(members)],
            focus_area=areas[number % 4],
            published_at=NOON - (number % 50) * DAY,
        )
        for kind, number in product(OpportunityKind, range(first, last))
    )
    kinds = SupportKind.values
    Support.objects.bulk_create(
        Support(opportunity=row, kind=kinds[(number + extra) % len(kinds)])
        for number, row in enumerate(rows)
        for extra in (0, 3)
    )
    Place.objects.bulk_create(
        Place(opportunity=row, **places[(number // 8 + extra) % len(places)])
        for number, row in enumerate(rows)
        for places in [OF_A_NEED if row.is_need else OF_AN_OFFER]
        for extra in (0, 3)
    )


def best_times(client, pages, tries=30):
    """Return the least processor time of each page, measured in turns."""
    times = {page: [] for page in pages}
    for page in [*pages] * tries:
        begins = process_time()
        assert client.get(page).status_code == 200
        times[page].append(process_time() - begins)
    return [min(each) for each in times.values()]


@pytest.mark.django_db
def test_list_and_matches_among_many_are_about_as_quick_as_among_few():
    members = [MemberFactory(status=MemberStatus.ADMITTED) for _ in range(MEMBERS)]
    need = a_need(member=members[0], supports=SupportKind.values[:2], places=[NIGER, NEPAL])
    client = signed_in(FocalPointFactory(member=members[1]))
    pages = [
        reverse("opportunities:register"),
        reverse("opportunities:opportunity", args=[need.reference]),
    ]
    fill(0, FEW, members)
    few, queries = best_times(client, pages), [queries_of(client, page) for page in pages]

    fill(FEW, MANY, members)
    many = best_times(client, pages)

    assert fitting(need, at=NOON).count() > FEW / 2
    assert [queries_of(client, page) for page in pages] == queries
    assert [b < LIMIT * a for a, b in zip(few, many, strict=True)] == [True, True]
