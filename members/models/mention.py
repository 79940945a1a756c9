"""Colleagues whom an internal note names."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from members.models.member_queryset import MemberQuerySet
from members.models.timeline import TimelineEntry


class MentionQuerySet(models.QuerySet["Mention"]):
    """Queries for mentions."""

    def unread(self) -> "MentionQuerySet":
        """Return those of colleagues who have written or decided nothing about the member since."""
        later = TimelineEntry.objects.filter(
            member=OuterRef("entry__member"),
            pk__gt=OuterRef("entry"),
            by_user=OuterRef("colleague"),
        )
        return self.filter(~Exists(later))


class Mention(models.Model):
    """An internal note about a member names a colleague, who has not opened its page since then."""

    entry = models.ForeignKey(
        TimelineEntry,
        verbose_name=_("timeline entry"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("colleague"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention in a note")
        verbose_name_plural = _("mentions in notes")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "colleague"], name="%(app_label)s_%(class)s_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} · {self.colleague_id}"


def with_mentions(members: MemberQuerySet, user: User) -> MemberQuerySet:
    """Annotate members with `is_mentioned`: whether a note about one names a user."""
    mentions = Mention.objects.unread().filter(colleague=user, entry__member=OuterRef("pk"))
    return members.annotate(is_mentioned=Exists(mentions))
