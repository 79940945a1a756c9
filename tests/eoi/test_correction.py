"""What focal points may correct themselves, and what they cannot see."""

import pytest
from django.utils.translation import override

from members.models import UNDECIDED_STATUSES, FocalPoint, Member, MemberStatus, TimelineKind
from members.services.assignment import assign_to_self
from members.services.corrections import (
    SELF_CORRECTABLE_PERSON_FIELDS,
    AnswersConflict,
    CorrectionClosed,
    correct_own_answers,
    fingerprint,
)
from members.services.focal_points import revoke_links
from members.services.private_links import InvalidLink, confirmation_code, status_page_url
from outbox.models import Message
from outbox.services.rendering import as_text
from tests.factories import NOON, FocalPointFactory, FocusAreaFactory, MemberFactory, UserFactory

HOPPER = {
    "title": "dr",
    "given_name": "Grace",
    "family_name": "Hopper",
    "position": "Deputy",
    "email": "grace@example.org",
    "phone": "",
    "language": "fr",
    "time_zone": "Africa/Nairobi",
}


@pytest.fixture
def person():
    member = MemberFactory(organisation_name="Minstry of Health", acronym="MH", country="CH")
    return FocalPointFactory(
        member=member, given_name="Ada", family_name="Lovelace", phone="+41227305111"
    )


def seen_of(person):
    return fingerprint(person.member, person.member.focal_points.all())


def correct(person, *, facts=(), people=(), seen=None, **more):
    return correct_own_answers(
        member=person.member,
        facts=dict(facts),
        focal_points=dict(people),
        seen=seen_of(person) if seen is None else seen,
        by=person,
        at=NOON,
        **more,
    )


def nothing_was_written(member, *, version=1, entries=0):
    kept = Member.objects.get(pk=member.pk)
    return (kept.version, kept.timeline.count(), Message.objects.count()) == (version, entries, 0)


@pytest.mark.parametrize("status", UNDECIDED_STATUSES)
def test_correct_own_changes_facts_and_says_from_what_to_what(person, status):
    Member.objects.update(status=status)
    second = FocusAreaFactory(number=2)
    facts = {
        "organisation_name": "Ministry of Health",
        "acronym": "",
        "country": "KE",
        "category": "member_state",
        "first_choice": second,
        "contributes_policy": True,
        "motivation": "To connect every clinic.",
    }
    people = {person.pk: {"phone": "+41227305112", "family_name": "Lovelace"}}

    # The history is in English, whatever the language of the page was.
    with override("fr"):
        entry = correct(person, facts=facts, people=people)

    member, person = Member.objects.get(), FocalPoint.objects.get()
    assert (member.organisation_name, member.status, member.version) == (
        "Ministry of Health",
        status,
        2,
    )
    assert str(person.phone) == "+41227305112"
    assert (entry.kind, entry.by_focal_point, entry.by_name, entry.is_public, entry.at) == (
        TimelineKind.CORRECTED,
        person,
        "Ada Lovelace",
        True,
        NOON,
    )
    first = FocusAreaFactory(number=1)
    assert entry.note.splitlines() == [
        "Organisation: Minstry of Health → Ministry of Health",
        "Acronym: MH → –",
        "Country: Switzerland → Kenya",
        "Category: Academia → Member State",
        f"First choice: {first} → {second}",
        "Policy contribution: No → Yes",
        "Motivation: changed",
        "Focal point, phone: +41227305111 → +41227305112",
    ]
    # The sent answers are kept, and no officer is named.
    first_sent, last = member.history.order_by("history_id")
    theirs = person.history.latest("history_id")
    assert (first_sent.acronym, last.acronym) == ("MH", "")
    assert (last.history_user, last.history_date) == (None, NOON)
    assert (theirs.phone, theirs.history_user, theirs.history_date) == ("+41227305112", None, NOON)
    assert list(Message.objects.all()) == []


def test_correct_own_leaves_the_file_with_its_officer(person):
    seen = seen_of(person)
    officer = UserFactory()
    assign_to_self(member=person.member, by=officer, at=NOON)

    correct(person, facts={"acronym": "MOH"}, seen=seen)

    member = Member.objects.get()
    assert (member.acronym, member.assignee, member.version) == ("MOH", officer, 3)


@pytest.mark.parametrize(
    "status", [status for status in MemberStatus if status not in UNDECIDED_STATUSES]
)
def test_correct_own_refuses_what_is_not_undecided_any_more(status):
    person = FocalPointFactory(member__status=status, member__decided_by__name="Amina")

    with pytest.raises(CorrectionClosed, match="can no longer be changed here") as refused:
        correct(person, facts={"acronym": "MOH"})

    assert "Amina" not in str(refused.value)
    assert nothing_was_written(person.member)


def test_correct_own_refuses_when_a_person_was_changed_or_added_meanwhile(person):
    seen = seen_of(person)
    FocalPointFactory(member=person.member, is_alternate=True)

    with pytest.raises(AnswersConflict):
        correct(person, facts={"acronym": "MOH"}, seen=seen)

    assert nothing_was_written(person.member)


def test_correct_own_refuses_whose_links_were_revoked_at_that_moment(person):
    opened = FocalPoint.objects.get()
    revoke_links(focal_point=person, link_version=1, by=UserFactory(), at=NOON)

    with pytest.raises(InvalidLink):
        correct(opened, facts={"acronym": "MOH"})

    assert nothing_was_written(person.member, version=2, entries=1)


@pytest.mark.parametrize("name", ["status", "assignee", "spam_signal", "version", "reference"])
def test_correct_own_touches_nothing_but_facts(person, name):
    with pytest.raises(KeyError, match=name):
        correct(person, facts={name: "admitted"})

    assert nothing_was_written(person.member)


@pytest.mark.parametrize("name", ["email", "link_version", "is_alternate", "confirmed_at"])
def test_correct_own_redirects_no_mail(person, name):
    assert name not in SELF_CORRECTABLE_PERSON_FIELDS

    with pytest.raises(KeyError, match=name):
        correct(person, people={person.pk: {name: "robber@example.org"}})

    assert nothing_was_written(person.member)


def test_correct_own_adds_an_alternate_who_is_written_to_with_their_own_links(person, settings):
    entry = correct(person, alternate=HOPPER)

    alternate = FocalPoint.objects.get(is_alternate=True)
    assert {name: str(getattr(alternate, name)) for name in HOPPER} == HOPPER
    assert entry.note.splitlines()[:3] == [
        "Alternate focal point, title: – → Dr",
        "Alternate focal point, given name: – → Grace",
        "Alternate focal point, family name: – → Hopper",
    ]
    assert alternate.history.get().history_date == NOON
    letter = Message.objects.get()
    assert (letter.recipient, letter.language) == ("grace@example.org", "fr")
    assert letter.private_page == status_page_url(alternate, "fr")
    assert letter.private_code == confirmation_code(alternate)
    assert letter.topic.endswith(f"/entry-{entry.pk}/focal-point-{alternate.pk}")


def test_letter_to_an_added_alternate_reads_as_such(person):
    correct(person, alternate={**HOPPER, "language": "en"})

    letter = Message.objects.get()
    text = as_text(letter.body, **letter.keys)
    assert letter.subject == f"{person.member.reference}: You are now the alternate focal point"
    assert text.startswith(
        "Dear Dr Grace Hopper,\n\nPlease see what you can do as the alternate focal point of "
        "Minstry of Health: Ada Lovelace has named you.\n"
    )
    assert letter.private_page in text
    assert letter.private_code in text
    assert "Deputy" not in text
