"""What a lead types is kept, part by part."""

from datetime import timedelta
from uuid import uuid4

import pytest

from commitments.models import Commitment, CommitmentStatus
from commitments.services import drafts
from commitments.services.drafts import (
    FormChanged,
    Typed,
    autosave_part,
    begin_draft,
    take_typed,
    typed_part,
    typed_title,
    typed_version,
)
from core.autosave import Page, ThirdVersion, TooLong
from core.conflicts import Refused
from members.services.conflicts import WrongStatus
from tests.commitments.writing import draft_of, own
from tests.factories import NOON, CommitmentFactory
from tests.participation.people import handed_over, withdrawn

FIRST, SECOND = {"title": ["First"]}, {"title": ["Second"]}


@pytest.fixture
def draft(person):
    return begin_draft(submission_key=uuid4(), by=person, at=NOON)


def kept(draft, fields, person, *, version=0, page="one", is_other=False, seconds=60):
    return autosave_part(
        commitment=own(draft),
        part="what",
        typed=Typed(fields, "en"),
        page=Page(page, version, is_other),
        by=person,
        at=NOON + timedelta(seconds=seconds),
    )


def test_begin_draft_is_one_draft_for_one_key(person):
    key = uuid4()

    first, second = (begin_draft(submission_key=key, by=person, at=NOON) for _n in "12")

    assert first == second
    assert (first.lead, first.status, first.typed) == (person.member, CommitmentStatus.DRAFT, {})
    assert first.history.get().history_by_name == "Wanjiku Kamau"


def test_begin_draft_takes_another_reference_if_one_is_taken(person, monkeypatch):
    taken = CommitmentFactory().reference
    names = iter([taken, "C-CDFGHJ"])
    monkeypatch.setattr(drafts, "new_reference", lambda _prefix: next(names))

    assert begin_draft(submission_key=uuid4(), by=person, at=NOON).reference == "C-CDFGHJ"


def test_begin_draft_refuses_too_many(person, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 1)
    begin_draft(submission_key=uuid4(), by=person, at=NOON)
    CommitmentFactory(lead=person.member)

    with pytest.raises(Refused, match="Send or delete one first"):
        begin_draft(submission_key=uuid4(), by=person, at=NOON)

    assert Commitment.objects.filter(status=CommitmentStatus.DRAFT).count() == 1


@pytest.mark.parametrize("end", [withdrawn, handed_over])
def test_begin_draft_refuses_who_no_longer_represents_the_member(person, end):
    end(person)

    with pytest.raises(Refused, match="You do not represent"):
        begin_draft(submission_key=uuid4(), by=person, at=NOON)

    assert not Commitment.objects.exists()


def test_autosave_part_keeps_wrong_text_too_and_makes_no_edit_conflict(draft, person):
    fields = {"title": ["x" * 10_000], "type": ["nonsense"], "novelty": []}

    result = kept(draft, fields, person)

    draft.refresh_from_db()
    assert typed_part(draft, "what").fields == {"title": ["x" * 10_000], "type": ["nonsense"]}
    assert (result.version, result.is_other_version) == (1, False)
    assert (draft.version, typed_version(draft)) == (1, 1)
    assert draft.saved_at == NOON + timedelta(minutes=1)
    assert draft.history.count() == 1
    assert typed_title(draft) == "x" * 200


def test_autosave_part_stores_characters_that_databases_refuse(draft, person):
    kept(draft, {"title": ["a\x00b\ud800"]}, person)

    draft.refresh_from_db()
    assert typed_part(draft, "what").fields == {"title": ["a\ufffdb?"]}


@pytest.mark.parametrize(
    ("first", "second", "is_other_version"),
    [
        ({"page": "one"}, {"page": "one"}, False),
        ({"page": "one"}, {"page": "two"}, True),
        # It showed the latest version.
        ({"page": "one"}, {"page": "two", "version": 1}, False),
        ({"page": "one"}, {"page": "two", "fields": FIRST}, False),
        ({"page": ""}, {"page": ""}, True),
    ],
)
def test_text_of_another_page_is_another_version(draft, person, first, second, is_other_version):
    kept(draft, FIRST, person, **first)
    second = {"fields": SECOND, **second}

    result = kept(draft, person=person, **second)

    draft.refresh_from_db()
    assert result.is_other_version == is_other_version
    assert typed_part(draft, "what").fields == (FIRST if is_other_version else second["fields"])


def test_two_versions_change_places_and_neither_is_lost(draft, person):
    shown = kept(draft, FIRST, person).version
    kept(draft, SECOND, person, page="two")
    beside = own(draft)

    kept(draft, SECOND, person, version=shown, page="three", is_other=True)

    draft.refresh_from_db()
    assert typed_part(beside, "what").has_other
    assert typed_part(beside, "what", is_other=True).fields == SECOND
    assert typed_version(beside) == 2
    assert typed_part(draft, "what").fields == SECOND
    assert typed_part(draft, "what", is_other=True).fields == FIRST
    assert typed_version(draft) == 3


def test_third_version_is_refused_and_replaces_none(draft, person):
    kept(draft, FIRST, person)
    kept(draft, SECOND, person, page="two")

    with pytest.raises(ThirdVersion):
        kept(draft, {"title": ["Third"]}, person, page="three")

    draft.refresh_from_db()
    assert typed_part(draft, "what").fields == FIRST
    assert typed_part(draft, "what", is_other=True).fields == SECOND


def test_text_that_a_page_posted_earlier_and_that_comes_later_replaces_nothing(draft, person):
    kept(draft, SECOND, person)

    kept(draft, FIRST, person, seconds=59)

    draft.refresh_from_db()
    assert (typed_part(draft, "what").fields, typed_version(draft)) == (SECOND, 1)


def test_part_that_the_release_before_kept_is_read(person):
    draft = draft_of(person)
    stored = draft.typed["parts"]["what"]
    stored["other"] = {"fields": FIRST, "language": "en"}
    draft.save()

    result = kept(draft, SECOND, person, version=7, page="two")

    assert (result.version, result.is_other_version) == (8, False)
    assert typed_part(own(draft), "what", is_other=True).fields == FIRST


def test_autosave_part_refuses_what_is_longer_than_any_form(draft, person, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_TYPED_LENGTH", 500)
    kept(draft, FIRST, person)

    with pytest.raises(TooLong):
        kept(draft, {"title": ["x" * 600]}, person)

    draft.refresh_from_db()
    assert typed_part(draft, "what").fields == FIRST


@pytest.mark.parametrize(
    "status", [CommitmentStatus.ANSWERED, CommitmentStatus.APPROVED, CommitmentStatus.WITHDRAWN]
)
def test_autosave_part_refuses_what_is_not_to_be_edited(person, status):
    commitment = CommitmentFactory(lead=person.member, status=status)

    with pytest.raises(WrongStatus):
        kept(commitment, FIRST, person)

    commitment.refresh_from_db()
    assert commitment.typed == {}


def test_correction_is_kept_without_a_new_version_for_staff(person):
    commitment = CommitmentFactory(lead=person.member, status=CommitmentStatus.PUBLISHED)
    saved_at = commitment.saved_at

    kept(commitment, FIRST, person)

    commitment.refresh_from_db()
    assert (commitment.version, commitment.saved_at) == (1, saved_at)
    assert typed_part(commitment, "what").fields == FIRST


def test_take_typed_refuses_what_the_person_has_not_read(person):
    draft = draft_of(person)

    with pytest.raises(FormChanged):
        take_typed(draft, 6)

    assert draft.typed
    take_typed(draft, 7)
    assert draft.typed == {}
