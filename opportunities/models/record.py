"""What happens to needs and offers: events, letters of staff, and of which matches members know."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value
from members.models import FocalPoint, LetterDraftBase, RowEvent
from opportunities.models.choices import KINDS_WITH_EDITABLE_LETTER, UNDOABLE_KINDS, EventKind
from opportunities.models.opportunity import Opportunity


class OpportunityEvent(RowEvent):
    """One event in the life of a need or an offer."""

    undoable_kinds = UNDOABLE_KINDS

    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=20, choices=EventKind)

    class Meta:
        verbose_name = _("event of a need or offer")
        verbose_name_plural = _("events of needs and offers")
        default_permissions = ()
        constraints = [known_value("kind", EventKind), *RowEvent.Meta.constraints]


class LetterDraft(LetterDraftBase):
    """The draft of a letter about a need or an offer."""

    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.CASCADE, related_name="letter_drafts"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=EventKind)

    class Meta:
        verbose_name = _("letter draft")
        verbose_name_plural = _("letter drafts")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "kind", "by"],
                condition=Q(ended_at__isnull=True),
                name="%(app_label)s_%(class)s_one_of_each_officer",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=KINDS_WITH_EDITABLE_LETTER),
                name="%(app_label)s_%(class)s_has_editable_letter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity} · {self.get_kind_display()}"


class ToldMatch(models.Model):
    """A match of which the member of `opportunity` was told: `other` is of somebody else."""

    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.CASCADE, related_name="told_matches"
    )
    other = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("match that was told")
        verbose_name_plural = _("matches that were told")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "other"], name="%(app_label)s_%(class)s_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity}: {self.other}"


class NoDigest(models.Model):
    """A focal point who wants no mail with new matches."""

    focal_point = models.OneToOneField(FocalPoint, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("focal point without mail of matches")
        verbose_name_plural = _("focal points without mail of matches")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.focal_point)
