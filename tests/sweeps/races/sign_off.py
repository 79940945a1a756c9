"""Races at a draft that the person who may sign confirms, or confirms and sends."""

from functools import partial

from eoi.models import EoiDraft, SignOff
from eoi.services.drafts import DraftNotFound
from eoi.services.sign_off import (
    AlreadyConfirmed,
    Signatory,
    confirm_and_send,
    confirm_answers,
    digest_of,
    make_link,
    revoke_link,
)
from members.models import FocalPoint, Member, TimelineEntry
from members.services.intake import receive_expression_of_interest
from outbox.models import Message
from tests.factories import NOON, EoiDraftFactory, SignOffFactory
from tests.members.test_intake import answers
from tests.sweeps.races.eoi import saving
from tests.sweeps.races.race import Race, own


def confirming(sign_off, name="Ada"):
    return partial(
        confirm_answers,
        sign_off=SignOff.objects.select_related("draft").get(pk=sign_off.pk),
        name=name,
        position="Minister",
        seen=digest_of(sign_off.draft.answers),
        at=NOON,
    )


def two_confirm():
    sign_off = SignOffFactory()
    return confirming(sign_off), confirming(sign_off, "Grace")


def followed(first, second):
    """Prepare a step of the person who may sign, and another change of the draft."""

    def arrange():
        sign_off = SignOffFactory()
        return first(sign_off), second(sign_off.draft)

    return arrange


def sending_as_signer(sign_off):
    """Confirm and send a draft, as the person who may sign."""
    typed = sign_off.draft.answers
    return partial(
        confirm_and_send,
        sign_off=SignOff.objects.select_related("draft").get(pk=sign_off.pk),
        signatory=Signatory("Ada", "Minister", digest_of(typed)),
        typed=typed,
        call=sign_off.draft.call,
        **{**answers(), "submission_key": sign_off.draft.submission_key},
    )


def two_confirm_and_send():
    sign_off = SignOffFactory()
    return sending_as_signer(sign_off), sending_as_signer(sign_off)


def sending_as_owner(draft):
    """Send a draft whose owner is authorised."""
    sent = {**answers(), "submission_key": draft.submission_key}
    return partial(receive_expression_of_interest, call=draft.call, **sent)


def revoking(draft):
    return partial(revoke_link, draft=own(draft), at=NOON)


def two_make():
    draft = EoiDraftFactory()
    return tuple(partial(make_link, draft=own(draft), at=NOON) for _time in range(2))


RACES = {
    "make a link to confirm a draft": Race(
        two_make, "eoi_signoff", (SignOff, SignOff), {SignOff: 1}
    ),
    "confirm a draft": Race(two_confirm, "eoi_signoff", (SignOff, AlreadyConfirmed), {Message: 1}),
    "confirm a draft, and save it": Race(
        followed(confirming, saving),
        "eoi_signoff",
        (SignOff, EoiDraft),
        {Message: 1},
        needs_lock=False,
    ),
    "confirm a draft, and revoke the link": Race(
        followed(confirming, revoking), "eoi_signoff", (SignOff, None), {SignOff: -1, Message: 1}
    ),
    "confirm and send a draft": Race(
        two_confirm_and_send,
        "eoi_signoff",
        (Member, DraftNotFound),
        {Member: 1, FocalPoint: 1, TimelineEntry: 2, Message: 2},
    ),
    "confirm and send a draft, and its owner sends it": Race(
        followed(sending_as_signer, sending_as_owner),
        "members_member",
        (Member, Member),
        {Member: 1, FocalPoint: 1, TimelineEntry: 2, Message: 2},
        needs_lock=False,
    ),
    "confirm and send a draft, and revoke the link": Race(
        followed(sending_as_signer, revoking),
        "eoi_signoff",
        (Member, DraftNotFound),
        {Member: 1, FocalPoint: 1, TimelineEntry: 2, Message: 2, SignOff: 0},
    ),
}
