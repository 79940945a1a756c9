"""What the database refuses of a timeline, and of who stands on it."""

import pytest
from django.db import IntegrityError, transaction

from members.models import TimelineKind
from tests.factories import FocalPointFactory, TimelineEntryFactory, UserFactory
from tests.members.models.refusing import refused_by


def test_timeline_entry_known_kind():
    with refused_by("members_timelineentry_known_kind"):
        TimelineEntryFactory(kind="rumoured")


def test_timeline_entry_notes_are_internal():
    with refused_by("members_timelineentry_notes_are_internal"):
        TimelineEntryFactory(kind=TimelineKind.NOTE_ADDED, is_public=True)


def test_timeline_entry_by_one_person():
    focal_point = FocalPointFactory()

    with refused_by("members_timelineentry_by_one_person"):
        TimelineEntryFactory(
            member=focal_point.member,
            by_user=UserFactory(),
            by_focal_point=focal_point,
            by_name="Two people",
        )


def test_timeline_entry_keeps_the_name():
    with refused_by("members_timelineentry_keeps_the_name"):
        TimelineEntryFactory(by_user=UserFactory(), by_name="")


def test_account_with_a_past_cannot_be_deleted():
    officer = UserFactory()
    TimelineEntryFactory(by_user=officer, by_name="Amina Diallo")

    with pytest.raises(IntegrityError), transaction.atomic():
        officer.delete()
