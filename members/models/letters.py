"""Drafts of letters that officers have not sent yet, and the letters to members."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from members.models.member import Member
from members.models.timeline import KINDS_WITH_EDITABLE_LETTER, TimelineKind
from outbox.models import Message, MessageQuerySet


class LetterDraftQuerySet(models.QuerySet[Any]):
    """Queries for letter drafts."""

    def open(self) -> "LetterDraftQuerySet":
        """Return the drafts that officers see; no decision has ended them."""
        return self.filter(ended_at=None)


class LetterDraftBase(models.Model):
    """The unsent form of one officer for one decision on one row.

    A subclass has the row and `kind`, the kind of timeline entry that the decision will create.

    A decision ends it. It is kept while that can be undone, and then deleted. If the officer
    discards it, it is deleted at once. It has no history.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    # The form data as a browser posts it, not validated.
    form_data = models.TextField(_("form data"), editable=False)
    saved_at = models.DateTimeField(_("saved at"))
    # Incremented with every save; a page that shows the draft sends it back.
    version = models.PositiveIntegerField(default=1, editable=False)
    # When a decision ended it. Nobody sees it then, unless the decision is undone.
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)

    objects = LetterDraftQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def answers(self) -> QueryDict:
        """The saved form data, as a browser posts it."""
        return QueryDict(self.form_data, encoding="utf-8")


class LetterDraft(LetterDraftBase):
    """The draft of a letter about a member."""

    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.CASCADE, related_name="letter_drafts"
    )
    kind = models.CharField(_("kind"), max_length=30, choices=TimelineKind)

    class Meta:
        verbose_name = _("letter draft")
        verbose_name_plural = _("letter drafts")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind", "by"],
                condition=Q(ended_at__isnull=True),
                name="%(app_label)s_%(class)s_one_of_each_officer",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=KINDS_WITH_EDITABLE_LETTER),
                name="%(app_label)s_%(class)s_has_editable_letter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.get_kind_display()}"


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
