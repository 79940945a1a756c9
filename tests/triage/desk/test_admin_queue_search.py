"""The search of the queue: where it looked, and the filters that the words may have meant."""

import re

import pytest
from django.db import connection
from django.http import QueryDict
from pytest_django.asserts import assertContains, assertNotContains

from members.models import Category, MemberStatus
from members.services.notes import add_note
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    UserFactory,
)
from tests.queries import queries_of
from tests.triage.staff import (
    QUEUE,
    coordinator,
    listed,
    officer,
    read,
    signed_in,
)


@pytest.fixture
def client():
    return signed_in(officer())


def offered(client, typed, **kept):
    """The filters that the page offers, each with the query of its link."""
    page = client.get(QUEUE, {"q": typed, **kept})
    return {
        f"{each.title}: {each.chosen}": QueryDict(each.url.removeprefix("?")).dict()
        for each in page.context["offered_filters"]
    }


def test_search_says_where_it_looked_and_what_this_database_cannot_find(client):
    response = client.get(QUEUE, {"q": "nobody"})

    assertContains(response, "Searched names, acronyms, references, people, email addresses, phone")
    assertContains(response, '<input type="search" name="q" value="nobody"')
    is_poor = connection.vendor == "sqlite"
    assert ("Words with typing errors are not found" in read(response)) == is_poor
    assertNotContains(client.get(QUEUE), "Searched names")


def test_search_finds_only_members_that_the_user_may_see():
    ours, others = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    for area, name in [(ours, "Ours"), (others, "Others")]:
        member = MemberFactory(
            organisation_name=name, status=MemberStatus.ADMITTED, focus_area=area, country="KE"
        )
        FocalPointFactory(member=member, family_name="Hopper")
        add_note(member=member, text="Promised.", by=UserFactory(), at=NOON)
    client = signed_in(coordinator(ours))

    found = {
        typed: listed(client.get(QUEUE, {"q": typed}))
        for typed in ("hopper", "promised", "kenya", "others", "hoppar")
    }

    assert found["others"] == []
    assert {*map(tuple, found.values())} == {("Ours",), ()}


@pytest.mark.parametrize(
    ("typed", "filters"),
    [
        ("Kenya", {"country: Kenya": {"country": "KE"}}),
        ("kenia", {"country: Kenya": {"country": "KE"}}),
        ("kemya", {"country: Kenya": {"country": "KE"}}),
        ("south kroea", {"country: Republic of Korea": {"country": "KR"}}),
        ("ivory coast", {"country: Côte d’Ivoire": {"country": "CI"}}),
        ("acadmia", {"category: Academia": {"category__exact": "academia"}}),
        ("KE", {"country: Kenya": {"country": "KE"}}),
        ("Allemagne", {"country: Germany": {"country": "DE"}}),
        ("ministry kenya", {"country: Kenya": {"country": "KE", "q": "ministry"}}),
        (
            "connecting people",
            {
                "first choice: 1 · Connecting People Everywhere": {"first_choice": "1"},
                "focus area admitted to: 1 · Connecting People Everywhere": {"focus_area": "1"},
            },
        ),
        ("declined", {"status: Declined": {"status": "declined"}}),
        ("academia lodz", {"category: Academia": {"category__exact": "academia", "q": "lodz"}}),
        ("arab states", {"ITU region: Arab States": {"region": "ARB"}}),
        ("closing proposed", {"closing proposed: Yes": {"to_close": "yes"}}),
        ("yes", {}),
        ("no", {"country: Norway": {"country": "NO"}}),
        ("zqx", {}),
    ],
)
def test_search_offers_the_filters_that_it_may_have_meant(client, typed, filters):
    expected = {name: {"view": "all", **query} for name, query in filters.items()}

    assert offered(client, typed) == expected


def test_offered_filter_leads_to_its_members_and_can_be_removed(client):
    zoe = officer(name="Zoé Martín")
    MemberFactory(organisation_name="Hers", assignee=zoe, country="KE")
    MemberFactory(organisation_name="Abroad", assignee=zoe, country="CH")
    MemberFactory(organisation_name="Of nobody", country="KE", category=Category.OTHER)
    UserFactory(name="Zoé Outside", is_staff=False)
    page = client.get(QUEUE, {"q": "kenya zoe martin"})
    assert offered(client, "zoe", region="AFR") == {
        "assignee: Zoé Martín": {"taken_by": str(zoe.pk), "region": "AFR", "view": "all"},
        "decided by: Zoé Martín": {"decided_by": str(zoe.pk), "region": "AFR", "view": "all"},
    }

    urls = [each.url for each in page.context["offered_filters"]]
    kenya, _decided_by_her, hers = (client.get(f"{QUEUE}{url}") for url in urls)

    assert (listed(kenya), listed(hers)) == (["Hers"], ["Hers"])
    assert re.findall(r"Country: Kenya|Assignee: Zoé Martín", read(kenya))
    both = client.get(QUEUE, {"country": "KE", "taken_by": zoe.pk})
    assert listed(both) == ["Hers"]
    chips = [(each.title, each.chosen) for each in both.context["narrowed_by"]]
    assert chips == [("country", "Kenya"), ("assignee", "Zoé Martín")]


def test_search_asks_as_often_for_many_members_as_for_one(client):
    def found(number):
        for _n in range(number):
            FocalPointFactory(member__organisation_name="University", member__country="KE")
        return queries_of(client, QUEUE, {"q": "university kenya"})

    assert found(1) == found(3)
