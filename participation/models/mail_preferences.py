"""Which optional mail a participant wants."""

from collections.abc import Iterable

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.history import history_field


class MailPreferencesQuerySet(models.QuerySet["MailPreferences"]):
    """Queries about mail preferences."""

    def addresses_opted_in(self, wish: str, addresses: Iterable[str]) -> set[str]:
        """Return those of the lower-case addresses that want a kind of mail, in one query."""
        is_default = getattr(self.model(), wish)
        # Few rows differ from the default, which applies to all other addresses.
        others = self.exclude(**{wish: is_default}).annotate(address=Lower("user__email"))
        otherwise = set(others.values_list("address", flat=True))
        return {address for address in addresses if (address in otherwise) != is_default}


class MailPreferences(models.Model):
    """Which mail an account wants; without a row, the defaults apply."""

    user = models.OneToOneField(
        User, verbose_name=_("account"), on_delete=models.PROTECT, related_name="mail_preferences"
    )
    day_before = models.BooleanField(_("reminder one day before a meeting"), default=True)
    hour_before = models.BooleanField(_("reminder one hour before a meeting"), default=False)
    new_papers = models.BooleanField(_("email about new papers"), default=True)
    calendar_files = models.BooleanField(
        _("calendar file with emails about changed meetings"), default=False
    )

    history = history_field()

    objects = MailPreferencesQuerySet.as_manager()

    class Meta:
        verbose_name = _("email preferences")
        verbose_name_plural = _("email preferences")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
