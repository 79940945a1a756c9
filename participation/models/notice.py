"""What participants were last told: the state of a meeting, and new papers."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.constraints import both_or_neither
from core.time_zones import validate_time_zone
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus, Part
from papers.models import PaperVersion


class Announcement(models.Model):
    """The facts of one meeting as last announced; a meeting without a row was never announced.

    `version` is the version of the meeting at the last comparison, so that a meeting that has not
    changed since is not compared again. At installation, rows are created without notices.
    """

    meeting = models.OneToOneField(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="announcement"
    )
    version = models.PositiveIntegerField(editable=False)
    # The number of notices so far. It distinguishes the topics of notices.
    notice_count = models.PositiveIntegerField(_("notices"), default=0)
    announced_at = models.DateTimeField(_("announced at"))
    # When staff reminded those who had not replied, which they do once.
    replies_asked_at = models.DateTimeField(_("replies asked for at"), null=True, blank=True)
    replies_asked_by = models.ForeignKey(
        User,
        verbose_name=_("replies asked for by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    # The facts that were announced.
    focus_area = models.ForeignKey(
        FocusArea,
        verbose_name=_("focus area"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    part = models.ForeignKey(
        Part,
        verbose_name=_("part of a group"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    status = models.CharField(_("status"), max_length=20, choices=MeetingStatus)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    is_all_day = models.BooleanField(_("all day"))
    # Empty if the release before announced it, which did not store this.
    title = models.CharField(_("title"), max_length=200, blank=True, default="", db_default="")
    place = models.CharField(_("place"), max_length=200, blank=True)
    join_link = models.URLField(_("join link"), max_length=500, blank=True)
    # None if the release before announced it, which did not store this.
    is_tentative = models.BooleanField(_("to be confirmed"), null=True)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED]),
                name="%(app_label)s_%(class)s_of_no_draft",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="%(app_label)s_%(class)s_ends_after_start",
            ),
            both_or_neither("replies_asked_at", "replies_asked_by", fact="asked_by_somebody"),
        ]

    def __str__(self) -> str:
        return str(self.meeting)


class PaperDigest(models.Model):
    """The digest of one day (in Geneva), or an urgent one; only if there were new papers.

    While `finished_at` is empty, some recipients still have to be written to.
    """

    # None if it is urgent: papers of meetings that begin soon are not left to the next morning.
    day = models.DateField(_("day"), unique=True, null=True, blank=True)
    made_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("paper digest")
        verbose_name_plural = _("paper digest")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("made_at")),
                name="%(app_label)s_%(class)s_finished_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return str(self.day or self.made_at)

    @property
    def is_urgent(self) -> bool:
        """Whether it is about meetings that begin soon."""
        return self.day is None


class DigestedVersion(models.Model):
    """One file of a paper that is part of a digest; it is part of only one."""

    digest = models.ForeignKey(
        PaperDigest,
        verbose_name=_("digest"),
        on_delete=models.PROTECT,
        related_name="digested_versions",
    )
    version = models.OneToOneField(
        PaperVersion,
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="digested_version",
    )

    class Meta:
        verbose_name = _("announced file")
        verbose_name_plural = _("announced files")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.version)
