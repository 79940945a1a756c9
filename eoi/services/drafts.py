"""Drafts of Expressions of Interest: saving and deletion.

The text of a draft is not validated. A draft was sent if a member has its submission key.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.autosave import TooLong
from core.conflicts import Conflict, Refused
from core.dates import GENEVA, format_datetime
from core.time_zones import known_zones
from eoi.models import EoiDraft, LateRequest
from eoi.models.draft import EoiDraftQuerySet
from eoi.services.letters import send_draft_link
from members.models import Call, Member
from members.services.conflicts import first_version
from members.services.countries import time_zones_of
from outbox.services.erasure import delete_messages

DRAFT_LIFETIME: Final = timedelta(days=30)
# Of a draft without an address.
KEPT_FORM_LIFETIME: Final = timedelta(hours=24)
# The maximum number of drafts that one run warns of or deletes.
BATCH_SIZE: Final = 500
# The maximum number of drafts without an address that one run deletes.
KEPT_FORM_BATCH_SIZE: Final = 10_000
# In characters, as submitted: many times what the form accepts in any script.
MAX_FORM_DATA_LENGTH: Final = 500_000

Saved = TypeVar("Saved")


class DraftNotFound(Refused):
    """The draft was deleted, or has expired."""

    def __init__(self) -> None:
        super().__init__(_("This draft was deleted."))


class AlreadySubmitted(Refused):
    """The form was sent in the meantime, as `member`."""

    def __init__(self, member: Member) -> None:
        self.member = member
        super().__init__(
            _("This form was sent on %(moment)s with the reference %(reference)s.")
            % {
                "moment": format_datetime(member.submitted_at, GENEVA),
                "reference": member.reference,
            }
        )


class DraftConflict(Conflict):
    """Another text was saved after the person opened the draft. `draft` is the stored one."""

    def __init__(self, draft: EoiDraft) -> None:
        self.draft = draft
        super().__init__(
            _("The other version was saved on %(moment)s.")
            % {"moment": format_datetime(draft.saved_at, draft.time_zone or GENEVA)}
        )


def save_draft(
    *,
    submission_key: str,
    call: Call,
    email: str,
    language: str,
    form_data: str,
    at: datetime,
    in_place_of: int | None = None,
) -> EoiDraft:
    """Create a draft, and send its link to an address.

    The same form, text and address return the same draft, without a second message. Another address
    gets another link, and the first link stops working. If the draft seems to come from a robot, it
    is stored and no message is sent.

    Raises TooLong, AlreadySubmitted, and DraftConflict if the same form was saved before with
    another text, unless that is version `in_place_of`.
    """
    save = partial(
        _save_draft,
        submission_key=submission_key,
        call=call,
        email=email,
        language=language,
        form_data=form_data,
        at=at,
        in_place_of=in_place_of,
    )
    return retried_if_begun(submission_key, save)


def retried_if_begun(submission_key: str, save: Callable[[], Saved]) -> Saved:
    """Save a form, again if a concurrent request has just saved the same form first."""
    try:
        return save()
    except IntegrityError:
        if not EoiDraft.objects.filter(submission_key=submission_key).exists():
            raise
        return save()


@transaction.atomic
def add_address(*, submission_key: str, email: str, language: str, at: datetime) -> EoiDraft:
    """Give a kept form the address for its link, and send the link there.

    Raises DraftNotFound and AlreadySubmitted.
    """
    drafts = EoiDraft.objects.kept_at(at).select_for_update(of=["self"]).select_related("call")
    draft = drafts.filter(submission_key=submission_key).first()
    if draft is None:
        raise DraftNotFound
    return _save_draft(
        submission_key=submission_key,
        call=draft.call,
        email=email,
        language=language,
        form_data=draft.form_data,
        at=at,
        in_place_of=draft.version,
    )


@transaction.atomic
def delete_draft(*, draft: EoiDraft, at: datetime) -> None:
    """Delete a draft and its messages. Raises DraftNotFound."""
    _lock(draft, at)
    delete_row(draft)


def member_of_submission(submission_key: str) -> Member | None:
    """Return the member with a submission key, if the form was sent."""
    return Member.objects.select_related("call").filter(submission_key=submission_key).first()


def time_zone_in(answers: QueryDict) -> str:
    """Return the chosen time zone, else the only one of the country, else an empty string."""
    chosen = str(answers.get("time_zone", ""))
    if chosen in known_zones():
        return chosen
    zones = time_zones_of(str(answers.get("country", "")))
    return zones[0] if len(zones) == 1 else ""


def delete_expired_drafts(*, at: datetime) -> int:
    """Delete expired drafts, in bounded numbers, and return how many."""
    without_address = EoiDraft.objects.expired_at(at).filter(email="").order_by("expires_at", "pk")
    pks = list(without_address.values_list("pk", flat=True)[:KEPT_FORM_BATCH_SIZE])
    # They have no messages. One that was saved again meanwhile is left out.
    deleted, _by_model = EoiDraft.objects.expired_at(at).filter(email="", pk__in=pks).delete()
    expired = EoiDraft.objects.expired_at(at).with_address()
    return deleted + for_each_draft(expired, delete_row)


def delete_submitted_drafts(*, at: datetime) -> int:
    """Delete the drafts that were sent. Returns their number, at most BATCH_SIZE."""
    return for_each_draft(EoiDraft.objects.sent(), delete_row)


def for_each_draft(drafts: EoiDraftQuerySet, function: Callable[[EoiDraft], None]) -> int:
    """Call a function for each draft in its own transaction, and return the number of calls."""
    count = 0
    for pk in drafts.order_by("expires_at", "pk").values_list("pk", flat=True)[:BATCH_SIZE]:
        with transaction.atomic():
            # Locked, so that a concurrent save comes before this or is refused.
            draft = drafts.select_for_update().filter(pk=pk).first()
            if draft is not None:
                function(draft)
                count += 1
    return count


def delete_row(draft: EoiDraft) -> None:
    """Delete a locked draft and its messages."""
    delete_messages(reference=draft.reference)
    draft.delete()


@transaction.atomic
def _save_draft(
    *,
    submission_key: str,
    call: Call,
    email: str,
    language: str,
    form_data: str,
    at: datetime,
    in_place_of: int | None,
) -> EoiDraft:
    check_length(form_data)
    check_unsent(submission_key)
    late_request: LateRequest | None = None
    earlier = EoiDraft.objects.select_for_update().filter(submission_key=submission_key).first()
    if earlier is not None and earlier.expires_at <= at:
        delete_row(earlier)
        earlier = None
    if earlier is not None:
        if earlier.form_data != form_data and earlier.version != in_place_of:
            raise DraftConflict(earlier)
        if earlier.email == email:
            if earlier.form_data == form_data:
                return earlier
            return save_next_version(
                earlier, call=call, language=language, form_data=form_data, at=at
            )
        late_request = LateRequest.objects.filter(draft=earlier).first()
        delete_row(earlier)
    started_at = earlier.started_at if earlier else at
    saved_at = max(at, started_at)
    draft = EoiDraft.objects.create(
        submission_key=submission_key,
        call=call,
        announced_closes_at=call.closes_at,
        announced_grace_ends_at=call.grace_ends_at,
        email=email,
        language=language,
        time_zone=time_zone_in(QueryDict(form_data, encoding="utf-8")),
        form_data=form_data,
        started_at=started_at,
        saved_at=saved_at,
        expires_at=saved_at + DRAFT_LIFETIME,
        other_data=earlier.other_data if earlier else "",
        other_page=earlier.other_page if earlier else "",
        saved_page=earlier.saved_page if earlier else "",
        # Higher than the version of any open page.
        version=earlier.version + 1 if earlier else first_version(at),
    )
    if late_request:
        # With another address, it is the same form.
        late_request.pk, late_request.draft = None, draft
        late_request.save(force_insert=True)
    if draft.is_written_to:
        send_draft_link(draft, at=at)
    return draft


def lifetime_of(draft: EoiDraft) -> timedelta:
    """Return how long a draft is kept after it was last saved."""
    return DRAFT_LIFETIME if draft.email else KEPT_FORM_LIFETIME


def save_next_version(
    draft: EoiDraft,
    *,
    call: Call | None,
    language: str,
    form_data: str,
    page: str = "",
    at: datetime,
) -> EoiDraft:
    """Save a locked draft as its next version, or as the same one if the text is the same."""
    if call and call.pk != draft.call_id:
        draft.call = call
        draft.announced_closes_at = call.closes_at
        draft.announced_grace_ends_at = call.grace_ends_at
    draft.language = language
    if form_data != draft.form_data:
        draft.version += 1
    draft.form_data = form_data
    draft.time_zone = time_zone_in(QueryDict(form_data, encoding="utf-8"))
    # The time was read before waiting for the lock, so another save may be later.
    draft.saved_at = max(at, draft.saved_at)
    draft.expires_at = draft.saved_at + lifetime_of(draft)
    draft.expiry_warned_at = None
    draft.saved_page = page
    draft.save(
        update_fields=[
            "call",
            "announced_closes_at",
            "announced_grace_ends_at",
            "language",
            "form_data",
            "other_data",
            "other_page",
            "time_zone",
            "saved_at",
            "expires_at",
            "expiry_warned_at",
            "saved_page",
            "version",
        ]
    )
    return draft


def _lock(draft: EoiDraft, at: datetime) -> None:
    """Refresh and lock a draft. Raises DraftNotFound."""
    try:
        draft.refresh_from_db(from_queryset=EoiDraft.objects.kept_at(at).select_for_update())
    except EoiDraft.DoesNotExist as refused:
        raise DraftNotFound from refused


def check_length(form_data: str) -> None:
    """Raise TooLong if a form is longer than any form."""
    if len(form_data) > MAX_FORM_DATA_LENGTH:
        raise TooLong


def check_unsent(submission_key: str) -> None:
    """Raise AlreadySubmitted if the form with a key was sent."""
    members = Member.objects.only("reference", "submitted_at")
    member = members.filter(submission_key=submission_key).first()
    if member is not None:
        raise AlreadySubmitted(member)
