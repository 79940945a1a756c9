"""Which rows about commitments are public."""

from typing import Any, Final

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from commitments.models import (
    PUBLIC,
    UNDOABLE_KINDS,
    Amount,
    Commitment,
    CommitmentEvent,
    EventKind,
    HostAnswer,
    Partner,
    PartnerAnswer,
    ReportStatus,
    Target,
    TargetValue,
)
from members.models import Member

# What the host said, if everybody may read it.
PUBLIC_ANSWERS: Final = (HostAnswer.SUPPORTS, HostAnswer.KNOWS)


# What changes what everybody may read of a commitment.
PUBLIC_CHANGES: Final = (
    EventKind.PUBLISHED,
    EventKind.CHANGED,
    EventKind.REPORT_PUBLISHED,
    EventKind.ENDED,
    EventKind.WITHDRAWN,
    EventKind.SUPERSEDED,
    EventKind.PARTNER_CONFIRMED,
    EventKind.PARTNER_DECLINED,
    EventKind.COUNTING_CHANGED,
)


def with_latest_change(commitments: "QuerySet[Commitment]") -> "QuerySet[Any]":
    """Add when the public page of each commitment changed last, and the kind of this `change`."""
    undone = Q(kind__in=UNDOABLE_KINDS, is_shared=False)
    events = CommitmentEvent.objects.filter(
        ~undone, commitment=OuterRef("pk"), kind__in=PUBLIC_CHANGES
    ).order_by("-at", "-pk")
    return commitments.annotate(
        changed_at=Coalesce(Subquery(events.values("at")[:1]), F("published_at")),
        change=Coalesce(Subquery(events.values("kind")[:1]), Value(EventKind.PUBLISHED.value)),
    )


def listed(member: str) -> Subquery:
    """Return the address of a member as an expression, if it agreed to be listed."""
    return Subquery(Member.objects.listed_publicly().filter(pk=OuterRef(member)).values("slug"))


def public_reference(path: str, condition: Q = Q()) -> Case:  # noqa: B008  # It never changes.
    """Return the reference of another commitment as an expression, if everybody may see it."""
    is_public = Q(**{f"{path}__status__in": PUBLIC, f"{path}__published_at__isnull": False})
    shown = When(is_public & condition, then=F(f"{path}__reference"))
    return Case(shown, output_field=CharField())


def of_public(model: Any, **facts: Any) -> "QuerySet[Any]":
    """Return the rows of a model that belong to a public commitment."""
    public = {"commitment__status__in": PUBLIC, "commitment__published_at__isnull": False}
    rows: QuerySet[Any] = model.objects.filter(**public, **facts)
    return rows


def amounts() -> "QuerySet[Amount]":
    """Return the amounts that are shown, each with the `reason` why it does not count today."""
    rows: Any = of_public(Amount)
    shown: QuerySet[Amount] = rows.shown().annotate(reason=F("not_counted"))
    return shown


def partners() -> "QuerySet[Partner]":
    """Return the partners that confirmed, and organisations that are only named.

    A member that was asked and did not answer is not one of them.
    """
    rows: Any = of_public(Partner)
    shown: QuerySet[Partner] = rows.shown()
    return shown.filter(Q(answer=PartnerAnswer.CONFIRMED) | Q(member=None))


def report_values() -> "QuerySet[TargetValue]":
    """Return the values of targets in published reports."""
    public = {
        "report__commitment__status__in": PUBLIC,
        "report__commitment__published_at__isnull": False,
    }
    return TargetValue.objects.filter(report__status=ReportStatus.PUBLISHED, **public)


def targets() -> "QuerySet[Target]":
    """Return the targets in force, and former ones about which a report speaks."""
    reported = TargetValue.objects.filter(
        target=OuterRef("pk"), report__status=ReportStatus.PUBLISHED
    )
    return of_public(Target).filter(Q(is_current=True) | Exists(reported))
