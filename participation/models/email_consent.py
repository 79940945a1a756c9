"""The consent of focal points that the co-leads of their group see their email address."""

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from core.history import history_field
from members.models import FocalPoint


class EmailConsentQuerySet(models.QuerySet["EmailConsent"]):
    """Queries about consents."""

    def current(self) -> "EmailConsentQuerySet":
        """Return the consents of the present holders of the roles, for their present links."""
        return self.filter(link_version=F("focal_point__link_version"))


class EmailConsent(models.Model):
    """The consent of the holder of one role. The row is deleted when they take it back.

    `link_version` shows which holder gave it: it does not pass to a successor, and it ends when the
    person's links are revoked.
    """

    focal_point = models.OneToOneField(
        FocalPoint,
        verbose_name=_("focal point"),
        on_delete=models.PROTECT,
        related_name="email_consent",
    )
    link_version = models.PositiveIntegerField(editable=False)
    agreed_at = models.DateTimeField(_("agreed at"))

    history = history_field()

    objects = EmailConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent to show the email address")
        verbose_name_plural = _("consents to show the email address")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.focal_point)
