"""The page that exports a list as a spreadsheet, and its permissions."""

import logging
import re

import pytest
from django.utils import timezone

from members.models import MemberStatus
from tests.factories import FocusAreaFactory, UserFactory
from tests.full_disk import room_for
from tests.triage.spreadsheets.exports import EXPORT, a_member, exported
from tests.triage.staff import QUEUE, coordinator, may, observer, officer, queries_of, signed_in
from triage.spreadsheets.models import Export

# One of the first records who exported, and one of each asks whether email is held.
EXPORT_QUERIES, PAGE_QUERIES = 10, 8


def test_queue_links_who_may_to_the_export_of_what_it_shows():
    client = signed_in(officer())

    page = client.get(f"{QUEUE}?view=all&q=Union")

    assert f'href="{EXPORT}?view=all&amp;q=Union"' in page.text
    assert EXPORT not in signed_in(observer()).get(QUEUE).text


def test_export_page_says_what_the_file_will_hold_and_changes_nothing():
    for _n in range(2):
        a_member(category="academia")
    a_member(category="other")
    client = signed_in(officer())

    page = client.get(f"{EXPORT}?category__exact=academia&q=Organisation")

    assert page.status_code == 200
    assert page.context["number"] == 2
    assert ("category", "Academia") in page.context["filters"]
    assert Export.objects.count() == 0


def test_export_has_what_the_list_shows_on_all_its_pages(monkeypatch):
    monkeypatch.setattr("triage.desk.admin.queue.MemberAdmin.list_per_page", 2)
    kept = {a_member(organisation_name=f"Union {n}", country="KE").reference for n in range(5)}
    a_member(country="KE", status=MemberStatus.CLOSED)
    a_member(country="CH")
    client = signed_in(officer())

    rows = exported(client, "?region=AFR&p=999")

    assert {row["Reference"] for row in rows} == kept


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_says_at_the_field_that_the_disk_is_full_and_records_nothing(kind, monkeypatch):
    monkeypatch.setattr("triage.spreadsheets.services.exports.MAX_IN_MEMORY", 1)
    a_member(about="About us. " * 1000)
    client = signed_in(officer())

    with room_for(1000):
        page = client.post(EXPORT, {"format": kind})

    assert page.status_code == 503
    [error] = page.context["form"].errors["format"]
    assert error == (
        "The file could not be written because the portal's disk is full. Nothing was exported. "
        "Contact the people who run the portal, or filter the list to fewer rows."
    )
    assert Export.objects.count() == 0
    assert len(exported(client)) == 1


def test_export_has_what_was_searched_for_and_records_a_search_without_its_words():
    a_member(organisation_name="Union of Radio")
    a_member(organisation_name="Other")
    client = signed_in(officer())

    rows = exported(client, "?q=Radio&view=all&category__exact=academia")

    assert [row["Organisation"] for row in rows] == ["Union of Radio"]
    export = Export.objects.get()
    assert export.filters == "category: Academia · a search"
    assert export.row_count == 1


@pytest.mark.parametrize(("kind", "type_"), [("csv", "text/csv"), ("xlsx", "spreadsheetml.sheet")])
def test_export_is_a_file_that_nobody_keeps_named_for_what_and_when(kind, type_):
    client = signed_in(officer())

    response = client.post(EXPORT, {"format": kind})

    assert list(response.streaming_content) != []
    day = timezone.localdate().isoformat()
    named = rf'attachment; filename="expressions-of-interest-{day}-[0-9]{{4}}\.{kind}"'
    assert re.fullmatch(named, response.headers["Content-Disposition"])
    assert response.headers["Content-Type"].endswith(type_)
    assert "no-store" in response.headers["Cache-Control"]


def test_export_of_a_coordinator_who_may_is_of_their_area_alone():
    mine, other = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    of_mine = a_member(status=MemberStatus.ADMITTED, focus_area=mine)
    a_member(status=MemberStatus.ADMITTED, focus_area=other)
    a_member()
    client = signed_in(may(coordinator(mine), "export_member"))

    rows = exported(client, "?view=all")

    assert [row["Reference"] for row in rows] == [of_mine.reference]


def test_export_and_its_page_ask_as_often_for_three_files_as_for_one(django_assert_num_queries):
    client = signed_in(officer())
    for number in (1, 2):
        for _n in range(number):
            a_member(assignee=UserFactory())

        with django_assert_num_queries(EXPORT_QUERIES):
            exported(client)
        assert queries_of(client, EXPORT) == PAGE_QUERIES


def test_log_of_an_export_tells_nothing_of_it(caplog):
    a_member(organisation_name="Secret Union")
    client = signed_in(officer(email="amina@example.org"))

    with caplog.at_level(logging.DEBUG):
        exported(client, "?q=Secret")

    assert "Secret" not in caplog.text
    assert "focal-point" not in caplog.text
