"""What the organisation sees and can do while a decision can still be undone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import Member, MemberStatus
from members.services.decisions import (
    admit_to_focus_area,
    close_without_letter,
    decline,
    record_answer,
    request_information,
)
from members.services.private_links import token_for_object
from members.services.undo import undo_decision
from outbox.models import Message
from tests.eoi.own import address_of, own_person
from tests.eoi.test_expression_correct import confirmed
from tests.factories import FocusAreaFactory, RoleTransferFactory, UserFactory

pytestmark = pytest.mark.usefixtures("undo_is_on")
ASKED = MemberStatus.INFORMATION_REQUESTED
ONE_MINUTE, THREE_MINUTES = timedelta(minutes=1), timedelta(minutes=3)
DECIDE = {
    "admit": lambda **who: admit_to_focus_area(
        focus_area=FocusAreaFactory(number=1), role="participant", **who
    ),
    "decline": decline,
    "close": lambda **who: close_without_letter(reason="abandoned", **who),
}


@pytest.fixture
def asked():
    return own_person(ASKED)


def decided(decision, person, *, ago=ONE_MINUTE, **facts):
    service = DECIDE.get(decision, decision)
    service(member=person.member, by=UserFactory(), at=timezone.now() - ago, **facts)
    person.refresh_from_db()
    return person


def told(client, person, step=""):
    """What a page says, without the tokens that each page has of its own."""
    response = client.get(address_of(person, step))
    assert response.status_code == 200
    return response.context


def standing_of(client, person):
    standing = told(client, person)["standing"]
    return (
        [(step.name, step.place) for step in standing.steps],
        [event.what for event in standing.happened],
        [str(action.label) for action in told(client, person)["actions"]],
        standing.question and standing.question.note,
    )


@pytest.mark.parametrize("decision", DECIDE)
def test_status_page_shows_a_decision_once_it_has_settled(client, decision):
    recent, settled, open_one = own_person(), own_person(), own_person()
    decided(decision, recent)
    decided(decision, settled, ago=THREE_MINUTES)

    before = standing_of(client, open_one)

    assert standing_of(client, recent) == before
    assert standing_of(client, settled) != before


def test_status_page_asks_for_information_once_the_request_has_settled(client):
    recent, settled, open_one = own_person(), own_person(), own_person()
    decided(request_information, recent, missing="Which ministry are you?")
    decided(request_information, settled, missing="Which ministry are you?", ago=THREE_MINUTES)

    assert standing_of(client, recent) == standing_of(client, open_one)
    assert standing_of(client, settled)[-1] == "Which ministry are you?"
    # The page of the answer leads back, because nothing was asked.
    assert client.get(address_of(recent, "answer")).status_code == 302


def test_undone_request_is_never_shown(client, asked):
    asker = UserFactory(is_superuser=True)
    at = timezone.now() - ONE_MINUTE
    record_answer(member=asked.member, answer="By phone.", by=asker, at=at)
    request_information(member=asked.member, missing="Another question?", by=asker, at=at)
    undo_decision(member=asked.member, by=asker, at=timezone.now())

    question = standing_of(client, asked)[-1]

    assert question == "Which ministry are you?"


def test_status_page_takes_one_more_query_while_a_decision_can_be_undone(client):
    def queries(person):
        with CaptureQueriesContext(connection) as found:
            client.get(address_of(person))
        return len(found)

    recent, open_one = own_person(), own_person()
    decided("decline", recent)

    # The property reads the row of the history each time.
    assert queries(recent) <= queries(open_one) + 4


@pytest.mark.parametrize("decision", DECIDE)
def test_answer_is_refused_without_telling_of_the_decision(client, asked, decision):
    question = asked.member.timeline.get().pk
    decided(decision, asked)
    version, letters = asked.member.version, Message.objects.count()

    response = client.post(
        address_of(asked, "answer"), {"answer": "The Ministry of Health.", "question": question}
    )

    page = response.content.decode()
    assert response.status_code == 409
    assert "We are working on this expression of interest at the moment." in page
    assert "no longer waiting" not in page
    assert response.context["form"]["answer"].value() == "The Ministry of Health."
    assert response.context["question"].note == "Which ministry are you?"
    assert Member.objects.get(pk=asked.member_id).version == version
    assert Message.objects.count() == letters


@pytest.mark.parametrize("decision", ["decline", "close"])
def test_withdrawal_is_refused_without_telling_of_the_decision(client, decision):
    person = own_person()
    decided(decision, person)
    version = Member.objects.get(pk=person.member_id).version

    assert told(client, person, "withdraw")["is_open"]
    response = client.post(
        address_of(person, "withdraw"), {"reason": "We merged.", "version": version}
    )

    page = response.content.decode()
    assert response.status_code == 409
    assert "We are working on this expression of interest at the moment." in page
    assert response.context["refusal"].title == "Not withdrawn yet"
    assert Member.objects.get(pk=person.member_id).version == version


@pytest.mark.parametrize("decision", DECIDE)
def test_correction_is_refused_without_telling_of_the_decision(client, decision):
    person = own_person(phone="+41227305111", position="Director")
    typed = confirmed(client, person, acronym="NEW")
    decided(decision, person)
    before = Member.objects.filter(pk=person.member_id).values().get()

    response = client.post(address_of(person, "correct"), typed)

    words = response.content.decode()
    assert response.status_code == 409
    assert "We are working on this expression of interest at the moment." in words
    assert 'value="NEW"' in words
    assert Member.objects.filter(pk=person.member_id).values().get() == before


@pytest.mark.parametrize("decision", ["decline", "close"])
def test_address_can_be_confirmed_and_a_role_transferred_until_the_decision_settles(
    client, decision
):
    person = own_person(confirmed_at=None)
    decided(decision, person)

    response = client.post(address_of(person, "confirm"))

    assert response.status_code == 302
    assert not told(client, person, "hand-over")["has_ended"]


def test_successor_can_accept_a_role_until_a_decline_settles(client):
    recent, settled = own_person(), own_person()
    decided("decline", recent)
    decided("decline", settled, ago=THREE_MINUTES)

    statuses = []
    for person in (recent, settled):
        asked = RoleTransferFactory(
            focal_point=person, expires_at=timezone.now() + timedelta(days=1)
        )
        address = f"/en/expression-of-interest/role/{token_for_object(asked)}/"
        statuses.append(client.get(address).status_code)

    assert statuses == [200, 404]
