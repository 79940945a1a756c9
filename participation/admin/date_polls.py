"""The staff pages of date polls: the list, a new one, its answers, taking a date, closing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest, get_visible_or_404, page, post_data
from accounts.services.permissions import needs
from core.admin.lookups import LookOnly, ScopedAdmin
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime, format_datetime_short, reader_zones
from meetings.admin.permissions import SCHEDULE
from participation.admin.meetings import notice_times_text
from participation.forms.date_poll_form import DatePollForm
from participation.models import DatePoll, DateProposal
from participation.services.date_answers import (
    DateCounts,
    choices_of,
    current_replies,
    date_counts,
)
from participation.services.date_nights import date_nights
from participation.services.date_polls import close_date_poll, create_date_poll, take_date
from participation.services.fair_hours import length_in_words

VIEW: Final = "participation.view_datepoll"
ADD: Final = "participation.add_datepoll"
# Taking a date plans a meeting and puts it on the calendar.
TAKE: Final = (VIEW, ADD, "meetings.add_meeting", SCHEDULE)
# The button that confirms a step.
CONFIRMED: Final = "confirmed"


@admin.register(DatePoll)
class DatePollAdmin(LookOnly, ScopedAdmin):
    """The list of polls. Each has a page, and each step a page of its own."""

    change_list_template = "admin/participation/datepoll/change_list.html"
    list_display = ("title", "focus_area", "state", "answers_until", "replies_so_far")
    list_filter = ("status", "focus_area")
    list_select_related = ("focus_area",)
    list_per_page = 50
    ordering = ("-asked_at", "-pk")
    search_fields = ("title",)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return cast("StaffRequest", request).user.has_perm(ADD)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counted: Any = super().get_queryset(request).annotate(reply_count=Count("replies"))
        return cast("QuerySet[Any]", counted)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, poll: DatePoll) -> str:
        return str(poll.get_status_display())

    @admin.display(description=gettext_lazy("answers until"), ordering="answer_by")
    def answers_until(self, poll: DatePoll) -> str:
        return format_datetime_short(poll.answer_by, GENEVA)

    @admin.display(description=gettext_lazy("replies"), ordering="reply_count")
    def replies_so_far(self, poll: Any) -> int:
        return int(poll.reply_count)

    def get_urls(self) -> list[URLPattern]:
        staff = self.admin_site.admin_view
        pages = (
            ("add/", add, "add"),
            ("<int:pk>/change/", show, "change"),
            ("<int:pk>/take/<int:proposal>/", take, "take"),
            ("<int:pk>/close/", close, "close"),
        )
        return [
            *(
                path(route, staff(view), name=f"participation_datepoll_{name}")
                for route, view, name in pages
            ),
            *super().get_urls(),
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, ADD)
def add(request: StaffRequest) -> HttpResponse:
    """Ask a working group for a date. The status is 409 if the poll is refused."""
    initial = {"language": "en", "time_zone": request.user.time_zone}
    form = DatePollForm(post_data(request), user=request.user, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "add", {"form": form}, status=422 if form.errors else 200)
    starts = form.cleaned_data["starts"]
    try:
        poll = create_date_poll(starts=starts, by=request.user, at=now(), **form.facts())
    except Refused as refused:
        return _page(request, "add", {"form": form, "refusal": str(refused)}, status=409)
    messages.success(request, _("The working group is asked by email which dates suit."))
    return redirect("admin:participation_datepoll_change", poll.pk)


@require_safe
@needs(VIEW)
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a poll with the answers so far by date and by organisation."""
    poll = _poll_or_404(request, pk)
    proposals, at = _proposals(poll), now()
    counts, nights = date_counts([poll]), date_nights(poll, proposals)
    replies = current_replies(poll)
    columns = [(each, format_datetime_short(each.starts_at, poll.time_zone)) for each in proposals]
    context = {
        "rows": [
            (
                each,
                _times(each.starts_at, poll),
                counts.get(each.pk, DateCounts()),
                nights[each.pk],
                poll.is_open and each.starts_at > at,
            )
            for each in proposals
        ],
        "columns": columns,
        "replies": [(each, _answers(choices_of(each), proposals)) for each in replies],
        "answer_by": format_datetime(poll.answer_by, GENEVA),
        "length": length_in_words(poll.length),
        "settled": format_datetime(poll.settled_at, GENEVA) if poll.settled_at else "",
        "may_take": request.user.has_perms(TAKE),
        "may_close": request.user.has_perm(ADD),
    }
    return _page(request, "page", context, poll=poll)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*TAKE)
def take(request: StaffRequest, pk: int, proposal: int) -> HttpResponse:
    """Ask whether a date is to be taken; POST takes it, and the meeting exists."""
    poll = _poll_or_404(request, pk)
    date = get_object_or_404(poll.proposals, pk=proposal)
    date.poll = poll
    refusal = ""
    if CONFIRMED in request.POST:
        try:
            meeting = take_date(proposal=date, by=request.user, at=now())
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("The meeting is on the calendar."))
            if told := notice_times_text([meeting], at=now()):
                messages.info(request, told)
            return redirect("admin:meetings_meeting_change", meeting.pk)
    night = date_nights(poll, [date])[date.pk]
    context = {
        "date": date,
        "when": _times(date.starts_at, poll),
        "counts": date_counts([poll]).get(date.pk, DateCounts()),
        "night": night,
        "refusal": refusal,
    }
    status = _status(request, refusal)
    return _page(request, "take", context, poll=poll, title=_("Take this date"), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, ADD)
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask whether a poll is to be closed without a meeting; POST closes it."""
    poll = _poll_or_404(request, pk)
    refusal = ""
    if CONFIRMED in request.POST:
        try:
            close_date_poll(poll=poll, by=request.user, at=now())
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("The poll is closed without a meeting."))
            return redirect("admin:participation_datepoll_change", pk)
    title, status = _("Close without a meeting"), _status(request, refusal)
    return _page(request, "close", {"refusal": refusal}, poll=poll, title=title, status=status)


def _status(request: StaffRequest, refusal: str) -> int:
    """Return the status of a page that asks for a confirmation: 422 if a POST has none."""
    if refusal:
        return 409
    return 422 if request.method == "POST" else 200


def _poll_or_404(request: StaffRequest, pk: int) -> DatePoll:
    polls = DatePoll.objects.select_related("focus_area", "meeting", "settled_by")
    return get_visible_or_404(polls, request.user, pk)


def _proposals(poll: DatePoll) -> list[DateProposal]:
    return list(poll.proposals.order_by("starts_at", "pk"))


def _times(start: datetime, poll: DatePoll) -> list[str]:
    """Return a start in the time zone of the poll, and in Geneva if that is another time."""
    return [format_datetime(start, zone) for zone in reader_zones(start, poll.time_zone)]


def _answers(choices: Mapping[int, Any], proposals: list[DateProposal]) -> list[str]:
    """Return an answer for each date in words; empty for a date without one."""
    return [str(choices[each.pk].label) if each.pk in choices else "" for each in proposals]


def _page(
    request: StaffRequest,
    name: str,
    context: Mapping[str, object],
    *,
    poll: DatePoll | None = None,
    title: str = "",
    status: int = 200,
) -> TemplateResponse:
    return page(
        request,
        f"admin/participation/datepoll/{name}.html",
        {"poll": poll, **context},
        model=DatePoll,
        title=title or _("Find a date"),
        status=status,
    )
