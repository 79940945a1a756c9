"""Public commitments for tests of the register and its pages."""

from datetime import date

from commitments.models import CommitmentStatus, ReportStatus
from members.models import MemberStatus
from tests.factories import (
    NOON,
    CommitmentFactory,
    MemberFactory,
    ReportFactory,
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
