"""Opinions that staff ask of a colleague on a member that waits for a decision."""

from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User, nullable_user_key
from core.constraints import both_or_neither, not_empty
from members.models.choices import UNDECIDED_STATUSES
from members.models.member import Member
from members.models.member_queryset import MemberQuerySet

IS_OPEN = Q(answered_at__isnull=True, withdrawn_at__isnull=True, closed_at__isnull=True)


class Recommendation(models.TextChoices):
    """What the person recommends. It is optional: an empty text is no recommendation."""

    IN_FAVOUR = "in_favour", _("In favour")
    AGAINST = "against", pgettext_lazy("of a recommendation", "Against")


class OpinionRequestQuerySet(models.QuerySet["OpinionRequest"]):
    """Queries for opinions."""

    def open(self) -> "OpinionRequestQuerySet":
        """Return the requests that wait for an answer."""
        return self.filter(IS_OPEN)

    def ended(self) -> "OpinionRequestQuerySet":
        """Return the requests that were answered, withdrawn or closed."""
        return self.exclude(IS_OPEN)

    def asked_of(self, user: User) -> "OpinionRequestQuerySet":
        """Return the requests that a member of staff has to answer, or had to.

        This is the only way in which they see a member that `MemberQuerySet.visible_to()` leaves
        out: the page of an open request shows that member's answers and notes.
        """
        return self.filter(asked_of=user)


class OpinionRequest(models.Model):
    """An opinion on one undecided member, asked of one member of staff, who answers once.

    It is open until it is answered or withdrawn, or until the member no longer waits for a
    decision, which closes it.
    """

    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="opinion_requests",
    )
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked of"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("asked at"))
    question = models.TextField(_("question"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    recommendation = models.CharField(
        _("recommendation"), max_length=20, choices=Recommendation, blank=True
    )
    answer = models.TextField(_("opinion"), blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = nullable_user_key(_("withdrawn by"))
    # When the member was decided or withdrawn before an answer. The timeline says who did that.
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = OpinionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for an opinion")
        verbose_name_plural = _("requests for an opinion")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["member", "asked_of"],
                condition=IS_OPEN,
                name="%(app_label)s_%(class)s_one_open_for_each",
            ),
            models.CheckConstraint(
                condition=~Q(asked_of=F("asked_by")),
                name="%(app_label)s_%(class)s_asked_of_another",
            ),
            not_empty("question", fact="has_question"),
            models.CheckConstraint(
                condition=Q(recommendation__in=["", *Recommendation.values]),
                name="%(app_label)s_%(class)s_known_recommendation",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="", recommendation="")
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="%(app_label)s_%(class)s_answered_has_text",
            ),
            both_or_neither("withdrawn_at", "withdrawn_by", fact="withdrawn_has_who_and_when"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True)
                | Q(answered_at__isnull=True, closed_at__isnull=True)
                | Q(withdrawn_at__isnull=True, closed_at__isnull=True),
                name="%(app_label)s_%(class)s_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.asked_of}"

    @property
    def is_open(self) -> bool:
        """Whether the request waits for an answer."""
        return not (self.answered_at or self.withdrawn_at or self.closed_at)


def with_opinions(members: MemberQuerySet) -> MemberQuerySet:
    """Annotate undecided members with `is_opinion_asked` and `is_opinion_received`."""
    return members.annotate(**_opinions())


@cache
def _opinions() -> dict[str, Any]:
    """Return the annotations, which are the same for all queries."""
    requests = OpinionRequest.objects.filter(member=OuterRef("pk"))
    is_undecided = Q(status__in=UNDECIDED_STATUSES)
    return {
        # A request of a decided member is closed, so it is never open.
        "is_opinion_asked": Exists(requests.open()),
        "is_opinion_received": models.ExpressionWrapper(
            is_undecided & Exists(requests.filter(answered_at__isnull=False)),
            output_field=models.BooleanField(),
        ),
    }
