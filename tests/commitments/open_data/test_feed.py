"""The feed of the register: what changed last, with the filters of the register."""

from datetime import timedelta

import pytest
from lxml import etree

from commitments.models import CommitmentEvent, CommitmentStatus, EventKind
from tests.commitments.open_data.hard_cases import a_commitment
from tests.commitments.open_data.reading import body, get
from tests.factories import NOON, CommitmentEventFactory, PlaceFactory

ATOM = {"a": "http://www.w3.org/2005/Atom"}
FEED = "/en/commitments/changes.atom"


def read(address=FEED):
    return etree.fromstring(body(get(address)))


def texts(feed, path):
    return [str(found) for found in feed.xpath(path, namespaces=ATOM)]


def change(commitment, kind, hours, **facts):
    CommitmentEventFactory(
        commitment=commitment, kind=kind, at=NOON + timedelta(hours=hours), **facts
    )


def test_newest_change_comes_first_and_says_what_happened():
    first, second, third = (a_commitment(f"C-00000{number}") for number in (1, 2, 3))
    change(first, EventKind.PUBLISHED, 1, is_shared=True)
    change(second, EventKind.PUBLISHED, 2, is_shared=True)
    change(third, EventKind.PUBLISHED, 3, is_shared=True)
    change(first, EventKind.REPORT_PUBLISHED, 4, is_shared=True)
    change(second, EventKind.CHANGED, 5, is_shared=True)
    # Nobody but staff sees a note, and what was undone.
    change(third, EventKind.NOTE_ADDED, 6, is_shared=False)
    change(third, EventKind.SUPERSEDED, 7, is_shared=False)

    feed = read()

    assert texts(feed, "a:entry/a:title/text()") == [
        "Title of C-000002",
        "Title of C-000001",
        "Title of C-000003",
    ]
    assert [text.split(" · ")[0] for text in texts(feed, "a:entry/a:summary/text()")] == [
        "New version published",
        "Report published",
        "Published",
    ]
    assert texts(feed, "a:updated/text()") == ["2021-10-25T17:00:00+00:00"]


def test_entry_has_a_stable_id_a_page_and_what_readers_look_for():
    commitment = a_commitment("C-000001", ends=NOON.date() + timedelta(days=400))
    PlaceFactory(commitment=commitment, country="KE")

    in_english, in_french = read(), read("/fr/commitments/changes.atom")

    ids = [texts(feed, "a:entry/a:id/text()") for feed in (in_english, in_french)]
    assert ids[0] == ids[1] == ["tag:testserver,2021-10-24:/commitments/C-000001/"]
    assert texts(in_french, "a:entry/a:link/@href") == [
        "http://testserver/fr/commitments/C-000001/"
    ]
    assert texts(in_english, "a:entry/a:category/@term") == [
        "Connecting People Everywhere",
        "Programmatic",
    ]
    assert texts(in_english, "a:entry/a:author/a:name/text()") == [
        commitment.lead.organisation_name
    ]
    assert texts(in_english, "a:entry/a:summary/text()") == [
        f"Published · {commitment.lead.organisation_name} · Kenya · by 29 Nov 2022"
    ]
    assert in_french.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"


def test_feed_has_the_filters_of_the_register_and_names_itself():
    for reference, country in (("C-000001", "KE"), ("C-000002", "TZ")):
        PlaceFactory(commitment=a_commitment(reference), country=country)

    feed = read(f"{FEED}?country=KE")

    assert texts(feed, "a:title/text()") == ["Commitments: Kenya"]
    assert texts(feed, "a:entry/a:title/text()") == ["Title of C-000001"]
    assert texts(feed, "a:link[@rel='self']/@href") == [f"http://testserver{FEED}?country=KE"]
    assert texts(feed, "a:link[@rel='alternate']/@href") == [
        "http://testserver/en/commitments/?country=KE"
    ]


def test_wrong_filter_is_refused():
    response = get(f"{FEED}?country=XX")

    assert (response.status_code, response.content) == (
        400,
        b"'XX' is not a value of this filter.\n",
    )


def test_feed_has_only_public_commitments_and_no_personal_data():
    a_commitment("C-HIDDEN", status=CommitmentStatus.SUBMITTED, submitted_at=NOON)
    hidden = CommitmentEvent.objects.get()

    assert hidden.note.startswith("Zyxwvut")
    assert texts(read(), "a:entry/a:title/text()") == []


def test_feed_is_sent_once_until_something_changes(monkeypatch):
    commitment = a_commitment("C-000001")
    first = get(FEED)

    same = get(FEED, **{"If-None-Match": first["ETag"]})
    change(commitment, EventKind.CHANGED, 1, is_shared=True)
    after = get(FEED, **{"If-None-Match": first["ETag"]})

    assert first["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "Content-Disposition" not in first
    assert (same.status_code, after.status_code) == (304, 200)


def test_text_that_xml_does_not_allow_and_markup_stay_text():
    a_commitment("C-000001", title="A\x0bB <b>C</b>")

    assert texts(read(), "a:entry/a:title/text()") == ["A B <b>C</b>"]


def test_feed_has_fifty_entries_in_a_fixed_number_of_queries(django_assert_num_queries):
    for number in range(51):
        PlaceFactory(commitment=a_commitment(f"C-{number:06}"))

    # Two for the entity tag, two for the entries.
    with django_assert_num_queries(4):
        feed = read()

    assert len(feed.xpath("a:entry", namespaces=ATOM)) == 50


@pytest.mark.parametrize("query", ["", "?country=KE"])
def test_page_of_the_register_names_its_feed(query):
    page = get(f"/en/commitments/{query}").content.decode()

    assert (
        f'<link rel="alternate" type="application/atom+xml" title="Commitments" '
        f'href="{FEED}{query}">' in page
    )
    assert f'<a href="{FEED}{query}">Atom</a>' in page
