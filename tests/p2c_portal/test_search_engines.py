"""robots.txt and the sitemaps: all public pages, and no other address."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.core.paginator import Paginator
from django.test import Client
from django.urls import reverse

from commitments.models import PUBLIC, Commitment, CommitmentStatus
from focus_areas.models import FocusArea
from framework.models import DraftStatus, Framework
from meetings.models import MeetingStatus
from members.models import MemberStatus
from p2c_portal.search_engines import SITEMAPS, PageSitemap, PublicSitemap
from tests.eoi.own import address_of, own_person
from tests.factories import CommitmentFactory, FrameworkDraftFactory, MeetingFactory, MemberFactory
from tests.factories.noon import NOON
from tests.factories.opportunities import OpportunityFactory
from tests.language_switch import LANGUAGES
from tests.p2c_portal.test_sharing import SHARED_PAGES, elements_of

NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}
SITE = "http://testserver"


def found_in(response, path):
    return ElementTree.fromstring(response.content).findall(path, NAMES)  # noqa: S314


def pages_of(response):
    """Return each page of a sitemap with its other languages."""
    return {
        url.find("s:loc", NAMES).text: {
            link.get("hreflang"): link.get("href") for link in url.findall("x:link", NAMES)
        }
        for url in found_in(response, "s:url")
    }


def all_pages(client):
    index = client.get("/sitemap.xml")
    addresses = [each.text for each in found_in(index, "s:sitemap/s:loc")]
    found = {}
    for address in addresses:
        found |= pages_of(client.get(address.removeprefix(SITE)))
    return found


def test_index_lists_each_sitemap(client):
    response = client.get("/sitemap.xml")

    addresses = [each.text for each in found_in(response, "s:sitemap/s:loc")]
    assert addresses == [f"{SITE}/sitemap-{section}.xml" for section in SITEMAPS]
    assert response["Content-Type"] == "application/xml"
    assert response["Cache-Control"] == "public, max-age=3600"


def test_sitemaps_list_every_public_page_as_its_own_head_does(client):
    # The page of a country is listed once a member there is.
    MemberFactory(status=MemberStatus.ADMITTED, publication_consent=True, country="RW")
    listed = all_pages(client)

    for address in SHARED_PAGES:
        page = elements_of(client.get(address))
        # A page may also have a news feed, of no language.
        languages = [each for each in page.of("link", rel="alternate") if "hreflang" in each]
        assert listed[f"{SITE}{address}"] == {each["hreflang"]: each["href"] for each in languages}


def test_every_page_in_the_sitemaps_opens_and_is_for_search_engines(client):
    for address in all_pages(client):
        response = client.get(address.removeprefix(SITE))

        assert (address, response.status_code) == (address, 200)
        page = elements_of(response)
        assert page.of("meta", name="robots") == []
        assert [each["href"] for each in page.of("link", rel="canonical")] == [address]


def test_address_without_a_language_leads_to_the_page_in_the_language_of_the_visitor(client):
    default = all_pages(client)[f"{SITE}/en/calendar/"]["x-default"]

    response = client.get(default.removeprefix(SITE), headers={"accept-language": "fr"})

    assert (response.status_code, response["Location"]) == (302, "/fr/calendar/")


def test_sitemap_is_divided_into_pages(client, monkeypatch):
    monkeypatch.setattr(PageSitemap, "limit", 3)

    addresses = [each.text for each in found_in(client.get("/sitemap.xml"), "s:sitemap/s:loc")]

    number = Paginator(PageSitemap()._items(), 3).num_pages
    pages = [address for address in addresses if "/sitemap-pages.xml" in address]
    assert pages == [
        f"{SITE}/sitemap-pages.xml",
        *(f"{SITE}/sitemap-pages.xml?p={page}" for page in range(2, number + 1)),
    ]
    assert len(pages_of(client.get(pages[1].removeprefix(SITE)))) == 3
    assert PublicSitemap.limit == 5000


@pytest.mark.parametrize(
    "address",
    ["/sitemap-members-x.xml", "/sitemap-pages.xml?p=99", "/sitemap-pages.xml?p=x"],
)
def test_sitemap_that_does_not_exist_is_a_404(client, address):
    assert client.get(address).status_code == 404


def test_sitemap_of_meetings_has_the_public_ones_with_the_time_of_their_last_change(client):
    before = pages_of(client.get("/sitemap-meetings.xml"))
    changed = NOON + timedelta(days=9_000)
    to_come = MeetingFactory(is_public=True, changed_at=changed)
    over = MeetingFactory(is_public=True, starts_at=NOON - timedelta(days=900), changed_at=changed)
    MeetingFactory(is_public=False)
    MeetingFactory(is_public=True, status=MeetingStatus.DRAFT)

    response = client.get("/sitemap-meetings.xml")

    assert [page for page in pages_of(response) if page not in before] == [
        f"{SITE}/{language}/calendar/{meeting.uid}/"
        for meeting in (to_come, over)
        for language in LANGUAGES
    ]
    times = [each.text for each in found_in(response, "s:url/s:lastmod")]
    assert times.count(f"{changed:%Y-%m-%d}") == 12


def test_sitemap_of_frameworks_has_those_that_everybody_reads(client):
    drafts = {
        number: FrameworkDraftFactory(framework=Framework.objects.get(focus_area__number=number))
        for number in (1, 2)
    }
    FrameworkDraftFactory(
        framework=Framework.objects.get(focus_area__number=3), status=DraftStatus.PREPARATION
    )
    Framework.objects.exclude(focus_area__number=2).update(is_public=True)

    pages = pages_of(client.get("/sitemap-frameworks.xml"))

    area = drafts[1].framework.focus_area
    assert [*pages] == [
        f"{SITE}/{language}/focus-areas/{area.slug}/framework/" for language in LANGUAGES
    ]


def test_sitemap_of_members_has_those_who_agreed_to_be_listed(client):
    admitted = {"status": MemberStatus.ADMITTED, "focus_area": FocusArea.objects.get(number=1)}
    listed = MemberFactory(publication_consent=True, **admitted)
    MemberFactory(publication_consent=False, **admitted)
    MemberFactory(publication_consent=True, status=MemberStatus.PENDING)

    pages = pages_of(client.get("/sitemap-members.xml"))

    assert [*pages] == [f"{SITE}/{language}/members/{listed.slug}/" for language in LANGUAGES]


def test_sitemap_of_commitments_has_the_public_ones(client):
    area = FocusArea.objects.get(number=1)
    for status in CommitmentStatus:
        CommitmentFactory(status=status, focus_area=area, reference=f"C-{status[:6].upper()}")

    pages = pages_of(client.get("/sitemap-commitments.xml"))

    public = Commitment.objects.filter(status__in=PUBLIC).order_by("pk")
    assert [*pages] == [
        f"{SITE}/{language}/commitments/{each.reference}/"
        for each in public
        for language in LANGUAGES
    ]


def test_sitemap_of_needs_and_offers_has_the_public_ones(client):
    shown = [OpportunityFactory(status=status) for status in ("open", "expired")]
    OpportunityFactory(status="closed_by_staff")

    pages = pages_of(client.get("/sitemap-opportunities.xml"))

    assert [*pages] == [
        f"{SITE}/{language}/opportunities/{each.reference}/"
        for each in shown
        for language in LANGUAGES
    ]


@pytest.mark.parametrize("number", [3, 9])
def test_number_of_queries_does_not_grow_with_the_sitemaps(
    client, django_assert_num_queries, number
):
    area = FocusArea.objects.get(number=1)
    MeetingFactory.create_batch(number, is_public=True, focus_area=area)
    MemberFactory.create_batch(
        number, status=MemberStatus.ADMITTED, publication_consent=True, focus_area=area
    )

    CommitmentFactory.create_batch(number, status=CommitmentStatus.PUBLISHED, focus_area=area)

    OpportunityFactory.create_batch(number, focus_area=area)

    for section in set(SITEMAPS) - {"pages"}:
        with django_assert_num_queries(1):
            client.get(f"/sitemap-{section}.xml")
    # The rows for the number of pages, and those of the meetings for the latest change.
    with django_assert_num_queries(8):
        client.get("/sitemap.xml")


# robots.txt


def rules(client):
    """Return the rules of robots.txt as patterns, with the length that decides between two."""
    text = client.get("/robots.txt").content.decode()
    found = re.findall(r"^(Allow|Disallow): (\S+)$", text, re.MULTILINE)
    return [
        (len(path), kind == "Allow", re.escape(path).replace(r"\$", "$")) for kind, path in found
    ]


def may_visit(path, client):
    """Return whether robots.txt allows a path: the longest rule decides (RFC 9309, 2.2.2)."""
    matching = [rule for rule in rules(client) if re.match(rule[2], path)]
    return max(matching)[1] if matching else True


def test_robots_may_visit_every_public_page_and_what_it_loads(client):
    assert rules(client) != []
    for address in all_pages(client):
        assert (address, may_visit(address.removeprefix(SITE), client)) == (address, True)
    assert may_visit("/static/css/tokens.css", client)


def test_robots_are_asked_to_stay_away_from_private_pages():
    client = Client()
    own = address_of(own_person(), language="fr")
    private = [
        own,
        f"{own}withdraw/",
        reverse("admin:index"),
        reverse("accounts:sign_in"),
        reverse("eoi:recover_link"),
        reverse("eoi:draft", args=["x"]),
        reverse("mailings:subscription", args=["x"]),
        reverse("mailings:unsubscribe", args=["x"]),
        reverse("opportunities:mine"),
        reverse("opportunities:opportunity_by_link", args=["x", "N-8WZC3M"]),
        reverse("opportunities:write", args=["need"]),
        reverse("outbox:delivery_events"),
        reverse("participation:my_page"),
        reverse("participation:private_feed", args=["x"]),
        reverse("participation:working_group", args=["x"]),
        reverse("participation:reply_by_link", args=["no", "x"]),
        reverse("participation:join_by_link", args=["x"]),
        reverse("participation:answer_poll", args=["x"]),
    ]

    assert {path: may_visit(path, client) for path in private} == dict.fromkeys(private, False)


def test_robots_txt_names_the_sitemap_at_the_public_address(client, settings):
    settings.SITE_URL = "https://portal.example"

    response = client.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().endswith("\nSitemap: https://portal.example/sitemap.xml\n")
