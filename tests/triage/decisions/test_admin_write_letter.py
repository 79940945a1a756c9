"""The page on which an officer writes to one organisation, without a decision."""

import pytest

from members.models import MemberStatus, TimelineEntry
from outbox.models import Message
from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.decisions.decisions import as_shown, ticked
from tests.triage.staff import address, officer, read, signed_in

pytestmark = pytest.mark.django_db
PAGE = "write_letter"


@pytest.fixture
def client():
    return signed_in(officer())


@pytest.fixture
def member():
    member = MemberFactory(status=MemberStatus.ADMITTED)
    FocalPointFactory(member=member, email="ada@example.org", language="fr")
    return member


def test_letter_is_previewed_sent_and_shown_on_the_timeline(client, member):
    sent = as_shown(client, PAGE, member, text="Bonjour à Genève.", reasons=ticked("what-it-does"))

    preview = client.post(address(PAGE, member), {**sent, "show_letter": 1}).text
    client.post(address(PAGE, member), {**sent, "decide": 1})

    letter = Message.objects.get()
    assert "Bonjour à Genève." in preview
    assert (letter.recipient, letter.language) == ("ada@example.org", "fr")
    assert "Bonjour à Genève." in letter.body
    page = read(client.get(address("change", member)))
    assert "Letter sent" in page
    assert "Bonjour à Genève." in page


def test_letter_that_is_posted_twice_is_sent_once(client, member):
    sent = as_shown(client, PAGE, member, text="Hello")

    answers = [client.post(address(PAGE, member), {**sent, "decide": 1}) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 409]
    assert Message.objects.count() == TimelineEntry.objects.count() == 1


def test_letter_needs_a_text_and_cannot_be_left_out(client, member):
    page = client.get(address(PAGE, member)).text

    answer = client.post(address(PAGE, member), {"version": member.version, "decide": 1})

    assert "Do not send an email" not in page
    assert answer.status_code == 422
    assert "Choose a standard text above, or write your own." in answer.text
    assert not Message.objects.exists()


def test_letter_is_not_offered_once_the_personal_data_is_deleted(client):
    emptied = FocalPointFactory(
        member__status=MemberStatus.CLOSED, member__personal_data_deleted_at="2021-10-25T12:00Z"
    ).member

    assert address(PAGE, emptied) not in client.get(address("change", emptied)).text
