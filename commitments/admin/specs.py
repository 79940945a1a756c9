"""The decisions about a commitment: for each its page, its form, its letter and its service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.forms.decisions import (
    AcceptChangeForm,
    AnnouncementForm,
    CommitmentDecisionForm,
    CountingForm,
    DeclineChangeForm,
    PublicReasonForm,
    QuestionForm,
    ReasonForm,
    SupersedeForm,
    current_amounts_of,
)
from commitments.models import (
    STATUSES_IN_FORCE,
    UNDECIDED,
    Amount,
    Commitment,
    CommitmentStatus,
)
from commitments.services import change_decisions, decisions, money, publication
from commitments.services.desk_letters import (
    Draft,
    draft_approval,
    draft_change_accepted,
    draft_change_declined,
    draft_decline,
    draft_publication,
    draft_question,
    draft_superseding,
    draft_taking_back,
    draft_withdrawal,
)
from commitments.services.leads import waiting_change_of

VIEW: Final = "commitments.view_commitment"
DECIDE: Final = "commitments.decide_commitment"
COUNT: Final = "commitments.count_commitment"

Words = str | Promise


@dataclass(frozen=True, eq=False, kw_only=True)
class CommitmentDecision:
    """One decision about a commitment, with its page.

    `sentence` says what it will do, `done` what was done. `draft` drafts the letter to the lead.
    If it `publishes`, the page shows what would count. `is_possible` tells whether a commitment in
    one of `from_statuses` allows it.
    """

    name: str
    label: Words
    sentence: Words
    done: Words
    from_statuses: tuple[CommitmentStatus, ...]
    service: Callable[..., object]
    form: type[CommitmentDecisionForm] = CommitmentDecisionForm
    draft: Draft | None = None
    permission: str = DECIDE
    publishes: bool = False
    # If it is not the label.
    button: Words = ""
    is_possible: Callable[[Commitment], bool] = lambda _commitment: True

    @property
    def url_name(self) -> str:
        return f"admin:commitments_commitment_{self.name}"


def _set_counting(commitment: Commitment, *, amount: Amount, **facts: Any) -> None:
    """Say whether an amount of a commitment counts."""
    money.set_counting(amount, **facts)


def _has_waiting_change(commitment: Commitment) -> bool:
    return waiting_change_of(commitment) is not None


PUBLISH: Final = CommitmentDecision(
    name="publish",
    label=_("Publish now"),
    sentence=_(
        "The commitment appears in the register at once. The lead and its confirmed partners get "
        "an email."
    ),
    done=_("The commitment is published."),
    from_statuses=publication.PUBLISHABLE,
    service=publication.publish,
    publishes=True,
    draft=draft_publication,
)
APPROVE: Final = CommitmentDecision(
    name="approve",
    label=_("Approve for a day"),
    sentence=_(
        "The commitment is published by itself at this day and time. Until then it can be "
        "published earlier, put back, or given another day."
    ),
    done=_("The commitment is approved. It is published at its announcement."),
    from_statuses=decisions.APPROVABLE,
    service=decisions.approve,
    publishes=True,
    form=AnnouncementForm,
    draft=draft_approval,
)
ASK: Final = CommitmentDecision(
    name="ask",
    label=_("Ask for information"),
    sentence=_("The lead gets your question, and answers on the page of the commitment."),
    done=_("The question is on its way."),
    from_statuses=decisions.ASKABLE,
    service=decisions.ask_for_information,
    form=QuestionForm,
    draft=draft_question,
)
DECLINE: Final = CommitmentDecision(
    name="decline",
    label=_("Decline"),
    sentence=_("The commitment is not published. The lead reads the reason."),
    done=_("The commitment is declined."),
    from_statuses=UNDECIDED,
    service=decisions.decline,
    form=ReasonForm,
    draft=draft_decline,
)
TAKE_BACK: Final = CommitmentDecision(
    name="take_back",
    label=_("Put back"),
    sentence=_(
        "The commitment is not published at its announcement. It waits for a decision again."
    ),
    done=_("The commitment waits for a decision again."),
    from_statuses=(CommitmentStatus.APPROVED,),
    service=decisions.take_back_approval,
    form=ReasonForm,
    draft=draft_taking_back,
)
ACCEPT_CHANGE: Final = CommitmentDecision(
    name="accept_change",
    label=_("Accept the change"),
    sentence=_("The change is published as a new version. Earlier versions stay public."),
    done=_("The new version is published."),
    from_statuses=(change_decisions.CHANGEABLE,),
    service=change_decisions.accept_change,
    publishes=True,
    form=AcceptChangeForm,
    draft=draft_change_accepted,
    is_possible=_has_waiting_change,
)
DECLINE_CHANGE: Final = CommitmentDecision(
    name="decline_change",
    label=_("Decline the change"),
    sentence=_("The published version stays as it is."),
    done=_("The change is declined."),
    from_statuses=(change_decisions.CHANGEABLE,),
    service=change_decisions.decline_change,
    form=DeclineChangeForm,
    draft=draft_change_declined,
    is_possible=_has_waiting_change,
)
COUNTING: Final = CommitmentDecision(
    name="count",
    label=_("What counts"),
    sentence=_(
        "An amount that does not count is still shown in the register, with the reason. Nobody is "
        "written to."
    ),
    done=_("What counts was changed."),
    from_statuses=money.COUNTABLE,
    service=_set_counting,
    form=CountingForm,
    permission=COUNT,
    button=_("Save"),
    is_possible=lambda commitment: current_amounts_of(commitment).exists(),
)
SUPERSEDE: Final = CommitmentDecision(
    name="supersede",
    label=_("Mark as superseded"),
    sentence=_(
        "The commitment stays in the register with a link to the one that replaces it, and counts "
        "in no total."
    ),
    done=_("The commitment is marked as superseded."),
    from_statuses=STATUSES_IN_FORCE,
    service=decisions.supersede,
    form=SupersedeForm,
    draft=draft_superseding,
    is_possible=lambda commitment: decisions.replacements_for(commitment).exists(),
)
WITHDRAW: Final = CommitmentDecision(
    name="withdraw",
    label=_("Withdraw"),
    sentence=_(
        "The commitment stays in the register, marked as withdrawn, and counts in no total. This "
        "cannot be undone."
    ),
    done=_("The commitment is withdrawn."),
    from_statuses=STATUSES_IN_FORCE,
    service=decisions.withdraw,
    form=PublicReasonForm,
    draft=draft_withdrawal,
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
    COUNTING,
    SUPERSEDE,
    WITHDRAW,
)


def decisions_on(commitment: Commitment, user: User) -> list[CommitmentDecision]:
    """Return the decisions that a commitment allows and that a user may make."""
    return [
        each
        for each in DECISIONS
        if commitment.status in each.from_statuses
        and user.has_perm(each.permission)
        and each.is_possible(commitment)
    ]
