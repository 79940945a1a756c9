"""Follow-ups: the automatic steps when a person does not act, and a record of each step."""

from functools import cache

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.utils.translation import gettext_lazy as _

from accounts.models import nullable_user_key
from core.constraints import known_value
from core.history import history_field
from inbox.models import replied_by_mail
from members.models.choices import MemberStatus
from members.models.member_queryset import MemberQuerySet
from members.models.timeline import TimelineEntry, TimelineKind


class FollowUpStep(models.TextChoices):
    REMIND_OF_REQUEST = "remind_of_request", _("Remind the organisation of the information request")
    NOTIFY_OFFICER = "tell_officer", _("Notify the assignee that no reply was received")
    PROPOSE_CLOSING = "propose_closing", _("Propose closing")
    REMIND_TO_CONFIRM = "remind_to_confirm", _("Remind to confirm the email address")
    REMIND_OF_DEADLINE = "remind_of_deadline", _("Remind of the deadline of an unfinished draft")


# The steps in order, while a request for information is unanswered.
STEPS_AFTER_REQUEST = (
    FollowUpStep.REMIND_OF_REQUEST,
    FollowUpStep.NOTIFY_OFFICER,
    FollowUpStep.PROPOSE_CLOSING,
)
LONGEST_IN_DAYS = 365


class FollowUpRule(models.Model):
    """When one step is taken, as set by staff. There is exactly one row for each step.

    `days` is the number of days after the previous event, or the number before a deadline.
    """

    step = models.CharField(_("step"), max_length=30, choices=FollowUpStep, unique=True)
    days = models.PositiveSmallIntegerField(_("days"))
    is_active = models.BooleanField(_("active"), default=True)

    history = history_field()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        default_permissions = ("change", "view")
        constraints = [
            known_value("step", FollowUpStep),
            models.CheckConstraint(
                condition=Q(days__gte=1) & Q(days__lte=LONGEST_IN_DAYS),
                name="%(app_label)s_%(class)s_days_within_a_year",
                violation_error_message=_("Enter a number of days from 1 to 365."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_step_display()


class FollowUp(models.Model):
    """One step that was taken or skipped, once for each cause. Never changed, never deleted.

    The cause is a request for information, or the unconfirmed address of a focal point for one
    version of their links.
    """

    step = models.CharField(_("step"), max_length=30, choices=FollowUpStep)
    entry = models.ForeignKey(
        TimelineEntry,
        verbose_name=_("request"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    focal_point = models.ForeignKey(
        "members.FocalPoint",
        verbose_name=_("focal point"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    link_version = models.PositiveIntegerField(null=True, blank=True, editable=False)
    at = models.DateTimeField(_("when"))
    is_skipped = models.BooleanField(_("skipped"), default=False)
    # The person who skipped it or took it early; empty if the portal took it.
    by = nullable_user_key(_("by"))
    by_name = models.CharField(_("name at that time"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("processed follow-up")
        verbose_name_plural = _("processed follow-ups")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "step"], name="%(app_label)s_%(class)s_once_a_request"
            ),
            models.UniqueConstraint(
                fields=["focal_point", "link_version", "step"],
                name="%(app_label)s_%(class)s_once_an_address",
            ),
            models.CheckConstraint(
                condition=Q(
                    step__in=STEPS_AFTER_REQUEST,
                    entry__isnull=False,
                    focal_point__isnull=True,
                    link_version__isnull=True,
                )
                | Q(
                    step=FollowUpStep.REMIND_TO_CONFIRM,
                    entry__isnull=True,
                    focal_point__isnull=False,
                    link_version__isnull=False,
                ),
                name="%(app_label)s_%(class)s_has_its_cause",
            ),
            models.CheckConstraint(
                condition=Q(by__isnull=True) | ~Q(by_name=""),
                name="%(app_label)s_%(class)s_keeps_the_name",
            ),
            models.CheckConstraint(
                condition=Q(is_skipped=False) | Q(by__isnull=False),
                name="%(app_label)s_%(class)s_somebody_skipped_it",
            ),
        ]

    def __str__(self) -> str:
        return self.get_step_display()


def with_closing_proposed(members: MemberQuerySet) -> MemberQuerySet:
    """Annotate whether the portal proposes to close each, because a request is unanswered."""
    asked = When(
        ~replied_by_mail(),
        status=MemberStatus.INFORMATION_REQUESTED,
        then=_closing_was_proposed(),
    )
    return members.annotate(is_proposed_to_close=Case(asked, default=False))


def proposed_to_close(members: MemberQuerySet) -> MemberQuerySet:
    """Return the members that the portal proposes to close.

    They are found from the few proposals. Only the last request of each member counts, and only
    until a reply to it comes by mail.
    """
    proposals = FollowUp.objects.filter(step=FollowUpStep.PROPOSE_CLOSING, is_skipped=False)
    return members.filter(
        _closing_was_proposed(),
        ~replied_by_mail(),
        pk__in=proposals.values("entry__member"),
        status=MemberStatus.INFORMATION_REQUESTED,
    )


@cache
def _closing_was_proposed() -> Exists:
    """Return the condition that closing was proposed after the last request to the member.

    It is the same for all queries, so it is built once.
    """
    requests = TimelineEntry.objects.filter(
        member=OuterRef(OuterRef("pk")), kind=TimelineKind.INFORMATION_REQUESTED, is_void=False
    )
    return Exists(
        FollowUp.objects.filter(
            step=FollowUpStep.PROPOSE_CLOSING,
            is_skipped=False,
            entry=Subquery(requests.order_by("-pk").values("pk")[:1]),
        )
    )
