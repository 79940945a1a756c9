"""What the header of each page offers: the form while a call is open, and else the next call."""

import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone
from pytest_django.asserts import assertContains

from members.models import Call
from members.services.calls import add_call
from tests.factories import CallFactory, UserFactory


def offers_of(client, address):
    """What the header offers about a call: on a wide screen, and in the menu of a narrow one."""
    caches["calls"].clear()
    page = client.get(address).text
    header = page[page.index("<header>") : page.index("</header>")]
    return [
        (link, words)
        for link, words in re.findall(r'<a [^>]*href="([^"]+)"[^>]*>([^<]+)</a>', header)
        if "/expression-of-interest/" in link
    ]


FORM, NEXT_CALL = "/en/expression-of-interest/", "/en/expression-of-interest/next-call/"
TO_THE_FORM, TO_THE_ALERT = (
    (FORM, "Express your interest"),
    (
        NEXT_CALL,
        "Tell me about the next call",
    ),
)


@pytest.mark.parametrize(
    ("opens", "grace_ends", "offer"),
    [(-1, 1, TO_THE_FORM), (1, 2, TO_THE_ALERT), (-2, 0, TO_THE_ALERT), (None, 0, TO_THE_ALERT)],
)
def test_header_offers_the_form_while_a_call_is_open_and_else_the_next_call(
    client, opens, grace_ends, offer
):
    Call.objects.all().delete()
    if opens is not None:
        now = timezone.now()
        CallFactory(
            opens_at=now + timedelta(days=opens),
            closes_at=now + timedelta(days=opens, minutes=1),
            grace_ends_at=now + timedelta(days=grace_ends),
        )

    assert offers_of(client, "/en/accessibility/") == [offer, offer]
    assert offers_of(client, offer[0]) == [offer]
    assert offers_of(client, "/en/no-such-page/") == []


def test_header_shows_a_change_of_a_call_at_once(client, django_capture_on_commit_callbacks):
    Call.objects.all().delete()
    offers_of(client, "/en/accessibility/")
    now = timezone.now()

    with django_capture_on_commit_callbacks(execute=True):
        add_call(
            title_en="Call",
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=1),
            grace_ends_at=now + timedelta(days=1),
            contact_email="call@example.org",
            by=UserFactory(),
            at=now,
        )

    assertContains(client.get("/en/accessibility/"), "Express your interest")
