"""Confirmations of drafts by the person who may sign for the organisation."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eoi.models.draft import EoiDraft
from members.models.focal_point import new_link_secret
from members.models.member import Member


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def open_at(self, at: datetime) -> "SignOffQuerySet":
        """Return those whose draft is kept and was not sent."""
        sent = Member.objects.filter(submission_key=OuterRef("draft__submission_key"))
        return self.filter(~Exists(sent), draft__expires_at__gt=at)


class SignOff(models.Model):
    """A link with which the person who may sign reads a draft, and their confirmation of it.

    It is deleted with the draft, and when the owner of the draft revokes the link.
    """

    draft = models.OneToOneField(
        EoiDraft, verbose_name=_("draft"), on_delete=models.CASCADE, related_name="sign_off"
    )
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)
    made_at = models.DateTimeField(_("made at"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    position = models.CharField(
        pgettext_lazy("in an organisation", "position"), max_length=200, blank=True
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    # SHA-256 of the confirmed answers. Other answers have no confirmation.
    answers_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation of a draft")
        verbose_name_plural = _("confirmations of drafts")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, name="", position="", answers_digest="")
                | Q(confirmed_at__isnull=False)
                & ~Q(name="")
                & ~Q(position="")
                & ~Q(answers_digest=""),
                name="%(app_label)s_%(class)s_confirmed_by_whom_and_what",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
