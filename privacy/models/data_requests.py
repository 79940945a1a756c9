"""The register of what people ask about their own data."""

from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, nullable_user_key
from core.addresses import AddressField
from core.constraints import known_value, not_empty
from privacy.models.data_export import DataExport
from privacy.models.erasures import ErasureRequest

TIME_TO_ANSWER: Final = timedelta(days=30)


class DataRequestKind(models.TextChoices):
    """What a person asks for, by the rights of the privacy notice."""

    ACCESS = "access", _("A copy of their data")
    RECTIFICATION = "rectification", _("A correction")
    ERASURE = "erasure", _("Erasure")
    RESTRICTION = "restriction", _("Restriction")
    OBJECTION = "objection", _("Objection")
    OTHER = "other", _("A question or a complaint")


class DataRequestOutcome(models.TextChoices):
    DONE = "done", _("Done as asked")
    PARTLY = "partly", _("Done in part")
    REFUSED = "refused", _("Refused, with a reason")
    NOTHING_KNOWN = "nothing_known", _("Nothing is known of the person")


class DataRequest(models.Model):
    """What one person asked about their data, when, and how it was answered. Never deleted.

    Name and address are replaced when the person is erased, and with the texts when the retention
    period of messages ends. Only then is `emptied_at` set.
    """

    kind = models.CharField(_("what is asked for"), max_length=20, choices=DataRequestKind)
    name = models.CharField(_("name of the person"), max_length=250)
    address = AddressField(_("address"), blank=True)
    details = models.TextField(_("what they wrote"), blank=True)
    received_on = models.DateField(_("received on"))
    due_on = models.DateField(_("answer by"))
    recorded_by = models.ForeignKey(
        User, verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=DataRequestOutcome, blank=True, default=""
    )
    answer = models.TextField(_("what was done and answered"), blank=True)
    answered_by = nullable_user_key(_("answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    # What answers the request, if anything.
    erasure = models.ForeignKey(
        ErasureRequest,
        verbose_name=_("erasure"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    export = models.ForeignKey(
        DataExport,
        verbose_name=_("export"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    emptied_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("request about a person's data")
        verbose_name_plural = _("requests about people's data")
        default_permissions = ("view",)
        permissions = [
            ("handle_datarequest", _("Can record and answer requests of people about their data"))
        ]
        constraints = [
            known_value("kind", DataRequestKind),
            not_empty("name", fact="has_a_name"),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("received_on")),
                name="%(app_label)s_%(class)s_due_after_it_was_received",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", answer="", answered_by=None, answered_at=None)
                | Q(
                    outcome__in=DataRequestOutcome.values,
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                )
                & ~Q(answer=""),
                name="%(app_label)s_%(class)s_answered_as_a_whole",
            ),
            models.CheckConstraint(
                condition=Q(emptied_at=None) | Q(answered_at__isnull=False),
                name="%(app_label)s_%(class)s_emptied_after_the_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None
