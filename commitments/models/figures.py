"""The stored figures of the register."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RegisterFigures(models.Model):
    """The figures of the whole register, and when they were computed. There is only one row.

    services/figures.py writes and reads `figures`.
    """

    figures = models.JSONField()
    as_of = models.DateTimeField()

    class Meta:
        verbose_name = _("figures of the register")
        verbose_name_plural = _("figures of the register")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="%(app_label)s_%(class)s_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.as_of)
