"""Requests to send a mailing to many recipients, which a second person confirms or returns."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, nullable_user_key
from mailings.models.mailing import Mailing, MailingStatus


class SendRequestStatus(models.TextChoices):
    WAITING = "waiting", _("Waits for a second person")
    CONFIRMED = "confirmed", _("Confirmed")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Withdrawn after a change")


UNDECIDED = Q(status=SendRequestStatus.WAITING, decided_at=None, decided_by=None, reason="")
IS_DECIDED = Q(decided_at__isnull=False, decided_by__isnull=False)


class SendRequestQuerySet(models.QuerySet["SendRequest"]):
    """Queries about requests to send a mailing."""

    def waiting(self) -> "SendRequestQuerySet":
        """Return the requests that a second person can confirm.

        The release before changes and sends mailings without them, so that a request may be for an
        older version, or its mailing no draft any more.
        """
        return self.filter(
            status=SendRequestStatus.WAITING,
            mailing__status=MailingStatus.DRAFT,
            mailing__version=F("version"),
        )

    def waiting_for(self, user: User) -> "SendRequestQuerySet":
        """Return the requests that a member of staff may confirm: those of their colleagues."""
        visible = Mailing.objects.visible_to(user)
        return self.waiting().filter(mailing__in=visible).exclude(requested_by=user)


class SendRequest(models.Model):
    """The request of one member of staff to send a draft, and what a second one decided.

    `version` and `recipient_count` are those of the mailing that the first person saw. Without
    `scheduled_for`, it is sent as soon as it is confirmed. `decided_by` confirmed it, returned it,
    or changed the mailing, which withdraws the request.
    """

    mailing = models.ForeignKey(
        Mailing, verbose_name=_("mailing"), on_delete=models.CASCADE, related_name="send_requests"
    )
    version = models.PositiveIntegerField(editable=False)
    recipient_count = models.PositiveIntegerField(_("number of recipients"))
    scheduled_for = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=SendRequestStatus, default=SendRequestStatus.WAITING
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    requested_at = models.DateTimeField(_("requested at"))
    decided_by = nullable_user_key(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = SendRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to send a mailing")
        verbose_name_plural = _("requests to send a mailing")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=UNDECIDED
                | IS_DECIDED
                & (
                    Q(
                        status__in=(SendRequestStatus.CONFIRMED, SendRequestStatus.WITHDRAWN),
                        reason="",
                    )
                    | Q(status=SendRequestStatus.RETURNED) & ~Q(reason="")
                ),
                name="%(app_label)s_%(class)s_status_agrees_with_decision",
            ),
            models.CheckConstraint(
                condition=~Q(status=SendRequestStatus.CONFIRMED) | ~Q(decided_by=F("requested_by")),
                name="%(app_label)s_%(class)s_confirmed_by_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["mailing"],
                condition=Q(status=SendRequestStatus.WAITING),
                name="%(app_label)s_%(class)s_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailing} · {self.get_status_display()}"
