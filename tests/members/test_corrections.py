from datetime import timedelta

import pytest

from core.conflicts import NothingChanged
from members.models import FocalPoint, Member, MemberStatus, TimelineEntry, TimelineKind
from members.services.conflicts import MemberConflict
from members.services.corrections import CORRECTABLE, PERSON_FIELDS, correct_answers
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of, token_for
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    MessageFactory,
    TimelineEntryFactory,
    UserFactory,
)


def test_correct_changes_facts_and_keeps_what_was_sent():
    officer = UserFactory()
    member = MemberFactory(organisation_name="Minstry of Health", country="CH")

    entry = correct_answers(
        member=member,
        facts={"organisation_name": "Ministry of Health", "country": "CH"},
        focal_points={},
        reason="A letter was missing.",
        by=officer,
        at=NOON,
    )

    member.refresh_from_db()
    assert (member.organisation_name, member.version) == ("Ministry of Health", 2)
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.CORRECTED,
        "A letter was missing.",
        False,
    )
    names = member.history.order_by("history_id").values_list("organisation_name", flat=True)
    assert list(names) == ["Minstry of Health", "Ministry of Health"]
    last = member.history.order_by("history_id").last()
    assert (last.history_user, last.history_date) == (officer, NOON)


def test_facts_that_can_be_corrected_are_what_the_eoi_says_and_no_decision_or_declaration():
    assert {
        "organisation_name",
        "acronym",
        "category",
        "country",
        "website",
        "about",
        "first_choice",
        "also_connecting_people_everywhere",
        "also_empowering_communities",
        "also_building_digital_ecosystems",
        "also_incentivizing_investments",
        "role",
        "contributes_financial",
        "contributes_programmatic",
        "contributes_policy",
        "contributes_advocacy",
        "contributes_knowledge",
        "contributes_undecided",
        "motivation",
        "publication_consent",
        "newsletter",
    } == CORRECTABLE
    assert set(PERSON_FIELDS) == {
        "title",
        "given_name",
        "family_name",
        "position",
        "email",
        "phone",
        "language",
        "time_zone",
    }


def last_history_of(focal_point):
    """Return who is said to have changed a focal point last, and when."""
    row = focal_point.history.order_by("history_id").last()
    return row.history_type, row.history_user, row.history_date


def test_correct_writes_history_of_the_person_in_the_name_of_the_officer():
    officer = UserFactory()
    focal_point = FocalPointFactory(position="Clerk")

    correct_answers(
        member=focal_point.member,
        facts={},
        focal_points={focal_point.pk: {"position": "Director"}},
        reason="Promoted.",
        by=officer,
        at=NOON,
    )

    assert last_history_of(focal_point) == ("~", officer, NOON)


@pytest.mark.parametrize("status", MemberStatus)
def test_correct_works_in_every_status(status):
    member = MemberFactory(status=status, acronym="A")

    correct_answers(
        member=member,
        facts={"acronym": "B"},
        focal_points={},
        reason="Typing error.",
        by=UserFactory(),
        at=NOON,
    )

    member.refresh_from_db()
    assert (member.acronym, member.status) == ("B", status)


def test_correct_changes_a_person_and_no_other():
    focal_point = FocalPointFactory(position="Clerk", language="en")
    alternate = FocalPointFactory(member=focal_point.member, is_alternate=True, position="Clerk")

    correct_answers(
        member=focal_point.member,
        facts={},
        focal_points={focal_point.pk: {"position": "Director", "language": "fr"}},
        reason="Promoted.",
        by=UserFactory(),
        at=NOON,
    )

    assert set(FocalPoint.objects.values_list("pk", "position", "language")) == {
        (focal_point.pk, "Director", "fr"),
        (alternate.pk, "Clerk", "en"),
    }


def test_correct_of_an_address_revokes_the_links_that_the_old_one_holds():
    focal_point = FocalPointFactory(email="wrong@example.org")
    token = token_for(focal_point, LinkPurpose.WORKING_GROUP)

    correct_answers(
        member=focal_point.member,
        facts={},
        focal_points={focal_point.pk: {"email": "right@example.org"}},
        reason="Mistyped.",
        by=UserFactory(),
        at=NOON,
    )

    with pytest.raises(InvalidLink):
        focal_point_of(token, LinkPurpose.WORKING_GROUP)


def test_correct_of_a_position_keeps_the_links():
    focal_point = FocalPointFactory(position="Clerk")
    token = token_for(focal_point, LinkPurpose.WORKING_GROUP)

    correct_answers(
        member=focal_point.member,
        facts={},
        focal_points={focal_point.pk: {"position": "Director"}},
        reason="Promoted.",
        by=UserFactory(),
        at=NOON,
    )

    assert focal_point_of(token, LinkPurpose.WORKING_GROUP) == focal_point


def test_correct_refuses_when_nothing_differs():
    focal_point = FocalPointFactory(position="Clerk")
    member = focal_point.member

    with pytest.raises(NothingChanged):
        correct_answers(
            member=member,
            facts={"organisation_name": member.organisation_name},
            focal_points={focal_point.pk: {"position": "Clerk"}},
            reason="No reason.",
            by=UserFactory(),
            at=NOON,
        )

    assert Member.objects.get().version == 1
    assert list(TimelineEntry.objects.all()) == []


def test_correct_refuses_a_page_that_a_colleague_has_overtaken():
    member = MemberFactory(acronym="A", version=7)
    TimelineEntryFactory(
        member=member,
        kind=TimelineKind.ASSIGNED,
        by_user=UserFactory(),
        by_name="Bo Lind",
        at=NOON - timedelta(minutes=10),
    )

    with pytest.raises(MemberConflict, match="Taken: Bo Lind, Monday 25 October 2021, 13:50"):
        correct_answers(
            member=member,
            facts={"acronym": "B"},
            focal_points={},
            reason="Typing error.",
            by=UserFactory(),
            at=NOON,
            version=6,
        )

    assert Member.objects.get().acronym == "A"
    assert TimelineEntry.objects.count() == 1


@pytest.mark.parametrize("name", ["status", "reference", "decided_by", "version", "submitted_at"])
def test_correct_touches_no_status(name):
    member = MemberFactory()

    with pytest.raises(KeyError, match=name):
        correct_answers(
            member=member,
            facts={name: "admitted"},
            focal_points={},
            reason="By mistake.",
            by=UserFactory(),
            at=NOON,
        )

    assert Member.objects.get().version == 1


def unsent_admission(focal_point, **values):
    return MessageFactory(
        topic=f"{focal_point.member.reference}/admitted/entry-1/focal-point-{focal_point.pk}",
        reference=focal_point.member.reference,
        recipient=focal_point.email,
        body="[[private-page]]",
        private_page="https://p2c.example/en/working-group/old/",
        **values,
    )


def test_correct_of_an_address_cancels_the_letter_that_would_bring_it_links():
    focal_point = FocalPointFactory(email="wrong@example.org")
    admission = unsent_admission(focal_point)

    correct_answers(
        member=focal_point.member,
        facts={},
        focal_points={focal_point.pk: {"email": "right@example.org"}},
        reason="Mistyped.",
        by=UserFactory(),
        at=NOON,
    )

    admission.refresh_from_db()
    assert admission.status == MessageStatus.CANCELLED
