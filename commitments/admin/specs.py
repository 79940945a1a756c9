"""The decisions about a commitment: for each its page, its form, its letter and its service."""

from collections.abc import Mapping
from typing import Any, Final

from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import StaffRequest, get_visible_or_404
from accounts.models import User
from commitments.forms.decisions import (
    AcceptChangeForm,
    AnnouncementForm,
    CountingForm,
    DeclineChangeForm,
    SupersedeForm,
    current_amounts_of,
    reason_field,
    text_field,
)
from commitments.forms.texts import CorrectTextsForm, EnglishForm
from commitments.models import (
    STATUSES_IN_FORCE,
    UNDECIDED,
    Amount,
    Commitment,
    CommitmentStatus,
    EventKind,
)
from commitments.services import (
    change_decisions,
    decisions,
    money,
    publication,
    text_corrections,
    undo,
)
from commitments.services.desk_letters import (
    draft_approval,
    draft_change_accepted,
    draft_change_declined,
    draft_decline,
    draft_publication,
    draft_question,
    draft_superseding,
    draft_taking_back,
    draft_text_corrected,
    draft_withdrawal,
    readers_of,
)
from commitments.services.events import commitment_conflict, wrong_status
from commitments.services.leads import waiting_change_of
from commitments.services.second_person import first_person
from core.admin.history import HistoryChange
from core.conflicts import Refused
from eoi.services.application_status import QuotedText
from triage.decisions.admin.declaration import Decision, Desk
from triage.decisions.forms.decisions import form_with
from triage.staff_pages.changes import changes_of_row
from triage.staff_pages.pages import row_page

VIEW: Final = "commitments.view_commitment"
DECIDE: Final = "commitments.decide_commitment"
COUNT: Final = "commitments.count_commitment"


def get_commitment_or_404(request: StaffRequest, pk: int) -> Commitment:
    """Return a commitment that the user may see, with the related rows that its pages need."""
    related = ("lead", "focus_area", "pillar", "assignee", "decided_by", "superseded_by")
    return get_visible_or_404(Commitment.objects.select_related(*related), request.user, pk)


def commitment_page(
    request: StaffRequest,
    name: str,
    context: Mapping[str, object],
    *,
    commitment: Commitment,
    title: str,
    status: int = 200,
) -> TemplateResponse:
    """Render a page about a commitment, with a link back to the list."""
    context = {"commitment": commitment, "lead": commitment.lead, **context}
    return row_page(
        request, name, context, model=Commitment, row=commitment, title=title, status=status
    )


def _changes_since(commitment: Commitment, version: int) -> list[HistoryChange]:
    return changes_of_row(
        commitment,
        version,
        timeline=commitment.events.all(),
        said=lambda event: [QuotedText(event.note)] if event.note else [],
    )


def _if_taken(commitment: Commitment, by: User) -> str:
    """Return a notice if a commitment is assigned to a colleague."""
    is_taken = commitment.assignee_id not in (None, by.pk)
    return _("Assigned to %(name)s.") % {"name": commitment.assignee} if is_taken else ""


COMMITMENTS: Final = Desk(
    model=Commitment,
    name="commitment",
    permissions=(VIEW,),
    get_or_404=get_commitment_or_404,
    page=commitment_page,
    timeline=lambda commitment: commitment.events.all(),
    changes_since=_changes_since,
    wrong_status=wrong_status,
    conflict=commitment_conflict,
    readers=readers_of,
    undo=undo,
    first_person=first_person,
    draft_is_outdated=gettext_lazy("The commitment has changed since you saved this draft."),
    no_readers=gettext_lazy("The lead is not a member now, so it gets no email."),
    not_possible=gettext_lazy("This is no longer possible for this commitment."),
)


def _set_counting(commitment: Commitment, *, amount: Amount, **facts: Any) -> None:
    """Say whether an amount of a commitment counts."""
    money.set_counting(amount, **facts)


def _has_waiting_change(commitment: Commitment) -> bool:
    return waiting_change_of(commitment) is not None


def _if_change_waits(commitment: Commitment, by: User) -> str:
    """Return a notice if a change waits, which would replace what staff write."""
    try:
        text_corrections.check_no_change_waits(commitment)
    except Refused as refused:
        return str(refused)
    return _if_taken(commitment, by)


PUBLISH: Final = Decision(
    desk=COMMITMENTS,
    name="publish",
    label=gettext_lazy("Publish now"),
    key="u",
    permission=DECIDE,
    kind=EventKind.PUBLISHED,
    notice=_if_taken,
    sentence=gettext_lazy(
        "The commitment appears in the register at once. The lead and its confirmed partners get "
        "an email."
    ),
    done=gettext_lazy("The commitment is published."),
    from_statuses=publication.PUBLISHABLE,
    service=publication.publish,
    letter=draft_publication,
)
APPROVE: Final = Decision(
    desk=COMMITMENTS,
    name="approve",
    label=gettext_lazy("Approve for a day"),
    key="a",
    permission=DECIDE,
    kind=EventKind.APPROVED,
    notice=_if_taken,
    sentence=gettext_lazy(
        "The commitment is published by itself at this day and time. Until then it can be "
        "published earlier, put back, or given another day."
    ),
    done=gettext_lazy("The commitment is approved. It is published at its announcement."),
    from_statuses=decisions.APPROVABLE,
    service=decisions.approve,
    form=AnnouncementForm,
    letter=draft_approval,
)
ASK: Final = Decision(
    desk=COMMITMENTS,
    name="ask",
    label=gettext_lazy("Ask for information"),
    key="r",
    permission=DECIDE,
    kind=EventKind.INFORMATION_REQUESTED,
    notice=_if_taken,
    sentence=gettext_lazy(
        "The lead gets your question, and answers on the page of the commitment."
    ),
    done=gettext_lazy("The question is on its way."),
    from_statuses=decisions.ASKABLE,
    service=decisions.ask_for_information,
    form=form_with(
        {
            "question": text_field(
                label=gettext_lazy("Question"),
                help_text=gettext_lazy(
                    "The lead reads it in the email and on the page of the commitment. Write in "
                    "the language of the lead."
                ),
                error_messages={"required": gettext_lazy("Enter the question.")},
            )
        }
    ),
    letter=draft_question,
)
DECLINE: Final = Decision(
    desk=COMMITMENTS,
    name="decline",
    label=gettext_lazy("Decline"),
    key="d",
    permission=DECIDE,
    kind=EventKind.DECLINED,
    notice=_if_taken,
    sentence=gettext_lazy("The commitment is not published. The lead reads the reason."),
    done=gettext_lazy("The commitment is declined."),
    from_statuses=UNDECIDED,
    service=decisions.decline,
    form=form_with({"reason": reason_field()}),
    letter=draft_decline,
)
TAKE_BACK: Final = Decision(
    desk=COMMITMENTS,
    name="take_back",
    label=gettext_lazy("Put back"),
    permission=DECIDE,
    kind=EventKind.APPROVAL_TAKEN_BACK,
    notice=_if_taken,
    sentence=gettext_lazy(
        "The commitment is not published at its announcement. It waits for a decision again."
    ),
    done=gettext_lazy("The commitment waits for a decision again."),
    from_statuses=(CommitmentStatus.APPROVED,),
    service=decisions.take_back_approval,
    form=form_with({"reason": reason_field()}),
    letter=draft_taking_back,
)
ACCEPT_CHANGE: Final = Decision(
    desk=COMMITMENTS,
    name="accept_change",
    label=gettext_lazy("Accept the change"),
    permission=DECIDE,
    kind=EventKind.CHANGED,
    notice=_if_taken,
    sentence=gettext_lazy(
        "The change is published as a new version. Earlier versions stay public."
    ),
    done=gettext_lazy("The new version is published."),
    from_statuses=(change_decisions.CHANGEABLE,),
    service=change_decisions.accept_change,
    form=AcceptChangeForm,
    letter=draft_change_accepted,
    is_possible=_has_waiting_change,
)
DECLINE_CHANGE: Final = Decision(
    desk=COMMITMENTS,
    name="decline_change",
    label=gettext_lazy("Decline the change"),
    permission=DECIDE,
    kind=EventKind.CHANGE_DECLINED,
    notice=_if_taken,
    sentence=gettext_lazy("The published version stays as it is."),
    done=gettext_lazy("The change is declined."),
    from_statuses=(change_decisions.CHANGEABLE,),
    service=change_decisions.decline_change,
    form=DeclineChangeForm,
    letter=draft_change_declined,
    is_possible=_has_waiting_change,
)
CORRECT_TEXTS: Final = Decision(
    desk=COMMITMENTS,
    name="correct_texts",
    label=gettext_lazy("Correct a typing error"),
    permission=DECIDE,
    kind=EventKind.TEXT_CORRECTED,
    notice=_if_change_waits,
    sentence=gettext_lazy(
        "The corrected texts are published as a new version, and the lead reads what was changed. "
        "A number, a day, a place or a partner changes only if the lead proposes it."
    ),
    done=gettext_lazy("The typing error is corrected."),
    from_statuses=STATUSES_IN_FORCE,
    service=text_corrections.correct_texts,
    form=CorrectTextsForm,
    letter=draft_text_corrected,
    button=gettext_lazy("Publish the correction"),
)
WRITE_ENGLISH: Final = Decision(
    desk=COMMITMENTS,
    name="write_english",
    label=gettext_lazy("English text"),
    permission=DECIDE,
    kind=EventKind.ENGLISH_WRITTEN,
    notice=_if_change_waits,
    sentence=gettext_lazy(
        "Readers of other languages see it under the title, with the words “English by the "
        "coalition’s desk”. It makes no new version, and nobody is written to."
    ),
    done=gettext_lazy("The English text is saved."),
    from_statuses=text_corrections.ENGLISH_STATUSES,
    service=text_corrections.write_english,
    form=EnglishForm,
    button=gettext_lazy("Save"),
    is_possible=lambda commitment: commitment.language != "en",
)
COUNTING: Final = Decision(
    desk=COMMITMENTS,
    name="count",
    label=gettext_lazy("What counts"),
    kind=EventKind.COUNTING_CHANGED,
    notice=_if_taken,
    sentence=gettext_lazy(
        "An amount that does not count is still shown in the register, with the reason. Nobody is "
        "written to."
    ),
    done=gettext_lazy("What counts was changed."),
    from_statuses=money.COUNTABLE,
    service=_set_counting,
    form=CountingForm,
    permission=COUNT,
    button=gettext_lazy("Save"),
    is_possible=lambda commitment: current_amounts_of(commitment).exists(),
)
SUPERSEDE: Final = Decision(
    desk=COMMITMENTS,
    name="supersede",
    label=gettext_lazy("Mark as superseded"),
    permission=DECIDE,
    kind=EventKind.SUPERSEDED,
    notice=_if_taken,
    sentence=gettext_lazy(
        "The commitment stays in the register with a link to the one that replaces it, and counts "
        "in no total."
    ),
    done=gettext_lazy("The commitment is marked as superseded."),
    from_statuses=STATUSES_IN_FORCE,
    service=decisions.supersede,
    form=SupersedeForm,
    letter=draft_superseding,
    is_possible=lambda commitment: decisions.replacements_for(commitment).exists(),
)
WITHDRAW: Final = Decision(
    desk=COMMITMENTS,
    name="withdraw",
    label=gettext_lazy("Withdraw"),
    permission=DECIDE,
    kind=EventKind.WITHDRAWN,
    notice=_if_taken,
    sentence=gettext_lazy(
        "The commitment stays in the register, marked as withdrawn, and counts in no total. This "
        "cannot be undone."
    ),
    done=gettext_lazy("The commitment is withdrawn."),
    from_statuses=STATUSES_IN_FORCE,
    service=decisions.withdraw,
    form=form_with(
        {
            "reason": text_field(
                label=gettext_lazy("Public reason"),
                help_text=gettext_lazy("Everybody reads it in the register."),
                error_messages={"required": gettext_lazy("Give the reason.")},
            )
        }
    ),
    letter=draft_withdrawal,
)
# In the order of the tabs.
DECISIONS: Final = (
    PUBLISH,
    APPROVE,
    ASK,
    DECLINE,
    TAKE_BACK,
    ACCEPT_CHANGE,
    DECLINE_CHANGE,
    CORRECT_TEXTS,
    WRITE_ENGLISH,
    COUNTING,
    SUPERSEDE,
    WITHDRAW,
)
# Their pages say what would count, and whether that needs a second person.
PUBLISHING: Final = (PUBLISH, APPROVE, ACCEPT_CHANGE)
