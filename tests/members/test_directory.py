import csv
import io
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from core.pagination import KeyPaginator
from members.models import Category, Member, MemberStatus
from members.services import public_pages
from members.services.public_pages import matching
from members.views import public as views
from tests.factories import NOON, FocusAreaFactory, MemberFactory

MEMBERS, SHEET = "/en/members/", "/en/members.csv"
TODAY = NOON.date()


def listed(**facts):
    return MemberFactory(**{"status": MemberStatus.ADMITTED, "publication_consent": True, **facts})


def names_in(response):
    return [member.organisation_name for member, _country, _is_ldc in response.context["rows"]]


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def rows_of(response):
    """Return the rows of a CSV file, without its heading row."""
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def test_member_list_shows_admitted_members_who_agreed_and_nobody_else(client):
    listed(organisation_name="Listed")
    listed(organisation_name="Silent", publication_consent=False)
    for status in set(MemberStatus) - {MemberStatus.ADMITTED}:
        MemberFactory(organisation_name=status, status=status, publication_consent=True)

    response = client.get(MEMBERS)

    assert names_in(response) == ["Listed"]
    assertNotContains(response, "Silent")
    assert "2 organisations have joined the coalition. 1 has agreed to be listed here." in text_of(
        response
    )


def test_member_list_shows_what_was_agreed_to_and_no_more(client):
    listed(
        organisation_name="University of Somewhere",
        country="SN",
        category=Category.ACADEMIA,
        focus_area=FocusAreaFactory(number=2),
        acronym="UOS",
        website="https://somewhere.example",
        motivation="We want to help.",
    )

    response = client.get(MEMBERS)

    row, *_table_under_the_map = re.findall(
        r"<tbody[^>]*>(.*?)</tbody>", response.content.decode(), re.DOTALL
    )
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip()
    assert words == "University of Somewhere UOS Senegal LDC Academia Empowering Communities"
    for word in ("somewhere.example", "We want to help."):
        assertNotContains(response, word)


FILTERS = [
    ({}, ["One", "Three", "Two"]),
    ({"focus_area": "empowering-communities"}, ["Two"]),
    ({"category": "member_state"}, ["Three"]),
    ({"country": "SD"}, ["Two"]),
    # Georgia is in ITU's region Europe, Sudan in the Arab States.
    ({"group": "EUR"}, ["One", "Three"]),
    ({"group": "ARB"}, ["Two"]),
    ({"group": "LDC"}, ["Two"]),
    ({"group": "LLDC"}, []),
    ({"group": "none"}, []),
    ({"group": "EUR", "category": "academia"}, ["One"]),
    ({"group": "EUR", "country": "SD"}, []),
    ({"name": "t"}, ["Three", "Two"]),
    ({"name": "HRE", "group": "EUR"}, ["Three"]),
    ({"name": "nobody"}, []),
    # Invalid ones are ignored.
    ({"group": "Moon", "country": "SD"}, ["Two"]),
]


@pytest.fixture
def _three():
    listed(organisation_name="One", country="GE", category=Category.ACADEMIA)
    listed(organisation_name="Two", country="SD", focus_area=FocusAreaFactory(number=2))
    listed(organisation_name="Three", country="CH", category=Category.MEMBER_STATE)
    listed(organisation_name="Silent", publication_consent=False)


@pytest.mark.usefixtures("_three")
@pytest.mark.parametrize(("filters", "names"), FILTERS)
def test_member_list_keeps_what_meets_every_filter(client, filters, names):
    response = client.get(MEMBERS, filters)

    assert names_in(response) == names


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("telefonica", ["Telefónica, S.A."]),
        ("sa telef", []),
        ("s.a. telef", ["Telefónica, S.A."]),
        ("tef", ["Telefónica, S.A."]),
        ("é", ["Telefónica, S.A.", "Zürich Electric"]),
        ("讯", ["中兴通讯"]),
        ("%", []),
    ],
)
def test_member_list_is_searched_by_name_and_acronym_without_regard_to_accents(
    client, typed, names
):
    listed(organisation_name="Telefónica, S.A.", acronym="TEF")
    listed(organisation_name="Zu\u0308rich Electric")
    listed(organisation_name="中兴通讯")

    found = names_in(client.get(MEMBERS, {"name": typed}))

    assert [name.replace("u\u0308", "ü") for name in found] == names


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"group": "<Moon>", "colour": "blue", "page": "many"}, "“&lt;Moon&gt;”"),
        # No name can be so.
        *(({"name": typed}, "”") for typed in ("x" * 10_000, "a\0b", "字" * 201)),
    ],
)
def test_member_list_leaves_out_filters_it_does_not_know_and_says_so(client, filters, shown):
    listed(organisation_name="One")

    response = client.get(MEMBERS, filters)

    assert names_in(response) == ["One"]
    assertContains(response, f"{shown} is not a valid filter and was ignored.")
    [notice] = re.findall(r'role="status">(.*?)</div>', response.text, re.DOTALL)
    assert len(notice) < 200


def test_member_list_says_which_filters_are_active_and_leads_back_from_each(client):
    listed(country="CH")

    response = client.get(MEMBERS, {"name": "org", "group": "EUR", "country": "CH", "page": "1"})

    assert response.context["active_filters"] == [
        ("Name or acronym", "org", "?group=EUR&country=CH"),
        ("Country", "Switzerland", "?name=org&group=EUR"),
        ("Region or group", "Europe", "?name=org&country=CH"),
    ]
    assertContains(response, f'<a href="{MEMBERS}">Show all</a>', html=True)


def test_member_list_says_why_it_is_empty(client):
    empty, sheet = client.get(MEMBERS), rows_of(client.get(SHEET))
    listed(country="CH")

    narrowed = client.get(MEMBERS, {"group": "AFR"})

    assert sheet == []
    assertContains(empty, "Members appear here once they are admitted")
    assertNotContains(empty, 'id="figures"')
    assertContains(narrowed, "No members match these filters.")
    assertContains(narrowed, 'id="figures"')


def test_member_list_goes_on_over_pages_and_keeps_the_filters(client, monkeypatch):
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    for name in "ABCDE":
        listed(organisation_name=name, country="CH")

    response = client.get(MEMBERS, {"group": "EUR", "page": 2})

    assert names_in(response) == ["C", "D"]
    assert "3 to 4 of 5, by name. As of " in text_of(response)
    assertContains(response, 'href="?group=EUR&amp;page=3#list"')
    assertContains(response, f'href="{SHEET}?group=EUR"')
    assertContains(response, '<span aria-current="page">Page 2 of 3</span>')
    assert names_in(client.get(MEMBERS, {"page": 99})) == ["E"]


def test_member_list_has_fifty_of_more_on_a_page(client):
    listed_ones = {"call": listed().call, "focus_area": FocusAreaFactory()}
    for _number in range(50):
        listed(**listed_ones)

    response = client.get(MEMBERS)

    assert len(names_in(response)) == 50
    assert "1 to 50 of 51, by name." in text_of(response)


def test_member_list_has_a_bar_for_each_region_category_and_area_that_lists_its_members(client):
    area = FocusAreaFactory(number=2)
    for country, category in [("CH", Category.ACADEMIA), ("FR", Category.OTHER), ("NC", "other")]:
        listed(country=country, category=category, focus_area=area)

    response = client.get(MEMBERS, {"country": "CH"})

    bars = [
        [(bar.label, bar.number, bar.width, bar.query_string) for bar in bars if bar.number]
        for _heading, bars in response.context["bars"]
    ]
    assert bars == [
        [("Europe", 2, 100, "?group=EUR"), ("No ITU region", 1, 50, "?group=none")],
        [("Academia", 1, 50, "?category=academia"), ("Other", 2, 100, "?category=other")],
        [("Empowering Communities", 3, 100, "?focus_area=empowering-communities")],
    ]
    for of_one_kind in bars:
        for _label, number, _width, query_string in of_one_kind:
            assert len(names_in(client.get(f"{MEMBERS}{query_string}"))) == number


def test_member_list_asks_as_many_questions_for_nine_members_as_for_three(
    client, django_assert_num_queries
):
    area = FocusAreaFactory()
    for _turn in range(3):
        for _member in range(3):
            listed(focus_area=area)
        # The focus areas of the filter, the figures, the count, the members.
        with django_assert_num_queries(4):
            client.get(MEMBERS, {"name": "org", "group": "EUR"})


@pytest.mark.sqlite_in_ci
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL goes by how many rows it has")
def test_page_is_read_by_the_keys_of_its_rows_alone():
    listed()
    page = KeyPaginator(matching({}, on=TODAY), 100).get_page(1)

    plan = page.object_list.explain()

    assert "SEARCH members_member USING INTEGER PRIMARY KEY" in plan
    assert "members_member_listed" in plan


@pytest.mark.usefixtures("_three")
@pytest.mark.parametrize("filters", [{}, {"group": "EUR"}, {"name": "t"}, {"group": "LLDC"}])
def test_sheet_has_the_members_of_all_pages(client, filters, monkeypatch):
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    last = client.get(MEMBERS, filters).context["page"].paginator.num_pages
    pages = [client.get(MEMBERS, {**filters, "page": page + 1}) for page in range(last)]

    sheet = rows_of(client.get(SHEET, filters))

    assert sheet == [
        [
            member.organisation_name,
            member.acronym,
            member.country,
            country,
            {"GE": "Europe", "CH": "Europe", "SD": "Arab States"}[member.country],
            member.get_category_display(),
            member.focus_area.name,
        ]
        for page in pages
        for member, country, _is_ldc in page.context["rows"]
    ]


def test_sheet_is_a_file_for_programs_in_the_language_of_its_address(client):
    listed(
        organisation_name="=1+1", acronym="É", country="SN", focus_area=FocusAreaFactory(number=4)
    )
    with override("fr"):
        heading = ",".join(public_pages.PublicSheet().heading)

    response = client.get("/fr/members.csv")

    text = b"".join(response.streaming_content)
    # The mark by which Excel knows that the file is UTF-8.
    assert text.startswith("\ufeff".encode())
    [first, second] = text.decode("utf-8-sig").splitlines()
    assert first == heading
    assert second.startswith("'=1+1,É,SN,Sénégal,Afrique,")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="p2c-members.csv"'
    assert response["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in response.get("Vary", "")


def test_sheet_is_read_in_chunks(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(public_pages, "CHUNK_SIZE", 2)
    area = FocusAreaFactory()
    for _turn in range(2):
        for _member in range(3):
            listed(focus_area=area)
        # For the ETag: the areas twice and the state. Then the areas twice and the members.
        with django_assert_num_queries(6):
            rows = rows_of(client.get(SHEET))

    assert len(rows) == 6


def test_sheet_is_not_sent_again_until_the_list_changes(client):
    member, leaving = listed(), listed(version=2)
    joining = listed(version=2, publication_consent=False)
    etag = client.get(SHEET)["ETag"]

    def status(address=SHEET):
        return client.get(address, headers={"If-None-Match": etag}).status_code

    def set_consent(member, consent):
        Member.objects.filter(pk=member.pk).update(publication_consent=consent)

    assert status() == 304
    assert status(f"{SHEET}?{urlencode({'country': 'CH'})}") == 200
    assert status("/fr/members.csv") == 200
    set_consent(leaving, consent=False)
    assert status() == 200
    set_consent(joining, consent=True)
    assert status() == 200
    set_consent(leaving, consent=True)
    set_consent(joining, consent=False)
    assert status() == 304
    Member.objects.filter(pk=member.pk).update(version=2)
    assert status() == 200
