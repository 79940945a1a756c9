"""Which members belong to a part of a working group."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.constraints import both_or_neither
from meetings.models import Part
from members.models import Member


class PartMember(models.Model):
    """One member that belongs, or belonged, to a part. All its focal points are invited.

    A row that ended stays: it says who was invited to the meetings of that time, and who was told
    of them.
    """

    part = models.ForeignKey(
        Part, verbose_name=_("part of a group"), on_delete=models.PROTECT, related_name="members"
    )
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(_("added at"))
    added_by = models.ForeignKey(
        User, verbose_name=_("added by"), on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    removed_by = models.ForeignKey(
        User,
        verbose_name=_("removed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("member of a part")
        verbose_name_plural = _("members of parts")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["part", "member"],
                condition=Q(removed_at=None),
                name="%(app_label)s_%(class)s_once",
            ),
            both_or_neither("removed_at", "removed_by", fact="removed_by_somebody"),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(removed_at__gte=F("added_at")),
                name="%(app_label)s_%(class)s_removed_after_it_was_added",
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)
