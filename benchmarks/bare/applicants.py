"""Fills the plain desk with organisations that wait."""

from benchmarks.bare.models import Applicant
from focus_areas.models import FocusArea
from members.models import Category, SoughtRole


def fill(number):
    """Write so many organisations."""
    first_choice = FocusArea.objects.earliest("number")
    Applicant.objects.bulk_create(
        (
            Applicant(
                reference=f"P2C-{n:06d}",
                organisation_name=f"Organisation {n}",
                category=Category.ACADEMIA,
                country="CH",
                about="We train teachers in digital skills. " * 6,
                first_choice=first_choice,
                role=SoughtRole.PARTICIPANT,
                motivation="To connect people. " * 20,
            )
            for n in range(number)
        ),
        batch_size=500,
    )
