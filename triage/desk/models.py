"""Bulk runs: a change that staff confirmed for several members, and its result for each."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import nullable_user_key
from core.constraints import known_value
from focus_areas.models import FocusArea
from members.models import GrantedRole, Member, Reason, TimelineEntry
from triage.holds.models import WaitsFor

# A run that has made no progress for so long waits for a worker.
STALLED_AFTER: Final = timedelta(seconds=15)


class BulkRunAction(models.TextChoices):
    """The change. All but the last three have the names of the bulk actions in the queue."""

    ASSIGN_TO_ME = "take", _("Assign to me")
    UNASSIGN = "release", _("Unassign")
    REASSIGN = "hand_to", _("Reassign")
    ADMIT = "admit_to_first_choice", _("Admit")
    REQUEST_INFORMATION = "request_information", _("Request information")
    DECLINE = "decline", _("Decline")
    ASK_OPINION = "ask_opinion", _("Ask for an opinion")
    ADD_NOTE = "note", _("Add note")
    HOLD = "hold", _("Hold")
    CLOSE = "close_as_not_genuine", _("Close as not genuine (spam)")
    UNDO = "undo", _("Undo")
    FLAG_AS_SPAM = "flag_as_spam", _("Put under possible spam")
    UNDO_SPAM_FLAG = "undo_spam_flag", _("Take back from possible spam")


# Those that name a colleague, who gets the members or is asked.
ACTIONS_WITH_COLLEAGUE: Final = (BulkRunAction.REASSIGN, BulkRunAction.ASK_OPINION)


class BulkRunQuerySet(models.QuerySet["BulkRun"]):
    """Queries for bulk runs."""

    def unfinished(self) -> "BulkRunQuerySet":
        """Return the runs with members that are still to be processed."""
        return self.filter(Exists(BulkItem.objects.open().filter(run=OuterRef("pk"))))

    def stalled(self, at: datetime) -> "BulkRunQuerySet":
        """Return the unfinished runs that have made no progress for STALLED_AFTER."""
        since = at - STALLED_AFTER
        recent = BulkItem.objects.filter(run=OuterRef("pk"), done_at__gt=since)
        return self.unfinished().filter(~Exists(recent), confirmed_at__lte=since)


class BulkRun(models.Model):
    """One change that a person confirmed for several members. Each member is an item.

    It is deleted after some weeks; the timelines of the members keep what was done.
    """

    # The form has it, so that a second click does not start a second run.
    key = models.UUIDField(editable=False)
    action = models.CharField(_("action"), max_length=30, choices=BulkRunAction)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    # The language in which the person reads the reasons of refusals.
    language = models.CharField(_("language"), max_length=10)
    confirmed_at = models.DateTimeField(_("confirmed at"))
    # The key of the latest timeline entry that the page showed, if there was a page.
    entry_shown = models.BigIntegerField(null=True, blank=True, editable=False)
    # What the person chose for all members.
    to = nullable_user_key(_("colleague"))
    missing = models.TextField(_("missing information"), blank=True)
    text = models.TextField(_("note or question"), blank=True, db_default="")
    waits_for = models.CharField(
        _("waits for"), max_length=20, choices=WaitsFor, blank=True, db_default=""
    )
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    reasons = models.ManyToManyField(
        Reason, verbose_name=_("reasons"), blank=True, related_name="+"
    )
    skipped_count = models.PositiveIntegerField(_("members skipped"), default=0, db_default=0)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk run")
        verbose_name_plural = _("bulk runs")
        default_permissions = ()
        permissions = [
            ("flag_unusual_bulkrun", _("Can put an unusual hour under possible spam")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["by", "key"], name="%(app_label)s_%(class)s_confirmed_once"
            ),
            known_value("action", BulkRunAction),
            models.CheckConstraint(
                condition=Q(action__in=ACTIONS_WITH_COLLEAGUE, to__isnull=False)
                | ~Q(action__in=ACTIONS_WITH_COLLEAGUE) & Q(to__isnull=True),
                name="%(app_label)s_%(class)s_has_its_colleague",
            ),
            models.CheckConstraint(
                condition=Q(
                    action=BulkRunAction.HOLD, waits_for=WaitsFor.DAY, ends_on__isnull=False
                )
                | Q(
                    action=BulkRunAction.HOLD,
                    waits_for__in=[each for each in WaitsFor.values if each != WaitsFor.DAY],
                    ends_on__isnull=True,
                )
                | ~Q(action=BulkRunAction.HOLD) & Q(waits_for="", ends_on__isnull=True),
                name="%(app_label)s_%(class)s_has_its_hold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} · {self.pk}"


class BulkItemQuerySet(models.QuerySet["BulkItem"]):
    """Queries for the items of bulk runs."""

    def open(self) -> "BulkItemQuerySet":
        """Return the items that are still to be processed."""
        return self.filter(done_at=None)


class BulkItem(models.Model):
    """One member of a bulk run: still open, done, or refused with a reason.

    What was chosen in its row is stored here. If nothing was, the choice of the run holds.
    """

    run = models.ForeignKey(
        BulkRun, verbose_name=_("bulk run"), on_delete=models.CASCADE, related_name="items"
    )
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="+"
    )
    # The version that the person saw, if there was a page.
    version = models.BigIntegerField(null=True, blank=True, editable=False)
    role = models.CharField(_("role granted"), max_length=20, choices=GrantedRole, blank=True)
    # Where it is admitted, if that is not its first choice.
    focus_area = models.ForeignKey(
        FocusArea,
        verbose_name=_("focus area"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        # Nothing looks for items by what was chosen.
        db_index=False,
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("colleague"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    reason = models.ForeignKey(
        Reason,
        verbose_name=_("reason"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    waits_for = models.CharField(
        _("waits for"), max_length=20, choices=WaitsFor, blank=True, db_default=""
    )
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    entry = models.ForeignKey(
        TimelineEntry,
        verbose_name=_("timeline entry"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    refusal = models.TextField(_("reason of the refusal"), blank=True)

    objects = BulkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of a bulk run")
        verbose_name_plural = _("items of bulk runs")
        default_permissions = ()
        indexes = [
            # Finds the unfinished runs among the finished ones.
            models.Index(
                fields=["run"], name="triage_bulkitem_open", condition=Q(done_at__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "member"], name="%(app_label)s_%(class)s_once_in_a_run"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["", *GrantedRole.values]),
                name="%(app_label)s_%(class)s_known_role",
            ),
            models.CheckConstraint(
                condition=Q(waits_for=WaitsFor.DAY, ends_on__isnull=False)
                | Q(
                    waits_for__in=["", *(each for each in WaitsFor.values if each != WaitsFor.DAY)],
                    ends_on__isnull=True,
                ),
                name="%(app_label)s_%(class)s_day_of_its_hold",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, entry__isnull=True, refusal="")
                | Q(done_at__isnull=False, entry__isnull=False, refusal="")
                | Q(done_at__isnull=False, entry__isnull=True) & ~Q(refusal=""),
                name="%(app_label)s_%(class)s_done_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return str(self.member_id)
