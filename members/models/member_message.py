"""The messages to members, as those see them who run one focus area."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from members.models.member import Member
from outbox.models import Message, MessageQuerySet


class MemberMessageQuerySet(MessageQuerySet):
    """Questions about messages to members."""

    def visible_to(self, user: User) -> "MemberMessageQuerySet":
        """Keep what was written about the members that somebody of the staff may see."""
        members = Member.objects.visible_to(user)
        return self.filter(reference__in=members.values("reference"))


class MemberMessage(Message):
    """A row of the outbox that is about a member; the outbox itself knows of no focus areas."""

    objects = MemberMessageQuerySet.as_manager()  # type: ignore[misc]  # of a proxy

    class Meta:
        proxy = True
        verbose_name = _("letter to a member")
        verbose_name_plural = _("letters to members")
        default_permissions = ("view",)
