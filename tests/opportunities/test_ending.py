"""Needs and offers are renewed, closed with the result, withdrawn, or expire."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.conflicts import Conflict, NothingChanged
from members.models import Member
from members.services.conflicts import WrongStatus
from opportunities.models import Opportunity, OpportunityStatus
from opportunities.services import ending
from opportunities.services.ending import (
    ANSWER_WITHIN,
    OPEN_FOR,
    ask_and_expire,
    close_with_result,
    renew,
    withdraw,
)
from outbox.models import Message, MessageStatus
from tests.factories import NOON, ContactFactory, FocalPointFactory
from tests.opportunities.contacting import (
    a_need,
    a_person,
    events_of,
    leave,
    mail,
    text_of,
)
from tests.refusals import refused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
STEPS = {
    "renew": renew,
    "close": lambda **facts: close_with_result(result=OpportunityStatus.AGREED, **facts),
    "withdraw": withdraw,
}


def due(**facts):
    """Return a need whose 60 days are over, and the focal point of its member."""
    return a_need(open_until=NOON, **facts)


def state_of(need):
    need.refresh_from_db()
    return need.status, need.open_until, need.renewal_asked_at, need.ended_at


def test_need_is_renewed_for_60_days_and_waits_from_its_publication():
    need, person = due()
    ask_and_expire(at=NOON)

    renew(opportunity=need, by=person, at=NOON + DAY, version=2)

    assert state_of(need) == ("open", NOON + DAY + OPEN_FOR, None, None)
    assert (need.version, need.waiting_days(NOON + DAY)) == (3, 4)
    assert events_of(need) == [("renewal_asked", ""), ("renewed", person.full_name)]
    # The mail that asks was not sent yet, and is not sent any more.
    assert mail() == []


def test_expired_need_is_renewed():
    need, person = due(renewal_asked_at=NOON - ANSWER_WITHIN)
    ask_and_expire(at=NOON)

    renew(opportunity=need, by=person, at=NOON + DAY)

    assert state_of(need) == ("open", NOON + DAY + OPEN_FOR, None, None)


def test_second_click_renews_nothing():
    need, person = due()
    renew(opportunity=need, by=person, at=NOON)

    with pytest.raises(NothingChanged):
        renew(opportunity=need, by=person, at=NOON + SECOND)

    assert state_of(need) == ("open", NOON + OPEN_FOR, None, None)
    assert len(events_of(need)) == 1


@pytest.mark.parametrize("result", ["agreed", "nothing"])
@pytest.mark.parametrize("status", ["open", "expired"])
def test_need_is_closed_with_its_result(status, result):
    need, person = a_need(status=status)

    close_with_result(
        opportunity=need, result=OpportunityStatus(result), by=person, at=NOON, version=1
    )

    assert state_of(need) == (result, NOON + timedelta(days=57), None, NOON)
    assert events_of(need) == [(result, person.full_name)]


def test_closing_discards_the_change_ends_contacts_and_cancels_the_question():
    need, person = due(proposed={"title": "Other"})
    contact = ContactFactory(opportunity=need, member=a_person().member)
    ask_and_expire(at=NOON)

    close_with_result(opportunity=need, result=OpportunityStatus.NOTHING, by=person, at=NOON)

    need.refresh_from_db()
    contact.refresh_from_db()
    assert (need.proposed, contact.status, contact.answered_at) == (None, "ended", NOON)
    renewal, ended = Message.objects.order_by("pk")
    assert (renewal.recipient, renewal.status) == (person.email, MessageStatus.CANCELLED)
    assert ended.recipient == contact.member.focal_points.get().email
    assert person.full_name not in text_of(ended)


def test_result_must_be_one_of_the_two():
    need, person = a_need()

    with refused("no_result"):
        close_with_result(opportunity=need, result=OpportunityStatus.COMMITTED, by=person, at=NOON)

    assert (state_of(need)[0], events_of(need)) == ("open", [])


@pytest.mark.parametrize("status", ["sent", "question_asked", "open"])
def test_need_is_withdrawn(status):
    need, person = a_need(status=status)

    withdraw(opportunity=need, by=person, at=NOON, version=1)

    assert (state_of(need)[0], state_of(need)[3]) == ("withdrawn", NOON)
    assert events_of(need) == [("withdrawn", person.full_name)]


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("renew", "sent"),
        ("renew", "agreed"),
        ("renew", "withdrawn"),
        ("renew", "closed_by_staff"),
        ("close", "sent"),
        ("close", "nothing"),
        ("close", "committed"),
        ("withdraw", "expired"),
        ("withdraw", "withdrawn"),
        ("withdraw", "closed_by_staff"),
    ],
)
def test_step_is_refused_in_another_status(step, status):
    need, person = a_need(status=status)
    before = state_of(need)

    with pytest.raises(WrongStatus):
        STEPS[step](opportunity=need, by=person, at=NOON)

    assert (state_of(need), events_of(need), mail()) == (before, [], [])


@pytest.mark.parametrize("step", STEPS)
def test_step_is_refused_to_others_and_after_a_change(step):
    need, person = a_need(version=2)

    with refused("not_theirs"):
        STEPS[step](opportunity=need, by=a_person(), at=NOON)
    with pytest.raises(Conflict):
        STEPS[step](opportunity=need, by=person, at=NOON, version=1)
    leave(person)
    with refused("not_a_member"):
        STEPS[step](opportunity=need, by=person, at=NOON)

    assert (state_of(need)[0], events_of(need)) == ("open", [])


def test_member_is_asked_once_on_day_60_with_three_links():
    need, person = due()
    alternate = FocalPointFactory(member=need.member, is_alternate=True, language="ar")
    a_need(open_until=NOON + SECOND)

    assert (ask_and_expire(at=NOON), ask_and_expire(at=NOON)) == (1, 0)

    assert state_of(need) == ("open", NOON + ANSWER_WITHIN, NOON, None)
    english, arabic = Message.objects.order_by("pk")
    assert (english.recipient, arabic.recipient) == (person.email, alternate.email)
    assert arabic.language == "ar"
    for page in ("renew", "close", "change"):
        assert f"/{need.reference}/{page}/" in text_of(english)
    assert "/ar/opportunities/private/" in text_of(arabic)


def test_need_expires_14_days_after_the_question():
    need, _person = due()
    ask_and_expire(at=NOON)
    contact = ContactFactory(opportunity=need, member=a_person().member)
    until = NOON + ANSWER_WITHIN

    assert ask_and_expire(at=until - SECOND) == 0
    assert (ask_and_expire(at=until), ask_and_expire(at=until)) == (1, 0)

    assert state_of(need) == ("expired", until, NOON, until)
    contact.refresh_from_db()
    assert contact.status == "ended"
    assert events_of(need) == [("renewal_asked", ""), ("expired", "")]
    # Expired ones are still read by everybody, and are matched no more.
    assert Opportunity.objects.public().get() == need
    assert not Opportunity.objects.open().exists()


def test_late_run_asks_before_it_ends():
    need, _person = due()
    late = NOON + 30 * DAY

    ask_and_expire(at=late)

    assert state_of(need) == ("open", late + ANSWER_WITHIN, late, None)


def test_renewed_need_is_asked_about_again():
    need, person = due()
    ask_and_expire(at=NOON)
    renew(opportunity=need, by=person, at=NOON)
    again = NOON + OPEN_FOR

    assert (ask_and_expire(at=again - SECOND), ask_and_expire(at=again)) == (0, 1)

    assert len(mail()) == 1


def test_batches_are_asked_wholly_or_not_at_all(monkeypatch):
    monkeypatch.setattr(ending, "BATCH_SIZE", 2)
    needs = [due()[0] for _each in range(3)]
    real, asked = ending.people_of, []

    def killed_at_the_second(member):
        asked.append(member)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return real(member)

    monkeypatch.setattr(ending, "people_of", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        ask_and_expire(at=NOON)

    assert (mail(), Opportunity.objects.filter(renewal_asked_at=None).count()) == ([], 3)

    monkeypatch.setattr(ending, "people_of", real)
    assert ask_and_expire(at=NOON) == 3
    assert [to for to, _subject in mail()] == [
        each.member.focal_points.get().email for each in needs
    ]


def test_run_stops_at_its_limit_and_the_next_continues(monkeypatch):
    monkeypatch.setattr(ending, "BATCH_SIZE", 2)
    monkeypatch.setattr(ending, "MAX_PER_RUN", 2)
    for _each in range(3):
        due()

    assert [ask_and_expire(at=NOON) for _run in range(3)] == [2, 1, 0]


@pytest.mark.parametrize("status", ["sent", "question_asked", "open"])
def test_what_a_member_left_behind_is_withdrawn(status):
    need, person = a_need(status=status)
    contact = ContactFactory(opportunity=need, member=a_person().member)
    leave(person)

    assert (ask_and_expire(at=NOON), ask_and_expire(at=NOON)) == (1, 0)

    assert (state_of(need)[0], state_of(need)[3]) == ("withdrawn", NOON)
    contact.refresh_from_db()
    assert contact.status == "ended"
    assert [to for to, _subject in mail()] == [contact.member.focal_points.get().email]


def test_nothing_is_withdrawn_while_the_decision_about_the_member_can_be_undone():
    need, person = a_need()
    leave(person)
    undoable = {"settles_at": NOON + SECOND, "version": 2, "shown_version": 1}
    Member.objects.filter(pk=person.member_id).update(**undoable)

    assert ask_and_expire(at=NOON) == 0
    assert state_of(need)[0] == "open"


def test_asking_takes_as_many_queries_each_for_nine_as_for_three():
    def asked(number):
        for _each in range(number):
            due()
        with CaptureQueriesContext(connection) as queries:
            assert ask_and_expire(at=NOON) == number
        return len(queries)

    assert asked(9) - asked(6) == asked(6) - asked(3)
