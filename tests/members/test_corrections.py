import pytest

from core.conflicts import Conflict, NothingChanged
from members.models import FocalPoint, Member, MemberStatus, TimelineKind
from members.services.corrections import CORRECTABLE, PERSON_FIELDS, correct_answers
from members.services.names import sort_key_of
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of, token_for
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    UserFactory,
)
from tests.members.decisions.files import in_short, refused
from tests.members.test_focal_points_taking_over import unsent_admission


def correct(member, facts=(), focal_points=(), *, by=None, **more):
    return correct_answers(
        member=member,
        facts=dict(facts),
        focal_points=dict(focal_points),
        **{"reason": "Typing error.", "by": by or UserFactory(), "at": NOON, **more},
    )


def correct_person(person, **facts):
    return correct(person.member, focal_points={person.pk: facts})


def test_correct_changes_facts_and_keeps_what_was_sent():
    officer = UserFactory()
    member = MemberFactory(organisation_name="Minstry of Health", country="CH")
    facts = {"organisation_name": "Ministry of Health", "country": "CH"}

    entry = correct(member, facts, reason="A letter was missing.", by=officer)

    member.refresh_from_db()
    assert (member.organisation_name, member.version) == ("Ministry of Health", 2)
    assert in_short(entry) == (TimelineKind.CORRECTED, "A letter was missing.", False)
    first, last = member.history.order_by("history_id")
    assert first.organisation_name == "Minstry of Health"
    assert last.organisation_name == "Ministry of Health"
    assert (last.history_user, last.history_date) == (officer, NOON)


def test_facts_that_can_be_corrected_are_what_the_eoi_says_and_no_decision_or_declaration():
    assert {
        *("organisation_name", "acronym", "category", "country", "website", "about"),
        *("first_choice", "also_connecting_people_everywhere", "also_empowering_communities"),
        *("also_building_digital_ecosystems", "also_incentivizing_investments", "role"),
        *("contributes_financial", "contributes_programmatic", "contributes_policy"),
        *("contributes_advocacy", "contributes_knowledge", "contributes_undecided"),
        *("motivation", "publication_consent", "newsletter"),
    } == CORRECTABLE
    assert set(PERSON_FIELDS) == {
        *("title", "given_name", "family_name", "position"),
        *("email", "phone", "language", "time_zone"),
    }


@pytest.mark.parametrize("status", MemberStatus)
def test_correct_works_in_every_status_and_sets_how_the_name_is_sorted_and_searched(status):
    member = MemberFactory(status=status, organisation_name="Before", acronym="B")

    correct(member, {"organisation_name": "Après", "acronym": "É"})

    member.refresh_from_db()
    assert (member.acronym, member.status) == ("É", status)
    assert bytes(member.sort_key) == sort_key_of("Après")
    assert member.search_text == "apres\ne"


def test_correct_changes_a_person_and_no_other():
    officer, person = UserFactory(), FocalPointFactory(position="Clerk", language="en")
    alternate = FocalPointFactory(member=person.member, is_alternate=True, position="Clerk")
    token = token_for(person, LinkPurpose.WORKING_GROUP)
    promoted = {person.pk: {"position": "Director", "language": "fr"}}

    correct(person.member, focal_points=promoted, by=officer)

    assert set(FocalPoint.objects.values_list("pk", "position", "language")) == {
        (person.pk, "Director", "fr"),
        (alternate.pk, "Clerk", "en"),
    }
    last = person.history.latest("history_id")
    assert (last.history_type, last.history_user, last.history_date) == ("~", officer, NOON)
    # The address is the same, so its links still work.
    assert focal_point_of(token, LinkPurpose.WORKING_GROUP) == person


def test_correct_of_an_address_revokes_the_links_of_the_old_one_and_cancels_what_brings_them():
    person = FocalPointFactory(email="wrong@example.org")
    token = token_for(person, LinkPurpose.WORKING_GROUP)
    admission = unsent_admission(person)

    correct_person(person, email="right@example.org")

    with pytest.raises(InvalidLink):
        focal_point_of(token, LinkPurpose.WORKING_GROUP)
    admission.refresh_from_db()
    assert admission.status == MessageStatus.CANCELLED


@pytest.mark.parametrize(
    ("position", "version", "refusal"),
    [("Clerk", 7, NothingChanged), ("Director", 6, Conflict)],
)
def test_correct_refuses_when_nothing_differs_and_an_outdated_page(position, version, refusal):
    person = FocalPointFactory(position="Clerk", member__version=7)
    same = {"organisation_name": person.member.organisation_name}

    with refused(person.member, refusal):
        correct(person.member, same, {person.pk: {"position": position}}, version=version)

    assert FocalPoint.objects.get().position == "Clerk"


@pytest.mark.parametrize("name", ["status", "reference", "decided_by", "version", "submitted_at"])
def test_correct_touches_no_status(name):
    member = MemberFactory()

    with pytest.raises(KeyError, match=name):
        correct(member, {name: "admitted"})

    assert Member.objects.get().version == 1
