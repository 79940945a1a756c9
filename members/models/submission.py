"""What co-leads submit and coordinators release: the base of letters and of proposed meetings."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Self

from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from focus_areas.models import EVERY_AREA, FocusArea
from members.models.focal_point import FocalPoint


class SubmissionStatuses(NamedTuple):
    """The statuses of one type of submission, as its model names them."""

    waiting: str
    # With a result, for example a mailing.
    released: str
    # With a reason.
    returned: str
    withdrawn: str


class SubmissionQuerySet(models.QuerySet[Any]):
    """Queries about one type of submission."""

    def waiting(self) -> Self:
        """Return the submissions that wait for a decision, the oldest first."""
        found = self.filter(status=self.model.statuses.waiting)
        return found.order_by(self.model.submitted_at_field, "pk")

    def settled(self) -> Self:
        """Return the other submissions, the latest decision first."""
        found = self.exclude(status=self.model.statuses.waiting)
        return found.order_by("-decided_at", "-pk")

    def visible_to(self, user: User) -> Self:
        """Return the submissions that a staff user may see: all, or those of their areas."""
        if user.has_perm(EVERY_AREA):
            return self
        return self.filter(focus_area__in=FocusArea.objects.visible_to(user))


class Submission(models.Model):
    """One text of a co-lead for their working group, which staff release or return.

    Names are as they were when it was submitted. A text that can be changed has a `version`, which
    increases with each change.
    """

    statuses: ClassVar[SubmissionStatuses]
    # A co-lead can still change or withdraw these.
    open_statuses: ClassVar[Sequence[str]]
    # The names of the columns that each model names for itself.
    author_name_field: ClassVar[str]
    submitted_at_field: ClassVar[str]
    result_field: ClassVar[str]
    # What a co-lead reads about a released submission, by the status of its result.
    result_in_words: ClassVar[Mapping[Any, str | Promise]]
    status: Any
    # Not every model has these columns.
    version: Any
    link_version: Any

    focus_area = models.ForeignKey(
        FocusArea, verbose_name=_("focus area"), on_delete=models.PROTECT, related_name="+"
    )
    focal_point = models.ForeignKey(
        FocalPoint, verbose_name=_("focal point"), on_delete=models.PROTECT, related_name="+"
    )
    organisation_name = models.CharField(_("organisation"), max_length=200)
    # Who released, returned or withdrew it.
    decided_by = models.ForeignKey(
        User,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        abstract = True
        # Staff need the permissions for what it becomes.
        default_permissions = ()

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a decision."""
        return bool(self.status == self.statuses.waiting)

    @property
    def is_open(self) -> bool:
        """Whether its co-lead can still change or withdraw it."""
        return self.status in self.open_statuses

    @property
    def author_name(self) -> str:
        """The name of the person who submitted it."""
        return str(getattr(self, self.author_name_field))

    @property
    def result(self) -> Any:
        """What it became when it was released, if it was."""
        return getattr(self, self.result_field)

    @property
    def state(self) -> str:
        """What became of it, as text. Uses the result, if it was selected in the same query."""
        if self.result:
            return str(self.result_in_words[self.result.status])
        return str(self.get_status_display())  # type: ignore[attr-defined]


def status_agrees_with_decision(statuses: SubmissionStatuses, result: str) -> CheckConstraint:
    """Return the constraint that a decision has its author, and its result or its reason."""
    undecided = {"decided_at": None, "decided_by": None}
    no_result: dict[str, Any] = {result: None}
    return CheckConstraint(
        condition=Q(status=statuses.waiting, reason="", **undecided, **no_result)
        | Q(decided_at__isnull=False, decided_by__isnull=False)
        & (
            Q(status=statuses.released, reason="", **{f"{result}__isnull": False})
            | Q(status=statuses.returned, **no_result) & ~Q(reason="")
            | Q(status=statuses.withdrawn, reason="", **no_result)
        ),
        name="%(app_label)s_%(class)s_status_agrees_with_decision",
    )
