"""The text of a framework: paragraphs that keep their identity, and their wordings in drafts."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modeltranslation.utils import build_localized_fieldname

from core.constraints import known_value
from core.history import MAX_NAME_LENGTH
from focus_areas.models import Pillar
from framework.models.framework import Draft, Framework


class Paragraph(models.Model):
    """The identity of a paragraph in all drafts of a framework.

    Its number in a draft may change, its key never does: the key is in addresses, amendments and
    commitments.
    """

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="paragraphs")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        verbose_name = _("paragraph")
        verbose_name_plural = _("paragraphs")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.key)


class ParagraphKind(models.TextChoices):
    HEADING = "heading", _("Heading")
    TEXT = "text", _("Text")
    ACTION = "action", _("Action")


class Wording(models.Model):
    """What a paragraph says in one draft. The text is in Markdown.

    English is drafted. The other languages are written when the draft is adopted. `sources` are the
    paragraphs that a split or a merge took the text from.
    """

    # The English column, which translation.py adds as it adds those of the other languages.
    text_en: str

    # The rows in its name, which the audit loads with each of its versions.
    NAMED_BY = ("draft__framework__focus_area",)

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="wordings")
    paragraph = models.ForeignKey(Paragraph, on_delete=models.PROTECT, related_name="wordings")
    # From 1, without gaps.
    position = models.PositiveIntegerField(pgettext_lazy("in a list", "position"))
    kind = models.CharField(_("kind"), max_length=10, choices=ParagraphKind)
    pillar = models.ForeignKey(
        Pillar,
        verbose_name=_("pillar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    text = models.TextField(_("text"), help_text=_("In Markdown."))
    sources = models.ManyToManyField(Paragraph, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("wording of a paragraph")
        verbose_name_plural = _("wordings of paragraphs")
        default_permissions = ()
        constraints = [
            known_value("kind", ParagraphKind),
            models.UniqueConstraint(
                fields=["draft", "paragraph"], name="%(app_label)s_%(class)s_once_in_a_draft"
            ),
            models.CheckConstraint(
                condition=models.Q(position__gte=1),
                name="%(app_label)s_%(class)s_position_from_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft} · {self.position}"

    @property
    def is_numbered(self) -> bool:
        """Whether the paragraph has a number: texts and actions share one series."""
        return self.kind != ParagraphKind.HEADING

    def text_in(self, language: str) -> str:
        """Return the text in exactly this language; empty if it is not written."""
        return getattr(self, build_localized_fieldname("text", language)) or ""


class ParagraphNote(models.Model):
    """An internal note of staff at a paragraph, while they consolidate a draft."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="notes")
    paragraph = models.ForeignKey(Paragraph, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(_("note"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(_("by"), max_length=MAX_NAME_LENGTH)

    class Meta:
        verbose_name = _("note at a paragraph")
        verbose_name_plural = _("notes at paragraphs")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.draft}: {self.at:%Y-%m-%d}"
