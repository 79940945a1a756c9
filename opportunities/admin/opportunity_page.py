"""The page of a need or an offer: its content with what came since, and what can be decided."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import lacking, needs
from commitments.services.content_in_words import differences
from core.conflicts import Refused
from core.numbers import whole_number
from inbox.models import IncomingMail
from members.models import Category, Member, MemberStatus
from opportunities.admin.specs import DECIDE, DECISIONS, OPPORTUNITIES, opportunity_page
from opportunities.forms.opportunity import OpportunityForm
from opportunities.models import EventKind, Opportunity, OpportunityKind
from opportunities.services.content import content_from, content_of
from opportunities.services.content_in_words import facts_of
from opportunities.services.decisions import is_of_a_member
from opportunities.services.events import LOG, topic_of
from opportunities.services.sending import enter_for_member
from opportunities.services.work_queue import VIEW_PERMISSION
from outbox.models import Message, MessageQuerySet
from triage.desk.admin.row_page import RowPages
from triage.staff_pages.pages import row_url


def opportunity_panes(request: StaffRequest, opportunity: Opportunity) -> dict[str, Any]:
    """Return what the page shows of a need or an offer and around it.

    Of contacts, staff see the organisations and the status alone.
    """
    at = now()
    desk = PAGES.desk_panes(request, opportunity, at=at)
    proposed = [content_from(opportunity.proposed)] if opportunity.proposed else []
    facts, *after = facts_of(content_of(opportunity), *proposed)
    contacts = opportunity.contacts.defer("message").select_related("member")
    return {
        **desk,
        "facts": facts,
        "change_differences": [change for new in after for change in differences(facts, new)],
        "reports": [each for each in desk["events"] if each.kind == EventKind.REPORTED],
        "contacts": contacts.order_by("-sent_at", "-pk"),
        "waiting_days": opportunity.waiting_days(at),
        "is_of_a_member": is_of_a_member(opportunity),
        "lacking": lacking(request.user, DECIDE),
    }


def _letters_about(opportunity: Opportunity) -> MessageQuerySet:
    """Return the mail about a need or an offer, without that to the members of its contacts."""
    topic = topic_of(opportunity)
    mail = Message.objects.filter(topic__startswith=f"{topic}/")
    found: MessageQuerySet = mail.exclude(topic__startswith=topic_of(opportunity, "contact/"))
    return found


PAGES: Final = RowPages(
    desk=OPPORTUNITIES,
    log=LOG,
    decisions=DECISIONS,
    panes=opportunity_panes,
    title=lambda opportunity: f"{opportunity.get_kind_display()} {opportunity.reference}",
    template="opportunity_page",
    permission=DECIDE,
    note=EventKind.NOTE_ADDED,
    letters=_letters_about,
    replies=lambda opportunity: IncomingMail.objects.about_row(
        opportunity.reference,
        member=opportunity.member.reference,
        topic=f"{topic_of(opportunity)}/",
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW_PERMISSION, DECIDE)
def enter_need(request: StaffRequest) -> HttpResponse:
    """Choose a Member State, then enter a need for it. It waits for a decision as any other."""
    states = Member.objects.visible_to(request.user).filter(
        status=MemberStatus.ADMITTED, category=Category.MEMBER_STATE
    )
    chosen = whole_number(request.GET.get("member")) or 0
    member = states.filter(pk=chosen).first()
    form, refusal, status = None, "", 200
    if member is not None:
        form = OpportunityForm(post_data(request), kind=OpportunityKind.NEED, member=member)
        if form.is_bound and form.is_valid():
            try:
                opportunity = enter_for_member(
                    member=member, content=form.content(), by=request.user, at=now()
                )
            except Refused as refused:
                refusal, status = str(refused), 409
            else:
                messages.success(request, _("The need is entered. It waits for a decision."))
                return redirect(row_url(request, Opportunity, opportunity.pk))
        elif form.is_bound:
            status = 422
    context = {
        "member": member,
        "states": states.order_by("sort_key", "pk"),
        "form": form,
        "refusal": refusal,
    }
    return opportunity_page(
        request, "enter", context, title=_("Enter a need for a country"), status=status
    )
