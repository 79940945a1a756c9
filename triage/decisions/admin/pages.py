"""The pages on which staff decide: one a decision, each with its own permission."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import insist, needs
from members.models import Category, TimelineKind, letters_to_organisations
from members.services import assignment, decisions, exceptions
from members.services.letters.composing import has_unsent_letters
from members.services.letters.decisions import (
    draft_admission,
    draft_decline,
    draft_information_request,
    draft_move,
)
from outbox.admin.mail_preview import page_with_mail_frame
from triage.decisions.admin.base import decision_page
from triage.decisions.admin.letter_drafts import saved_letter
from triage.decisions.admin.specs import (
    ADMIT,
    ASSIGN_TO_ME,
    CLEAR_SUSPICION,
    CLOSE,
    DECLINE,
    MOVE,
    REASSIGN,
    RECORD_ANSWER,
    REOPEN,
    REQUEST_INFORMATION,
    UNASSIGN,
    WITHDRAW,
    permissions_for,
)
from triage.decisions.forms.decisions import (
    AdmitForm,
    CloseForm,
    DecisionForm,
    DeclineForm,
    MoveForm,
    NoteForm,
    ReassignForm,
    RecordAnswerForm,
    RequestInformationForm,
)
from triage.decisions.forms.letters import LetterForm
from triage.staff_pages.pages import get_member_or_404, member_url


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.take_member")
def assign_to_me(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a file that nobody has."""
    form = DecisionForm(post_data(request), member=get_member_or_404(request, pk))
    return decision_page(request, ASSIGN_TO_ME, form, assignment.assign_to_self)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.take_member")
def unassign(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a file back to everybody."""
    form = DecisionForm(post_data(request), member=get_member_or_404(request, pk))
    return decision_page(request, UNASSIGN, form, assignment.unassign)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.take_member")
def reassign(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand a file to a colleague."""
    form = ReassignForm(post_data(request), member=get_member_or_404(request, pk))
    return decision_page(request, REASSIGN, form, assignment.reassign)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.clear_suspicion_member")
def clear_suspicion(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that a person sent a suspected file; where a colleague said so, show the file."""
    member = get_member_or_404(request, pk)
    if member.is_undecided and not member.is_suspect:
        messages.warning(request, str(exceptions.NotFlaggedAsSpam()))
        return redirect(member_url(request, pk))
    form = DecisionForm(post_data(request), member=member)
    return decision_page(
        request,
        CLEAR_SUSPICION,
        form,
        assignment.clear_spam_flag,
        will_write=not letters_to_organisations().filter(reference=member.reference).exists(),
    )


@page_with_mail_frame
@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.admit_member")
def admit(request: StaffRequest, pk: int) -> HttpResponse:
    """Admit a member to a focus area's working group."""
    member = get_member_or_404(request, pk)
    form = AdmitForm(
        post_data(request), member=member, kept=saved_letter(request, ADMIT.name, member)
    )
    letter = LetterForm(post_data(request), form=form, draft=partial(draft_admission, at=now()))
    return decision_page(request, ADMIT, form, decisions.admit_to_focus_area, letter)


@page_with_mail_frame
@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.admit_member")
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Move an admitted member to another focus area or role."""
    member = get_member_or_404(request, pk)
    form = MoveForm(
        post_data(request), member=member, kept=saved_letter(request, MOVE.name, member)
    )
    letter = LetterForm(post_data(request), form=form, draft=partial(draft_move, at=now()))
    return decision_page(
        request,
        MOVE,
        form,
        decisions.move_to_focus_area,
        letter,
        will_cancel=has_unsent_letters(member, TimelineKind.ADMITTED, TimelineKind.MOVED, at=now()),
    )


@page_with_mail_frame
@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.decline_member")
def decline(request: StaffRequest, pk: int) -> HttpResponse:
    """Decline a member, for reasons that the letter gives.

    Raises LacksPermission for a Member State without the permission for those.
    """
    member = get_member_or_404(request, pk)
    insist(request.user, *permissions_for(DECLINE, member))
    form = DeclineForm(
        post_data(request), member=member, kept=saved_letter(request, DECLINE.name, member)
    )
    letter = LetterForm(post_data(request), form=form, draft=draft_decline)
    is_member_state = member.category == Category.MEMBER_STATE
    return decision_page(
        request, DECLINE, form, decisions.decline, letter, is_member_state=is_member_state
    )


@page_with_mail_frame
@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.request_information_member")
def request_information(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask a member for what is missing."""
    member = get_member_or_404(request, pk)
    form = RequestInformationForm(
        post_data(request),
        member=member,
        kept=saved_letter(request, REQUEST_INFORMATION.name, member),
    )
    letter = LetterForm(post_data(request), form=form, draft=draft_information_request)
    return decision_page(request, REQUEST_INFORMATION, form, decisions.request_information, letter)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.request_information_member")
def record_answer(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what a member answered by mail or by phone."""
    form = RecordAnswerForm(post_data(request), member=get_member_or_404(request, pk))
    return decision_page(request, RECORD_ANSWER, form, decisions.record_answer)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.close_member")
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a file without a letter; the address may propose the reason."""
    form = CloseForm(post_data(request), member=get_member_or_404(request, pk))
    form.initial["reason"] = request.GET.get("reason")
    return decision_page(request, CLOSE, form, decisions.close_without_letter)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.withdraw_member")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Withdraw a member on its word."""
    form = NoteForm(post_data(request), member=get_member_or_404(request, pk))
    return decision_page(request, WITHDRAW, form, decisions.withdraw)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.reopen_member")
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a file on the desk again."""
    form = NoteForm(post_data(request), member=get_member_or_404(request, pk))
    return decision_page(request, REOPEN, form, decisions.reopen)
