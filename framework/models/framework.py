"""The Action Framework of a focus area, and its drafts."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.constraints import known_value
from core.history import history_field
from focus_areas.models import EVERY_AREA, FocusArea


class FrameworkQuerySet(models.QuerySet["Framework"]):
    """Queries for frameworks."""

    def visible_to(self, user: User) -> "FrameworkQuerySet":
        """Return the frameworks that a staff user may see: all, or those of their areas."""
        if user.has_perm(EVERY_AREA):
            return self
        return self.filter(focus_area__in=FocusArea.objects.visible_to(user))


class Framework(models.Model):
    """The Action Framework of a focus area: there is one for each.

    Every service locks it first, so that two people never change the same framework at once.
    """

    focus_area = models.OneToOneField(
        FocusArea, verbose_name=_("focus area"), on_delete=models.PROTECT, related_name="framework"
    )
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_("Everybody reads the drafts; otherwise only the working group does."),
    )
    observers_may_propose = models.BooleanField(
        _("observers may propose changes"),
        default=True,
        help_text=_("Observers of the working group may propose changes, and support them."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = FrameworkQuerySet.as_manager()
    history = history_field()

    class Meta:
        verbose_name = _("Action Framework")
        verbose_name_plural = _("Action Frameworks")
        # There is one for each focus area: none can be added or deleted.
        default_permissions = ("change", "view")
        permissions = [
            ("adopt_framework", _("Can open and adopt drafts of an Action Framework")),
        ]

    def __str__(self) -> str:
        return str(self.focus_area)


class DraftStatus(models.TextChoices):
    PREPARATION = "preparation", _("In preparation")
    OPENED = "opened", pgettext_lazy("of a draft", "Opened")
    ADOPTED = "adopted", pgettext_lazy("of a draft", "Adopted")


class DraftState(models.TextChoices):
    """The state of a draft at a given time."""

    PREPARATION = "preparation", _("In preparation")
    OPEN = "open", pgettext_lazy("of a draft", "Open")
    CLOSED = "closed", pgettext_lazy("of a draft", "Closed")
    ADOPTED = "adopted", pgettext_lazy("of a draft", "Adopted")


class DraftQuerySet(models.QuerySet["Draft"]):
    """Queries for drafts."""

    def shown(self) -> "DraftQuerySet":
        """Return the drafts that the working group reads, the latest first."""
        return self.exclude(status=DraftStatus.PREPARATION).order_by("-number", "-pk")

    def visible_to(self, user: User) -> "DraftQuerySet":
        """Return the drafts that a staff user may see."""
        return self.filter(framework__in=Framework.objects.visible_to(user))


class Draft(models.Model):
    """One draft of a framework: 0, 1, 2 and so on.

    An opened draft takes amendments from `opens_at` until `closes_at`, which is exclusive. An
    adopted one takes none.
    """

    # The rows in its name, which the audit loads with each of its versions.
    NAMED_BY = ("framework__focus_area",)

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="drafts")
    number = models.PositiveSmallIntegerField(_("number"))
    status = models.CharField(
        _("status"), max_length=20, choices=DraftStatus, default=DraftStatus.PREPARATION
    )
    opens_at = models.DateTimeField(_("opens at"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    adopted_at = models.DateTimeField(_("adopted at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DraftQuerySet.as_manager()
    history = history_field()

    class Meta:
        verbose_name = pgettext_lazy("of an Action Framework", "draft")
        verbose_name_plural = pgettext_lazy("of an Action Framework", "drafts")
        default_permissions = ()
        constraints = [
            known_value("status", DraftStatus),
            models.UniqueConstraint(
                fields=["framework", "number"], name="%(app_label)s_%(class)s_number_once"
            ),
            models.UniqueConstraint(
                fields=["framework"],
                condition=Q(status=DraftStatus.PREPARATION),
                name="%(app_label)s_%(class)s_one_in_preparation",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=DraftStatus.PREPARATION, opens_at=None, closes_at=None, adopted_at=None
                )
                | Q(
                    status=DraftStatus.OPENED,
                    opens_at__isnull=False,
                    closes_at__isnull=False,
                    adopted_at=None,
                )
                | Q(
                    status=DraftStatus.ADOPTED,
                    opens_at=None,
                    closes_at=None,
                    adopted_at__isnull=False,
                ),
                name="%(app_label)s_%(class)s_status_agrees_with_times",
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="%(app_label)s_%(class)s_closes_after_opening",
                violation_error_message=_("The draft must close after it opens."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework}: {self.number}"

    def state_at(self, at: datetime) -> DraftState:
        """Return the state of the draft at `at`."""
        if self.status == DraftStatus.OPENED:
            return DraftState.OPEN if self.is_open_at(at) else DraftState.CLOSED
        return DraftState(self.status)

    def is_open_at(self, at: datetime) -> bool:
        """Return whether the draft takes amendments at `at`."""
        if self.opens_at is None or self.closes_at is None:
            return False
        return self.opens_at <= at < self.closes_at
