"""Reports by anybody that a need or an offer is unsuitable."""

import pytest
from django.core import mail
from pytest_django.asserts import assertContains, assertRedirects

from core.rate_limits import TooManyAttempts
from opportunities.models import EventKind, OpportunityEvent
from opportunities.services.reporting import REPORTS_PER_NETWORK, report
from outbox.models import Message
from tests.factories import NOON
from tests.factories.opportunities import OpportunityFactory


def page_of(row):
    return f"/en/opportunities/{row.reference}/report/"


def stored():
    return list(OpportunityEvent.objects.values_list("kind", "note", "by_name", "is_shared"))


def test_report_is_an_internal_event_and_writes_to_nobody(
    django_capture_on_commit_callbacks,
):
    row = OpportunityFactory()

    with django_capture_on_commit_callbacks(execute=True):
        report(opportunity=row, text="An advertisement", at=NOON, network="198.51.100.7")

    assert stored() == [(EventKind.REPORTED, "An advertisement", "", False)]
    row.refresh_from_db()
    assert (row.status, row.version) == ("open", 1)
    assert (Message.objects.count(), mail.outbox) == (0, [])


def test_reports_of_one_network_are_limited_and_nothing_more_is_written():
    row = OpportunityFactory()
    for _number in range(REPORTS_PER_NETWORK):
        report(opportunity=row, text="Fraud", at=NOON, network="198.51.100.7")

    with pytest.raises(TooManyAttempts):
        report(opportunity=row, text="Fraud", at=NOON, network="198.51.100.7")
    report(opportunity=row, text="Fraud", at=NOON, network="203.0.113.9")

    assert len(stored()) == REPORTS_PER_NETWORK + 1


def test_page_stores_the_reason_and_says_what_happens(client):
    row = OpportunityFactory()

    assertContains(client.get(page_of(row)), row.title)
    response = client.post(page_of(row), {"text": " Fraud "})

    assertRedirects(response, f"{page_of(row)}?sent=1", fetch_redirect_response=False)
    assertContains(client.get(f"{page_of(row)}?sent=1"), "Until then, everybody still sees")
    assert stored() == [(EventKind.REPORTED, "Fraud", "", False)]


@pytest.mark.parametrize(
    ("text", "error"),
    [("", "Say why it is unsuitable"), ("x" * 501, "at most 500 characters")],
)
def test_page_keeps_what_was_typed_beside_the_error(client, text, error):
    row = OpportunityFactory()

    response = client.post(page_of(row), {"text": text})

    assertContains(response, error, count=2, status_code=422)
    assertContains(response, f"{text}</textarea>", status_code=422)
    assert stored() == []


def test_page_refuses_too_many_of_one_network_and_keeps_the_text(client):
    row = OpportunityFactory()
    browser = {"REMOTE_ADDR": "198.51.100.7"}
    for _number in range(REPORTS_PER_NETWORK):
        client.post(page_of(row), {"text": "Fraud"}, **browser)

    response = client.post(page_of(row), {"text": "Once more"}, **browser)

    assert response["Retry-After"]
    assertContains(response, "Too many attempts", status_code=429)
    assertContains(response, "Once more</textarea>", status_code=429)
    assert len(stored()) == REPORTS_PER_NETWORK


def test_what_a_robot_typed_is_answered_and_not_stored(client):
    row = OpportunityFactory()

    response = client.post(page_of(row), {"text": "Buy", "leave_empty": "x"})

    assert response.status_code == 302
    assert stored() == []


def test_what_is_not_public_cannot_be_reported(client):
    row = OpportunityFactory(status="sent")

    assert client.get(page_of(row)).status_code == 404
    assert client.post(page_of(row), {"text": "Fraud"}).status_code == 404
    assert stored() == []
