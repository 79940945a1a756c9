"""Two at once: a mailing is confirmed, stopped and queued by one of them, and by no two."""

from mailings.models import Mailing, MailingKind, MailingStatus
from mailings.services import sending
from mailings.services.exceptions import MailingConflict, WrongStatus
from mailings.services.sending import confirm_mailing, pause_mailing, send_due_mailings
from mailings.services.subscriptions import unsubscribe
from outbox.models import Message
from tests.factories import NOON, UserFactory
from tests.mailings.mailings import begun, confirmed, fresh, person
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY
MAILING, MESSAGE = "mailings_mailing", "outbox_message"


def confirming(mailing, by):
    own = fresh(mailing)
    return lambda: confirm_mailing(
        mailing=own, scheduled_for=None, number=1, version=own.version, by=by, at=NOON
    )


def begun_to_go(*people, **facts):
    """A mailing that goes out, of which nothing is in the outbox yet."""
    mailing = confirmed(begun(*people, **facts))
    Mailing.objects.update(status=MailingStatus.SENDING, started_at=NOON)
    return mailing


def run():
    return send_due_mailings(at=NOON)


def test_of_two_who_confirm_at_once_the_second_is_told():
    mailing, ada, grace = begun(person()), UserFactory(), UserFactory()

    first, second = overtaken(confirming(mailing, ada), confirming(mailing, grace), at=MAILING)

    assert first.confirmed_by == ada
    assert isinstance(second, WrongStatus)
    assert fresh(mailing).confirmed_by == ada


def test_without_locks_both_would_confirm():
    mailing, ada, grace = begun(person()), UserFactory(), UserFactory()

    with without_locks():
        outcomes = overtaken(confirming(mailing, ada), confirming(mailing, grace), at=MAILING)

    assert not any(isinstance(outcome, WrongStatus | MailingConflict) for outcome in outcomes)


def test_two_runs_at_once_write_to_each_recipient_once():
    mailing = begun_to_go(person(), person())

    outcomes = overtaken(run, run, at=MESSAGE)

    assert sorted(outcomes) == [0, 2]
    assert Message.objects.count() == 2
    assert fresh(mailing).status == MailingStatus.SENDING


def test_without_locks_the_database_refuses_the_second_run():
    begun_to_go(person(), person())

    with without_locks():
        outcomes = overtaken(run, run, at=MESSAGE)

    # The topic is unique: what one of them wrote, the other could not.
    assert Message.objects.count() == 2
    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1


def test_run_that_meets_somebody_who_stops_waits_and_queues_nothing(monkeypatch):
    mailing, by = confirmed(begun(person(), person())), UserFactory()
    monkeypatch.setattr(sending, "BATCH_SIZE", 1)
    monkeypatch.setattr(sending, "MAX_ROWS_PER_RUN", 1)
    assert run() == 1
    own = fresh(mailing)

    _stopped, queued = overtaken(
        lambda: pause_mailing(mailing=own, version=own.version, by=by, at=NOON), run, at=MAILING
    )

    assert queued == 0
    assert [message.status for message in Message.objects.all()] == ["cancelled"]
    assert fresh(mailing).status == MailingStatus.PAUSED


def test_bulletin_that_is_being_written_to_somebody_who_unsubscribes_is_cancelled():
    ada, other = person(), person()
    begun_to_go(ada, other, kind=MailingKind.BULLETIN)

    overtaken(run, lambda: unsubscribe(focal_point=ada, at=NOON), at=MESSAGE)

    assert list(Message.objects.order_by("pk").values_list("recipient", "status")) == [
        (ada.email, "cancelled"),
        (other.email, "queued"),
    ]


def test_without_locks_the_bulletin_would_go_to_who_has_unsubscribed():
    ada = person()
    begun_to_go(ada, kind=MailingKind.BULLETIN)

    with without_locks():
        overtaken(run, lambda: unsubscribe(focal_point=ada, at=NOON), at=MESSAGE)

    assert Message.objects.get().status == "queued"
