"""Calls in the admin. A deadline is entered as its last day and stored as the end of that day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.admin.base import StaffRequest, page, post_data
from accounts.services.permissions import insist
from core.admin.conflicts import ConflictAdmin, ConflictForm, VersionForm
from core.admin.history import HistoryChange, changes_after
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime
from eoi.models import CallAlert, EoiDraft, LateRequest
from eoi.services import draft_notices
from members.models import Call, CallState, Member
from members.services import calls

TITLES = ("title_en", "title_fr", "title_es", "title_ru", "title_zh_hans", "title_ar")
ONE_DAY = timedelta(days=1)


class LastDayField(forms.DateField):
    """A deadline, entered as its last day in Geneva.

    Its value is exclusive: the midnight at the end of that day.
    """

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            # The last instant before the deadline, so that a deadline at noon shows its own day.
            return localdate(value - timedelta(microseconds=1))
        return value

    def clean(self, value: Any) -> datetime | None:
        last_day: date | None = super().clean(value)
        if last_day is None:
            return None
        return make_aware(datetime.combine(last_day + ONE_DAY, time.min))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class CallForm(ConflictForm):
    """One call, with all times in Geneva time."""

    opens_at = forms.DateTimeField(
        label=_("Opens at"),
        help_text=_("Geneva time."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    closes_at = LastDayField(
        label=_("Last day"),
        help_text=_("The call closes at the end of this day, Geneva time."),
    )

    grace_ends_at = forms.DateTimeField(
        label=_("Grace period ends"),
        help_text=_(
            "Geneva time. Until then, expressions of interest are still accepted as on time. "
            "Choose a time at which the last day has ended everywhere, for example 13:00 on the "
            "following day."
        ),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = Call
        fields = (
            *TITLES,
            "opens_at",
            "closes_at",
            "grace_ends_at",
            "reply_within_days",
            "contact_email",
        )


class ExtendForm(forms.Form):
    """The new last day of a call."""

    closes_at = LastDayField(
        label=_("New last day"),
        help_text=_("The call closes at the end of this day, Geneva time."),
    )


@dataclass(frozen=True)
class CallAction:
    """A page on which a call is opened, extended or closed."""

    name: str
    address: str
    label: str | Promise
    states: tuple[CallState, ...]
    change: Callable[..., None]
    asks: type[forms.Form] = forms.Form

    @property
    def url_name(self) -> str:
        return f"admin:members_call_{self.name}"


OPEN_NOW = CallAction("open_now", "open", _("Open now"), (CallState.UPCOMING,), calls.open_call_now)
EXTEND = CallAction(
    "extend", "extend", _("Extend"), tuple(CallState), calls.extend_call, asks=ExtendForm
)
CLOSE_NOW = CallAction(
    "close_now",
    "close",
    _("Close now"),
    (CallState.OPEN, CallState.GRACE_PERIOD),
    calls.close_call_now,
)
STEPS = (OPEN_NOW, EXTEND, CLOSE_NOW)


def number_of(rows: QuerySet[Any]) -> Coalesce:
    """Count, for each call of a list, the rows that belong to it."""
    counted = (
        rows.filter(call=OuterRef("pk")).order_by().values("call").annotate(number=Count("pk"))
    )
    return Coalesce(Subquery(counted.values("number")), 0)


def told_in_words(number: int) -> str:
    """Return the sentence that says how many people are notified."""
    return ngettext(
        "%(number)d person with an unfinished expression of interest is notified.",
        "%(number)d people with an unfinished expression of interest are notified.",
        number,
    ) % {"number": number}


def waiting_in_words() -> str:
    """Return the sentence that says how many people wait for the next call; empty for nobody."""
    number = CallAlert.objects.waiting().count()
    if not number:
        return ""
    return ngettext(
        "%(number)d person asked to be told when the next call opens. They get one email then.",
        "%(number)d people asked to be told when the next call opens. They get one email then.",
        number,
    ) % {"number": number}


def late_in_words(call: Call, at: datetime) -> str:
    """Return the sentence that says how many ask to send their form late; empty for nobody."""
    number = LateRequest.objects.waiting_at(at).filter(draft__call=call).count()
    if not number:
        return ""
    return ngettext(
        "%(number)d organisation asks to send its form after the deadline.",
        "%(number)d organisations ask to send their form after the deadline.",
        number,
    ) % {"number": number}


@admin.register(Call)
class CallAdmin(ConflictAdmin):
    """Calls can be created and changed freely, and deleted only while they have no answers.

    Their dates are changed only with functions of members/services/calls.py.
    """

    form = CallForm
    change_form_template = "admin/members/call/change_form.html"
    add_label = pgettext_lazy("a list", "Add call")
    fieldsets = (
        (_("Title in each language"), {"fields": TITLES}),
        (
            _("Dates"),
            {"fields": ("opens_at", "closes_at", "grace_ends_at", "reply_within_days")},
        ),
        (None, {"fields": ("contact_email",)}),
    )
    list_display = (
        "title",
        "state",
        "opens_at",
        "last_day",
        "grace_ends_at",
        "members",
        "drafts",
        "contact_email",
    )
    ordering = ("-opens_at", "-pk")
    # The bulk deletion would be refused if any call has members. The page of each call says so.
    actions = None

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<int:pk>/{step.address}/",
                self.admin_site.admin_view(self._page_of(step)),
                name=f"members_call_{step.name}",
            )
            for step in STEPS
        ]
        return [*pages, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        calls_listed: QuerySet[Call] = super().get_queryset(request)
        drafts = EoiDraft.objects.kept_at(timezone.now()).unsent().with_address()
        return calls_listed.annotate(
            members_count=number_of(Member.objects.all()), drafts_count=number_of(drafts)
        )

    @admin.display(description=_("status"))
    def state(self, call: Call) -> str:
        return str(call.state_at(timezone.now()).label)

    @admin.display(description=_("last day"), ordering="closes_at")
    def last_day(self, call: Call) -> date:
        return localdate(call.closes_at - timedelta(microseconds=1))

    @admin.display(description=_("sent"), ordering="members_count")
    def members(self, call: Any) -> int:
        return int(call.members_count)

    @admin.display(description=_("unfinished"), ordering="drafts_count")
    def drafts(self, call: Any) -> int:
        return int(call.drafts_count)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        waiting = {"waiting": waiting_in_words()}
        return super().render_change_form(request, {**context, **waiting}, *args, **kwargs)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        call, now = self.get_object(request, object_id), timezone.now()
        context = {}
        if call and self.has_change_permission(request, call):
            told = draft_notices.drafts_to_tell(call, now).count()
            context = {
                "steps": [step for step in STEPS if call.state_at(now) in step.states],
                "told": told_in_words(told) if told else "",
                "late": late_in_words(call, now),
            }
        response: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **context}
        )
        return response

    def save_model(
        self,
        request: HttpRequest,
        obj: Call,
        form: CallForm,
        change: bool,  # noqa: FBT001  # Django's own.
    ) -> None:
        by, at = cast("StaffRequest", request).user, timezone.now()
        facts = {name: form.cleaned_data[name] for name in CallForm.Meta.fields}
        if change:
            call = Call.objects.get(pk=obj.pk)
            calls.change_call(call=call, by=by, at=at, **facts)
            self._say_who_is_told(request, call, at)
        else:
            obj.pk = calls.add_call(by=by, at=at, **facts).pk

    def has_delete_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        if obj and (
            Member.objects.filter(call=obj).exists()
            or EoiDraft.objects.filter(call=obj).exists()
            or CallAlert.objects.filter(call=obj).exists()
        ):
            return False
        return bool(super().has_delete_permission(request, obj))

    def _page_of(self, step: CallAction) -> Callable[..., HttpResponse]:
        def view(request: StaffRequest, pk: int) -> HttpResponse:
            insist(request.user, "members.change_call")
            return self._step(request, step, get_object_or_404(Call, pk=pk))

        return view

    def _step(self, request: StaffRequest, step: CallAction, call: Call) -> HttpResponse:
        """Show a page that says what will happen; on POST, do it and return to the call."""
        at = timezone.now()
        form = step.asks(post_data(request))
        refusal, status = "", 200
        changes: list[HistoryChange] = []
        if request.method == "POST":
            status = 422
            if form.is_valid():
                seen = VersionForm(request.POST).version_seen
                try:
                    step.change(call=call, by=request.user, at=at, seen=seen, **form.cleaned_data)
                except Refused as refused:
                    # The page shows the current state of the call, and a retry is based on it.
                    refusal, status = str(refused), 409
                    changes = changes_after(call, seen)
                else:
                    messages.success(request, _("“%(title)s” was changed.") % {"title": call.title})
                    self._say_who_is_told(request, call, at)
                    return redirect("admin:members_call_change", call.pk)
        return page(
            request,
            f"admin/members/call/{step.name}.html",
            {
                "call": call,
                "state": call.state_at(at).label,
                "is_possible": call.state_at(at) in step.states,
                "is_over": call.state_at(at) == CallState.CLOSED,
                "moments": {
                    name: format_datetime(moment, GENEVA)
                    for name, moment in (
                        ("opens_at", call.opens_at),
                        ("deadline", call.last_moment),
                        ("grace", call.grace_ends_at),
                    )
                },
                "told": told_in_words(draft_notices.drafts_to_tell(call, at).count()),
                "waiting": waiting_in_words() if step is OPEN_NOW else "",
                "shown": VersionForm(initial={"version": calls.latest_change(call)}),
                "form": form,
                "refusal": refusal,
                "changes": changes,
            },
            model=Call,
            title=step.label,
            status=status,
        )

    def _say_who_is_told(self, request: HttpRequest, call: Call, at: datetime) -> None:
        if number := draft_notices.count_to_tell_of_move(call, at=at):
            messages.info(request, told_in_words(number))
