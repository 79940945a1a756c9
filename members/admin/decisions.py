"""The pages on which staff decide: one a decision, each with its own permission."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from members import triage
from members.admin.changes import changes_since
from members.admin.forms import (
    AdmitForm,
    CloseForm,
    DecisionForm,
    DeclineForm,
    HandForm,
    MoveForm,
    NoteForm,
    RecordAnswerForm,
    RequestInformationForm,
)
from members.admin.letter_drafts import drafts_of_colleagues, keep_or_throw_away, kept_letter
from members.admin.letters import LetterForm
from members.admin.neighbours import said_of, way_on
from members.admin.pages import (
    StaffRequest,
    address_of_the_file,
    file_or_404,
    keeping_the_list,
    page,
    sent,
)
from members.admin.preview import previews_of
from members.follow_up import (
    draft_admission,
    draft_decline,
    draft_information_request,
    draft_move,
    has_unsent_letters,
)
from members.locking import ChangedMeanwhile, Refused, check_version
from members.models import (
    UNDECIDED,
    Category,
    LetterOf,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)
from members.triage.letter_drafts import BEGUN_FROM, SavedMeanwhile
from outbox.models import Message
from outbox.preview import frames_a_mail


@dataclass(frozen=True)
class Decision:
    """One page of the desk: where it is, who may open it, and for a file in which status."""

    name: str
    label: str | Promise
    done: str | Promise
    permission: str
    statuses: tuple[MemberStatus, ...]
    # Whether whoever decides has the file from then on.
    takes_over: bool = False

    @property
    def url_name(self) -> str:
        """The name of the page's address."""
        return f"admin:members_member_{self.name}"


TAKE = Decision("take", _("Take"), _("You have this file."), "members.take_member", UNDECIDED)
RELEASE = Decision(
    "release",
    _("Release"),
    _("The file is everybody's again."),
    "members.take_member",
    UNDECIDED,
)
HAND_TO = Decision(
    "hand_to",
    _("Hand to a colleague"),
    _("The file was handed over."),
    "members.take_member",
    UNDECIDED,
)
CLEAR_SUSPICION = Decision(
    "clear_suspicion",
    _("Clear the suspicion"),
    _("The file is no longer marked as suspected."),
    "members.clear_suspicion_member",
    UNDECIDED,
)
ADMIT = Decision(
    "admit",
    _("Admit"),
    _("The member was admitted."),
    "members.admit_member",
    BEGUN_FROM[LetterOf.ADMIT],
    takes_over=True,
)
MOVE = Decision(
    "move",
    _("Move"),
    _("The member was moved."),
    "members.admit_member",
    BEGUN_FROM[LetterOf.MOVE],
)
DECLINE = Decision(
    "decline",
    _("Decline"),
    _("The member was declined."),
    "members.decline_member",
    BEGUN_FROM[LetterOf.DECLINE],
    takes_over=True,
)
REQUEST_INFORMATION = Decision(
    "request_information",
    _("Request information"),
    _("The file now waits for their answer."),
    "members.request_information_member",
    BEGUN_FROM[LetterOf.REQUEST_INFORMATION],
    takes_over=True,
)
RECORD_ANSWER = Decision(
    "record_answer",
    _("Record their answer"),
    _("The answer was recorded; the file waits on us again."),
    "members.request_information_member",
    (MemberStatus.INFORMATION_REQUESTED,),
    takes_over=True,
)
CLOSE = Decision(
    "close",
    _("Close without a letter"),
    _("The file was closed."),
    "members.close_member",
    UNDECIDED,
    takes_over=True,
)
WITHDRAW = Decision(
    "withdraw",
    _("Withdraw"),
    _("The member was withdrawn."),
    "members.withdraw_member",
    triage.TAKES_PART_OR_WANTS_TO,
    takes_over=True,
)
REOPEN = Decision(
    "reopen",
    _("Reopen"),
    _("The file is on the desk again, and yours."),
    "members.reopen_member",
    triage.CAN_BE_REOPENED,
)
DECISIONS = (
    TAKE,
    CLEAR_SUSPICION,
    ADMIT,
    REQUEST_INFORMATION,
    RECORD_ANSWER,
    DECLINE,
    CLOSE,
    MOVE,
    WITHDRAW,
    REOPEN,
    HAND_TO,
    RELEASE,
)


def decisions_on(member: Member, by: User) -> list[Decision]:
    """Return what a person may decide on a file as it stands."""
    impossible = {TAKE} if member.assignee_id else {RELEASE}
    if not member.is_suspect:
        impossible.add(CLEAR_SUSPICION)
    if not may_decline(member, by):
        impossible.add(DECLINE)
    return [
        decision
        for decision in DECISIONS
        if member.status in decision.statuses
        and by.has_perm(decision.permission)
        and decision not in impossible
    ]


def may_decline(member: Member, by: User) -> bool:
    """Say whether a person may decline this member: a Member State takes a permission more."""
    is_member_state = member.category == Category.MEMBER_STATE
    return not is_member_state or by.has_perm("members.decline_member_state")


def decision_page(
    request: StaffRequest,
    decision: Decision,
    form: DecisionForm,
    change: Callable[..., TimelineEntry],
    letter: LetterForm | None = None,
    **context: Any,
) -> HttpResponse:
    """Show what a decision will do and write; on the person's word do it, and show the file.

    A letter that is begun is kept, shown as its recipients would read it, or thrown away on
    the way there.

    Answers 422 where something is missing, and 409 where the file refuses: what was typed
    stays, and so does the version, until the person says that they have seen the change. A
    refusal is told beside what is missing, and where the person only asks for the letter.
    """
    member, refused = form.member, None
    if request.method != "POST" and member.status not in decision.statuses:
        messages.warning(request, str(triage.WrongStatus(member)))
        return redirect(address_of_the_file(request, member.pk))

    is_decided, is_previewed = "decide" in request.POST, "preview" in request.POST
    is_complete = not (is_decided or is_previewed) or form.is_valid()
    if is_decided and letter is not None:
        is_complete = is_complete and letter.is_valid()
    try:
        if letter is not None and keep_or_throw_away(request, decision.name, letter):
            address = reverse(decision.url_name, args=[member.pk])
            return redirect(keeping_the_list(request, address))
        if request.method == "POST" or form.restored:
            check_as_seen(decision, form)
        if is_decided and is_complete:
            written = {} if letter is None else {"message": letter.letter}
            facts = {**form.choice, **written, "version": form.version_seen}
            onwards = way_on(request, member)
            change(member=member, by=request.user, at=now(), **facts)
            messages.success(request, said_of(request, member, decision.done))
            return redirect(onwards)
    except Refused as refusal:
        refused = refusal
    if letter is not None and not is_decided:
        letter.compose_again()
    if letter is not None and is_previewed and is_complete:
        context["previews"] = previews_of(request, letter.letters)
    status = 200 if is_complete else 422
    if refused and request.method == "POST":
        status = 409

    return page(
        request,
        decision.name,
        title=str(decision.label),
        member=member,
        status=status,
        decision=decision,
        form=form,
        letter=letter,
        refused=refused,
        has_changed=isinstance(refused, ChangedMeanwhile),
        changes=changes_since(member, form.version_seen) if refused else [],
        draft_to_read=refused.draft if isinstance(refused, SavedMeanwhile) else None,
        drafts_of_colleagues=drafts_of_colleagues(request, decision.name, member) if letter else [],
        is_previewed=is_previewed and is_complete,
        **context,
    )


def check_as_seen(decision: Decision, form: DecisionForm) -> None:
    """Compare the file with what the person had on screen, whatever is missing on the page.

    Raises WrongStatus and ChangedMeanwhile. The change itself compares again, under the lock.
    """
    if form.member.status not in decision.statuses:
        raise triage.WrongStatus(form.member)
    check_version(form.member, form.version_seen)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.take_member", raise_exception=True)
def take(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a file that nobody has."""
    form = DecisionForm(sent(request), member=file_or_404(request, pk))
    return decision_page(request, TAKE, form, triage.take)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.take_member", raise_exception=True)
def release(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a file back to everybody."""
    form = DecisionForm(sent(request), member=file_or_404(request, pk))
    return decision_page(request, RELEASE, form, triage.release)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.take_member", raise_exception=True)
def hand_to(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand a file to a colleague."""
    form = HandForm(sent(request), member=file_or_404(request, pk))
    return decision_page(request, HAND_TO, form, triage.hand_to)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.clear_suspicion_member", raise_exception=True)
def clear_suspicion(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that a person sent a suspected file; where a colleague said so, show the file."""
    member = file_or_404(request, pk)
    if member.is_undecided and not member.is_suspect:
        messages.warning(request, str(triage.NotSuspected()))
        return redirect(address_of_the_file(request, pk))
    form = DecisionForm(sent(request), member=member)
    return decision_page(
        request,
        CLEAR_SUSPICION,
        form,
        triage.clear_suspicion,
        will_write=not Message.objects.filter(reference=member.reference).exists(),
    )


@frames_a_mail
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.admit_member", raise_exception=True)
def admit(request: StaffRequest, pk: int) -> HttpResponse:
    """Admit a member to a focus area's working group."""
    member = file_or_404(request, pk)
    form = AdmitForm(sent(request), member=member, kept=kept_letter(request, ADMIT.name, member))
    letter = LetterForm(sent(request), form=form, draft=partial(draft_admission, at=now()))
    return decision_page(request, ADMIT, form, triage.admit_to_focus_area, letter)


@frames_a_mail
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.admit_member", raise_exception=True)
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Move an admitted member to another focus area or role."""
    member = file_or_404(request, pk)
    form = MoveForm(sent(request), member=member, kept=kept_letter(request, MOVE.name, member))
    letter = LetterForm(sent(request), form=form, draft=partial(draft_move, at=now()))
    return decision_page(
        request,
        MOVE,
        form,
        triage.move_to_focus_area,
        letter,
        will_cancel=has_unsent_letters(member, TimelineKind.ADMITTED, TimelineKind.MOVED, at=now()),
    )


@frames_a_mail
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.decline_member", raise_exception=True)
def decline(request: StaffRequest, pk: int) -> HttpResponse:
    """Decline a member, for reasons that the letter gives.

    Raises PermissionDenied for a Member State without the permission for those.
    """
    member = file_or_404(request, pk)
    if not may_decline(member, request.user):
        raise PermissionDenied
    form = DeclineForm(
        sent(request), member=member, kept=kept_letter(request, DECLINE.name, member)
    )
    letter = LetterForm(sent(request), form=form, draft=draft_decline)
    is_member_state = member.category == Category.MEMBER_STATE
    return decision_page(
        request, DECLINE, form, triage.decline, letter, is_member_state=is_member_state
    )


@frames_a_mail
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.request_information_member", raise_exception=True)
def request_information(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask a member for what is missing."""
    member = file_or_404(request, pk)
    form = RequestInformationForm(
        sent(request), member=member, kept=kept_letter(request, REQUEST_INFORMATION.name, member)
    )
    letter = LetterForm(sent(request), form=form, draft=draft_information_request)
    return decision_page(request, REQUEST_INFORMATION, form, triage.request_information, letter)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.request_information_member", raise_exception=True)
def record_answer(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what a member answered by mail or by phone."""
    form = RecordAnswerForm(sent(request), member=file_or_404(request, pk))
    return decision_page(request, RECORD_ANSWER, form, triage.record_answer)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.close_member", raise_exception=True)
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a file without a letter."""
    form = CloseForm(sent(request), member=file_or_404(request, pk))
    return decision_page(request, CLOSE, form, triage.close)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.withdraw_member", raise_exception=True)
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Withdraw a member on its word."""
    form = NoteForm(sent(request), member=file_or_404(request, pk))
    return decision_page(request, WITHDRAW, form, triage.withdraw)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.reopen_member", raise_exception=True)
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a file on the desk again."""
    form = NoteForm(sent(request), member=file_or_404(request, pk))
    return decision_page(request, REOPEN, form, triage.reopen)
