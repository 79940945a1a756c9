"""The pages of the public list, and of one need or offer, to every kind of reader."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from opportunities.models import ContactStatus, OpportunityStatus
from opportunities.services.reader import link_to
from tests.factories import FocalPointFactory, MemberFactory, UserFactory
from tests.factories.opportunities import (
    ContactFactory,
    OfferFactory,
    OpportunityEventFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    SupportOfferedFactory,
)
from tests.triage.staff import read, signed_in

LIST = "/en/opportunities/"


def page_of(row):
    return f"{LIST}{row.reference}/"


def a_need(**facts):
    row = OpportunityFactory(**facts)
    OpportunityPlaceFactory(opportunity=row, country="NE")
    SupportOfferedFactory(opportunity=row, kind="training")
    return row


def person_of(member):
    return FocalPointFactory(member=member)


@pytest.fixture
def member():
    return MemberFactory(status="admitted", focus_area__number=1)


@pytest.fixture
def browser(member):
    """The browser of a focal point of `member` who is signed in."""
    return signed_in(UserFactory(email=person_of(member).email, is_staff=False))


def test_list_shows_needs_with_their_files_and_says_that_nobody_is_named(client):
    row = a_need(published_at=timezone.now() - timedelta(days=41))
    ContactFactory(opportunity=row, member__organisation_name="Secret Helpers")

    page = read(client.get(f"{LIST}?country=NE"))

    assert row.title in page
    assert "41 days" in page
    assert "1 offer of help" in page
    assert "None accepted yet" in page
    assert "Who answered is never shown." in page
    assert "Secret Helpers" not in page
    assert "/data/opportunities.csv?country=NE&amp;show=needs" in page
    assert "/data/opportunities.json?country=NE&amp;show=needs" in page


def test_list_without_anything_says_what_will_be_there(client):
    assertContains(client.get(LIST), "Needs and offers appear here once our team has checked")
    assertContains(client.get(f"{LIST}?q=x"), "Nothing here matches these filters.")
    assertContains(client.get(f"{LIST}?show=committed"), "There is none yet.")


def test_filters_are_taken_off_one_by_one_or_all_at_once_in_the_same_tab(client):
    page = read(client.get(f"{LIST}?show=offers&country=NE&q=x"))

    assert 'href="?show=offers&amp;q=x#list">Remove<span class="visually-hidden">: Country' in page
    assert 'href="?show=offers">Show all</a>' in page


def test_list_ignores_and_names_a_wrong_filter(client):
    a_need()

    response = client.get(f"{LIST}?show=all&page=99")

    assertContains(response, "“all” is not a valid filter and was ignored.")
    assertContains(response, "1 to 1 of 1.")


def test_list_leads_a_member_to_its_own(browser, client):
    shown = [read(each.get(LIST)) for each in (browser, client)]

    assert [f'href="{LIST}mine/"' in page for page in shown] == [True, False]


def test_ended_ones_have_waited_and_are_not_marked_late(client):
    a_need(status=OpportunityStatus.EXPIRED)

    page = read(client.get(f"{LIST}?show=ended"))

    assert ">Waited</th>" in page
    assert '<span class="chip is-ended">Expired</span>' in page


def test_offer_for_a_group_names_the_countries_of_the_group(client):
    row = OpportunityFactory(kind="offer")
    OpportunityPlaceFactory(opportunity=row, country="", group="LDC")

    listed, shown = (read(client.get(each)) for each in (f"{LIST}?show=offers", page_of(row)))

    assert "</span> The least developed countries</td>" in listed
    assert "<dd>The least developed countries</dd>" in shown


def test_tab_of_commitments_links_to_them(client):
    row = a_need(status=OpportunityStatus.COMMITTED)

    response = client.get(f"{LIST}?show=committed")

    assertContains(response, f"/en/commitments/{row.commitment.reference}/")


def test_page_shows_the_texts_in_their_language_the_facts_and_what_happened(client):
    row = a_need(
        title="Formation",
        language="fr",
        title_en="Training",
        details="Douze formateurs",
        published_at=timezone.now() - timedelta(days=41),
    )
    OpportunityEventFactory(opportunity=row, kind="published", is_shared=True)
    OpportunityEventFactory(opportunity=row, kind="contacted", is_shared=True, by_name="Ana Lima")
    OpportunityEventFactory(opportunity=row, kind="reported", note="An advertisement")
    OpportunityEventFactory(opportunity=row, kind="published", is_shared=False, note="Undone")

    response = client.get(page_of(row))

    page = read(response)
    assert '<h1 lang="fr" dir="auto">Formation</h1>' in page
    assert 'In English: <bdi lang="en">Training</bdi>' in page
    assert (
        '<blockquote class="quote" lang="fr" dir="auto"><p>Douze formateurs</p></blockquote>'
        in (page)
    )
    assert "Waiting for 41 days." in page
    assert "Without an answer yet" in page
    assert page.count('<p class="small muted">25 October 2021</p>') == 2
    assertContains(response, "A member wrote")
    for hidden in ("Ana Lima", "An advertisement", "Undone"):
        assertNotContains(response, hidden)


def test_visitor_is_offered_to_sign_in_or_to_join(client):
    row = a_need()

    page = read(client.get(page_of(row)))

    assert f'href="{page_of(row)}contact/">Sign in</a>' in page
    assert "How to join" in page
    assert f'href="{page_of(row)}report/"' in page


def test_member_is_offered_to_help_once(browser, member):
    row, other = a_need(), OfferFactory()
    ContactFactory(opportunity=other, member=member, status=ContactStatus.SENT)

    first, second = read(browser.get(page_of(row))), read(browser.get(page_of(other)))

    assert f'href="{page_of(row)}contact/">Offer help</a>' in first
    assert "Your organisation wrote about this on" in second
    assert f"{page_of(other)}contact/" not in second


@pytest.mark.parametrize(
    ("status", "offered"),
    [("open", ["renew", "change", "close"]), ("expired", ["renew"]), ("agreed", [])],
)
def test_own_member_reads_what_it_can_do(browser, member, status, offered):
    row = a_need(member=member, status=status)

    page = read(browser.get(page_of(row)))

    steps = ("renew", "change", "close", "contact", "report")
    assert [step for step in steps if f"{page_of(row)}{step}/" in page] == offered


def test_links_of_a_reader_with_a_private_link_have_it(client, member):
    row = a_need(member=member)
    link = link_to(person_of(member), "opportunity", row.reference)
    address = link.removeprefix(settings.SITE_URL)

    response = client.get(address)

    assert response["X-Robots-Tag"].startswith("noindex")
    assertContains(response, f'href="{address}renew/"')


@pytest.mark.parametrize("status", ["draft", "sent", "question_asked", "closed_by_staff"])
def test_what_is_not_public_does_not_exist_but_to_its_member(client, browser, member, status):
    row = a_need(member=member, status=status)

    assert client.get(page_of(row)).status_code == 404
    assertRedirects(browser.get(page_of(row)), f"{LIST}mine/", fetch_redirect_response=False)


def test_page_of_an_unknown_reference_does_not_exist(browser):
    assert browser.get(f"{LIST}N-ABCDEF/").status_code == 404


def test_files_have_the_rows_of_the_filter(client):
    row = a_need(title="=Formation")
    OpportunityPlaceFactory(opportunity=row, country="BJ")
    ContactFactory(opportunity=row, status=ContactStatus.ACCEPTED)
    OpportunityFactory()
    OpportunityFactory(status="sent")

    of_all = client.get("/data/opportunities.csv")
    lines = client.get("/data/opportunities.csv?country=NE").content.decode().splitlines()
    [only] = json.loads(client.get("/data/opportunities.json?q=" + row.reference).content)["rows"]

    assert len(of_all.content.decode().splitlines()) == 3
    assert len(lines) == 2
    assert f"{row.reference},need,open,'=Formation," in lines[1]
    assert (only["places"], only["support"]) == (["BJ", "NE"], ["training"])
    assert (only["members_that_wrote"], only["is_answered"]) == (1, True)
    assert only["page"] == f"{settings.SITE_URL}/en/opportunities/{row.reference}/"


@pytest.mark.parametrize("query", ["continent=AFR", "country=XX", "show=all"])
def test_file_refuses_an_unknown_filter(client, query):
    assert client.get(f"/data/opportunities.csv?{query}").status_code == 400
