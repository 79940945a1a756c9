"""Requests to send a draft after the deadline of its call."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import nullable_user_key
from core.constraints import not_empty
from eoi.models.draft import EoiDraft
from members.models.member import Member


class LateRequestState(models.TextChoices):
    """The state of a request at a given time."""

    WAITING = "waiting", pgettext_lazy("of a request", "Waiting")
    ACCEPTED = "accepted", pgettext_lazy("of a request", "Accepted")
    REFUSED = "refused", pgettext_lazy("of a request", "Refused")
    ENDED = "ended", pgettext_lazy("of a request", "Ended")


class LateRequestQuerySet(models.QuerySet["LateRequest"]):
    def waiting_at(self, at: datetime) -> "LateRequestQuerySet":
        """Return those that staff have to decide, whose draft is kept and was not sent."""
        sent = Member.objects.filter(submission_key=OuterRef("draft__submission_key"))
        return self.filter(
            ~Exists(sent),
            decided_at=None,
            draft__expires_at__gt=at,
            # Otherwise the deadline has moved since, and there was nothing to ask for.
            requested_at__gte=F("draft__call__grace_ends_at"),
        )


class LateRequest(models.Model):
    """The wish to send a draft although its call has closed, and what staff decided.

    Staff read the name, which the person entered for them, and the address of the draft. They do
    not read the answers. It is deleted with the draft.
    """

    draft = models.OneToOneField(
        EoiDraft, verbose_name=_("draft"), on_delete=models.CASCADE, related_name="late_request"
    )
    organisation_name = models.CharField(_("organisation"), max_length=200)
    requested_at = models.DateTimeField(_("requested at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = nullable_user_key(_("decided by"))
    # Exclusive, as the deadline of a call.
    accepted_until = models.DateTimeField(_("accepted until"), null=True, blank=True)
    refusal = models.TextField(_("reason for the refusal"), blank=True)

    objects = LateRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to send late")
        verbose_name_plural = _("requests to send late")
        default_permissions = ("view",)
        permissions = [("decide_laterequest", _("Can accept or refuse a request to send late"))]
        constraints = [
            not_empty("organisation_name", fact="has_a_name"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="%(app_label)s_%(class)s_decided_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, accepted_until=None, refusal="")
                # Of NULL, the comparison alone would be unknown, which a constraint accepts.
                | Q(
                    decided_at__isnull=False,
                    accepted_until__isnull=False,
                    accepted_until__gt=F("decided_at"),
                    refusal="",
                )
                | Q(decided_at__isnull=False, accepted_until=None) & ~Q(refusal=""),
                name="%(app_label)s_%(class)s_accepted_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return self.organisation_name

    def state_at(self, at: datetime) -> LateRequestState:
        """Return the state at `at`. The draft and its call must be loaded."""
        if self.accepted_until is not None:
            is_over = self.accepted_until <= at
            return LateRequestState.ENDED if is_over else LateRequestState.ACCEPTED
        if self.requested_at < self.draft.call.grace_ends_at or self.draft.expires_at <= at:
            return LateRequestState.ENDED
        return LateRequestState.WAITING if self.decided_at is None else LateRequestState.REFUSED

    @property
    def last_moment(self) -> datetime | None:
        """The minute before the acceptance ends, as people read it."""
        return self.accepted_until and self.accepted_until - timedelta(minutes=1)
