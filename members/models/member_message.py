"""Messages to members, for the coordinators of a focus area."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from members.models.member import Member
from outbox.models import Message, MessageQuerySet


class MemberMessageQuerySet(MessageQuerySet):
    """Queries for messages to members."""

    def visible_to(self, user: User) -> "MemberMessageQuerySet":
        """Return the messages about the members that a staff user may see."""
        members = Member.objects.visible_to(user)
        return self.filter(reference__in=members.values("reference"))


class MemberMessage(Message):
    """Proxy of an outbox message about a member. The outbox does not know focus areas."""

    objects = MemberMessageQuerySet.as_manager()  # type: ignore[misc]  # of a proxy

    class Meta:
        proxy = True
        verbose_name = _("letter to a member")
        verbose_name_plural = _("letters to members")
        default_permissions = ("view",)
