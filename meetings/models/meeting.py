"""The meetings of the focus areas and of the whole coalition."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.constraints import known_value
from core.history import history_field
from core.time_zones import validate_time_zone
from focus_areas.models import EVERY_AREA, FocusArea
from meetings.models.part import Part
from meetings.models.series import Series


class MeetingKind(models.TextChoices):
    MEETING = "meeting", _("Meeting")
    WEB_DIALOGUE = "web_dialogue", _("Web dialogue")
    DEADLINE = "deadline", _("Deadline")
    EVENT = "event", _("Event")


class MeetingStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", pgettext_lazy("of a meeting", "Scheduled")
    CANCELLED = "cancelled", _("Cancelled")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """QuerySet of meetings. Lists are ordered by time."""

    def scheduled_or_cancelled(self) -> "MeetingQuerySet":
        """Return scheduled and cancelled meetings; only staff see drafts."""
        return self.exclude(status=MeetingStatus.DRAFT)

    def public(self) -> "MeetingQuerySet":
        """Return the meetings that anyone may see."""
        return self.scheduled_or_cancelled().filter(is_public=True)

    def of_focus_area(self, focus_area: FocusArea | OuterRef) -> "MeetingQuerySet":
        """Return the area's own meetings and those of the whole coalition."""
        return self.filter(Q(focus_area=focus_area) | Q(focus_area=None))

    def upcoming(self, at: datetime) -> "MeetingQuerySet":
        """Return meetings that have not ended, the next one first."""
        return self.filter(ends_at__gt=at).order_by("starts_at", "pk")

    def past(self, at: datetime) -> "MeetingQuerySet":
        """Return meetings that have ended, the latest first."""
        return self.filter(ends_at__lte=at).order_by("-starts_at", "-pk")

    def between(self, first: datetime, end: datetime) -> "MeetingQuerySet":
        """Return meetings that overlap the time between two instants, the earliest first."""
        return self.filter(starts_at__lt=end, ends_at__gt=first).order_by("starts_at", "pk")

    def visible_to(self, user: User) -> "MeetingQuerySet":
        """Return the meetings that a staff user may see: all, or those of their areas."""
        if user.has_perm(EVERY_AREA):
            return self
        return self.filter(focus_area__in=FocusArea.objects.visible_to(user))

    def of_sittings(self) -> "MeetingQuerySet":
        """Return meetings that are one of several sittings."""
        others = self.model.objects.filter(sitting_of=OuterRef("pk"))
        return self.filter(Q(sitting_of__isnull=False) | Exists(others))

    def other_sittings(self, meeting: "Meeting") -> "MeetingQuerySet":
        """Return the other sittings of a meeting, ordered by time, each with its area."""
        first = meeting.sitting_of_id or meeting.pk
        sittings = self.filter(Q(pk=first) | Q(sitting_of=first)).exclude(pk=meeting.pk)
        return sittings.select_related("focus_area").order_by("starts_at", "pk")

    def for_a_feed(self) -> "MeetingQuerySet":
        """Return all meetings, ordered by time, each with its area.

        `has_items` says whether the agenda has items, which are then read too.
        """
        with_items = self.model.objects.filter(pk=OuterRef("pk"), agenda_items__isnull=False)
        meetings = self.select_related("focus_area").annotate(has_items=Exists(with_items))
        return meetings.order_by("starts_at", "pk")


class Meeting(models.Model):
    """One meeting, web dialogue, deadline or event of a focus area or of the whole coalition.

    `uid` is the same in every calendar feed and never changes. `sequence` increases with each
    change that people with the meeting in their calendar must learn of (RFC 5545, section
    3.8.7.4).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    focus_area = models.ForeignKey(
        FocusArea,
        verbose_name=_("focus area"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Leave empty for the whole coalition."),
    )
    # Only this part of the group is invited; empty: all of it.
    part = models.ForeignKey(
        Part,
        verbose_name=_("who is invited"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="meetings",
        db_index=False,
        help_text=_("Leave empty to invite the whole group."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=MeetingKind)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language of the text"), max_length=7, default="en")
    # The series, if the meeting is an occurrence; its day by the rule, which stays when the meeting
    # is moved by hand; and the first sitting of the same meeting.
    series = models.ForeignKey(
        Series,
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="meetings",
    )
    occurrence = models.DateField(_("original day in the series"), null=True, blank=True)
    sitting_of = models.ForeignKey(
        "self",
        verbose_name=_("another sitting of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sittings",
    )
    # In UTC. A whole-day meeting lasts from midnight to midnight in its own time zone.
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Zurich", validators=[validate_time_zone]
    )
    # The local start in its time zone; whole days have no time. If the rules of the time zone
    # change, the local time stays and `starts_at` and `ends_at` change.
    local_day = models.DateField(_("local day"), editable=False)
    local_time = models.TimeField(_("local time"), null=True, blank=True, editable=False)
    is_all_day = models.BooleanField(_("all day"), default=False)
    is_tentative = models.BooleanField(_("to be confirmed"), default=False)
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Everybody can see it, but not join it.")
    )
    is_join_public = models.BooleanField(
        _("may be joined from the public page"),
        default=False,
        db_default=False,
        help_text=_(
            "Everybody can join by the address on the public page, from 15 minutes before the "
            "start. Only for a public meeting."
        ),
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    # The address of the room. Pages, feeds and mails have an address of the portal, which leads to
    # the room when the meeting can be joined.
    join_link = models.URLField(_("join link"), max_length=500, blank=True)
    agenda = models.TextField(_("agenda"), blank=True)
    recording_link = models.URLField(
        _("link to the recording"),
        max_length=500,
        blank=True,
        help_text=_("After the meeting, only the working group sees it unless you publish it."),
    )
    is_recording_public = models.BooleanField(
        _("recording is public"),
        default=False,
        help_text=_(
            "Everybody can open the recording on the public page of the meeting, after the "
            "meeting. Only for a public meeting."
        ),
    )
    status = models.CharField(
        _("status"), max_length=20, choices=MeetingStatus, default=MeetingStatus.DRAFT
    )
    # Why the latest change was made, for everybody who is invited. The next change clears it.
    reason = models.CharField(_("reason for the change"), max_length=500, blank=True)
    sequence = models.PositiveIntegerField(_("sequence"), default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(_("last changed at"), editable=False)

    history = history_field(no_db_index=["part"])

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        # Cancelled, never deleted: people with the meeting in their calendar must learn of it.
        default_permissions = ("add", "change", "view")
        permissions = [
            ("schedule_meeting", _("Can schedule a meeting")),
            ("cancel_meeting", _("Can cancel a meeting")),
        ]
        indexes = [models.Index(fields=["starts_at"]), models.Index(fields=["ends_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            known_value("kind", MeetingKind),
            known_value("status", MeetingStatus),
            models.CheckConstraint(
                condition=Q(is_all_day=True, local_time=None)
                | Q(is_all_day=False, local_time__isnull=False),
                name="%(app_label)s_%(class)s_whole_days_have_no_time",
            ),
            models.CheckConstraint(
                condition=Q(series=None, occurrence=None)
                | Q(series__isnull=False, occurrence__isnull=False),
                name="%(app_label)s_%(class)s_occurrence_of_a_series",
            ),
            models.UniqueConstraint(
                fields=["series", "occurrence"],
                name="%(app_label)s_%(class)s_one_an_occurrence",
            ),
            models.CheckConstraint(
                condition=~Q(sitting_of=F("pk")),
                name="%(app_label)s_%(class)s_no_sitting_of_itself",
            ),
            models.CheckConstraint(
                condition=Q(is_recording_public=False) | Q(is_public=True) & ~Q(recording_link=""),
                name="%(app_label)s_%(class)s_public_recording",
                violation_error_message=_(
                    "A recording can be public only if the meeting is public and has a link to it."
                ),
            ),
            models.CheckConstraint(
                condition=Q(is_join_public=False) | Q(is_public=True),
                name="%(app_label)s_%(class)s_public_joining",
                violation_error_message=_("Everybody can join only a public meeting."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def area_name(self) -> str:
        """The name of its focus area, or of the whole coalition, in the active language."""
        return self.focus_area.name if self.focus_area else str(_("Whole coalition"))

    @property
    def usable_join_link(self) -> str:
        """The join link; empty if the meeting is cancelled."""
        return "" if self.status == MeetingStatus.CANCELLED else self.join_link

    @property
    def public_recording_link(self) -> str:
        """The link that everybody may see after the meeting; empty if staff did not publish it."""
        is_shown = self.is_recording_public and self.status != MeetingStatus.CANCELLED
        return self.recording_link if is_shown else ""
