"""Confirming a mailing, and the later steps."""

import pytest

from mailings.models import Exclusion, MailingStatus
from mailings.services.exceptions import (
    InThePast,
    MailingConflict,
    NoRecipients,
    NothingToSend,
    RecipientCountChanged,
    WrongStatus,
)
from mailings.services.sending import confirm_mailing
from tests.factories import NOON, MailingFactory, UserFactory
from tests.mailings.mailings import LATER, MINUTE, STEPS, begun, fresh, outbox, person, step
from tests.triage.staff import officer


def confirm(mailing, **facts):
    return confirm_mailing(
        **{
            "mailing": mailing,
            "scheduled_for": None,
            "number": mailing.recipients.included().count(),
            "version": mailing.version,
            "by": UserFactory(),
            "at": NOON,
            **facts,
        }
    )


# Confirming -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"version": 7}, MailingConflict),
        ({"number": 2}, RecipientCountChanged),
        ({"scheduled_for": NOON}, InThePast),
        ({"scheduled_for": NOON - MINUTE}, InThePast),
    ],
)
def test_confirm_refuses_what_the_person_did_not_see_and_a_time_that_is_over(facts, refusal):
    mailing = begun(person())

    with pytest.raises(refusal):
        confirm(mailing, **facts)

    assert (fresh(mailing).status, fresh(mailing).version) == (MailingStatus.DRAFT, 1)


def test_confirm_refuses_a_text_that_is_unfit_and_a_list_with_nobody():
    unfit, nobody = begun(person()), begun(person())
    unfit.texts.update(body="For {nobody_knows}")
    nobody.recipients.update(exclusion=Exclusion.NOT_AGREED)

    with pytest.raises(NothingToSend, match="cannot be sent yet"):
        confirm(unfit)
    with pytest.raises(NoRecipients):
        confirm(nobody)

    assert {fresh(each).status for each in (unfit, nobody)} == {MailingStatus.DRAFT}


@pytest.mark.parametrize("status", [each for each in MailingStatus if each != MailingStatus.DRAFT])
def test_confirm_refuses_what_is_no_draft(status):
    mailing = MailingFactory(status=status)

    with pytest.raises(WrongStatus, match="Nothing was changed"):
        confirm(mailing)

    assert fresh(mailing).status == status


# Later steps -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status", "leads_to"),
    [
        ("reschedule", MailingStatus.SCHEDULED, MailingStatus.SCHEDULED),
        ("take back", MailingStatus.SCHEDULED, MailingStatus.DRAFT),
        ("cancel", MailingStatus.DRAFT, MailingStatus.CANCELLED),
        ("cancel", MailingStatus.SCHEDULED, MailingStatus.CANCELLED),
        ("stop", MailingStatus.SENDING, MailingStatus.PAUSED),
        ("go on", MailingStatus.PAUSED, MailingStatus.SENDING),
    ],
)
def test_step_leads_on_in_somebodys_name(name, status, leads_to):
    mailing, by = MailingFactory(status=status), UserFactory(name="Ada")

    step(name, mailing, by=by)

    mailing = fresh(mailing)
    assert (mailing.status, mailing.version) == (leads_to, 2)
    latest = mailing.history.latest("history_id")
    assert (latest.history_by_name, latest.history_date) == ("Ada", NOON)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        (name, status)
        for name, (_function, starts_from, _more) in STEPS.items()
        for status in MailingStatus
        if status not in starts_from
    ],
)
def test_step_is_refused_from_where_it_does_not_start(name, status):
    mailing = MailingFactory(status=status)

    with pytest.raises(WrongStatus, match="Nothing was changed"):
        step(name, mailing)

    assert (fresh(mailing).status, fresh(mailing).version) == (status, 1)


@pytest.mark.parametrize("name", STEPS)
def test_step_is_refused_after_a_colleagues(name):
    mailing = MailingFactory(status=STEPS[name][1][0])
    mailing.history.update(history_by_name="Grace")

    with pytest.raises(MailingConflict, match="Grace changed this mailing"):
        step(name, mailing, version=7)

    assert (fresh(mailing).status, fresh(mailing).version) == (STEPS[name][1][0], 1)


def test_reschedule_refuses_a_time_that_is_over():
    mailing = MailingFactory(status=MailingStatus.SCHEDULED)

    with pytest.raises(InThePast):
        step("reschedule", mailing, scheduled_for=NOON)

    assert fresh(mailing).scheduled_for < NOON


@pytest.mark.parametrize(("wished", "scheduled_for"), [(None, NOON), (LATER, LATER)])
def test_confirm_schedules_a_draft_for_now_or_for_later(wished, scheduled_for):
    mailing, by = begun(person(), person()), officer(name="Ada")

    confirm(mailing, by=by, scheduled_for=wished)

    mailing = fresh(mailing)
    assert (mailing.status, mailing.scheduled_for) == (MailingStatus.SCHEDULED, scheduled_for)
    assert (mailing.confirmed_by, mailing.confirmed_at, mailing.recipient_count) == (by, NOON, 2)
    latest = mailing.history.latest("history_id")
    assert (latest.history_by_name, latest.history_date) == ("Ada", NOON)
    assert outbox() == []
