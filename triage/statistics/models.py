"""Stored statistics of each call."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models.call import Call


class StatisticsKind(models.TextChoices):
    """What members are counted for: arrival, or their current outcome."""

    ARRIVED = "arrived", pgettext_lazy("of statistics", "Received")
    ADMITTED = "admitted", _("Admitted")
    DECLINED = "declined", _("Declined")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# The outcomes of decided members, with the values of the member's status.
OUTCOMES = tuple(kind for kind in StatisticsKind if kind != StatisticsKind.ARRIVED)
# The outcomes that organisations are notified of. Response times are computed from these.
ANSWERED = (StatisticsKind.ADMITTED, StatisticsKind.DECLINED)
# The value with which the queue is filtered by these two.
ADMITTED_OR_DECLINED = "answered"
NO_AREA = 0
# When a member got its current outcome. Only withdrawn members have a withdrawal time, whether they
# were decided on before or not.
OUTCOME_AT = Coalesce("withdrawn_at", "decided_at")


class StatisticsSnapshot(models.Model):
    """The members of a call of each kind, the work on it, and when they were counted."""

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.CASCADE, related_name="+")
    # "day" (in Geneva), "category", "country" and "working_days" are lists of rows: kind, number of
    # the focus area, value, count. The area is the first choice for EOIs that arrived, else the
    # area that the member was admitted to, or NO_AREA. Each member is counted in each list. The
    # lists about the work of staff are described in services/work.py; people are in them by key.
    figures = models.JSONField(encoder=DjangoJSONEncoder)
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("statistics of a call")
        verbose_name_plural = _("statistics of calls")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.call_id} · {self.computed_at}"
