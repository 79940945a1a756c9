"""What only ITU can say about the record of processing activities."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value
from core.history import history_field


class ProcessingTopic(models.TextChoices):
    """What the record says beyond the declared data (GDPR, Article 30, as a guide)."""

    CONTROLLER = "controller", _("Who is responsible, and how to reach them")
    OFFICER = "officer", _("Data protection officer")
    LEGAL_BASIS = "legal_basis", _("On what basis data are processed, for each purpose")
    PEOPLE = "people", _("Whose data are processed")
    RECIPIENTS = "recipients", _("Who receives data, and who runs the portal")
    TRANSFERS = "transfers", _("Transfers to other countries, with their safeguards")
    SECURITY = "security", _("Security measures")


class ProcessingStatement(models.Model):
    """What ITU states about one topic of the record of processing. Each topic has one row."""

    topic = models.CharField(_("topic"), max_length=20, choices=ProcessingTopic, unique=True)
    text = models.TextField(_("text"), blank=True)

    history = history_field()

    class Meta:
        verbose_name = _("record of processing")
        verbose_name_plural = _("record of processing")
        default_permissions = ("change", "view")
        constraints = [known_value("topic", ProcessingTopic)]

    def __str__(self) -> str:
        return self.get_topic_display()
