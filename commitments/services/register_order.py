"""The orders in which the register lists commitments.

One of them needs `Commitment.promised_usd`. It is written with the figures, by every step that
changes what counts, and every five minutes.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import (
    Case,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    TextChoices,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from commitments.models import (
    STATUSES_IN_FORCE,
    Commitment,
    CommitmentQuerySet,
    Condition,
    Stage,
)
from commitments.services.counting import counted_amounts
from core.conflicts import lock_rows

# What is promised, not binding or binding. What is paid is a part of both.
PROMISED_STAGES: Final = (Stage.PLEDGED, Stage.FIRM)
# Withdrawn and superseded commitments have no condition; they come after all of these.
CONDITIONS_WORST_FIRST: Final = (
    Condition.NOT_REACHED,
    Condition.INACTIVE,
    Condition.OVERDUE,
    Condition.UNREPORTED,
    Condition.BEHIND,
    Condition.NO_VALUE,
    Condition.NO_REPORT,
    Condition.ON_COURSE,
    Condition.REACHED_LATE,
    Condition.REACHED,
)


class RegisterOrder(TextChoices):
    """What the register is sorted by. Each order has one direction."""

    NEWEST_REPORT = "", _("Newest report first")
    PROMISED = "promised", _("Largest amount first")
    PUBLISHED = "published", _("Newest publication first")
    LEAD = "lead", _("By name of the lead")
    CONDITION = "condition", _("Worst condition first")


def _rank_of_condition() -> Case:
    in_force = Q(status__in=STATUSES_IN_FORCE)
    ranks = [
        When(in_force & Q(present_condition=each), then=Value(rank))
        for rank, each in enumerate(CONDITIONS_WORST_FIRST)
    ]
    return Case(*ranks, default=Value(len(CONDITIONS_WORST_FIRST)), output_field=IntegerField())


ORDERS: Final[Mapping[str, Sequence[Any]]] = {
    RegisterOrder.NEWEST_REPORT: [F("last_report_at").desc(nulls_last=True)],
    RegisterOrder.PROMISED: [F("promised_usd").desc(nulls_last=True)],
    RegisterOrder.PUBLISHED: [],
    RegisterOrder.LEAD: ["lead__sort_key", "lead_id"],
    RegisterOrder.CONDITION: [_rank_of_condition()],
}


def in_order(commitments: CommitmentQuerySet, order: str) -> CommitmentQuerySet:
    """Sort commitments by a value of `RegisterOrder`, then the newest publication first."""
    return commitments.order_by(*ORDERS[order], "-published_at", "-pk")


def write_promised() -> int:
    """Write how many US dollars each commitment promises, and return how many rows it changed.

    It counts what totals count. A commitment has no value if no such amount is in US dollars.
    """
    counted = counted_amounts(Commitment.objects.all()).filter(
        commitment=OuterRef("pk"), stage__in=PROMISED_STAGES
    )
    promised = Subquery(
        counted.order_by().values("commitment").annotate(sum=Sum("usd")).values("sum")
    )
    rows = Commitment.objects.annotate(promised=promised)
    stored = rows.order_by("pk").values_list("pk", "promised_usd", "promised")
    changed = [pk for pk, before, now in stored if before != now]
    return _write(changed, promised) if changed else 0


@transaction.atomic
def _write(keys: Collection[int], promised: Subquery) -> int:
    """Write the column of some commitments, which may have changed again since it was compared."""
    rows = Commitment.objects.filter(pk__in=keys)
    lock_rows(rows)
    return rows.update(promised_usd=promised)
