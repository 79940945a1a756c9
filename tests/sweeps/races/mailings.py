"""Two concurrent calls about one mailing: confirm, stop or queue it."""

from functools import partial

from mailings.models import Mailing, MailingKind, MailingStatus, Unsubscription
from mailings.services.drafts import DraftText, save_draft
from mailings.services.exceptions import MailingConflict, WrongStatus
from mailings.services.recipients import remove_recipients
from mailings.services.send_requests import confirm_request
from mailings.services.sending import confirm_mailing, pause_mailing, send_due_mailings
from mailings.services.subscriptions import (
    AlreadyUnsubscribed,
    unsubscribe,
    unsubscribe_on_request,
)
from members.models import TimelineEntry
from outbox.models import Message
from tests.factories import NOON, SendRequestFactory, UserFactory
from tests.mailings.mailings import begun, confirmed, person
from tests.sweeps.races.race import Race, own, twice

MAILING, MESSAGE = "mailings_mailing", "outbox_message"
REQUEST = "mailings_sendrequest"
RUN = partial(send_due_mailings, at=NOON)


def two_confirm():
    mailing, ada, grace = begun(person()), UserFactory(), UserFactory()

    def confirming(by):
        mine = {"mailing": own(mailing), "version": mailing.version, "by": by}
        return partial(confirm_mailing, **mine, scheduled_for=None, number=1, at=NOON)

    return confirming(ada), confirming(grace), lambda: own(mailing).confirmed_by == ada


def requested():
    """A draft that waits for a second person."""
    mailing = begun(person())
    SendRequestFactory(mailing=mailing)
    return mailing


def confirming_request(mailing):
    facts = {"mailing": own(mailing), "number": 1, "version": mailing.version, "at": NOON}
    return partial(confirm_request, **facts, by=UserFactory())


def two_confirm_a_request():
    mailing = requested()
    first = confirming_request(mailing)

    def by_the_first():
        return own(mailing).confirmed_by == first.keywords["by"]

    return first, confirming_request(mailing), by_the_first


def saved_and_confirmed():
    mailing = requested()
    saving = partial(
        save_draft,
        mailing=own(mailing),
        kind=MailingKind.LETTER,
        language="en",
        texts={"en": DraftText("News", "Other words.")},
        version=mailing.version,
        by=UserFactory(),
        at=NOON,
    )
    return saving, confirming_request(mailing), lambda: own(mailing).status == MailingStatus.DRAFT


def removed_and_confirmed():
    mailing = requested()
    rows = list(mailing.recipients.values_list("pk", flat=True))
    removing = partial(
        remove_recipients, mailing=own(mailing), recipients=rows, by=UserFactory(), at=NOON
    )
    return removing, confirming_request(mailing), lambda: own(mailing).status == MailingStatus.DRAFT


def going(*people, **facts):
    """A mailing that is being sent, without any queued message yet."""
    mailing = confirmed(begun(*people, **facts))
    Mailing.objects.update(status=MailingStatus.SENDING, started_at=NOON)
    return own(mailing)


def two_run():
    mailing = going(person(), person())
    return *twice(RUN), lambda: own(mailing).status == MailingStatus.SENDING


def stopped_and_run():
    mailing = going(person(), person())
    stopping = partial(
        pause_mailing, mailing=own(mailing), version=mailing.version, by=UserFactory(), at=NOON
    )
    return stopping, RUN


def run_and_unsubscribed():
    ada, other = person(), person()
    going(ada, other, kind=MailingKind.BULLETIN)

    def hers_alone_is_cancelled():
        rows = Message.objects.order_by("pk").values_list("recipient", "status")
        return list(rows) == [(ada.email, "cancelled"), (other.email, "queued")]

    return RUN, partial(unsubscribe, address=ada.email, at=NOON), hers_alone_is_cancelled


def two_unsubscribe_for_somebody():
    ada = person()
    members, by = {"address": ada.email, "asked_by": "Ada"}, UserFactory(is_superuser=True)
    call = partial(unsubscribe_on_request, **members, by=by, at=NOON)
    return *twice(call), lambda: ada.member.timeline.count() == 1


RACES = {
    "confirm what a colleague requested": Race(
        two_confirm_a_request, REQUEST, (Mailing, WrongStatus)
    ),
    "save, and confirm what was requested": Race(
        saved_and_confirmed, REQUEST, (Mailing, MailingConflict)
    ),
    "remove a recipient, and confirm": Race(removed_and_confirmed, REQUEST, (1, "no_request")),
    "confirm": Race(two_confirm, MAILING, (Mailing, WrongStatus)),
    "queue": Race(two_run, MESSAGE, (2, 0), {Message: 2}),
    "stop, and queue": Race(stopped_and_run, MAILING, (Mailing, 0)),
    "unsubscribe somebody who asks": Race(
        two_unsubscribe_for_somebody,
        "mailings_unsubscription",
        (Unsubscription, AlreadyUnsubscribed),
        {Unsubscription: 1, TimelineEntry: 1},
        is_either_first=True,
        needs_lock=False,
    ),
    "queue, and unsubscribe": Race(run_and_unsubscribed, MESSAGE, (2, None), {Message: 2}),
}
