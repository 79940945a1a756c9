"""Requests to publish a commitment with a large amount, or to count it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RequestStatus, SecondPersonRequest, User
from commitments.models.commitment import Commitment
from commitments.models.parts import Amount
from commitments.models.record import EventKind

# The steps that need a second person if an amount is large.
KINDS_WITH_SECOND_PERSON = (
    EventKind.APPROVED,
    EventKind.PUBLISHED,
    EventKind.CHANGED,
    EventKind.COUNTING_CHANGED,
)


class PublicationRequestQuerySet(models.QuerySet["PublicationRequest"]):
    """Queries about requests for a second person."""

    def waiting(self) -> "PublicationRequestQuerySet":
        """Return the requests that a second person can confirm.

        A request ends as soon as its commitment changes, also if nobody settles it.
        """
        return self.filter(status=RequestStatus.WAITING, commitment__version=F("version"))

    def waiting_for(self, user: User) -> "PublicationRequestQuerySet":
        """Return the requests that a member of staff may confirm: those of their colleagues."""
        visible = Commitment.objects.visible_to(user)
        return self.waiting().filter(commitment__in=visible).exclude(requested_by=user)


class PublicationRequest(SecondPersonRequest):
    """What one member of staff asks a second one to confirm about a commitment.

    `kind` is the event that the step creates. Only a request to count has an `amount`.
    """

    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.CASCADE,
        related_name="publication_requests",
    )
    kind = models.CharField(
        _("kind"),
        max_length=30,
        choices=[(kind.value, kind.label) for kind in KINDS_WITH_SECOND_PERSON],
    )
    amount = models.ForeignKey(
        Amount,
        verbose_name=_("amount"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )

    objects = PublicationRequestQuerySet.as_manager()

    class Meta(SecondPersonRequest.Meta):
        verbose_name = _("request to publish a commitment")
        verbose_name_plural = _("requests to publish a commitment")
        constraints = [
            *SecondPersonRequest.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind=EventKind.COUNTING_CHANGED, amount__isnull=False)
                | Q(
                    kind__in=[EventKind.APPROVED, EventKind.PUBLISHED, EventKind.CHANGED],
                    amount=None,
                ),
                name="%(app_label)s_%(class)s_amount_only_if_it_is_counted",
            ),
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(status=RequestStatus.WAITING),
                name="%(app_label)s_%(class)s_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} · {self.get_kind_display()}"
