"""The frame of every page on which staff decide."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now

from accounts.admin.base import StaffRequest
from core.conflicts import Refused, check_version
from members.models import TimelineEntry
from members.services import exceptions
from members.services.conflicts import MemberConflict
from members.services.letter_drafts import LetterDraftConflict
from triage.decisions.admin.letter_drafts import drafts_of_colleagues, save_or_discard
from triage.decisions.admin.letter_preview import previews_of
from triage.decisions.admin.specs import Decision
from triage.decisions.forms.decisions import DecisionForm
from triage.decisions.forms.letters import LetterForm
from triage.staff_pages.changes import changes_since
from triage.staff_pages.pages import member_page, member_url, with_list_filters
from triage.staff_pages.previous_next import next_url, success_message


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
        messages.warning(request, str(exceptions.WrongStatus(member)))
        return redirect(member_url(request, member.pk))

    is_decided, is_previewed = "decide" in request.POST, "preview" in request.POST
    is_complete = not (is_decided or is_previewed) or form.is_valid()
    if is_decided and letter is not None:
        is_complete = is_complete and letter.is_valid()
    try:
        if letter is not None and save_or_discard(request, decision.name, letter):
            address = reverse(decision.url_name, args=[member.pk])
            return redirect(with_list_filters(request, address))
        if request.method == "POST" or form.restored:
            check_form_version(decision, form)
        if is_decided and is_complete:
            written = {} if letter is None else {"message": letter.letter}
            facts = {**form.choice, **written, "version": form.version_seen}
            onwards = next_url(request, member)
            change(member=member, by=request.user, at=now(), **facts)
            messages.success(request, success_message(request, member, decision.done))
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

    return member_page(
        request,
        decision.name,
        title=str(decision.label),
        member=member,
        status=status,
        decision=decision,
        form=form,
        letter=letter,
        refused=refused,
        has_changed=isinstance(refused, MemberConflict),
        changes=changes_since(member, form.version_seen) if refused else [],
        draft_to_read=refused.draft if isinstance(refused, LetterDraftConflict) else None,
        drafts_of_colleagues=drafts_of_colleagues(request, decision.name, member) if letter else [],
        is_previewed=is_previewed and is_complete,
        **context,
    )


def check_form_version(decision: Decision, form: DecisionForm) -> None:
    """Compare the file with what the person had on screen, whatever is missing on the page.

    Raises WrongStatus and MemberConflict. The change itself compares again, under the lock.
    """
    if form.member.status not in decision.statuses:
        raise exceptions.WrongStatus(form.member)
    # That no version was sent is an error of the form.
    check_version(form.member, form.version_seen or None, MemberConflict)
