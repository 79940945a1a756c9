"""Two at once about people: an address confirmed, and links that were asked for."""

from eoi.services.link_requests import send_requested_links
from tests.eoi.test_link_requests import ask, recipients
from tests.factories import NOON, FocalPointFactory
from tests.members.test_confirming import LATER, change_the_address, confirm
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


def confirmed_by_two():
    person = FocalPointFactory()
    outcomes = overtaken(
        lambda: confirm(person), lambda: confirm(person, at=LATER), at="members_focalpoint"
    )
    return outcomes, person.member.timeline.count()


def confirmed_while_it_is_corrected():
    person = FocalPointFactory(email="before@example.org")
    overtaken(lambda: change_the_address(person), lambda: confirm(person), at="members_focalpoint")
    person.refresh_from_db()
    return person.email, person.confirmed_at


def test_confirm_by_two_clicks_at_once_is_written_down_once():
    assert confirmed_by_two() == ((NOON, NOON), 1)


def test_confirm_by_two_clicks_at_once_needs_the_lock():
    with without_locks():
        _outcomes, entries = confirmed_by_two()

    assert entries == 2


def test_confirm_never_confirms_the_address_that_comes_after():
    assert confirmed_while_it_is_corrected() == ("after@example.org", None)


def answered_by_two():
    FocalPointFactory(email="ada@example.org")
    ask()
    return overtaken(
        lambda: send_requested_links(at=NOON),
        lambda: send_requested_links(at=NOON),
        at="outbox_message",
    )


def test_answer_by_two_workers_at_once_sends_once():
    assert answered_by_two() == (1, 0)
    assert recipients() == ["ada@example.org"]


def test_answer_by_two_workers_at_once_needs_the_lock():
    with without_locks():
        outcomes = answered_by_two()

    # The topic, which is unique, keeps it from being written twice all the same.
    assert 1 not in outcomes[:1]
    assert recipients() == ["ada@example.org"]
