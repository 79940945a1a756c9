import pytest

from core.personal_data import ERASED_NAME
from framework.models import Amendment, AmendmentKind, AmendmentStatus
from members.models import Member, MemberStatus
from privacy.services.emptying import empty_members
from privacy.services.erasure import erase_organisation, erase_person
from privacy.services.exports import exported_tables
from privacy.services.people import find_person
from tests.factories import (
    NOON,
    AmendmentFactory,
    FrameworkDraftFactory,
    RecommendationFactory,
    SupportFactory,
    UserFactory,
)
from tests.framework.steps import a_place, a_proposer, sending, typing


@pytest.fixture
def by():
    """Somebody who sent, typed, supported and recommended something for an organisation."""
    place = a_place()
    person = a_proposer(place.draft)
    sending(place, person, text="Connect all schools.", reason="Our law.")
    typing(a_place(), person, {"text": "Perhaps."})
    SupportFactory(member=person.member, by=person)
    RecommendationFactory(member=person.member, by=person, note="Good.")
    return person


def facts_of(member, *names):
    return list(Amendment.objects.filter(member=member).order_by("pk").values_list(*names))


def test_erased_person_leaves_what_the_organisation_proposed(by):
    withdrawn = {"status": MemberStatus.WITHDRAWN, "withdrawn_at": NOON}
    Member.objects.filter(pk=by.member_id).update(**withdrawn)

    erase_person(address=by.email, by=UserFactory(), at=NOON)

    assert facts_of(by.member, "text", "reason", "sent_by_name", "saved_by_name") == [
        ("Connect all schools.", "Our law.", ERASED_NAME, ERASED_NAME),
        ("", "", "", ERASED_NAME),
    ]


def test_erased_organisation_leaves_what_it_sent_and_nothing_that_it_only_typed(by):
    erase_organisation(member=by.member, by=UserFactory(), at=NOON)

    assert facts_of(by.member, "text", "reason", "sent_by_name", "typed") == [
        ("Connect all schools.", "Our law.", ERASED_NAME, {}),
        ("", "", "", {}),
    ]


def test_organisation_whose_retention_period_has_ended_leaves_what_it_sent():
    draft = FrameworkDraftFactory()
    person = a_proposer(
        draft, status=MemberStatus.WITHDRAWN, focus_area=None, granted_role="", withdrawn_at=NOON
    )
    for kind, status in ((AmendmentKind.DELETE, "sent"), (AmendmentKind.CHANGE, "draft")):
        AmendmentFactory(
            draft=draft,
            kind=kind,
            status=status,
            member=person.member,
            sent_by=person if status == "sent" else None,
            saved_by_name=person.full_name,
            reason="Our law.",
            typed={"text": "Perhaps."},
        )

    empty_members([person.member_id], NOON)

    assert facts_of(person.member, "status", "reason", "saved_by_name", "typed") == [
        (AmendmentStatus.SENT, "Our law.", ERASED_NAME, {"text": "Perhaps."}),
        (AmendmentStatus.DRAFT, "", ERASED_NAME, {}),
    ]


def test_export_has_what_a_person_sent_typed_supported_and_recommended(by):
    tables = exported_tables(find_person(by.email), zone="UTC")

    rows = {each.model: len(each.rows) for each in tables}
    assert {model: count for model, count in rows.items() if model.startswith("framework.")} == {
        "framework.Amendment": 2,
        "framework.Recommendation": 1,
        "framework.Support": 1,
    }
