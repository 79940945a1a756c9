"""What a lead types in the form of a commitment, and the client with which they do."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from commitments.models import Commitment, CommitmentStatus
from commitments.services.content import (
    AmountContent,
    Content,
    PartnerContent,
    PlaceContent,
    TargetContent,
)
from focus_areas.models import FocusArea
from tests.factories import CommitmentFactory
from tests.participation.people import focal_point_in

KEYS = [UUID(int=number) for number in range(1, 9)]
# What a person types in each part of the form, on an English page.
TYPED = {
    "what": {
        "type": ["financial"],
        "title": ["Fibre and satellite to 1,200 schools"],
        "statement": ["We will connect 1,200 primary schools in Malawi by the end of 2028."],
        "language": ["en"],
        "focus_area": ["1"],
        "novelty": ["new"],
    },
    "targets": {
        "target-0-key": [str(KEYS[0])],
        "target-0-indicator": ["Schools connected"],
        "target-0-value": ["1,200"],
        "target-0-by": ["2028-12-31"],
    },
    "places": {
        "starts": ["2027-01-01"],
        "ends": ["2028-12-31"],
        "place-0-key": ["0"],
        "place-0-place": ["Malawi"],
        "place-1-key": ["1"],
        "place-1-place": [""],
    },
    "money": {
        "amount-0-key": [str(KEYS[1])],
        "amount-0-original": ["31,000,000"],
        "amount-0-currency": ["usd"],
        "amount-0-stage": ["firm"],
    },
    "partners": {
        "partner-0-key": [str(KEYS[2])],
        "partner-0-name": ["Schools for Everyone"],
        "partner-0-role": ["implementer"],
        "partner-0-contact_email": ["contact@example.org"],
    },
    "more": {"topics": ["schools"]},
}


def a_lead(**facts):
    """A focal point of an admitted member, in the first focus area."""
    return focal_point_in(
        FocusArea.objects.get(number=1),
        **{
            "member__organisation_name": "Liquid Intelligent Technologies",
            "given_name": "Wanjiku",
            "family_name": "Kamau",
            "email": "wanjiku@example.org",
            **facts,
        },
    )


def typed(**changes):
    """What a person types, as a draft keeps it; each change is a part with other fields."""
    area = str(FocusArea.objects.get(number=1).pk)
    parts = {part: dict(fields) for part, fields in TYPED.items()}
    parts["what"]["focus_area"] = [area]
    for part, fields in changes.items():
        for name, value in fields.items():
            if value is None:
                parts[part].pop(name, None)
            else:
                parts[part][name] = value if isinstance(value, list) else [value]
    return {
        "version": 7,
        "parts": {
            part: {"fields": fields, "language": "en", "version": 7, "page": "first"}
            for part, fields in parts.items()
        },
    }


def draft_of(person, **changes):
    """A draft of a lead with what a person types."""
    return CommitmentFactory(
        lead=person.member,
        status=CommitmentStatus.DRAFT,
        type="",
        title="",
        statement="",
        language="",
        focus_area=None,
        ends=None,
        novelty="",
        publication_consent=False,
        typed=typed(**changes),
    )


def a_content(**facts):
    """A complete content."""
    return Content(
        **{
            "type": "financial",
            "title": "Fibre and satellite to 1,200 schools",
            "statement": "We will connect 1,200 primary schools in Malawi by the end of 2028.",
            "language": "en",
            "focus_area": FocusArea.objects.get(number=1).pk,
            "novelty": "new",
            "starts": date(2027, 1, 1),
            "ends": date(2028, 12, 31),
            "publication_consent": True,
            "targets": (
                TargetContent(
                    key=KEYS[0],
                    indicator="Schools connected",
                    unit="schools",
                    value=Decimal(1200),
                    by=date(2028, 12, 31),
                ),
            ),
            "places": (PlaceContent(country="MW"),),
            "amounts": (
                AmountContent(
                    key=KEYS[1], original=Decimal(31_000_000), currency="USD", stage="firm"
                ),
            ),
            "partners": (
                PartnerContent(
                    key=KEYS[2],
                    name="Schools for Everyone",
                    contact_email="contact@example.org",
                    role="implementer",
                ),
            ),
            **facts,
        }
    )


def own(commitment):
    """Return a commitment as another process reads it."""
    return Commitment.objects.select_related("lead").get(pk=commitment.pk)
