"""The main links lead to needs and offers once enough were published, in the place of the data."""

import re

from django.core.cache import caches
from pytest_django.asserts import assertContains, assertNotContains

from tests.factories.opportunities import OpportunityFactory

DATA, OPPORTUNITIES = ("/en/data/", "Data"), ("/en/opportunities/", "Opportunities")


def main_links(client, address="/en/accessibility/"):
    """Return which of the two the header offers: on a wide screen, and in the menu."""
    caches["calls"].clear()
    page = client.get(address).text
    header = page[page.index("<header>") : page.index("</header>")]
    links = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', header)
    return [link for link in links if link in (DATA, OPPORTUNITIES)]


def test_header_offers_needs_and_offers_once_so_many_are_published(client, settings):
    settings.OPPORTUNITIES_SHOWN_FROM = 2
    OpportunityFactory(status="expired")
    OpportunityFactory(status="sent")

    before = main_links(client)
    OpportunityFactory()
    after = main_links(client)

    assert before == [DATA, DATA]
    assert after == [OPPORTUNITIES, OPPORTUNITIES]
    assert main_links(client, "/en/no-such-page/") == [DATA, DATA]


def test_foot_the_list_and_the_register_lead_to_the_data_in_any_case(client, settings):
    settings.OPPORTUNITIES_SHOWN_FROM = 0

    assert main_links(client) == [OPPORTUNITIES, OPPORTUNITIES]
    for address in ("/en/accessibility/", "/en/opportunities/", "/en/commitments/"):
        assertContains(client.get(address), 'href="/en/data/"')


def test_focus_area_leads_to_its_needs_and_offers(client, settings, area):
    address, link = f"/en/focus-areas/{area.slug}/", f"/en/opportunities/?area={area.slug}"
    assertNotContains(client.get(address), link)
    settings.OPPORTUNITIES_SHOWN_FROM = 0

    assertContains(client.get(address), link)


def test_header_takes_no_query(client, settings, django_assert_num_queries):
    settings.OPPORTUNITIES_SHOWN_FROM = 0

    with django_assert_num_queries(0):
        assertContains(client.get("/en/accessibility/"), "/en/opportunities/")
