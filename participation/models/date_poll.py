"""Polls about the date of a meeting: what is proposed, and which dates suit the members."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.constraints import known_value
from core.time_zones import validate_time_zone
from focus_areas.models import EVERY_AREA, FocusArea
from meetings.models import Meeting
from members.models import FocalPoint

MAX_WORD_LENGTH = 500


class DatePollStatus(models.TextChoices):
    OPEN = "open", _("Open for answers")
    TAKEN = "taken", _("A date was taken")
    CLOSED = "closed", _("Closed without a meeting")


class DateChoice(models.TextChoices):
    """Whether a date suits somebody."""

    YES = "yes", _("Yes")
    IF_NEED_BE = "if_need_be", _("If need be")
    NO = "no", _("No")


class DatePollQuerySet(models.QuerySet["DatePoll"]):
    """Queries about polls."""

    def visible_to(self, user: User) -> "DatePollQuerySet":
        """Return the polls that a staff user may see: all, or those of their areas."""
        if user.has_perm(EVERY_AREA):
            return self
        return self.filter(focus_area__in=FocusArea.objects.visible_to(user))

    def answerable(self, at: datetime) -> "DatePollQuerySet":
        """Return the open polls with a date to come, the nearest deadline first."""
        to_come = DateProposal.objects.filter(poll=OuterRef("pk"), starts_at__gt=at)
        found = self.filter(Exists(to_come), status=DatePollStatus.OPEN)
        return found.order_by("answer_by", "pk")


class DatePoll(models.Model):
    """One meeting of a working group for which a date is sought.

    It ends when one of its dates is taken, which makes the meeting, or without a meeting.
    """

    # Private links name it: primary keys repeat after a restore.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    focus_area = models.ForeignKey(
        FocusArea, verbose_name=_("focus area"), on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language of the text"), max_length=7)
    minutes = models.PositiveSmallIntegerField(_("length in minutes"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    place = models.CharField(_("place"), max_length=200, blank=True)
    join_link = models.URLField(_("join link"), max_length=500, blank=True)
    # Until when answers are asked for. Later ones count, too, until a date is taken.
    answer_by = models.DateTimeField(_("answers until"))
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(
        _("status"), max_length=20, choices=DatePollStatus, default=DatePollStatus.OPEN
    )
    # When a date was taken or the poll was closed.
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User,
        verbose_name=_("settled by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    meeting = models.OneToOneField(
        Meeting,
        verbose_name=_("meeting"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = DatePollQuerySet.as_manager()

    class Meta:
        verbose_name = _("date poll")
        verbose_name_plural = _("date polls")
        default_permissions = ("add", "view")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gt=0), name="%(app_label)s_%(class)s_lasts"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=DatePollStatus.OPEN, settled_at=None, settled_by=None, meeting=None
                )
                | Q(
                    status=DatePollStatus.CLOSED,
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                    meeting=None,
                )
                | Q(
                    status=DatePollStatus.TAKEN,
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                    meeting__isnull=False,
                ),
                name="%(app_label)s_%(class)s_status_agrees_with_its_end",
            ),
            models.UniqueConstraint(
                fields=["focus_area", "title"],
                condition=Q(status=DatePollStatus.OPEN),
                name="%(app_label)s_%(class)s_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.status == DatePollStatus.OPEN

    @property
    def length(self) -> timedelta:
        """How long the meeting lasts."""
        return timedelta(minutes=self.minutes)


class DateProposal(models.Model):
    """One date and hour that a poll proposes."""

    poll = models.ForeignKey(
        DatePoll,
        verbose_name=_("date poll"),
        on_delete=models.CASCADE,
        related_name="proposals",
    )
    starts_at = models.DateTimeField(_("starts at"))
    is_taken = models.BooleanField(_("taken"), default=False)

    class Meta:
        verbose_name = _("proposed date")
        verbose_name_plural = _("proposed dates")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["poll", "starts_at"], name="%(app_label)s_%(class)s_once"
            ),
            models.UniqueConstraint(
                fields=["poll"],
                condition=Q(is_taken=True),
                name="%(app_label)s_%(class)s_one_is_taken",
            ),
        ]

    def __str__(self) -> str:
        return str(self.starts_at)


class DateReply(models.Model):
    """What one focal point answered to a poll, in a role.

    As with an RSVP, `link_version` shows which holder of the role answered.
    """

    poll = models.ForeignKey(
        DatePoll, verbose_name=_("date poll"), on_delete=models.PROTECT, related_name="replies"
    )
    focal_point = models.ForeignKey(
        FocalPoint, verbose_name=_("focal point"), on_delete=models.PROTECT, related_name="+"
    )
    link_version = models.PositiveIntegerField(editable=False)
    word = models.CharField(_("a word to the coordinators"), max_length=MAX_WORD_LENGTH, blank=True)
    replied_at = models.DateTimeField(_("replied at"))

    class Meta:
        verbose_name = _("reply to a date poll")
        verbose_name_plural = _("replies to date polls")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["poll", "focal_point", "link_version"],
                name="%(app_label)s_%(class)s_one_of_each_holder",
            ),
        ]

    def __str__(self) -> str:
        return str(self.poll)


class DateAnswer(models.Model):
    """Whether one proposed date suits a focal point."""

    reply = models.ForeignKey(
        DateReply, verbose_name=_("reply"), on_delete=models.CASCADE, related_name="answers"
    )
    proposal = models.ForeignKey(
        DateProposal,
        verbose_name=_("proposed date"),
        on_delete=models.CASCADE,
        related_name="answers",
    )
    choice = models.CharField(_("answer"), max_length=10, choices=DateChoice)

    class Meta:
        verbose_name = _("answer about a date")
        verbose_name_plural = _("answers about dates")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["reply", "proposal"], name="%(app_label)s_%(class)s_once"
            ),
            known_value("choice", DateChoice),
        ]

    def __str__(self) -> str:
        return self.get_choice_display()
