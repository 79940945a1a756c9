"""Requests to be told when the next call opens."""

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value, not_empty
from members.models.call import Call
from members.models.focal_point import CorrespondenceLanguage, new_link_secret

# An address that nobody confirms is deleted after this time.
UNCONFIRMED_LIFETIME: Final = timedelta(days=7)


class CallAlertQuerySet(models.QuerySet["CallAlert"]):
    """Queries for alerts."""

    def kept_at(self, at: datetime) -> "CallAlertQuerySet":
        """Leave out those that nobody confirmed in time."""
        return self.exclude(self._expired(at))

    def expired_at(self, at: datetime) -> "CallAlertQuerySet":
        """Return those that nobody confirmed in time."""
        return self.filter(self._expired(at))

    def waiting(self) -> "CallAlertQuerySet":
        """Return the confirmed ones for which no call has opened yet."""
        return self.filter(confirmed_at__isnull=False, call=None)

    def announced(self) -> "CallAlertQuerySet":
        """Return those to which the email about an open call is queued or was sent."""
        return self.exclude(call=None)

    @staticmethod
    def _expired(at: datetime) -> Q:
        return Q(confirmed_at=None, requested_at__lte=at - UNCONFIRMED_LIFETIME)


class CallAlert(models.Model):
    """An address that is told once when the next call opens.

    It is deleted with its messages after that, when its owner deletes it, and if nobody confirms
    it. It has no history.
    """

    email = models.EmailField(_("email"), max_length=254)
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)
    language = models.CharField(_("language"), max_length=7, choices=CorrespondenceLanguage)
    requested_at = models.DateTimeField(_("requested at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    # The call that the queued message announces.
    call = models.ForeignKey(
        Call,
        verbose_name=_("call"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = CallAlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert about the next call")
        verbose_name_plural = _("alerts about the next call")
        default_permissions = ()
        constraints = [
            # In upper case, as `iexact` compares.
            models.UniqueConstraint(Upper("email"), name="%(app_label)s_%(class)s_of_one_address"),
            not_empty("email", fact="has_email"),
            known_value("language", CorrespondenceLanguage),
            models.CheckConstraint(
                condition=Q(call=None) | Q(confirmed_at__isnull=False),
                name="%(app_label)s_%(class)s_announced_once_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The reference of its messages, which differs from that of any member or draft."""
        return f"call-alert-{self.pk}"
