"""The text in which staff search for a member."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.constraints import not_empty
from members.models.member import Member


class SearchEntry(models.Model):
    """What one member is found by, folded: see members/services/search.py.

    It follows from the member, its focal points and its internal notes. Each service that changes
    one of these writes it again.
    """

    member = models.OneToOneField(
        Member,
        verbose_name=_("member"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        default_permissions = ()
        # The index of PostgreSQL is created by the migration, because SQLite does not have it.
        constraints = [
            not_empty("text", fact="is_not_empty"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
