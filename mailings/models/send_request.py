"""Requests to send a mailing to many recipients, which a second person confirms or returns."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RequestStatus, SecondPersonRequest, User
from mailings.models.mailing import Mailing, MailingStatus


class SendRequestQuerySet(models.QuerySet["SendRequest"]):
    """Queries about requests to send a mailing."""

    def waiting(self) -> "SendRequestQuerySet":
        """Return the requests that a second person can confirm.

        The release before changes and sends mailings without them, so that a request may be for an
        older version, or its mailing no draft any more.
        """
        return self.filter(
            status=RequestStatus.WAITING,
            mailing__status=MailingStatus.DRAFT,
            mailing__version=F("version"),
        )

    def waiting_for(self, user: User) -> "SendRequestQuerySet":
        """Return the requests that a member of staff may confirm: those of their colleagues."""
        visible = Mailing.objects.visible_to(user)
        return self.waiting().filter(mailing__in=visible).exclude(requested_by=user)


class SendRequest(SecondPersonRequest):
    """The request of one member of staff to send a draft, and what a second one decided.

    `recipient_count` is the number that the first person saw. Without `scheduled_for`, it is sent
    as soon as it is confirmed.
    """

    mailing = models.ForeignKey(
        Mailing, verbose_name=_("mailing"), on_delete=models.CASCADE, related_name="send_requests"
    )
    recipient_count = models.PositiveIntegerField(_("number of recipients"))
    scheduled_for = models.DateTimeField(_("scheduled for"), null=True, blank=True)

    objects = SendRequestQuerySet.as_manager()

    class Meta(SecondPersonRequest.Meta):
        verbose_name = _("request to send a mailing")
        verbose_name_plural = _("requests to send a mailing")
        constraints = [
            *SecondPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["mailing"],
                condition=Q(status=RequestStatus.WAITING),
                name="%(app_label)s_%(class)s_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailing} · {self.get_status_display()}"
