"""A commitment in each status, with all its parts, for sweeps and lists.

They have one lead and one focus area, so that one visitor is the lead of all of them.
"""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from commitments.models import (
    PUBLIC,
    CommitmentStatus,
    EventKind,
    PartnerAnswer,
    PartnerRole,
    ReportStatus,
)
from commitments.models.commitment import day_of
from commitments.services.content import as_json, content_of
from members.models import MemberStatus
from tests.factories import (
    NOON,
    AcknowledgementFactory,
    AmountFactory,
    CommitmentEventFactory,
    CommitmentFactory,
    CommitmentVersionFactory,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    PartnerFactory,
    PlaceFactory,
    ReportFactory,
    ReportRequestFactory,
    TargetFactory,
    TargetValueFactory,
)

A_YEAR = timedelta(days=365)


def commitments_of_all_kinds(*, lead=None, focus_area=None, host=None, at=NOON):
    """Return a commitment of one lead in each status, by status.

    `lead` and `host` are admitted members with a focal point. Those that were published, were it a
    year and a day before `at`, so that a report is due.
    """
    lead = lead or member_with_a_focal_point()
    host = host or member_with_a_focal_point(country="MW")
    focus_area = focus_area or FocusAreaFactory()
    found = {
        status: a_whole_commitment(lead, focus_area, host, status=status, at=at)
        for status in CommitmentStatus
        if status != CommitmentStatus.SUPERSEDED
    }
    found[CommitmentStatus.SUPERSEDED] = a_whole_commitment(
        lead,
        focus_area,
        host,
        status=CommitmentStatus.SUPERSEDED,
        superseded_by=found[CommitmentStatus.PUBLISHED],
        at=at,
    )
    return found


def member_with_a_focal_point(**facts):
    return FocalPointFactory(member=MemberFactory(status=MemberStatus.ADMITTED, **facts)).member


def a_whole_commitment(lead, focus_area, host, *, status, at, **facts):
    """Return a commitment with a target, a place, an amount, a partner, and what its status has."""
    published_at = at - A_YEAR - timedelta(days=1)
    if status in PUBLIC:
        facts["published_at"] = published_at
    if status == CommitmentStatus.DRAFT:
        return CommitmentFactory(lead=lead, focus_area=focus_area, status=status, **facts)
    commitment = CommitmentFactory(
        lead=lead,
        focus_area=focus_area,
        status=status,
        submitted_at=published_at - timedelta(days=2),
        saved_at=published_at - timedelta(days=2),
        created_at=published_at - timedelta(days=3),
        **facts,
    )
    target = TargetFactory(commitment=commitment)
    PlaceFactory(commitment=commitment, country="MW")
    AmountFactory(commitment=commitment)
    PartnerFactory(
        commitment=commitment,
        name="Schools for Everyone",
        contact_email="partner@example.org",
        role=PartnerRole.IMPLEMENTER,
        answer=PartnerAnswer.INVITED,
        invited_at=published_at,
    )
    CommitmentEventFactory(
        commitment=commitment, kind=EventKind.SUBMITTED, at=commitment.submitted_at
    )
    if status in PUBLIC:
        _publish(commitment, target, host, published_at)
    return commitment


def _publish(commitment, target, host, published_at):
    """Add the first version, a host that was asked, and a request for the first report."""
    CommitmentVersionFactory(
        commitment=commitment,
        number=1,
        content=as_json(content_of(commitment)),
        published_at=published_at,
    )
    CommitmentEventFactory(commitment=commitment, kind=EventKind.PUBLISHED, at=published_at)
    AcknowledgementFactory(commitment=commitment, member=host, asked_at=published_at)
    due_on = day_of(1, timezone.localdate(published_at))
    ReportRequestFactory(commitment=commitment, due_on=due_on)
    report = ReportFactory(
        commitment=commitment,
        due_on=due_on,
        status=ReportStatus.PUBLISHED,
        narrative="400 teachers are trained.",
    )
    TargetValueFactory(report=report, target=target, value=Decimal(400), on=date(2021, 10, 1))
