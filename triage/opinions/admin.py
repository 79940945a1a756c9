"""The pages of a person who is asked for an opinion, and the opinions on a member's page.

A person who is asked sees one member here, and only while the request is open: its answers and
its notes, without focal points, timeline, messages and duplicates.
"""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.admin.base import StaffRequest, page, post_data
from accounts.services.events import RecordRead, record_reading
from accounts.services.permissions import needs
from core.conflicts import Refused
from core.pagination import get_page
from members.models import Member, OpinionRequest, TimelineKind
from members.services.answers import AnswerRow, answers_of, region_and_groups
from members.services.opinions import answer_opinion, withdraw_opinion_request
from members.services.response_times import day_in_geneva
from triage.opinions.forms import OpinionForm
from triage.staff_pages.pages import get_member_or_404, member_url

VIEW_MEMBER = "members.view_member"


def opinions_of(member: Member) -> QuerySet[OpinionRequest]:
    """Return all requests for an opinion on a member, the latest first."""
    return member.opinion_requests.select_related("asked_of", "asked_by", "withdrawn_by").order_by(
        "-asked_at", "-pk"
    )


@require_safe
def list_opinions(request: StaffRequest) -> HttpResponse:
    """List the opinions that are asked of the user, and those that no longer are."""
    asked = OpinionRequest.objects.asked_of(request.user).select_related("member", "asked_by")
    return page(
        request,
        "admin/members/opinion/list.html",
        {
            "waiting": asked.open().order_by("asked_at", "pk"),
            "ended": get_page(asked.ended().order_by("-asked_at", "-pk"), request),
        },
        model=OpinionRequest,
        title=_("Opinions asked of you"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def give_opinion(request: StaffRequest, opinion: int) -> HttpResponse:
    """Show one opinion that is asked of the user, and let them answer it once."""
    asked = get_object_or_404(
        OpinionRequest.objects.asked_of(request.user).select_related("member", "asked_by"),
        pk=opinion,
    )
    form = OpinionForm(post_data(request))
    if request.method != "POST":
        return _page_of(request, asked, form)
    if not form.is_valid():
        return _page_of(request, asked, form, status=422)
    try:
        answer_opinion(opinion=asked, **form.cleaned_data, by=request.user, at=now())
    except Refused as refused:
        return _page_of(request, asked, form, refused=refused, status=409)
    messages.success(request, _("Opinion sent. %(name)s gets an email.") % {"name": asked.asked_by})
    return redirect("admin:members_member_opinion", asked.pk)


@require_POST
@needs("members.ask_opinion_member")
def withdraw_opinion(request: StaffRequest, pk: int, opinion: int) -> HttpResponse:
    """Withdraw a request, and show the member's page, with the reason if refused."""
    member = get_member_or_404(request, pk)
    asked = get_object_or_404(member.opinion_requests, pk=opinion)
    try:
        withdraw_opinion_request(opinion=asked, by=request.user, at=now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The request was withdrawn."))
    return redirect(member_url(request, pk))


def _page_of(
    request: StaffRequest,
    asked: OpinionRequest,
    form: OpinionForm,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the request. The member's answers and notes are shown only while it is open."""
    context: dict[str, Any] = {"opinion": asked, "form": form, "refused": refused}
    if asked.is_open:
        # Here, because the URL does not have the key of the member.
        read = RecordRead("members.member", asked.member_id)
        record_reading([read], by=request.user, at=now())
        notes = asked.member.timeline.filter(kind=TimelineKind.NOTE_ADDED)
        context |= {
            "facts": _facts_of(asked.member),
            "notes": notes.order_by("-at", "-pk"),
            "may_see_member": request.user.has_perm(VIEW_MEMBER)
            and Member.objects.visible_to(request.user).filter(pk=asked.member_id).exists(),
        }
    return page(
        request,
        "admin/members/opinion/opinion.html",
        context,
        model=OpinionRequest,
        title=_("Opinion on %(reference)s") % {"reference": asked.member.reference},
        status=status,
    )


def _facts_of(member: Member) -> list[AnswerRow]:
    """Return the answers without consents, which do not matter for an opinion."""
    answers = answers_of(member)
    today = day_in_geneva(now())
    return [
        *answers.organisation,
        region_and_groups(member, country_as_sent=answers.country_as_sent, today=today),
        *answers.interest,
    ]
