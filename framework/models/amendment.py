"""Amendments: what members propose to change in a draft, who supports them, and the answers."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.constraints import known_value
from core.history import MAX_NAME_LENGTH, history_field
from framework.models.framework import Draft
from framework.models.text import Paragraph, ParagraphKind
from members.models import FocalPoint, Member


class AmendmentKind(models.TextChoices):
    """What is proposed. The codes are those of ITU's conferences: ADD, MOD, SUP and NOC."""

    CHANGE = "change", _("Change (MOD)")
    DELETE = "delete", _("Delete (SUP)")
    KEEP = "keep", _("Keep as it is (NOC)")
    ADD = "add", _("Add a paragraph (ADD)")
    COMMENT = "comment", pgettext_lazy("on a paragraph", "Comment")


# An organisation takes one of these positions about a paragraph.
POSITIONS = (AmendmentKind.CHANGE, AmendmentKind.DELETE, AmendmentKind.KEEP)
# These propose a wording.
KINDS_WITH_TEXT = (AmendmentKind.CHANGE, AmendmentKind.ADD)


class AmendmentStatus(models.TextChoices):
    DRAFT = "draft", _("Not sent")
    SENT = "sent", pgettext_lazy("of an amendment", "Sent")
    WITHDRAWN = "withdrawn", pgettext_lazy("of an amendment", "Withdrawn")


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    """Queries for amendments."""

    def sent(self) -> "AmendmentQuerySet":
        """Return the amendments that count: sent and not withdrawn, in the order of sending."""
        return self.filter(status=AmendmentStatus.SENT).order_by("sent_at", "pk")

    def unanswered(self) -> "AmendmentQuerySet":
        """Return those without an answer."""
        return self.sent().filter(answer=None)

    def visible_to(self, user: User) -> "AmendmentQuerySet":
        """Return the amendments that a staff user may see: none that is not sent."""
        drafts = Draft.objects.visible_to(user)
        return self.exclude(status=AmendmentStatus.DRAFT).filter(draft__in=drafts)


class Amendment(models.Model):
    """What one member proposes about a paragraph of a draft.

    An addition stands after `paragraph`, or at the beginning if there is none. `typed` has the
    fields of the form as they were last typed, until they are sent. `version` increases with every
    change; a page that shows the amendment sends it back. `sent_version` is that of the wording
    which was last sent.
    """

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="amendments")
    paragraph = models.ForeignKey(
        Paragraph, null=True, blank=True, on_delete=models.PROTECT, related_name="amendments"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=AmendmentKind)
    # What an addition would be.
    added_kind = models.CharField(
        _("kind of the new paragraph"), max_length=10, choices=ParagraphKind, blank=True
    )
    # In English.
    text = models.TextField(_("proposed text"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    # The language of the reason.
    language = models.CharField(_("language"), max_length=7, blank=True)
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(
        _("status"), max_length=10, choices=AmendmentStatus, default=AmendmentStatus.DRAFT
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    sent_version = models.PositiveIntegerField(default=0, editable=False)
    typed = models.JSONField(default=dict, blank=True, editable=False)
    saved_at = models.DateTimeField(_("saved at"))
    saved_by_name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    # The first time.
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_by = models.ForeignKey(
        FocalPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_by_name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        default_permissions = ()
        indexes = [models.Index(fields=["draft", "paragraph", "status"])]
        constraints = [
            known_value("kind", AmendmentKind),
            known_value("status", AmendmentStatus),
            models.CheckConstraint(
                condition=Q(paragraph__isnull=False) | Q(kind=AmendmentKind.ADD),
                name="%(app_label)s_%(class)s_about_a_paragraph",
            ),
            models.CheckConstraint(
                condition=Q(kind=AmendmentKind.ADD) & ~Q(added_kind="")
                | ~Q(kind=AmendmentKind.ADD) & Q(added_kind=""),
                name="%(app_label)s_%(class)s_addition_has_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(status=AmendmentStatus.DRAFT)
                | Q(kind__in=KINDS_WITH_TEXT) & ~Q(text="")
                | ~Q(kind__in=KINDS_WITH_TEXT) & Q(text=""),
                name="%(app_label)s_%(class)s_text_if_it_proposes_one",
            ),
            models.CheckConstraint(
                condition=Q(status=AmendmentStatus.DRAFT) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_has_a_reason",
            ),
            models.UniqueConstraint(
                fields=["draft", "paragraph", "member"],
                condition=Q(status=AmendmentStatus.SENT, kind__in=POSITIONS),
                name="%(app_label)s_%(class)s_one_position",
            ),
            models.UniqueConstraint(
                fields=["draft", "paragraph", "kind", "member"],
                condition=Q(status=AmendmentStatus.DRAFT),
                name="%(app_label)s_%(class)s_one_unsent",
            ),
            models.CheckConstraint(
                condition=Q(status=AmendmentStatus.DRAFT, sent_at=None, withdrawn_at=None)
                | Q(status=AmendmentStatus.SENT, sent_at__isnull=False, withdrawn_at=None)
                | Q(
                    status=AmendmentStatus.WITHDRAWN,
                    sent_at__isnull=False,
                    withdrawn_at__isnull=False,
                ),
                name="%(app_label)s_%(class)s_status_agrees_with_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.get_kind_display()}"


class Support(models.Model):
    """A member that supports the amendment of another one.

    `amendment_version` is that of the wording which it supported.
    """

    amendment = models.ForeignKey(Amendment, on_delete=models.CASCADE, related_name="supports")
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="+"
    )
    amendment_version = models.PositiveIntegerField()
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        FocalPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(max_length=MAX_NAME_LENGTH)

    class Meta:
        verbose_name = _("support of an amendment")
        verbose_name_plural = _("supports of amendments")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "member"], name="%(app_label)s_%(class)s_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}: {self.member}"


class AnswerKind(models.TextChoices):
    TAKEN = "taken", pgettext_lazy("an amendment", "Taken")
    TAKEN_WITH_CHANGES = "with_changes", pgettext_lazy("an amendment", "Taken with changes")
    MERGED = "merged", pgettext_lazy("an amendment", "Merged with another")
    NOT_TAKEN = "not_taken", pgettext_lazy("an amendment", "Not taken")
    NOTED = "noted", pgettext_lazy("an amendment", "Noted")


# These promise that the next draft shows the amendment.
TAKING = (AnswerKind.TAKEN, AnswerKind.TAKEN_WITH_CHANGES)


class Recommendation(models.Model):
    """The answer that a co-lead recommends for an amendment of another organisation."""

    amendment = models.ForeignKey(
        Amendment, on_delete=models.CASCADE, related_name="recommendations"
    )
    member = models.ForeignKey(
        Member, verbose_name=_("co-lead"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("recommended answer"), max_length=20, choices=AnswerKind)
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        FocalPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(max_length=MAX_NAME_LENGTH)

    class Meta:
        verbose_name = _("recommendation of a co-lead")
        verbose_name_plural = _("recommendations of co-leads")
        default_permissions = ()
        constraints = [
            known_value("kind", AnswerKind),
            models.UniqueConstraint(
                fields=["amendment", "member"], name="%(app_label)s_%(class)s_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}: {self.get_kind_display()}"


class Answer(models.Model):
    """What the coordinator answered to an amendment. Its organisation reads it in the next draft.

    `paragraph` is the one of the next draft that shows what came of it.
    """

    amendment = models.OneToOneField(Amendment, on_delete=models.PROTECT, related_name="answer")
    kind = models.CharField(
        pgettext_lazy("to an amendment", "answer"), max_length=20, choices=AnswerKind
    )
    reason = models.TextField(_("reason"), blank=True)
    merged_with = models.ForeignKey(
        Amendment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    paragraph = models.ForeignKey(
        Paragraph, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered at"))
    answered_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_by_name = models.CharField(max_length=MAX_NAME_LENGTH)
    version = models.PositiveIntegerField(default=1, editable=False)

    history = history_field()

    class Meta:
        verbose_name = _("answer to an amendment")
        verbose_name_plural = _("answers to amendments")
        default_permissions = ()
        constraints = [
            known_value("kind", AnswerKind),
            models.CheckConstraint(
                condition=Q(kind=AnswerKind.TAKEN) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_has_a_reason_unless_taken",
            ),
            models.CheckConstraint(
                condition=Q(kind=AnswerKind.MERGED, merged_with__isnull=False)
                | ~Q(kind=AnswerKind.MERGED) & Q(merged_with=None),
                name="%(app_label)s_%(class)s_merged_names_the_other",
            ),
            models.CheckConstraint(
                condition=Q(merged_with=None) | ~Q(merged_with=F("amendment")),
                name="%(app_label)s_%(class)s_not_merged_with_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}: {self.get_kind_display()}"


class NoticeKind(models.TextChoices):
    OPENED = "opened", _("Draft opened")
    CLOSES_SOON = "closes_soon", _("Draft closes soon")
    ADOPTED = "adopted", _("Framework adopted")


class Notice(models.Model):
    """A notice about a draft that was queued for a member: one of each kind.

    The letter about what became of a member's amendments takes the place of that which says that
    the next draft is open.
    """

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="notices")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=NoticeKind)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("notice about a draft")
        verbose_name_plural = _("notices about drafts")
        default_permissions = ()
        constraints = [
            known_value("kind", NoticeKind),
            models.UniqueConstraint(
                fields=["draft", "member", "kind"], name="%(app_label)s_%(class)s_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft}: {self.member} · {self.get_kind_display()}"
