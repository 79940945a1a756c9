"""Each organisation of a working group is told once what happens to a draft."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from framework.models import AmendmentStatus, AnswerKind, DraftStatus, Notice, NoticeKind
from framework.services import notices
from framework.services.drafts import adopt_draft, move_closing, open_draft, prepare_next_draft
from framework.services.links import framework_link_of
from framework.services.notices import number_of_readers, send_notices
from members.models import GrantedRole
from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus, Queue
from outbox.services.queue import cancel_message
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FocalPointFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    SupportFactory,
    UserFactory,
    WordingFactory,
)
from tests.framework.readers import DAY, MINUTE, letters, reader, sent, text_of, told_of
from tests.participation.people import handed_over, withdrawn

pytestmark = pytest.mark.django_db

OPEN, ADOPTED = "Action Framework: draft 0 is open", "The Action Framework is adopted"
SOON = NOON + 3 * DAY


@pytest.fixture
def draft():
    """Draft 0, which has one paragraph and is open for another seven days."""
    found = FrameworkDraftFactory(number=0)
    WordingFactory(draft=found)
    return found


def answered(draft, person, *, kind=AnswerKind.TAKEN, paragraph=None, **facts):
    """An amendment of an organisation, with its answer."""
    paragraph = paragraph or WordingFactory(draft=draft).paragraph
    sender = {"member": person.member, "sent_by": person}
    amendment = AmendmentFactory(draft=draft, paragraph=paragraph, **sender, **facts)
    AnswerFactory(amendment=amendment, kind=kind)
    return amendment


def opened_next(draft, *, closes_at=NOON + 20 * DAY, at=NOON):
    """The draft after a closed one, opened."""
    coordinator = UserFactory()
    following = prepare_next_draft(framework=draft.framework, by=coordinator, at=at)
    return open_draft(draft=following, closes_at=closes_at, version=1, by=coordinator, at=at)


def closed(draft, at=NOON):
    """A draft that has closed."""
    return move_closing(draft=draft, closes_at=at, version=draft.version, by=UserFactory(), at=at)


def test_everybody_in_the_group_is_told_that_a_draft_is_open(draft):
    reader(email="ada@example.org")
    reader(role=GrantedRole.OBSERVER, email="observer@example.org")
    reader(role=GrantedRole.CO_LEAD, email="lead@example.org")
    reader(area=2, email="elsewhere@example.org")
    withdrawn(reader(email="gone@example.org"))
    FocalPointFactory(email="pending@example.org")

    assert send_notices(at=NOON) == 3

    addresses = ("ada@example.org", "observer@example.org", "lead@example.org")
    assert sent() == [(OPEN, address) for address in addresses]
    assert {notice.kind for notice in Notice.objects.all()} == {NoticeKind.OPENED}


def test_letter_opens_the_framework_without_a_password_and_ends_with_the_draft(draft):
    ada = reader(email="ada@example.org", time_zone="Africa/Nairobi")

    send_notices(at=NOON)

    [message] = Message.objects.all()
    assert message.topic == f"framework-1/draft-0/opened/version-1/1635163200/focal-point-{ada.pk}"
    assert (message.reference, message.queue) == (ada.member.reference, Queue.BULK)
    assert message.conversations == "framework-1"
    assert message.expires_at == draft.closes_at
    assert "Monday 1 November 2021, 15:00 Nairobi (13:00 Geneva)" in text_of(message)
    first, *_others = message.private_links.splitlines()
    token = first.rstrip("/").rpartition("/")[2]
    link = framework_link_of(token, at=NOON)
    assert (link.focal_point, link.framework) == (ada, draft.framework)
    assert first in text_of(message)
    assert first not in message.body


def test_focal_points_with_one_address_get_one_letter_and_an_alternate_one_of_their_own(draft):
    office = reader(email="office@example.org")
    FocalPointFactory(member=office.member, is_alternate=True, email="Office@example.org")
    ada = reader(email="ada@example.org")
    FocalPointFactory(member=ada.member, is_alternate=True, email="deputy@example.org")

    assert send_notices(at=NOON) == 2

    addresses = ("office@example.org", "ada@example.org", "deputy@example.org")
    assert sent() == [(OPEN, address) for address in addresses]


def test_who_represents_two_organisations_gets_a_letter_for_each(draft):
    reader("Ministry of Somewhere", email="ada@example.org")
    reader("University of Somewhere", email="ada@example.org")

    send_notices(at=NOON)

    texts = [text_of(each) for each in letters()]
    assert ["Ministry of Somewhere" in text for text in texts] == [True, False]
    assert ["University of Somewhere" in text for text in texts] == [False, True]


def test_observer_who_may_not_propose_is_told_so_and_not_reminded(draft):
    draft.framework.observers_may_propose = False
    draft.framework.save()
    observer = reader(role=GrantedRole.OBSERVER)

    send_notices(at=NOON)
    send_notices(at=draft.closes_at - DAY)

    [message] = Message.objects.all()
    assert "is an observer and reads the drafts" in text_of(message)
    assert Notice.objects.get().member == observer.member


@pytest.mark.parametrize("state", ["none", "preparation", "closed", "old"])
def test_nobody_is_told_without_an_open_or_newly_adopted_draft(state):
    reader()
    match state:
        case "preparation":
            FrameworkDraftFactory(status=DraftStatus.PREPARATION)
        case "closed":
            FrameworkDraftFactory(closes_at=NOON)
        case "old":
            FrameworkDraftFactory(status=DraftStatus.ADOPTED, adopted_at=NOON - timedelta(days=30))

    assert send_notices(at=NOON) == 0

    assert list(Message.objects.all()) == []


def test_organisation_that_joins_later_is_told_then_and_the_others_are_not_again(draft):
    reader(email="ada@example.org")
    send_notices(at=NOON)
    reader(email="late@example.org")

    assert [send_notices(at=NOON + DAY) for _run in range(2)] == [1, 0]

    assert sent() == [(OPEN, "ada@example.org"), (OPEN, "late@example.org")]


def test_organisations_that_said_nothing_are_reminded_once_three_days_before(draft):
    silent, sender, supporter, typing, new = (
        reader(email=f"{name}@example.org")
        for name in ("silent", "sender", "supporter", "typing", "new")
    )
    told_of(draft, silent, sender, supporter, typing)
    told_of(draft, new, at=draft.closes_at - 4 * DAY + MINUTE)
    amendment = AmendmentFactory(draft=draft, member=sender.member, sent_by=sender)
    SupportFactory(amendment=amendment, member=supporter.member, by=supporter)
    AmendmentFactory(draft=draft, member=typing.member, status=AmendmentStatus.DRAFT)

    before = send_notices(at=draft.closes_at - 3 * DAY - MINUTE)
    on_time = send_notices(at=draft.closes_at - 3 * DAY)
    a_minute_later = send_notices(at=draft.closes_at - 3 * DAY + MINUTE)

    assert (before, on_time, a_minute_later) == (0, 2, 1)
    subject = "Action Framework: draft 0 closes on Mon 1 Nov"
    assert sent() == [(subject, f"{name}@example.org") for name in ("silent", "typing", "new")]


def test_withdrawn_amendment_counts_as_said(draft):
    ada = reader()
    told_of(draft, ada)
    AmendmentFactory(draft=draft, member=ada.member, sent_by=ada, status=AmendmentStatus.WITHDRAWN)

    assert send_notices(at=draft.closes_at - DAY) == 0


def test_nobody_is_reminded_twice_when_the_closing_moves(draft):
    told_of(draft, reader())
    reminded_at = draft.closes_at - 3 * DAY
    assert send_notices(at=reminded_at) == 1
    Message.objects.update(status=MessageStatus.SENT, sent_at=reminded_at, **NO_PRIVATE_VALUES)

    move_closing(
        draft=draft,
        closes_at=draft.closes_at + 10 * DAY,
        version=draft.version,
        by=UserFactory(),
        at=reminded_at,
    )

    assert [send_notices(at=draft.closes_at - days * DAY) for days in (5, 3, 1)] == [0, 0, 0]


def test_answers_take_the_place_of_the_letter_that_the_next_draft_is_open(draft):
    names = ("sender", "supporter", "silent")
    sender, supporter, _silent = (reader(email=f"{name}@example.org") for name in names)
    closed(draft)
    amendment = answered(draft, sender, kind=AnswerKind.NOT_TAKEN)
    answered(draft, sender)
    answered(draft, sender, status=AmendmentStatus.WITHDRAWN)
    SupportFactory(amendment=amendment, member=supporter.member, by=supporter)
    opened_next(draft)

    assert [send_notices(at=NOON + MINUTE) for _run in range(2)] == [3, 0]

    assert sent() == [
        ("Draft 1 is open: answers to your 2 proposals", "sender@example.org"),
        ("Draft 1 is open: answers about what you supported", "supporter@example.org"),
        ("Action Framework: draft 1 is open", "silent@example.org"),
    ]
    texts = [text_of(each) for each in letters()]
    assert "You supported 1 proposal of others. Not taken: 1" in texts[1]
    assert "supported 1" not in texts[0]
    assert "What you can do now" not in texts[2]


def test_adopted_framework_is_told_with_the_answers_to_the_last_draft(draft):
    sender, silent = reader(email="sender@example.org"), reader(email="silent@example.org")
    answered(closed(draft), sender)
    last = prepare_next_draft(framework=draft.framework, by=UserFactory(), at=NOON)
    adopt_draft(draft=last, version=1, by=UserFactory(), at=NOON)

    assert [send_notices(at=NOON + MINUTE) for _run in range(2)] == [2, 0]

    assert sent() == [
        ("Action Framework adopted: answer to your proposal", "sender@example.org"),
        (ADOPTED, "silent@example.org"),
    ]
    assert silent.member.pk in Notice.objects.values_list("member", flat=True)


def test_answers_wait_for_a_draft_of_which_the_organisation_is_told(draft):
    """A draft that closed before anybody was told of it: the next letter has both answers."""
    sender = reader()
    answered(closed(draft), sender)
    second = opened_next(draft)
    closed(second, at=NOON + MINUTE)
    answered(second, sender)
    opened_next(second, at=NOON + DAY)

    send_notices(at=NOON + DAY)

    assert [subject for subject, _to in sent()] == ["Draft 2 is open: answers to your 2 proposals"]


def test_letter_that_is_unsent_when_the_closing_moves_is_written_again(draft):
    reader()
    send_notices(at=NOON)
    moved = move_closing(
        draft=draft, closes_at=NOON + 9 * DAY, version=1, by=UserFactory(), at=NOON
    )

    assert [send_notices(at=NOON + MINUTE) for _run in range(2)] == [1, 0]

    cancelled, written = Message.objects.order_by("pk")
    assert cancelled.status == MessageStatus.CANCELLED
    assert (written.status, written.expires_at) == (MessageStatus.QUEUED, moved.closes_at)
    assert Notice.objects.count() == 1


def test_letter_that_is_unsent_when_the_draft_closes_is_cancelled_and_answers_come_later(draft):
    sender = reader()
    answered(closed(draft), sender)
    second = opened_next(draft)
    send_notices(at=NOON)
    closed(second, at=NOON + MINUTE)

    assert send_notices(at=NOON + MINUTE) == 0
    assert sent() == []
    opened_next(second, at=NOON + DAY)
    send_notices(at=NOON + DAY)

    assert [subject for subject, _to in sent()] == ["Draft 2 is open: answer to your proposal"]


def test_letter_that_staff_cancelled_is_not_written_again(draft):
    reader()
    send_notices(at=NOON)
    cancel_message(message=Message.objects.get(), by=UserFactory(), at=NOON)
    move_closing(draft=draft, closes_at=NOON + 9 * DAY, version=1, by=UserFactory(), at=NOON)

    assert send_notices(at=NOON + MINUTE) == 0


def test_letter_of_an_organisation_that_left_is_cancelled(draft):
    ada = reader()
    send_notices(at=NOON)

    withdrawn(ada)
    send_notices(at=NOON + MINUTE)

    assert sent() == []


def test_who_takes_over_a_role_is_told_in_place_of_the_person_before(draft):
    ada = reader(email="ada@example.org")
    send_notices(at=NOON)
    handed_over(ada, email="grace@example.org")
    other = Message.objects.exclude(topic__startswith="framework-")
    other.delete()

    send_notices(at=NOON + MINUTE)

    assert sent() == [(OPEN, "grace@example.org")]


def test_many_are_told_in_batches(draft, monkeypatch):
    monkeypatch.setattr(notices, "BATCH_SIZE", 2)
    monkeypatch.setattr(notices, "MAX_PER_RUN", 4)
    for number in range(5):
        reader(email=f"{number}@example.org")

    assert [send_notices(at=NOON) for _run in range(3)] == [4, 1, 0]

    assert [address for _subject, address in sent()] == [f"{n}@example.org" for n in range(5)]


def test_a_batch_is_told_wholly_or_not_at_all(draft, monkeypatch):
    reader()

    def killed(*_args, **_facts):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(notices, "post_all", killed)
        with pytest.raises(KeyboardInterrupt):
            send_notices(at=NOON)
    assert Notice.objects.count() == 0

    assert send_notices(at=NOON) == 1


def test_number_of_readers_is_that_of_the_organisations_told(draft):
    ada = reader()
    FocalPointFactory(member=ada.member, is_alternate=True)
    reader(role=GrantedRole.OBSERVER)
    reader(area=2)

    assert number_of_readers(draft.framework) == 2
    assert send_notices(at=NOON) == 2


def test_run_asks_as_many_queries_for_nine_answered_organisations_as_for_three(draft):
    def queries(number):
        people = [reader() for _each in range(number)]
        paragraph = WordingFactory(draft=draft).paragraph
        for person in people:
            answered(draft, person, paragraph=paragraph)
        Notice.objects.all().delete()
        Message.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            send_notices(at=NOON)
        return len(captured)

    opened_next(closed(draft))
    few = queries(3)
    assert queries(6) == few


def test_frameworks_of_other_areas_are_told_too():
    FrameworkDraftFactory(framework=FrameworkFactory(focus_area__number=2))
    reader(area=2, email="two@example.org")

    assert send_notices(at=NOON) == 1
    assert [address for _subject, address in sent()] == ["two@example.org"]
