"""The four focus areas, the meetings of the coalition, and the links that it publishes."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.records import kept_history
from accounts.zones import validate_time_zone

FOCUS_AREA_NAMES = {
    1: _("Connecting People Everywhere"),
    2: _("Empowering Communities"),
    3: _("Building Digital Ecosystems"),
    4: _("Incentivizing Investments"),
}


# Who has it not sees the areas that they coordinate, and nothing of the others.
EVERY_AREA = "focus_areas.view_every_area"


class FocusAreaQuerySet(models.QuerySet["FocusArea"]):
    """Questions about focus areas."""

    def within_reach_of(self, user: User) -> "FocusAreaQuerySet":
        """Keep what somebody of the staff may see: every area, or those that they coordinate."""
        if user.has_perm(EVERY_AREA):
            return self
        coordinated = FocusArea.coordinators.through.objects.filter(user=user)
        return self.filter(pk__in=coordinated.values("focusarea"))


class FocusArea(models.Model):
    """One of the four areas that the coalition works in. Its name is translated by number."""

    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    slug = models.SlugField(_("address"), unique=True)
    # ITU's own short name, like ACCESS.
    short_name = models.CharField(_("short name"), max_length=40)
    summary = models.TextField(_("summary"), help_text=_("One sentence for the front page."))
    description = models.TextField(_("description"), help_text=_("In Markdown."))
    # Who of the staff sees this area's members, messages and meetings, and runs its calendar.
    coordinators = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("coordinators"), blank=True, related_name="+"
    )

    objects = FocusAreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("focus area")
        verbose_name_plural = _("focus areas")
        # There are exactly four: none is added or deleted.
        default_permissions = ("change", "view")
        permissions = [
            ("view_every_area", _("Can see the members, messages and meetings of every area")),
            ("name_coordinators", _("Can say who coordinates a focus area")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1) & Q(number__lte=4),
                name="%(app_label)s_%(class)s_one_of_four",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The area's name in the reader's language."""
        return str(FOCUS_AREA_NAMES[self.number])


class MeetingKind(models.TextChoices):
    MEETING = "meeting", _("Meeting")
    WEB_DIALOGUE = "web_dialogue", _("Web dialogue")
    DEADLINE = "deadline", _("Deadline")
    EVENT = "event", _("Event")


class MeetingStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("On the calendar")
    CANCELLED = "cancelled", _("Cancelled")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Questions about meetings; each list is in the order of time."""

    def on_the_calendar(self) -> "MeetingQuerySet":
        """Keep what was put on the calendar, cancelled ones too; drafts are for staff."""
        return self.exclude(status=MeetingStatus.DRAFT)

    def public(self) -> "MeetingQuerySet":
        """Keep what anyone may see."""
        return self.on_the_calendar().filter(is_public=True)

    def of_focus_area(self, focus_area: FocusArea | OuterRef) -> "MeetingQuerySet":
        """Keep the area's own meetings and those of the whole coalition."""
        return self.filter(Q(focus_area=focus_area) | Q(focus_area=None))

    def not_over(self, at: datetime) -> "MeetingQuerySet":
        """Keep what has not ended, the next first."""
        return self.filter(ends_at__gt=at).order_by("starts_at", "pk")

    def over(self, at: datetime) -> "MeetingQuerySet":
        """Keep what has ended, the latest first."""
        return self.filter(ends_at__lte=at).order_by("-starts_at", "-pk")

    def within_reach_of(self, user: User) -> "MeetingQuerySet":
        """Keep what somebody of the staff may see: every meeting, or those of their areas."""
        if user.has_perm(EVERY_AREA):
            return self
        return self.filter(focus_area__in=FocusArea.objects.within_reach_of(user))

    def for_a_feed(self) -> "MeetingQuerySet":
        """Keep all, in the order of time, each with its area."""
        return self.select_related("focus_area").order_by("starts_at", "pk")


class Meeting(models.Model):
    """One meeting, web dialogue, deadline or event of a focus area or of the whole coalition.

    Its `uid` is the same in every calendar feed for ever; `sequence` rises whenever those
    who have it in their calendar must learn of a change (RFC 5545, section 3.8.7.4).
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
    kind = models.CharField(_("kind"), max_length=20, choices=MeetingKind)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language of the text"), max_length=7, default="en")
    # Instants. A whole-day meeting runs from midnight to midnight in its own zone.
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Zurich", validators=[validate_time_zone]
    )
    is_all_day = models.BooleanField(_("whole days"), default=False)
    is_tentative = models.BooleanField(_("to be confirmed"), default=False)
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("The join link never is.")
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    join_link = models.URLField(_("join link"), max_length=500, blank=True)
    agenda = models.TextField(_("agenda"), blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=MeetingStatus, default=MeetingStatus.DRAFT
    )
    sequence = models.PositiveIntegerField(_("sequence"), default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(_("last changed at"), editable=False)

    history = kept_history()

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        # Cancelled, never deleted: those who have it in their calendar must learn of it.
        default_permissions = ("add", "change", "view")
        permissions = [
            ("schedule_meeting", _("Can put a meeting on the calendar")),
            ("cancel_meeting", _("Can cancel a meeting")),
        ]
        indexes = [models.Index(fields=["starts_at"]), models.Index(fields=["ends_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MeetingKind.values),
                name="%(app_label)s_%(class)s_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(status__in=MeetingStatus.values),
                name="%(app_label)s_%(class)s_known_status",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def area_name(self) -> str:
        """The name of its focus area, or of the whole coalition, in the reader's language."""
        return self.focus_area.name if self.focus_area else str(_("Whole coalition"))

    @property
    def usable_join_link(self) -> str:
        """The join link; none any more once the meeting is cancelled."""
        return "" if self.status == MeetingStatus.CANCELLED else self.join_link


class Link(models.Model):
    """A document or site that the front page points to; staff edit these.

    `uid` tells a link that every migrate wants to be there from one that it has to make,
    whatever staff have made of its words and its address.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    url = models.URLField(_("address"), max_length=500)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_published = models.BooleanField(
        _("published"), default=True, help_text=_("Untick this instead of deleting the link.")
    )

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        default_permissions = ("add", "change", "view")

    def __str__(self) -> str:
        return self.title
