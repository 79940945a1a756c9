"""Public commitments for tests of the register and its pages."""

from datetime import date
from decimal import Decimal

from commitments.models import CommitmentStatus, Condition, ReportStatus
from commitments.services.figures import refresh_figures
from members.models import MemberStatus
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    MemberFactory,
    PartnerFactory,
    PlaceFactory,
    ReportFactory,
    TargetFactory,
    TargetValueFactory,
)


def in_dollars(usd):
    """The facts of an amount that was given in US dollars."""
    rate = {"rate": 1, "rate_month": date(2021, 10, 1), "rate_source": "1:1"}
    return {"original": usd, "usd": usd, **rate}


def published(**facts):
    return CommitmentFactory(**{"status": CommitmentStatus.PUBLISHED, **facts})


def listed_member(**facts):
    return MemberFactory(**{"status": MemberStatus.ADMITTED, "publication_consent": True, **facts})


def report_of(commitment, *values, at=NOON, **facts):
    """Return a published report with a value, or a yes or no, for some targets."""
    report = ReportFactory(
        commitment=commitment,
        status=ReportStatus.PUBLISHED,
        sent_at=at,
        published_at=at,
        **{"due_on": at.date(), **facts},
    )
    for target, value in values:
        is_answer = isinstance(value, bool)
        TargetValueFactory(
            report=report,
            target=target,
            value=None if is_answer else value,
            reached=value if is_answer else None,
            on=at.date(),
        )
    return report


def filled(number):
    """Publish commitments with a part of each kind, and compute the figures."""
    for _n in range(number):
        commitment = published(lead=listed_member(), condition=Condition.ON_COURSE)
        PlaceFactory(commitment=commitment)
        AmountFactory(commitment=commitment)
        PartnerFactory(commitment=commitment)
        report_of(commitment, (TargetFactory(commitment=commitment), Decimal(400)))
    refresh_figures(at=NOON)
