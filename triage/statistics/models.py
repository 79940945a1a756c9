"""The statistics of each call, computed in advance."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models.call import Call


class StatisticsKind(models.TextChoices):
    """What a member is counted for: that it came, and what became of it, as it stands now."""

    ARRIVED = "arrived", pgettext_lazy("of statistics", "Received")
    ADMITTED = "admitted", _("Admitted")
    DECLINED = "declined", _("Declined")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# The outcomes of decided members. Each has the value of a member's status.
OUTCOMES = tuple(kind for kind in StatisticsKind if kind != StatisticsKind.ARRIVED)
# The outcomes that organisations are notified of. The time until then is counted.
ANSWERED = (StatisticsKind.ADMITTED, StatisticsKind.DECLINED)
NO_AREA = 0


class StatisticsSnapshot(models.Model):
    """How many members of a call there are of each kind, as of the time that they were counted."""

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.CASCADE, related_name="+")
    # For "day", "category", "country" and "working_days" a list of rows: kind, number of the
    # focus area, value, count. The area is the first choice of what arrived, else the one that
    # the member was admitted to, or NO_AREA. Each member is counted in each list.
    figures = models.JSONField(encoder=DjangoJSONEncoder)
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("figures of a call")
        verbose_name_plural = _("figures of calls")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.call_id} · {self.computed_at}"
