"""Monthly rates of exchange, by which amounts are converted to US dollars."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import history_field


class ExchangeRate(models.Model):
    """Units of a currency for one US dollar in a month. `month` is its first day.

    The intended source is the United Nations operational rates of exchange.
    """

    source = models.CharField(_("source"), max_length=100)
    currency = models.CharField(_("currency"), max_length=3)
    month = models.DateField(_("month"))
    rate = models.DecimalField(_("units for one US dollar"), max_digits=18, decimal_places=6)

    history = history_field()

    class Meta:
        verbose_name = _("rate of exchange")
        verbose_name_plural = _("rates of exchange")
        default_permissions = ("add", "change", "view")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "month"], name="%(app_label)s_%(class)s_one_a_month"
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0), name="%(app_label)s_%(class)s_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="%(app_label)s_%(class)s_first_of_the_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.month:%Y-%m}: {self.rate}"
