"""Two concurrent calls about one draft, or about the letters to its owner."""

from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from core.autosave import Page
from eoi.models import CallAlert, EoiDraft, LateRequest
from eoi.services.autosave import autosave_form, clear_form
from eoi.services.call_alerts import (
    AlertNotFound,
    announce_open_call,
    confirm_alert,
    delete_alert,
    delete_finished_alerts,
    request_alert,
)
from eoi.services.draft_notices import notify_of_moved_deadlines, warn_of_expiry
from eoi.services.drafts import (
    DraftConflict,
    delete_draft,
    delete_expired_drafts,
    delete_submitted_drafts,
    save_draft,
)
from eoi.services.late_requests import (
    accept_late,
    refuse_late,
    request_late,
)
from eoi.services.link_requests import send_requested_links
from members.models import Call, FocalPoint, Member, TimelineEntry
from members.services.intake import receive_expression_of_interest
from outbox.models import Message
from tests.eoi.test_drafts import DAY, SECOND, expiring
from tests.eoi.test_link_requests import ask
from tests.factories import (
    NOON,
    CallAlertFactory,
    CallFactory,
    EoiDraftFactory,
    FocalPointFactory,
    LateRequestFactory,
    UserFactory,
)
from tests.members.test_intake import answers
from tests.sweeps.races.intake import NEXT_MONTH, closing, extending
from tests.sweeps.races.race import Race, own, twice

LATE = "eoi_laterequest"
DRAFT, ALERT, MESSAGE = "eoi_eoidraft", "eoi_callalert", "outbox_message"
DRAFT_WRITES = (DRAFT, f"after {DRAFT}")
TELLING = partial(notify_of_moved_deadlines, at=NOON)


def keeping(key, acronym, *, call, version=0, page="", at=NOON):
    def keep():
        return autosave_form(
            submission_key=key,
            call=call,
            language="en",
            form_data=urlencode({"acronym": acronym}),
            page=Page(page, version),
            network="",
            at=at,
        ).draft

    return keep


def saving(draft, acronym="LATE", *, at=NOON, call=None):
    key, version = draft.submission_key, draft.version
    return keeping(key, acronym, call=call or draft.call, version=version, at=at)


def beginning(call, acronym):
    return partial(
        save_draft,
        submission_key="key",
        call=call,
        email="ada@example.org",
        language="en",
        form_data=urlencode({"acronym": acronym}),
        at=NOON,
    )


def two_save():
    draft = EoiDraftFactory()

    def both_are_kept():
        kept = own(draft)
        return {kept.answers["acronym"], kept.other_answers["acronym"]} == {"FIRST", "SECOND"}

    return saving(draft, "FIRST"), saving(draft, "SECOND"), both_are_kept


def two_first_posts(pages):
    """Two windows, or two clicks in one window, post a form that is not kept yet."""

    def arrange():
        call = CallFactory()
        first, second = (
            keeping("key", acronym, call=call, page=page)
            for acronym, page in zip(("FIRST", "SECOND"), pages, strict=True)
        )

        def both_are_kept():
            kept = EoiDraft.objects.get()
            found = {kept.answers["acronym"], kept.other_answers.get("acronym")}
            return found == {"FIRST", "SECOND"} or len(set(pages)) == 1

        return first, second, both_are_kept

    return arrange


def cleared_and_saved():
    draft = EoiDraftFactory(email="")
    clearing = partial(clear_form, submission_key=draft.submission_key)
    # What is typed after the form was cleared is a new draft.
    return clearing, saving(draft), lambda: EoiDraft.objects.get().answers["acronym"] == "LATE"


def saved_and_cleared():
    draft = EoiDraftFactory(email="")
    return saving(draft), partial(clear_form, submission_key=draft.submission_key)


def two_begin(first, second):
    def arrange():
        call = CallFactory()
        return beginning(call, first), beginning(call, second)

    return arrange


def saved_and_sent():
    draft = EoiDraftFactory()
    sent = {**answers(), "submission_key": draft.submission_key}
    sending = partial(receive_expression_of_interest, call=draft.call, **sent)
    return saving(draft), sending, lambda: delete_submitted_drafts(at=NOON) == 1


def deleted_and_saved():
    draft = EoiDraftFactory()
    return partial(delete_draft, draft=own(draft), at=NOON), saving(draft)


def saved_as_it_expires():
    draft, at = expiring(DAY), NOON + DAY
    return saving(draft, at=at - SECOND), partial(delete_expired_drafts, at=at)


def two_warn():
    expiring(DAY)
    return twice(partial(warn_of_expiry, at=NOON))


def two_send_links():
    FocalPointFactory(email="ada@example.org")
    ask()
    return twice(partial(send_requested_links, at=NOON))


def draft_of_a_moved_call():
    draft = EoiDraftFactory(expires_at=NEXT_MONTH)
    extending(draft.call)()
    return draft


def two_tell():
    draft_of_a_moved_call()
    return twice(TELLING)


def told_and_moved():
    """The deadline moves while it is announced. The next run announces the new one."""
    draft = draft_of_a_moved_call()

    def next_run_tells():
        return (TELLING(), own(draft).announced_closes_at) == (1, NOON)

    return TELLING, closing(draft.call), next_run_tells


def told_and_saved_for_another_call():
    draft = draft_of_a_moved_call()
    other = CallFactory(closes_at=NEXT_MONTH + timedelta(days=1))

    def it_keeps_the_other():
        return (own(draft).call, own(draft).announced_closes_at) == (other, other.closes_at)

    return TELLING, saving(draft, call=other), it_keeps_the_other


def saved_and_moved():
    draft = EoiDraftFactory(expires_at=NEXT_MONTH)
    return saving(draft), extending(draft.call), lambda: TELLING() == 1


def two_ask_with_one_address():
    asking = partial(request_alert, email="ada@example.org", language="en")
    return partial(asking, at=NOON), partial(asking, at=NOON + SECOND)


def an_only_call(**dates):
    """Return the only call, which is open unless other dates are given."""
    Call.objects.all().delete()
    return CallFactory(**dates)


def two_announce():
    CallAlertFactory()
    an_only_call()
    return partial(announce_open_call, at=NOON), partial(announce_open_call, at=NOON + SECOND)


def announced_and_closed():
    """The call closes while it is announced. What was not sent is cancelled, and waits again."""
    alert, call = CallAlertFactory(), an_only_call(closes_at=NEXT_MONTH)

    def waits_again():
        delete_finished_alerts(at=NOON + DAY)
        return own(alert).call is None

    return partial(announce_open_call, at=NOON), closing(call), waits_again


def announced_and_deleted():
    alert = CallAlertFactory()
    an_only_call()
    return partial(announce_open_call, at=NOON), partial(delete_alert, alert=own(alert))


def two_finish():
    CallAlertFactory(confirmed_at=None, requested_at=NOON - 9 * DAY)
    return twice(partial(delete_finished_alerts, at=NOON))


def expired_and_confirmed():
    alert = CallAlertFactory(confirmed_at=None, requested_at=NOON - 9 * DAY)
    confirming = partial(confirm_alert, alert=own(alert), at=NOON)
    return partial(delete_finished_alerts, at=NOON), confirming


def two_ask_to_send_late():
    call = an_only_call(closes_at=NOON, grace_ends_at=NOON)
    draft = EoiDraftFactory(call=call)
    return tuple(
        partial(request_late, draft=own(draft), organisation_name=name, at=NOON)
        for name in ("Ministry", "Ministry of Health")
    )


def accepting(late_request):
    by, until = UserFactory(), NOON + DAY
    return partial(accept_late, late_request=own(late_request), until=until, by=by, at=NOON)


def refusing(late_request):
    by = UserFactory()
    return partial(refuse_late, late_request=own(late_request), reason="Late.", by=by, at=NOON)


def accepted_and(function):
    """Prepare an acceptance, and another change of the request or its draft."""

    def arrange():
        late_request = LateRequestFactory()
        return accepting(late_request), function(late_request)

    return arrange


def deleting_its_draft(late_request):
    return partial(delete_draft, draft=own(late_request.draft), at=NOON)


def sending_its_link_elsewhere(late_request):
    draft = late_request.draft
    facts = {"submission_key": draft.submission_key, "form_data": draft.form_data}
    return partial(beginning(draft.call, ""), email="grace@example.org", **facts)


RACES = {
    "ask with one address": Race(
        two_ask_with_one_address,
        ALERT,
        (CallAlert, CallAlert),
        {CallAlert: 1, Message: 2},
        needs_lock=False,
    ),
    "announce a call": Race(two_announce, MESSAGE, (1, 0), {Message: 1}),
    "announce a call, and close it": Race(
        announced_and_closed, MESSAGE, (1, None), {Message: 1}, needs_lock=False
    ),
    "announce a call, and delete the address": Race(
        announced_and_deleted, MESSAGE, (1, None), {CallAlert: -1, Message: 0}
    ),
    "delete what nobody confirmed": Race(two_finish, ALERT, (1, 0), {CallAlert: -1}),
    "delete what nobody confirmed, and confirm it": Race(
        expired_and_confirmed, ALERT, (1, AlertNotFound), {CallAlert: -1}
    ),
    "confirm what nobody confirmed, and delete it": Race(
        lambda: expired_and_confirmed()[::-1], ALERT, (CallAlert, 0), {CallAlert: 0}
    ),
    "ask to send late": Race(
        two_ask_to_send_late, LATE, (LateRequest, LateRequest), {LateRequest: 1}
    ),
    "accept late, and refuse": Race(
        accepted_and(refusing), LATE, (LateRequest, "already_decided"), {Message: 1}
    ),
    "accept late": Race(
        accepted_and(accepting), LATE, (LateRequest, "already_decided"), {Message: 1}
    ),
    "accept late, and delete the draft": Race(
        accepted_and(deleting_its_draft), LATE, (LateRequest, None), {LateRequest: -1}
    ),
    "accept late, and send the link elsewhere": Race(
        accepted_and(sending_its_link_elsewhere),
        LATE,
        (LateRequest, EoiDraft),
        {LateRequest: 0, EoiDraft: 0, Message: 1},
    ),
    "accept late, and extend the call": Race(
        accepted_and(lambda late_request: extending(late_request.draft.call)),
        LATE,
        (LateRequest, None),
        {Message: 1},
        needs_lock=False,
    ),
    "save a draft": Race(two_save, DRAFT, (EoiDraft, EoiDraft)),
    **{
        f"post a form first from {where}, {at}": Race(
            two_first_posts(pages), at, (EoiDraft, EoiDraft), {EoiDraft: 1}, needs_lock=False
        )
        for where, pages in {"two windows": ("a", "b"), "one window": ("a", "a")}.items()
        for at in DRAFT_WRITES
    },
    "clear a form, and save it": Race(
        cleared_and_saved, DRAFT, (None, EoiDraft), {EoiDraft: 0}, needs_lock=False
    ),
    "save a form, and clear it": Race(
        saved_and_cleared, DRAFT, (EoiDraft, None), {EoiDraft: -1}, needs_lock=False
    ),
    "begin the same draft": Race(
        two_begin("X", "X"),
        DRAFT_WRITES,
        (EoiDraft, EoiDraft),
        {EoiDraft: 1, Message: 1},
        needs_lock=False,
    ),
    "begin another draft under one key": Race(
        two_begin("X", "Y"),
        DRAFT_WRITES,
        (EoiDraft, DraftConflict),
        {EoiDraft: 1, Message: 1},
        is_either_first=True,
        needs_lock=False,
    ),
    "save a draft, and send it": Race(
        saved_and_sent,
        DRAFT,
        (EoiDraft, Member),
        {EoiDraft: 0, Member: 1, FocalPoint: 1, TimelineEntry: 1, Message: 1},
        needs_lock=False,
    ),
    "delete a draft, and save it": Race(
        deleted_and_saved, DRAFT, (None, EoiDraft), {EoiDraft: 0}, needs_lock=False
    ),
    "save a draft, and delete what has expired": Race(
        saved_as_it_expires, DRAFT, (EoiDraft, 0), {EoiDraft: 0}
    ),
    "warn of expiry": Race(two_warn, DRAFT, (1, 0), {Message: 1}),
    "send links that were asked for": Race(two_send_links, MESSAGE, (1, 0), {Message: 1}),
    "tell of a moved deadline": Race(two_tell, (MESSAGE, *DRAFT_WRITES), (1, 0), {Message: 1}),
    "tell of a deadline, and move it": Race(
        told_and_moved, (MESSAGE, *DRAFT_WRITES), (1, None), {Message: 1}, needs_lock=False
    ),
    "tell of a deadline, and save for another call": Race(
        told_and_saved_for_another_call,
        (MESSAGE, *DRAFT_WRITES),
        (1, EoiDraft),
        {Message: 1},
        needs_lock=False,
    ),
    "save a draft, and move its deadline": Race(
        saved_and_moved, f"after {DRAFT}", (EoiDraft, None), needs_lock=False
    ),
}
