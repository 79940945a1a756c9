import pytest
from django.db import connection
from django.db.models.functions import Lower
from pytest_django.asserts import assertContains, assertNotContains

from core import pagination
from core.pagination import KeyPaginator
from members.models import Category, Member, MemberStatus
from tests.factories import FocusAreaFactory, MemberFactory

MEMBERS = "/en/members/"


def listed(**facts):
    return MemberFactory(**{"status": MemberStatus.ADMITTED, "publication_consent": True, **facts})


def names_in(response):
    return [member.organisation_name for member, _answers in response.context["rows"]]


def test_member_list_shows_admitted_members_who_agreed_and_nobody_else(client):
    listed(organisation_name="Listed")
    listed(organisation_name="Silent", publication_consent=False)
    for status in set(MemberStatus) - {MemberStatus.ADMITTED}:
        MemberFactory(organisation_name=status, status=status, publication_consent=True)

    response = client.get(MEMBERS)

    assert names_in(response) == ["Listed"]
    assertNotContains(response, "Silent")


def test_member_list_shows_what_was_agreed_to_and_no_more(client):
    listed(
        organisation_name="University of Somewhere",
        country="CH",
        category=Category.ACADEMIA,
        focus_area=FocusAreaFactory(number=2),
        acronym="UOS",
        website="https://somewhere.example",
        motivation="We want to help.",
    )

    response = client.get(MEMBERS)

    for word in ("University of Somewhere", "Switzerland", "Academia", "Empowering Communities"):
        assertContains(response, word)
    for word in ("UOS", "somewhere.example", "We want to help."):
        assertNotContains(response, word)


def test_member_list_is_in_the_order_of_names_whatever_their_case(client):
    for name in ("beta", "Gamma", "Alpha"):
        listed(organisation_name=name)

    assert names_in(client.get(MEMBERS)) == ["Alpha", "beta", "Gamma"]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"focus_area": "empowering-communities"}, ["Two"]),
        ({"category": "member_state"}, ["Three"]),
        # Georgia is in ITU's region Europe, Sudan in the Arab States.
        ({"region": "EUR"}, ["One", "Three"]),
        ({"region": "ARB"}, ["Two"]),
        ({"region": "EUR", "category": "academia"}, ["One"]),
        ({"region": "CIS"}, []),
        ({"name": "t"}, ["Three", "Two"]),
        ({"name": "HRE", "region": "EUR"}, ["Three"]),
        ({"name": "nobody"}, []),
    ],
)
def test_member_list_keeps_what_meets_every_filter(client, filters, names):
    listed(organisation_name="One", country="GE", category=Category.ACADEMIA)
    listed(organisation_name="Two", country="SD", focus_area=FocusAreaFactory(number=2))
    listed(organisation_name="Three", country="CH", category=Category.MEMBER_STATE)

    response = client.get(MEMBERS, filters)

    assert names_in(response) == names


def test_member_list_leaves_out_filters_it_does_not_know_and_says_so(client):
    listed(organisation_name="One")

    response = client.get(MEMBERS, {"region": "<Moon>", "colour": "blue", "page": "many"})

    assert names_in(response) == ["One"]
    assertContains(response, "“&lt;Moon&gt;” is not a valid filter and was ignored.")


def test_member_list_says_why_it_is_empty(client):
    empty = client.get(MEMBERS)
    listed(country="CH")

    narrowed = client.get(MEMBERS, {"region": "AFR"})

    assertContains(empty, "Members appear here once they are admitted")
    assertContains(narrowed, "No members match these filters.")


def test_member_list_goes_on_over_pages_and_keeps_the_filters(client, monkeypatch):
    monkeypatch.setattr(pagination, "PAGE_SIZE", 2)
    for name in "ABCDE":
        listed(organisation_name=name, country="CH")

    response = client.get(MEMBERS, {"region": "EUR", "page": 2})

    assert names_in(response) == ["C", "D"]
    assertContains(response, "5 members as of ")
    assertContains(response, 'href="?region=EUR&amp;page=3"')
    assertContains(response, '<span aria-current="page">Page 2 of 3</span>')
    assert names_in(client.get(MEMBERS, {"page": 99})) == ["E"]


def test_member_list_asks_as_many_questions_for_three_members_as_for_one(
    client, django_assert_num_queries
):
    for number in (1, 2, 3):
        listed(focus_area=FocusAreaFactory(number=number))
        # The focus areas of the filter, the count, the members.
        with django_assert_num_queries(3):
            client.get(MEMBERS)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL goes by how many rows it has")
def test_page_is_read_by_the_keys_of_its_rows_alone():
    listed()
    members = Member.objects.listed_publicly().order_by(Lower("organisation_name"), "pk")
    page = KeyPaginator(members, 100).get_page(1)

    plan = page.object_list.explain()

    assert "SEARCH members_member USING INTEGER PRIMARY KEY" in plan
