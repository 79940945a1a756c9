"""Who works on which member now, and the views of lists that people keep."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin.views.main import SEARCH_VAR
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.constraints import not_empty
from members.models import Member


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Queries for claims."""

    def of_others(self, user: User, at: datetime) -> "ClaimQuerySet":
        """Return the claims of colleagues that have not ended."""
        return self.filter(ends_at__gt=at).exclude(by=user)

    def claimable(self, user: User, at: datetime) -> "ClaimQuerySet":
        """Return the claims that a person may take over: their own, and those that have ended."""
        return self.filter(Q(ends_at__lte=at) | Q(by=user))


class Claim(models.Model):
    """A person has a member open, or was given it by *Next*. It ends by itself.

    There is at most one row for each member. It stays when it has ended.
    """

    member = models.OneToOneField(
        Member,
        verbose_name=_("member"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    ends_at = models.DateTimeField(_("ends at"))

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.member_id)


class SavedView(models.Model):
    """A search, filters and an order of a list that a person keeps as a view with a name.

    Its link is the address of the list, which colleagues can open too. The name is not in it.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    # The label of the model that is listed, such as "members.member".
    list_of = models.CharField(_("list"), max_length=100)
    name = models.CharField(_("name"), max_length=60)
    # Apart from the filters, because it may name a person.
    search = models.TextField(_("search"), blank=True)
    # The query string of the list without the search: its view, filters and order.
    filters = models.TextField(_("filters"), blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list_of", "name"],
                name="%(app_label)s_%(class)s_name_once",
            ),
            not_empty("name", fact="has_name"),
            models.CheckConstraint(
                condition=~Q(search="", filters=""), name="%(app_label)s_%(class)s_narrows"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def query(self) -> str:
        """The query string of its link."""
        search = urlencode({SEARCH_VAR: self.search}) if self.search else ""
        return "&".join(filter(None, [self.filters, search]))
