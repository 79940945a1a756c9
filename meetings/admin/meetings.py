"""Admin of meetings: staff draft, schedule, change and cancel them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.admin.base import StaffRequest, get_visible_or_404, int_or_invalid, page, post_data
from accounts.models import User
from accounts.services.permissions import insist
from core.admin.conflicts import VersionForm
from core.admin.history import HistoryAdmin, HistoryChange, changes_after
from core.admin.lookups import ScopedAdmin
from core.conflicts import Refused
from core.dates import GENEVA, format_date, format_date_short, format_datetime_short
from focus_areas.models import EVERY_AREA, FocusArea
from meetings.admin.agenda import AgendaPages
from meetings.admin.filters import WhenFilter, nearest_first
from meetings.admin.permissions import CANCEL, SCHEDULE, MeetingFormRequest
from meetings.admin.series import SeriesPages
from meetings.admin.sittings import SittingPages
from meetings.forms.meetings import WHEN, CancelForm, MeetingForm
from meetings.forms.recurrence import RULE_FIELDS, NewMeetingForm, OccurrenceForm
from meetings.models import Meeting, MeetingStatus, Part
from meetings.services import meetings
from meetings.services.meeting_times import first_day, meeting_in_words
from meetings.services.recurrence import days_in_words, is_by_the_rule, rule_in_words
from meetings.services.sittings import sittings_in_words

RECORDING_FIELDS = ("recording_link", "is_recording_public")
CONTENT_FIELDS = ("place", "join_link", "remove_join_link", "agenda", *RECORDING_FIELDS)
# For a new meeting, and for one that cannot be edited.
OTHER_CONTENT_FIELDS = ("place", "join_link", "agenda", *RECORDING_FIELDS)
# In place of the language and the focus area, for a meeting that cannot be edited.
SHOWN_INSTEAD = ("text_language", "area", "part")


def fieldsets(
    *head: str, when: tuple[str, ...], what: tuple[str, ...], is_only_shown: bool = False
) -> list[Any]:
    """Return the three fieldsets of the meeting form."""
    whose = SHOWN_INSTEAD if is_only_shown else ("language", "focus_area", "part")
    return [
        (None, {"fields": (*head, "kind", "title", *whose, "is_public", "is_join_public")}),
        (_("When"), {"fields": (*when, "is_tentative")}),
        (_("Details"), {"fields": what}),
    ]


def changes_since(meeting: Meeting, version: int) -> list[HistoryChange]:
    """Return the changes of a meeting after a version of it, oldest first."""
    history: Any = meeting
    seen = history.history.filter(version=version).order_by("history_id").last()
    return changes_after(meeting, seen.history_id) if seen else []


def parts_visible_to(user: User) -> QuerySet[Part]:
    """Return the parts of the groups that a staff user may see, each with its group."""
    parts = Part.objects.select_related("focus_area")
    if user.has_perm(EVERY_AREA):
        return parts
    return parts.filter(focus_area__in=FocusArea.objects.visible_to(user))


def label_of_part(part: Part) -> str:
    """Return the name of a part with that of its group."""
    area = part.focus_area.name if part.focus_area else _("Whole coalition")
    return f"{part.name} · {area}"


@admin.register(Meeting)
class MeetingAdmin(SeriesPages, SittingPages, AgendaPages, ScopedAdmin, HistoryAdmin):
    """Meetings. The status is not a form field: it is changed on separate pages."""

    form = MeetingForm
    list_display = ("title", "begins", "area", "kind", "repeats", "status", "is_public")
    list_filter = (WhenFilter, "status", "kind", "focus_area", "is_public", "is_tentative")
    list_select_related = ("focus_area", "series")
    search_fields = ("title", "place", "agenda")
    add_label = pgettext_lazy("a list", "Add meeting")
    search_help_text = gettext_lazy("Search by title, place or agenda")
    # The number of all meetings would lead back to the upcoming ones.
    show_full_result_count = False
    actions = None

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                "<int:pk>/put-on-the-calendar/",
                self.admin_site.admin_view(self.put_on_the_calendar),
                name="meetings_meeting_put_on_the_calendar",
            ),
            path(
                "<int:pk>/cancel/",
                self.admin_site.admin_view(self.cancel),
                name="meetings_meeting_cancel",
            ),
            path(
                "<int:pk>/put-back/",
                self.admin_site.admin_view(self.put_back),
                name="meetings_meeting_put_back",
            ),
            path(
                "<int:pk>/delete-draft/",
                self.admin_site.admin_view(self.delete_draft),
                name="meetings_meeting_delete_draft",
            ),
        ]
        return [*pages, *super().get_urls()]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return nearest_first(request)

    def get_fieldsets(self, request: HttpRequest, obj: Meeting | None = None) -> Any:
        if obj is None:
            parts = fieldsets(when=WHEN, what=OTHER_CONTENT_FIELDS)
            return [*parts[:2], (_("Recurrence"), {"fields": RULE_FIELDS}), *parts[2:]]
        head = ("status", *(("of_a_series",) if obj.series_id else ()), "other_sittings")
        if not self.has_change_permission(request, obj):
            return fieldsets(
                *head,
                when=("when", "time_zone", "in_utc"),
                what=OTHER_CONTENT_FIELDS,
                is_only_shown=True,
            )
        parts = fieldsets(
            *head, when=(*WHEN, "in_utc"), what=(*CONTENT_FIELDS, "reason", "version_shown")
        )
        if obj.series_id:
            # The last field, beside the buttons: people decide it after they typed the change.
            parts.append((_("For which meetings"), {"fields": ("scope", "also_by_hand")}))
        return parts

    def get_readonly_fields(self, request: HttpRequest, obj: Meeting | None = None) -> Any:
        if obj is None:
            return ()
        shown = ("status", "of_a_series", "other_sittings", "when", "in_utc")
        return shown if self.has_change_permission(request, obj) else (*shown, *SHOWN_INSTEAD)

    def get_form(
        self, request: HttpRequest, obj: Meeting | None = None, *args: Any, **kwargs: Any
    ) -> type[MeetingForm]:
        if obj is None:
            kwargs["form"] = NewMeetingForm
        elif obj.series_id:
            kwargs["form"] = OccurrenceForm
        form = cast("type[MeetingForm]", super().get_form(request, obj, *args, **kwargs))
        refused = getattr(request, "refused", None)
        form.refusal = str(refused or "")
        form.typed = getattr(request, "typed", None)
        form.version_to_read = getattr(refused, "version", None)
        if obj and form.version_to_read:
            seen = (
                int_or_invalid(request.POST, name) for name in ("version_shown", "version_read")
            )
            form.changes_to_read = changes_since(obj, max(seen))
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "focus_area":
            user = cast("StaffRequest", request).user
            field.queryset = FocusArea.objects.visible_to(user).order_by("number")
            if not user.has_perm(EVERY_AREA):
                field.required, field.help_text = True, ""
                areas = list(field.queryset[:2])
                field.initial = areas[0] if len(areas) == 1 else None
        if field is not None and db_field.name == "part":
            user = cast("StaffRequest", request).user
            field.queryset = parts_visible_to(user).order_by("focus_area__number", "name", "pk")
            field.label_from_instance = label_of_part
            field.empty_label = _("The whole group")
        return field

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Meeting | None:
        meeting: Any = super().get_object(request, *args, **kwargs)
        if meeting is not None:
            meeting.read_by = request.user
        return cast("Meeting | None", meeting)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response: HttpResponse
        try:
            about_several = self.of_several(cast("MeetingFormRequest", request), object_id)
            if about_several:
                return about_several
            response = super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refused:
            cast("MeetingFormRequest", request).refused = refused
            response = super().changeform_view(request, object_id, form_url, extra_context)
            if response.status_code == HTTPStatus.OK:
                response.status_code = HTTPStatus.CONFLICT
        return response

    def save_model(
        self,
        request: HttpRequest,
        obj: Meeting,
        form: MeetingForm,
        change: bool,  # noqa: FBT001  # Django's own.
    ) -> None:
        by, at = cast("StaffRequest", request).user, timezone.now()
        if change:
            seen = {"version": form.version_seen, "reason": form.cleaned_data["reason"]}
            meetings.change_meeting(meeting=obj, by=by, at=at, **seen, **form.facts())
        else:
            obj.pk = meetings.draft_meeting(by=by, at=at, **form.facts()).pk

    def put_on_the_calendar(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show who will see a draft from now on; on POST, schedule it."""
        return self._step(
            request,
            pk,
            permission=SCHEDULE,
            process=meetings.schedule_meeting,
            name="put_on_the_calendar",
            title=_("Schedule"),
            done=_("“%(title)s” is scheduled."),
        )

    def cancel(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show which meeting would be cancelled; on POST, cancel it."""
        return self._step(
            request,
            pk,
            permission=CANCEL,
            process=meetings.cancel_meeting,
            name="cancel",
            form_class=CancelForm,
            title=_("Cancel meeting"),
            done=_("“%(title)s” is cancelled. It stays on the calendar, struck through."),
        )

    def put_back(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show what a cancelled meeting would tell its participants; on POST, put it back."""
        return self._step(
            request,
            pk,
            permission=CANCEL,
            process=meetings.put_back_meeting,
            name="put_back",
            title=_("Put back"),
            done=_("“%(title)s” takes place after all."),
        )

    def delete_draft(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show which draft would be deleted; on POST, delete it and redirect to the list."""
        return self._step(
            request,
            pk,
            permission=CANCEL,
            process=meetings.delete_draft,
            name="delete_draft",
            title=_("Delete draft"),
            done=_("The draft “%(title)s” is deleted."),
            goes_to=reverse("admin:meetings_meeting_changelist"),
        )

    def has_change_permission(self, request: HttpRequest, obj: Meeting | None = None) -> bool:
        if obj and obj.status == MeetingStatus.CANCELLED and request.method != "POST":
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Meeting | None = None) -> bool:
        # A meeting is cancelled, so that calendar programs learn of it. Drafts have their own page.
        return False

    @admin.display(description=gettext_lazy("begins"), ordering="starts_at")
    def begins(self, meeting: Meeting) -> str:
        """Return the start of a meeting in its own time zone, and whether it is tentative."""
        if meeting.is_all_day:
            begins = format_date_short(first_day(meeting))
        else:
            begins = format_datetime_short(meeting.starts_at, meeting.time_zone)
        if meeting.is_tentative:
            return _("%(begins)s, to be confirmed") % {"begins": begins}
        return begins

    @admin.display(description=gettext_lazy("when"))
    def when(self, meeting: Meeting) -> str:
        """Return when a meeting takes place, in its own time zone."""
        return meeting_in_words(meeting, [meeting.time_zone])[0]

    @admin.display(description=gettext_lazy("repeats"))
    def repeats(self, meeting: Meeting) -> str:
        """Return on which days the meeting's series has meetings; empty without a series."""
        return days_in_words(meeting.series) if meeting.series else ""

    @admin.display(description=gettext_lazy("series"))
    def of_a_series(self, meeting: Meeting) -> str:
        """Return the rule of a meeting's series, and whether the meeting was moved by hand."""
        if meeting.series is None or meeting.occurrence is None:
            return "–"
        rule = rule_in_words(meeting.series)
        if is_by_the_rule(meeting):
            return rule
        return _("%(rule)s; this meeting (%(day)s) was moved individually") % {
            "rule": rule,
            "day": format_date(meeting.occurrence),
        }

    @admin.display(description=gettext_lazy("other sittings"))
    def other_sittings(self, meeting: Meeting) -> str:
        """Return when the other sittings of a meeting are."""
        reach = Meeting.objects.visible_to(meeting.read_by)  # type: ignore[attr-defined]
        others = list(reach.other_sittings(meeting))
        return "\n".join(sittings_in_words(others)) or "–"

    @admin.display(description=gettext_lazy("in UTC"))
    def in_utc(self, meeting: Meeting) -> str:
        """Return when a meeting is in UTC; whole days are not converted."""
        return meeting_in_words(meeting, ["UTC"])[0]

    @admin.display(description=gettext_lazy("language of the text"))
    def text_language(self, meeting: Meeting) -> str:
        """Return the name of the language of a meeting's text."""
        return str(get_language_info(meeting.language)["name_translated"])

    @admin.display(description=gettext_lazy("focus area"), ordering="focus_area__number")
    def area(self, meeting: Meeting) -> str:
        """Return the name of the meeting's focus area, or of the whole coalition."""
        return meeting.area_name

    def _step(
        self,
        request: StaffRequest,
        pk: int,
        *,
        permission: str,
        process: Callable[..., Meeting],
        name: str,
        title: str,
        done: str,
        form_class: type[VersionForm] = VersionForm,
        goes_to: str = "",
    ) -> HttpResponse:
        """Show a page about the meeting; on POST, make the change and redirect to the meeting.

        It redirects to `goes_to` instead, if that is set.
        """
        insist(request.user, permission)
        meeting = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, pk)
        address = reverse("admin:meetings_meeting_change", args=[pk])
        form = form_class(post_data(request), initial={"version": meeting.version})
        refusal, changes = "", list[HistoryChange]()
        if form.is_valid():
            version = form.version_seen
            typed = {name: form.cleaned_data[name] for name in form.fields.keys() & {"reason"}}
            who = {"by": request.user, "at": timezone.now()}
            try:
                process(meeting=meeting, version=version, **typed, **who)
            except Refused as refused:
                refusal, changes = str(refused), changes_since(meeting, version)
                # The page shows the current meeting, so the next attempt is checked against that.
                form = form_class(initial={"version": meeting.version, **typed})
            else:
                messages.success(request, done % {"title": meeting.title})
                if when := self.notice_times([meeting]):
                    messages.info(request, when)
                return HttpResponseRedirect(goes_to or address)
        elif "reason" in form.errors:
            refusal = _("Nothing was cancelled. Shorten the reason.")

        return page(
            request,
            f"admin/meetings/meeting/{name}.html",
            {
                "meeting": meeting,
                "when": meeting_in_words(meeting, [meeting.time_zone, GENEVA, "UTC"]),
                "form": form,
                "refusal": refusal,
                "changes": changes,
                "address": address,
                "scheduling_warnings": self.scheduling_warnings(request, [meeting])[0],
                "is_told": self.is_cancellation_told(meeting),
            },
            model=Meeting,
            title=title,
            status=422 if "reason" in form.errors else 409 if refusal else 200,
        )
