"""The decisions about needs and offers: for each its page, its form, its letter and its service."""

from collections.abc import Mapping
from typing import Any, Final

from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from accounts.admin.base import StaffRequest, get_visible_or_404
from commitments.forms.decisions import text_field
from core.admin.history import HistoryChange
from eoi.services.application_status import QuotedText
from members.models import FocalPoint
from opportunities.models import UNDECIDED, EventKind, Opportunity, OpportunityStatus
from opportunities.services import decisions, template_types, undo
from opportunities.services.desk_letters import draft_of
from opportunities.services.ending import OPEN_FOR
from opportunities.services.events import LOG
from opportunities.services.letters import compose, day_in_words, people_of
from opportunities.services.work_queue import VIEW_PERMISSION
from outbox.services.letters import EditableLetter
from triage.decisions.admin.declaration import Decision, Desk
from triage.decisions.forms.decisions import form_with
from triage.staff_pages.changes import changes_of_row
from triage.staff_pages.pages import row_page

DECIDE: Final = "opportunities.decide_opportunity"
REASON: Final = form_with(
    {
        "reason": text_field(
            label=gettext_lazy("Reason"),
            help_text=gettext_lazy("The member reads it in the email and on its page."),
            error_messages={"required": gettext_lazy("Give the reason.")},
        )
    }
)


def get_opportunity_or_404(request: StaffRequest, pk: int) -> Opportunity:
    """Return a need or an offer that the user may see, with the rows that its pages need."""
    related = ("member", "focus_area", "pillar", "decided_by", "commitment")
    return get_visible_or_404(Opportunity.objects.select_related(*related), request.user, pk)


def opportunity_page(
    request: StaffRequest,
    name: str,
    context: Mapping[str, object],
    *,
    opportunity: Opportunity | None = None,
    title: str,
    status: int = 200,
) -> TemplateResponse:
    """Render a page about a need or an offer, with a link back to the list."""
    context = {"opportunity": opportunity, **context}
    return row_page(
        request, name, context, model=Opportunity, row=opportunity, title=title, status=status
    )


def _changes_since(opportunity: Opportunity, version: int) -> list[HistoryChange]:
    return changes_of_row(
        opportunity,
        version,
        timeline=opportunity.events.all(),
        said=lambda event: [QuotedText(event.note)] if event.note else [],
    )


def _draft_publication(*, opportunity: Opportunity, focal_point: FocalPoint) -> EditableLetter:
    """Draft the letter of a publication, with the day until which it would be open."""
    until = day_in_words(now() + OPEN_FOR, focal_point)
    return compose(template_types.PUBLISHED, opportunity, focal_point, {"open_until": until})


OPPORTUNITIES: Final = Desk(
    model=Opportunity,
    name="opportunity",
    permissions=(VIEW_PERMISSION,),
    get_or_404=get_opportunity_or_404,
    page=opportunity_page,
    timeline=lambda opportunity: opportunity.events.all(),
    changes_since=_changes_since,
    wrong_status=LOG.wrong_status,
    conflict=LOG.conflict,
    readers=lambda opportunity: people_of(opportunity.member_id),
    undo=undo,
    draft_is_outdated=gettext_lazy("It has changed since you saved this draft."),
    no_readers=gettext_lazy("The organisation is not a member now, so it gets no email."),
    not_possible=gettext_lazy("This is no longer possible."),
)


def _decision(**facts: Any) -> Decision:
    return Decision(desk=OPPORTUNITIES, permission=DECIDE, **facts)


# In the order of the tabs.
DECISIONS: Final = (
    _decision(
        name="publish",
        label=gettext_lazy("Publish"),
        key="u",
        kind=EventKind.PUBLISHED,
        sentence=gettext_lazy("Everybody can read it at once, and members can write about it."),
        done=gettext_lazy("It is published."),
        from_statuses=UNDECIDED,
        service=decisions.publish,
        letter=_draft_publication,
    ),
    _decision(
        name="ask",
        label=gettext_lazy("Ask a question"),
        key="r",
        kind=EventKind.QUESTION_ASKED,
        sentence=gettext_lazy("The member answers by sending it again."),
        done=gettext_lazy("The question is on its way."),
        from_statuses=(OpportunityStatus.SENT,),
        service=decisions.ask,
        form=form_with(
            {
                "question": text_field(
                    label=gettext_lazy("Question"),
                    help_text=gettext_lazy("The member reads it in the email and on its page."),
                    error_messages={"required": gettext_lazy("Enter the question.")},
                )
            }
        ),
        letter=draft_of(template_types.QUESTION),
    ),
    _decision(
        name="publish_change",
        label=gettext_lazy("Publish the change"),
        key="u",
        kind=EventKind.CHANGE_PUBLISHED,
        sentence=gettext_lazy("The change is published at once. This cannot be undone."),
        done=gettext_lazy("The change is published."),
        from_statuses=(OpportunityStatus.OPEN,),
        service=decisions.publish_change,
        letter=draft_of(template_types.CHANGE_PUBLISHED),
        is_possible=lambda opportunity: opportunity.proposed is not None,
    ),
    _decision(
        name="decline_change",
        label=gettext_lazy("Decline the change"),
        key="d",
        kind=EventKind.CHANGE_DECLINED,
        sentence=gettext_lazy("What is published stays as it is."),
        done=gettext_lazy("The change is declined."),
        from_statuses=(OpportunityStatus.OPEN,),
        service=decisions.decline_change,
        form=REASON,
        letter=draft_of(template_types.CHANGE_DECLINED),
        is_possible=lambda opportunity: opportunity.proposed is not None,
    ),
    _decision(
        name="close",
        label=gettext_lazy("Close"),
        key="x",
        kind=EventKind.CLOSED_BY_STAFF,
        sentence=gettext_lazy(
            "Nobody but its member reads it any more. Contacts that wait for an answer end, and "
            "their senders are told."
        ),
        done=gettext_lazy("It is closed."),
        from_statuses=decisions.CLOSABLE,
        service=decisions.close,
        form=REASON,
        letter=draft_of(template_types.CLOSED),
        is_possible=decisions.can_be_closed,
    ),
)
