"""Drafts of letters about commitments that officers have not sent yet."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.models.commitment import Commitment
from commitments.models.record import EventKind
from members.models import LetterDraftBase

# Decisions whose letter staff may edit, and so keep as a draft.
KINDS_WITH_EDITABLE_LETTER = (
    EventKind.INFORMATION_REQUESTED,
    EventKind.APPROVED,
    EventKind.APPROVAL_TAKEN_BACK,
    EventKind.PUBLISHED,
    EventKind.DECLINED,
    EventKind.WITHDRAWN,
    EventKind.SUPERSEDED,
    EventKind.CHANGED,
    EventKind.CHANGE_DECLINED,
    EventKind.TEXT_CORRECTED,
)


class LetterDraft(LetterDraftBase):
    """The draft of a letter about a commitment."""

    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.CASCADE,
        related_name="letter_drafts",
    )
    kind = models.CharField(_("kind"), max_length=30, choices=EventKind)

    class Meta:
        verbose_name = _("letter draft")
        verbose_name_plural = _("letter drafts")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "kind", "by"],
                condition=Q(ended_at__isnull=True),
                name="%(app_label)s_%(class)s_one_of_each_officer",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=KINDS_WITH_EDITABLE_LETTER),
                name="%(app_label)s_%(class)s_has_editable_letter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} · {self.get_kind_display()}"
