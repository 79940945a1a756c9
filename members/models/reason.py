"""Reasons to decline a member or to ask it for information. Staff tick them; letters quote them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.constraints import known_value
from core.languages import language_shown
from members.models.timeline import TimelineEntry


class ReasonPurpose(models.TextChoices):
    DECLINE = "decline", _("Decline")
    REQUEST_INFORMATION = "request_information", _("Request information")


class ReasonQuerySet(models.QuerySet["Reason"]):
    """Queries for reasons."""

    def offered_for(self, use: ReasonPurpose) -> "ReasonQuerySet":
        """Return the active reasons for a purpose, in their order."""
        return self.filter(purpose=use, is_active=True).order_by("position", "pk")


class Reason(models.Model):
    """One reason that staff may give. Staff can edit it or make it inactive, but not delete it.

    `uid` identifies the default reasons, so that `migrate` does not create them again after
    staff have edited them.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(_("used for"), max_length=20, choices=ReasonPurpose)
    label = models.CharField(_("label"), max_length=120)
    snippet = models.TextField(_("text in the letter"))
    position = models.PositiveSmallIntegerField(pgettext_lazy("in a list", "position"), default=0)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Untick this instead of deleting the reason.")
    )

    objects = ReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        default_permissions = ("add", "change", "view")
        constraints = [
            known_value("purpose", ReasonPurpose),
            models.CheckConstraint(
                condition=Q(label_en__isnull=False, snippet_en__isnull=False)
                & ~Q(label_en="")
                & ~Q(snippet_en=""),
                name="%(app_label)s_%(class)s_said_in_english",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class ReasonGiven(models.Model):
    """One reason that was given to an organisation, in the wording of that time.

    Never changed and never deleted, also when staff edit the reason later.
    """

    entry = models.ForeignKey(
        TimelineEntry,
        verbose_name=_("timeline entry"),
        on_delete=models.PROTECT,
        related_name="reasons_given",
    )
    reason = models.ForeignKey(
        Reason, verbose_name=_("reason"), on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField(pgettext_lazy("in a list", "position"))
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("reason given")
        verbose_name_plural = _("reasons given")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "reason"], name="%(app_label)s_%(class)s_once_an_entry"
            ),
            models.UniqueConstraint(
                fields=["entry", "position"], name="%(app_label)s_%(class)s_one_a_position"
            ),
            models.CheckConstraint(
                condition=Q(text_en__isnull=False) & ~Q(text_en=""),
                name="%(app_label)s_%(class)s_said_in_english",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def language(self) -> str:
        """The language in which the text is shown: the reader's, else French, else English."""
        return language_shown(self, "text")
