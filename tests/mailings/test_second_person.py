"""A mailing to many is requested by one person, and confirmed or returned by a second one."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from core.conflicts import Refused
from mailings.models import Exclusion, Mailing, MailingKind, MailingStatus, SendRequest
from mailings.services.drafts import DraftText, save_draft
from mailings.services.exceptions import (
    InThePast,
    MailingConflict,
    MoreRecipients,
    NoRecipients,
    NothingToSend,
    RecipientCountChanged,
    SecondPersonNeeded,
    WrongStatus,
)
from mailings.services.recipients import recheck_recipients, remove_recipients, restore_recipients
from mailings.services.second_person import needs_second_person, request_to_show, waiting_request
from mailings.services.send_requests import confirm_request, request_sending, return_request
from mailings.services.sending import cancel_mailing, revert_to_draft, send_due_mailings
from members.models import Member
from outbox.models import Message
from tests.factories import NOON, MailingFactory, SendRequestFactory, UserFactory
from tests.mailings.mailings import LATER, MINUTE, begun, confirmed, fresh, person, written
from tests.triage.staff import coordinator, observer, officer

LIMIT = 1


@pytest.fixture(autouse=True)
def _few_are_many(settings):
    settings.MAILING_SECOND_PERSON_ABOVE = LIMIT


@pytest.fixture
def ada():
    return UserFactory(name="Ada")


@pytest.fixture
def grace():
    return UserFactory(name="Grace")


@pytest.fixture
def mailing():
    """A draft that needs a second person."""
    return begun(person(email="one@example.org"), person(email="two@example.org"))


def shown(mailing, **facts):
    number = mailing.recipients.included().count()
    return {"mailing": mailing, "version": mailing.version, "number": number, **facts}


def request(mailing, *, by, **facts):
    return request_sending(
        **{**shown(mailing), "scheduled_for": None, "by": by, "at": NOON} | facts
    )


def confirm(mailing, *, by, **facts):
    return confirm_request(**{**shown(mailing), "by": by, "at": NOON + MINUTE, **facts})


def send_back(mailing, *, by, **facts):
    given = {"mailing": mailing, "version": mailing.version, "reason": "Too long.", **facts}
    return return_request(**given, by=by, at=NOON + MINUTE)


def saved(mailing, body="New."):
    kind, texts = MailingKind.LETTER, {"en": DraftText("News", body)}
    facts = {"language": "en", "version": mailing.version, "by": officer(), "at": NOON}
    return save_draft(mailing=mailing, kind=kind, texts=texts, **facts)


def stored(mailing):
    """All that a refusal must leave as it is."""
    return (
        Mailing.objects.filter(pk=mailing.pk).values().get(),
        list(SendRequest.objects.order_by("pk").values()),
        list(mailing.recipients.order_by("pk").values()),
        Message.objects.count(),
    )


def refused(call, refusal, mailing, code=None):
    before = stored(mailing)
    with pytest.raises(refusal) as caught:
        call()
    assert stored(mailing) == before
    if code:
        assert caught.value.code == code
    return str(caught.value)


# The limit ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "number", "is_needed"),
    [(100, 100, False), (100, 101, True), (0, 1, True)],
)
def test_more_recipients_than_the_setting_need_a_second_person(settings, limit, number, is_needed):
    settings.MAILING_SECOND_PERSON_ABOVE = limit

    assert needs_second_person(number) is is_needed


def test_confirm_alone_is_refused_above_the_limit_and_possible_at_it(mailing):
    alone = begun(person())

    assert confirmed(alone).status == MailingStatus.SCHEDULED
    words = refused(lambda: confirmed(mailing), SecondPersonNeeded, mailing)

    assert words.startswith("A mailing to more than 1 recipients needs a second person.")


# Requesting -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheduled_for", [None, LATER])
def test_request_keeps_who_asked_when_and_what_they_saw_and_sends_nothing(
    mailing, ada, scheduled_for
):
    made = request(mailing, by=ada, scheduled_for=scheduled_for)

    made.refresh_from_db()
    assert (made.requested_by, made.requested_at, made.status) == (ada, NOON, "waiting")
    assert (made.version, made.recipient_count) == (mailing.version, 2)
    assert made.scheduled_for == scheduled_for
    assert (fresh(mailing).status, fresh(mailing).version) == (MailingStatus.DRAFT, 1)
    assert send_due_mailings(at=LATER) == 0
    assert written() == []


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"version": 7}, MailingConflict),
        ({"number": 3}, RecipientCountChanged),
        ({"scheduled_for": NOON}, InThePast),
    ],
)
def test_request_refuses_what_the_person_did_not_see(mailing, ada, facts, refusal):
    refused(lambda: request(mailing, by=ada, **facts), refusal, mailing)


def test_request_refuses_a_text_that_is_unfit_and_a_list_with_nobody(mailing, ada):
    nobody = begun(person())
    nobody.recipients.update(exclusion=Exclusion.NOT_AGREED)
    mailing.texts.update(body="For {nobody_knows}")

    refused(lambda: request(mailing, by=ada), NothingToSend, mailing)
    refused(lambda: request(nobody, by=ada), NoRecipients, nobody)


def test_request_is_refused_while_another_waits(mailing, ada, grace):
    request(mailing, by=ada)

    words = refused(lambda: request(mailing, by=grace), Refused, mailing, "already_requested")

    assert words.startswith("Ada requested this on Monday 25 October 2021, 14:00 Geneva")


def test_request_is_refused_for_what_is_no_draft(ada):
    mailing = MailingFactory(status=MailingStatus.SCHEDULED)

    refused(lambda: request(mailing, by=ada), WrongStatus, mailing)


def test_request_replaces_one_that_the_release_before_made_obsolete(mailing, ada, grace):
    old = request(mailing, by=ada)
    # The release before changes texts without withdrawing the request.
    Mailing.objects.update(version=2)

    request(fresh(mailing), by=grace)

    old.refresh_from_db()
    assert (old.status, old.decided_by) == ("withdrawn", grace)
    assert waiting_request(fresh(mailing)).requested_by == grace


# Confirming -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "goes_at"), [(None, NOON + MINUTE), (LATER, LATER)])
def test_confirm_sends_it_at_the_time_of_the_request_in_the_name_of_the_second_person(
    mailing, ada, grace, asked, goes_at
):
    made = request(mailing, by=ada, scheduled_for=asked)

    confirm(mailing, by=grace)

    mailing = fresh(mailing)
    assert (mailing.status, mailing.scheduled_for) == (MailingStatus.SCHEDULED, goes_at)
    assert (mailing.confirmed_by, mailing.confirmed_at) == (grace, NOON + MINUTE)
    assert mailing.recipient_count == 2
    made.refresh_from_db()
    assert (made.status, made.decided_by, made.decided_at) == ("confirmed", grace, NOON + MINUTE)
    assert send_due_mailings(at=goes_at - MINUTE) == 0
    send_due_mailings(at=goes_at)
    assert written() == ["one@example.org", "two@example.org"]


def test_confirm_by_the_same_person_is_refused(mailing, ada):
    request(mailing, by=ada)

    call = partial(confirm, mailing, by=ada)

    assert "second person" in refused(call, Refused, mailing, "second_person_needed")


def test_confirm_refuses_more_recipients_than_were_requested(mailing, ada, grace):
    mailing.recipients.filter(address="two@example.org").update(exclusion=Exclusion.NOT_AGREED)
    request(mailing, by=ada)
    # The release before does not withdraw the request.
    mailing.recipients.update(exclusion="")

    words = refused(lambda: confirm(mailing, by=grace), MoreRecipients, mailing)

    assert words.startswith("The mailing now has 2 recipients, more than the request (1).")


def test_confirm_for_fewer_recipients_is_for_the_number_that_the_second_person_saw(
    mailing, ada, grace
):
    request(mailing, by=ada)
    mailing.recipients.filter(address="two@example.org").update(exclusion=Exclusion.NOT_AGREED)

    refused(lambda: confirm(mailing, by=grace, number=2), RecipientCountChanged, mailing)
    confirm(mailing, by=grace)

    assert fresh(mailing).recipient_count == 1


def test_confirm_refuses_a_time_that_passed_meanwhile(mailing, ada, grace):
    request(mailing, by=ada, scheduled_for=LATER)

    refused(lambda: confirm(mailing, by=grace, at=LATER), Refused, mailing, "time_passed")


@pytest.mark.parametrize("decide", [confirm, send_back])
def test_decision_is_refused_without_a_request_and_for_an_older_version(
    mailing, ada, grace, decide
):
    refused(lambda: decide(mailing, by=grace), Refused, mailing, "no_request")

    request(mailing, by=ada)

    refused(lambda: decide(mailing, by=grace, version=7), MailingConflict, mailing)
    Mailing.objects.update(version=2)
    # The request is for the version before.
    refused(lambda: decide(fresh(mailing), by=grace), Refused, mailing, "no_request")


@pytest.mark.parametrize("decide", [confirm, send_back])
def test_decision_is_refused_after_the_release_before_sent_the_mailing_alone(
    mailing, ada, grace, decide
):
    request(mailing, by=ada)
    confirmed_alone = {"status": MailingStatus.SCHEDULED, "scheduled_for": NOON}
    Mailing.objects.update(**confirmed_alone, confirmed_by=ada, confirmed_at=NOON)

    refused(lambda: decide(fresh(mailing), by=grace), WrongStatus, mailing)

    assert not SendRequest.objects.waiting().exists()


def test_draft_that_was_confirmed_and_taken_back_needs_a_new_request(mailing, ada, grace):
    request(mailing, by=ada, scheduled_for=LATER)
    confirm(mailing, by=grace)
    revert_to_draft(mailing=mailing, version=mailing.version, by=grace, at=NOON + MINUTE)

    refused(lambda: confirm(mailing, by=grace), Refused, mailing, "no_request")
    request(mailing, by=ada)

    assert waiting_request(mailing).version == mailing.version


# Returning and withdrawing --------------------------------------------------------------------


def test_return_keeps_the_reason_and_the_draft_can_be_requested_again(mailing, ada, grace):
    made = request(mailing, by=ada)

    send_back(mailing, by=grace)

    made.refresh_from_db()
    assert (made.status, made.reason) == ("returned", "Too long.")
    assert (made.decided_by, made.decided_at) == (grace, NOON + MINUTE)
    assert request_to_show(mailing) == made
    assert fresh(mailing).status == MailingStatus.DRAFT
    assert request(mailing, by=ada).status == "waiting"


def row_of(mailing):
    return [mailing.recipients.order_by("pk").first().pk]


CHANGES = {
    "text": lambda mailing, by: saved(mailing),
    "recipient removed": lambda mailing, by: remove_recipients(
        mailing=mailing, recipients=row_of(mailing), by=by, at=NOON
    ),
    "recipients differ": lambda mailing, by: (
        Member.objects.update(newsletter=False),
        mailing.recipients.update(exclusion=Exclusion.NOT_AGREED),
        recheck_recipients(mailing=mailing, by=by, at=NOON),
    ),
    "cancelled": lambda mailing, by: cancel_mailing(
        mailing=mailing, version=mailing.version, by=by, at=NOON
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_withdraws_the_request(mailing, ada, grace, change):
    made = request(mailing, by=ada)

    CHANGES[change](mailing, grace)

    made.refresh_from_db()
    assert made.status == "withdrawn"
    assert (made.decided_at, made.reason) == (NOON, "")
    assert request_to_show(fresh(mailing)) is None


def test_restored_recipient_withdraws_the_request(ada, grace):
    mailing = begun(person(), person(), person())
    remove_recipients(mailing=mailing, recipients=row_of(mailing), by=ada, at=NOON)
    made = request(mailing, by=ada)

    restore_recipients(mailing=mailing, recipients=row_of(mailing), by=grace, at=NOON)

    made.refresh_from_db()
    assert (made.status, made.decided_by) == ("withdrawn", grace)


def test_saving_and_checking_without_a_change_keep_the_request(mailing, ada, grace):
    saved(mailing, "Same.")
    request(mailing, by=ada)

    saved(mailing, "Same.")
    recheck_recipients(mailing=mailing, by=grace, at=NOON)

    assert waiting_request(mailing).requested_by == ada


# What waits for whom --------------------------------------------------------------------------


def test_requests_wait_for_colleagues_who_see_the_mailing():
    me = officer()
    theirs = SendRequestFactory()
    SendRequestFactory(requested_by=me)
    SendRequestFactory(version=7)
    SendRequestFactory(mailing__status=MailingStatus.SCHEDULED)

    assert list(SendRequest.objects.waiting_for(me)) == [theirs]
    # The mailing has no recipient in one of their areas.
    assert list(SendRequest.objects.waiting_for(coordinator())) == []
    assert SendRequest.objects.waiting_for(observer()).count() == 2


# The database ---------------------------------------------------------------------------------


def test_database_refuses_the_confirmation_of_the_same_person(ada):
    made = SendRequestFactory(requested_by=ada)
    facts = {"status": "confirmed", "decided_by": ada, "decided_at": NOON}

    with (
        pytest.raises(IntegrityError, match="confirmed_by_a_second_person"),
        transaction.atomic(),
    ):
        SendRequest.objects.filter(pk=made.pk).update(**facts)

    facts["decided_by"] = UserFactory()
    assert SendRequest.objects.filter(pk=made.pk).update(**facts) == 1
