"""Letters that officers have begun and neither sent nor thrown away."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class DecisionWithLetter(models.TextChoices):
    """What is decided on a page that has a letter, by the page's name."""

    ADMIT = "admit", _("Admit")
    MOVE = "move", _("Move")
    DECLINE = "decline", _("Decline")
    REQUEST_INFORMATION = "request_information", _("Request information")


class LetterDraft(models.Model):
    """What one officer has chosen and written on the page of one decision, to go on later.

    Deleted for good once the file is decided, and when the officer says so: it has no history.
    """

    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.CASCADE, related_name="letter_drafts"
    )
    decision = models.CharField(_("decision"), max_length=20, choices=DecisionWithLetter)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    # What a browser would post, unjudged.
    form_data = models.TextField(_("as typed"), editable=False)
    saved_at = models.DateTimeField(_("saved at"))
    # Rises with every save; a page that shows the draft sends it back.
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("unsent letter")
        verbose_name_plural = _("unsent letters")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["member", "decision", "by"],
                name="%(app_label)s_%(class)s_one_of_each_officer",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=DecisionWithLetter.values),
                name="%(app_label)s_%(class)s_known_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.get_decision_display()}"

    @property
    def answers(self) -> QueryDict:
        """What was typed, as a browser would post it."""
        return QueryDict(self.form_data, encoding="utf-8")
