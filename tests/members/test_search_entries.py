import pytest

from members.models import Member
from members.services import search
from members.services.corrections import (
    correct_own_answers,
    correct_unconfirmed_address,
    fingerprint,
)
from members.services.focal_points import (
    accept_role_transfer,
    request_role_transfer,
)
from members.services.intake import receive_expression_of_interest
from members.services.notes import add_note
from members.services.search import searched_text, stored_form, words_in
from tests.factories import NOON, CallFactory, MemberFactory, UserFactory
from tests.members.search_entries import texts, texts_from_rows
from tests.members.successors import HOPPER, LATER
from tests.members.test_corrections import correct
from tests.members.test_intake import SECOND_PERSON, answers


def is_found_by(*words):
    """Return, for each word, whether the search finds a member that has it."""
    results = [search.find(Member.objects.all(), word) for word in words]
    # Only PostgreSQL finds members with similar words, and says so.
    return [result.members.exists() and not result.in_words for result in results]


@pytest.fixture(autouse=True)
def _entries_follow_from_the_rows():
    yield

    assert texts() == texts_from_rows()


def test_intake_writes_what_the_member_is_found_by():
    sent = answers(**SECOND_PERSON)

    receive_expression_of_interest(call=CallFactory(), **sent)

    words = ("organisation_name", "email", "alternate_email")
    assert is_found_by(*(sent[word] for word in words)) == [True, True, True]


def test_entry_has_the_pairs_of_letters_in_which_two_letters_are_a_word():
    member = MemberFactory.build(
        organisation_name="北京大学 Łódź", acronym="北京", reference="P2C-A7HQ9K", website=""
    )

    text = searched_text(member, [], ["김"])

    assert text == "北京大学 lodz\n北京\np2c-a7hq9k\n김\nXX北京XX京大XX大学XX学XX京XX김XX"
    assert words_in(text) == "北京大学 lodz\n北京\np2c-a7hq9k\n김"
    assert words_in("lodz") == "lodz"


def test_word_of_one_or_two_such_letters_is_searched_among_the_pairs():
    words = ("北京", "京", "김", "北京大", "北x", "lo", "мы", "ー")

    assert [stored_form(word) for word in words] == [
        *("X北京X", "XX京", "XX김"),
        *("北京大", "北x", "lo", "мы"),
        "XXー",
    ]


def test_correction_by_staff_is_found_and_the_error_is_not(member, person):
    facts = {"organisation_name": "Institute of Hygiene", "website": "https://hygiene.example"}
    names = {"family_name": "Byron", "email": "byron@example.org"}

    correct(member, facts, {person.pk: names})

    assert is_found_by("hygiene.example", "byron") == [True] * 2
    assert is_found_by("lovelace", "ministry", "ada@example") == [False] * 3


def test_alternate_who_is_added_is_found(person):
    member = person.member
    member.focal_points.filter(is_alternate=True).delete()
    seen = fingerprint(member, member.focal_points.all())

    what = {"facts": {}, "focal_points": {}, "alternate": HOPPER}
    correct_own_answers(member=member, seen=seen, by=person, at=NOON, **what)

    assert is_found_by("hopper", "turing") == [True, False]


def test_address_that_is_corrected_at_once_is_found(person):
    correct_unconfirmed_address(
        focal_point=person,
        family_name=person.family_name,
        email="lovelace@example.com",
        link_version=1,
        at=NOON,
    )

    assert is_found_by("lovelace@example.com", "ada@example.org") == [True, False]


def test_successor_is_found_once_they_agree_and_the_former_focal_point_no_more(person):
    asked = request_role_transfer(focal_point=person, by=person, at=NOON, **HOPPER)
    before = is_found_by("hopper", "lovelace")

    accept_role_transfer(role_transfer=asked, at=LATER)

    assert before == [False, True]
    assert is_found_by("hopper", "grace@example") == [True] * 2
    assert is_found_by("lovelace", "ada@example") == [False] * 2


def test_notes_are_found_all_of_them(member):
    for text in ("Called the embassy.", "Sent the Größenordnung."):
        add_note(member=member, text=text, by=UserFactory(), at=NOON)

    assert is_found_by("embassy", "grossenordnung", "embassy sent") == [True, True, True]
