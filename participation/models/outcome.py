"""What a meeting decided, and what somebody will do about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import nullable_user_key
from core.constraints import both_or_neither, not_empty
from core.history import history_field
from meetings.models import Meeting
from members.models import Member


class Decision(models.Model):
    """One decision of a meeting, in a sentence."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="decisions"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("decision"), max_length=500)

    history = history_field()

    class Meta:
        verbose_name = _("decision of a meeting")
        verbose_name_plural = _("decisions of meetings")
        default_permissions = ()
        constraints = [not_empty("text", fact="says_something")]

    def __str__(self) -> str:
        return self.text


class ActionPoint(models.Model):
    """What an organisation will do by a day, as a meeting agreed.

    It stays with an organisation that leaves, so that the record is whole.
    """

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="action_points"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("action point"), max_length=500)
    owner = models.ForeignKey(
        Member,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="action_points",
    )
    due_on = models.DateField(_("due on"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = nullable_user_key(_("marked as done by"))

    history = history_field()

    class Meta:
        verbose_name = _("action point")
        verbose_name_plural = _("action points")
        default_permissions = ()
        constraints = [
            not_empty("text", fact="says_something"),
            both_or_neither("done_at", "done_by", fact="done_by_somebody"),
        ]

    def __str__(self) -> str:
        return self.text
