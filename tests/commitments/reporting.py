"""A published commitment with its lead, and reports about it."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from commitments.models import CommitmentStatus, CommitmentVersion
from commitments.services.private_pages import host_address, report_address
from commitments.services.reports import ReportContent, ReportedValue, send
from members.models import Category, MemberStatus
from outbox.models import Message
from outbox.services.delivery import compose
from tests.factories import CommitmentFactory, FocalPointFactory, MemberFactory, TargetFactory

PUBLISHED_AT = datetime(2024, 3, 1, 12, tzinfo=UTC)
FIRST_DUE = date(2025, 3, 1)
DAY = timedelta(days=1)
TODAY = timezone.localdate()
A_YEAR_AGO = timezone.now() - timedelta(days=366)


def at(day, hour=12):
    """A time on a day, in UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def a_lead(**facts):
    """An admitted member with two focal points, who write French and English."""
    member = MemberFactory(status=MemberStatus.ADMITTED, **facts)
    FocalPointFactory(member=member, language="fr")
    FocalPointFactory(member=member, is_alternate=True)
    return member


def a_commitment(*, lead=None, targets=1, **facts):
    """A commitment that was published on 1 March 2024, with targets of 1,000."""
    commitment = CommitmentFactory(
        **{
            "lead": lead or a_lead(),
            "status": CommitmentStatus.PUBLISHED,
            "published_at": PUBLISHED_AT,
            **facts,
        }
    )
    CommitmentVersion.objects.create(
        commitment=commitment, number=1, content={}, published_at=commitment.published_at
    )
    for number in range(targets):
        TargetFactory(commitment=commitment, position=number)
    return commitment


def reporter(commitment):
    """The focal point of the lead."""
    return commitment.lead.focal_points.get(is_alternate=False)


def content(commitment, value=400, on=FIRST_DUE, **facts):
    """What a report states, with the same value for each target."""
    return ReportContent(
        **{
            "values": tuple(
                ReportedValue(target.pk, on, value=Decimal(value))
                for target in commitment.targets.order_by("position")
            ),
            "narrative": "We trained 400 teachers.",
            "language": "en",
            **facts,
        }
    )


def sent(commitment, *, day=FIRST_DUE, version=0, **facts):
    """A report that was sent."""
    return send(
        commitment=commitment,
        content=content(commitment, **{"on": day, **facts}),
        by=reporter(commitment),
        version=version,
        at=at(day),
    )


def a_host(country="MW", **facts):
    """The Member State of a country, with one focal point."""
    member = MemberFactory(
        **{
            "status": MemberStatus.ADMITTED,
            "category": Category.MEMBER_STATE,
            "country": country,
            "decided_at": PUBLISHED_AT - DAY,
            **facts,
        }
    )
    FocalPointFactory(member=member)
    return member


def path_of(commitment, person=None):
    """The path of the page on which a focal point reports; by default the first one, in English."""
    address = report_address(person or reporter(commitment), commitment)
    path = address.removeprefix("http://testserver")
    return path if person else path.replace("/fr/", "/en/")


def host_path(commitment, person):
    """The path of the page on which a host answers."""
    return host_address(person, commitment).removeprefix("http://testserver")


def kinds():
    """The second part of the topic of each message, in their order."""
    topics = Message.objects.order_by("pk").values_list("topic", flat=True)
    return [topic.split("/")[1] for topic in topics]


def text_of(message):
    """The plain text that is sent, with single spaces."""
    return re.sub(r"\s+", " ", compose(message).body)


def due_yesterday(**facts):
    """A commitment whose report was due yesterday."""
    return a_commitment(published_at=A_YEAR_AGO, **facts)


def fields(commitment, **typed):
    """A complete form, as a browser posts it."""
    rows = commitment.targets.filter(is_current=True)
    return {
        "draft_version": "0",
        "typed_in": "en",
        "language": "en",
        "narrative": "We trained 400 teachers.",
        "obstacles": "",
        "links": "",
        "paid": "",
        "paid_currency": "",
        "paid_until": "",
        **{f"value_{row.pk}": "yes" if row.is_yes_no else "400" for row in rows},
        **{f"on_{row.pk}": TODAY.isoformat() for row in rows},
        "send": "1",
        **typed,
    }
