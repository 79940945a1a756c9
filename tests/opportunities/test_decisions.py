"""What staff decide about needs and offers: what it changes, what is mailed, what is refused."""

from datetime import timedelta

import pytest

from core.conflicts import Conflict, Refused
from members.services.conflicts import WrongStatus
from opportunities.models import ContactStatus, EventKind
from opportunities.services import decisions
from opportunities.services.content import content_of
from opportunities.services.ending import withdraw
from opportunities.services.sending import send_change
from opportunities.services.undo import UNDO as UNDO_OF
from outbox.models import CancelReason, Message
from outbox.services.letters import EditableLetter
from tests.factories import (
    CommitmentFactory,
    ContactFactory,
    FocalPointFactory,
    MessageFactory,
    UserFactory,
)
from tests.opportunities.contacting import a_person
from tests.opportunities.deciding import NOON, REASON, S, a_row, changed, decide, leave, refused

UNDO = timedelta(seconds=120)
QUESTION = {"question": "How many teachers?"}
STEPS = {
    "publish": (decisions.publish, S.SENT, {}),
    "ask": (decisions.ask, S.SENT, QUESTION),
    "publish_change": (decisions.publish_change, S.OPEN, {}),
    "decline_change": (decisions.decline_change, S.OPEN, REASON),
    "close": (decisions.close, S.SENT, REASON),
}
ALLOWED = {
    "publish": {S.SENT, S.QUESTION_ASKED},
    "ask": {S.SENT},
    "publish_change": {S.OPEN},
    "decline_change": {S.OPEN},
    "close": {*S} - {S.DRAFT, S.CLOSED_BY_STAFF},
}


@pytest.fixture(autouse=True)
def undo_is_on(settings):
    settings.UNDO_SECONDS = UNDO.seconds


def ready(name, **facts):
    service, status, typed = STEPS[name]
    row = a_row(status, **facts)
    return service, changed(row) if status == S.OPEN else row, typed


def letters():
    return [
        (message.topic.split("/")[1], message.first_due_at)
        for message in Message.objects.filter(cancel_reason="").order_by("pk")
    ]


def told(opportunity):
    return [(event.kind, event.note) for event in opportunity.events.order_by("pk")]


def test_publish_opens_it_for_60_days_and_tells_its_focal_points():
    ada, row = UserFactory(), a_row(S.QUESTION_ASKED)
    FocalPointFactory(member=row.member, is_alternate=True, language="fr")

    decide(decisions.publish, row, by=ada, version=row.version)

    row.refresh_from_db()
    assert (row.status, row.published_at, row.decided_by, row.decided_at) == (
        S.OPEN,
        NOON,
        ada,
        NOON,
    )
    assert row.open_until == NOON + timedelta(days=60)
    assert told(row) == [(EventKind.PUBLISHED, "")]
    assert letters() == [("opportunity-published", NOON + UNDO)] * 2
    first, second = Message.objects.order_by("pk")
    assert (first.reference, first.language, second.language) == (
        row.member.reference,
        "en",
        "fr",
    )
    assert "Friday 24 December 2021" in first.body


def test_publish_cancels_a_question_that_was_not_sent_yet():
    row = a_row()
    decide(decisions.ask, row, **QUESTION)

    decide(decisions.publish, row, at=NOON + timedelta(seconds=1))

    [question] = Message.objects.exclude(cancel_reason="")
    assert question.cancel_reason == CancelReason.CAUSE_GONE
    assert letters() == [("opportunity-published", NOON + timedelta(seconds=1) + UNDO)]


def test_publish_holds_at_once_if_a_due_question_is_cancelled():
    row = a_row(S.QUESTION_ASKED)
    MessageFactory(
        topic=f"opportunity-{row.reference}/opportunity-question/event-1/x", first_due_at=NOON
    )

    decide(decisions.publish, row)

    assert letters() == [("opportunity-published", NOON)]


def test_answer_cancels_the_question_that_was_not_sent_yet():
    row = a_row(S.SENT)
    decide(decisions.ask, row, **QUESTION)
    row.refresh_from_db()
    person = row.member.focal_points.get(is_alternate=False)
    facts = {"content": content_of(row), "version": row.version, "by": person}

    send_change(opportunity=row, **facts, at=NOON + timedelta(seconds=1))

    assert letters() == []
    assert UNDO_OF.undoable_decisions([row], at=NOON + timedelta(seconds=2)) == []


def test_withdrawal_cancels_the_letter_of_a_publication_that_was_not_sent_yet():
    row = a_row(S.SENT)
    decide(decisions.publish, row)
    row.refresh_from_db()
    person = row.member.focal_points.get(is_alternate=False)

    withdraw(opportunity=row, by=person, at=NOON + timedelta(seconds=1))

    assert letters() == []
    assert UNDO_OF.undoable_decisions([row], at=NOON + timedelta(seconds=2)) == []


def test_ask_waits_for_the_member_who_reads_the_question():
    row = a_row()

    decide(decisions.ask, row, **QUESTION)

    row.refresh_from_db()
    assert row.status == S.QUESTION_ASKED
    assert told(row) == [(EventKind.QUESTION_ASKED, "How many teachers?")]
    assert letters() == [("opportunity-question", NOON + UNDO)]
    assert "How many teachers?" in Message.objects.get().body


def test_publish_change_replaces_the_content_at_once():
    row = changed(a_row(S.OPEN), supports=["money", "training"], title="Training for 1,200")

    decide(decisions.publish_change, row)

    row.refresh_from_db()
    assert (row.title, row.proposed, row.published_at) == (
        "Training for 1,200",
        None,
        NOON - timedelta(days=3),
    )
    assert content_of(row).supports == ("money", "training")
    assert "1,200" in row.search_text
    assert told(row) == [(EventKind.CHANGE_PUBLISHED, "")]
    assert letters() == [("opportunity-change-published", NOON)]


def test_decline_change_leaves_what_is_published_and_says_why():
    row = changed(a_row(S.OPEN))

    decide(decisions.decline_change, row, **REASON)

    row.refresh_from_db()
    assert (row.title, row.proposed) == ("Training for 900 teachers", None)
    assert told(row) == [(EventKind.CHANGE_DECLINED, REASON["reason"])]
    assert letters() == [("opportunity-change-declined", NOON + UNDO)]
    assert REASON["reason"] in Message.objects.get().body


@pytest.mark.parametrize("status", [S.SENT, S.QUESTION_ASKED, S.OPEN, S.EXPIRED, S.AGREED])
def test_close_takes_it_from_the_public_and_tells_why(status):
    row = a_row(status)

    decide(decisions.close, row, **REASON)

    row.refresh_from_db()
    assert (row.status, row.reason, row.ended_at) == (S.CLOSED_BY_STAFF, REASON["reason"], NOON)
    assert not row.is_public
    assert told(row) == [(EventKind.CLOSED_BY_STAFF, REASON["reason"])]
    assert letters() == [("opportunity-closed", NOON + UNDO)]


def test_close_of_one_that_became_a_commitment_names_it_no_more():
    row = a_row(S.COMMITTED, commitment=CommitmentFactory(status="published"))

    decide(decisions.close, row, **REASON)

    row.refresh_from_db()
    assert (row.status, row.commitment) == (S.CLOSED_BY_STAFF, None)


def test_close_ends_what_waits_and_tells_its_senders_with_the_member():
    row = changed(a_row(S.OPEN))
    waiting = ContactFactory(opportunity=row, member=a_person().member)
    accepted = ContactFactory(opportunity=row, status=ContactStatus.ACCEPTED)
    kept = MessageFactory(topic=f"opportunity-{row.reference}/contact/{accepted.pk}/x/y")

    decide(decisions.close, row, **REASON)

    for each in (row, waiting, accepted, kept):
        each.refresh_from_db()
    assert (row.proposed, waiting.status, waiting.answered_at) == (
        None,
        ContactStatus.ENDED,
        NOON,
    )
    assert (accepted.status, kept.cancel_reason) == (ContactStatus.ACCEPTED, "")
    assert {due_at for _kind, due_at in letters()[1:]} == {NOON + UNDO}
    assert REASON["reason"] not in Message.objects.get(topic__contains="contact_ended").body


def test_close_refuses_what_was_withdrawn_before_its_publication():
    row = a_row(S.WITHDRAWN, published_at=None)

    with refused(WrongStatus):
        decide(decisions.close, row, **REASON)


@pytest.mark.parametrize(
    ("name", "status"),
    [(name, status) for name in STEPS for status in S if status not in ALLOWED[name]],
)
def test_each_other_status_is_refused(name, status):
    service, _status, typed = STEPS[name]
    row = a_row(status)

    with refused(WrongStatus):
        decide(service, row, **typed)


@pytest.mark.parametrize("name", STEPS)
def test_outdated_version_is_refused(name):
    service, row, typed = ready(name)

    with refused(Conflict):
        decide(service, row, **typed, version=row.version + 1)


@pytest.mark.parametrize("name", ["publish", "ask", "publish_change"])
def test_what_needs_a_member_is_refused_once_it_has_left(name):
    service, row, typed = ready(name)
    leave(row.member.focal_points.get())

    with refused(Refused, match="not a member") as caught:
        decide(service, row, **typed)

    assert caught.value.code == "not_a_member"


@pytest.mark.parametrize("name", ["decline_change", "close"])
def test_what_needs_no_member_is_done_without_mail_once_it_has_left(name):
    service, row, typed = ready(name)
    leave(row.member.focal_points.get())

    decide(service, row, **typed)

    assert (len(told(row)), letters()) == (1, [])


@pytest.mark.parametrize("name", ["publish_change", "decline_change"])
def test_change_that_no_longer_waits_is_refused(name):
    service, _status, typed = STEPS[name]
    row = a_row(S.OPEN)

    with refused(Refused) as caught:
        decide(service, row, **typed)

    assert caught.value.code == "no_change"


@pytest.mark.parametrize("name", STEPS)
def test_no_letter_is_sent_if_staff_choose_so(name):
    service, row, typed = ready(name)

    decide(service, row, **typed, message=None)

    assert letters() == []


def test_edited_letter_is_sent_as_it_is_with_the_private_link():
    row = a_row()
    letter = EditableLetter("My subject", "My words: [[private-link-1]]", language="en")

    decide(decisions.publish, row, message=letter)

    message = Message.objects.get()
    assert message.subject == f"{row.reference}: My subject"
    assert "My words" in message.body
    assert message.private_links


def test_edited_letter_with_a_faulty_marker_is_refused():
    row = a_row()

    with refused(Refused):
        decide(
            decisions.publish, row, message=EditableLetter("A", "[[private-link-7]]", language="en")
        )
