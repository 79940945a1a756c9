"""The public page of a country."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from commitments.models import CommitmentStatus
from members.services.countries import choices, codes_by_slug, slug_of
from opportunities.models import OpportunityKind
from tests.factories import (
    CommitmentFactory,
    MeetingFactory,
    MemberFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    PlaceFactory,
)

pytestmark = pytest.mark.django_db
PAGE = "/en/countries/malawi/"


def listed_member(name, country="MW", **facts):
    facts = {"status": "admitted", "publication_consent": True, **facts}
    return MemberFactory(organisation_name=name, country=country, **facts)


def commitment(title, country="MW", **facts):
    row = CommitmentFactory(title=title, **{"status": CommitmentStatus.PUBLISHED, **facts})
    PlaceFactory(commitment=row, country=country)
    return row


def need(title, country="MW", **facts):
    row = OpportunityFactory(title=title, **facts)
    OpportunityPlaceFactory(opportunity=row, country=country)
    return row


def titles(rows):
    return [row.commitment.title for row in rows]


def test_every_country_has_an_address_of_its_own():
    codes = [code for code, _name in choices("en")]

    assert [codes_by_slug()[slug_of(code)] for code in codes] == codes


@pytest.mark.parametrize("former", ["nauru", "nr"])
def test_former_name_and_code_lead_to_the_present_name(client, former):
    response = client.get(f"/en/countries/{former}/")

    assert (response.status_code, response["Location"]) == (301, "/en/countries/naoero/")


def test_unknown_country_is_not_there(client):
    assert client.get("/en/countries/atlantis/").status_code == 404


def test_country_page_has_what_names_the_country_alone(client):
    commitment("Schools online")
    commitment("In another country", "ZM")
    commitment("Not public yet", status=CommitmentStatus.SUBMITTED)
    need("Teachers wanted")
    need("Wanted elsewhere", "ZM")
    need("Offered", kind=OpportunityKind.OFFER)
    listed_member("Regulatory Authority")
    listed_member("Elsewhere", "ZM")
    listed_member("Not listed", publication_consent=False)

    response = client.get(PAGE)

    assert titles(response.context["commitments"]) == ["Schools online"]
    assert [row.opportunity.title for row in response.context["needs"]] == ["Teachers wanted"]
    assert [each.organisation_name for each in response.context["members"]] == [
        "Regulatory Authority"
    ]
    assertContains(response, "Malawi in the coalition")
    assertContains(response, "Landlocked developing country (LLDC)")
    assertContains(response, 'href="/en/commitments/?country=MW"')
    assertContains(response, "1 commitment that names Malawi")
    assertContains(response, "1 open need of Malawi")
    assertContains(response, "1 member in Malawi")
    assertContains(response, "http://testserver/en/countries/malawi/")


def test_country_page_names_the_first_rows_and_counts_all(client):
    for number in range(12):
        commitment(f"Promise {number}")
        need(f"Need {number}")
        listed_member(f"Member {number:02}")

    response = client.get(PAGE)

    shown = [len(response.context[name]) for name in ("commitments", "needs", "members")]
    assert shown == [10, 5, 10]
    assertContains(response, "All 12 commitments that name Malawi")
    assertContains(response, "All 12 open needs of Malawi")
    assertContains(response, "All 12 members in Malawi")


def test_country_page_without_anything_says_so_in_words(client):
    response = client.get("/en/countries/tuvalu/")

    assertContains(response, "No commitment names Tuvalu yet.")
    assertContains(response, "No open need names Tuvalu.")
    assertContains(response, "No member in Tuvalu is listed yet.")
    assertContains(response, 'href="/en/expression-of-interest/"')
    assertNotContains(response, 'id="results"')
    assertNotContains(response, 'id="money"')


def test_country_page_has_the_next_public_meetings(client):
    soon = timezone.now() + timedelta(days=3)
    MeetingFactory(title="Public", is_public=True, starts_at=soon)
    MeetingFactory(title="Private", starts_at=soon)

    response = client.get(PAGE)

    months = response.context["months"]
    assert [entry.meeting.title for month in months for entry in month.entries] == ["Public"]


def test_country_page_is_in_the_language_of_its_address(client):
    response = client.get("/fr/countries/cote-divoire/")

    assert response.context["country"] == "Côte d’Ivoire"


def test_queries_do_not_grow_with_the_rows(client, django_assert_num_queries):
    def fill(number):
        for _n in range(number):
            commitment("Promise")
            need("Need")
            listed_member("Member")

    fill(1)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    fill(2)
    with django_assert_num_queries(len(one)):
        client.get(PAGE)
