"""What a lead types is kept, part by part."""

from datetime import timedelta
from uuid import uuid4

import pytest

from commitments.models import Commitment, CommitmentStatus
from commitments.services import drafts
from commitments.services.drafts import (
    FormChanged,
    TooLong,
    TooManyDrafts,
    begin_draft,
    keep_part,
    take_typed,
    typed_part,
    typed_title,
    typed_version,
)
from commitments.services.events import WrongStatus
from commitments.services.leads import NotLead
from tests.commitments.writing import draft_of, own
from tests.factories import NOON, CommitmentFactory
from tests.participation.people import handed_over, withdrawn

FIRST, SECOND = {"title": ["First"]}, {"title": ["Second"]}


@pytest.fixture
def draft(person):
    return begin_draft(submission_key=uuid4(), by=person, at=NOON)


def kept(draft, fields, person, *, version=0, page="one", **facts):
    return keep_part(
        commitment=own(draft),
        part="what",
        fields=fields,
        language="en",
        version=version,
        page=page,
        by=person,
        at=NOON + timedelta(minutes=1),
        **facts,
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
    monkeypatch.setattr(drafts, "new_reference", lambda: next(names))

    assert begin_draft(submission_key=uuid4(), by=person, at=NOON).reference == "C-CDFGHJ"


def test_begin_draft_refuses_too_many(person, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 1)
    begin_draft(submission_key=uuid4(), by=person, at=NOON)
    CommitmentFactory(lead=person.member)

    with pytest.raises(TooManyDrafts):
        begin_draft(submission_key=uuid4(), by=person, at=NOON)

    assert Commitment.objects.filter(status=CommitmentStatus.DRAFT).count() == 1


@pytest.mark.parametrize("end", [withdrawn, handed_over])
def test_begin_draft_refuses_who_no_longer_represents_the_member(person, end):
    end(person)

    with pytest.raises(NotLead):
        begin_draft(submission_key=uuid4(), by=person, at=NOON)

    assert not Commitment.objects.exists()


def test_keep_part_keeps_wrong_text_too_and_makes_no_edit_conflict(draft, person):
    fields = {"title": ["x" * 10_000], "type": ["nonsense"], "novelty": []}

    result = kept(draft, fields, person)

    draft.refresh_from_db()
    assert typed_part(draft, "what").fields == {"title": ["x" * 10_000], "type": ["nonsense"]}
    assert (result.version, result.is_other_version) == (1, False)
    assert (draft.version, typed_version(draft)) == (1, 1)
    assert draft.saved_at == NOON + timedelta(minutes=1)
    assert draft.history.count() == 1
    assert typed_title(draft) == "x" * 200


def test_keep_part_stores_characters_that_databases_refuse(draft, person):
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


def test_text_of_another_page_is_kept_beside_until_it_is_saved_in_place_of_the_first(draft, person):
    kept(draft, FIRST, person)
    kept(draft, SECOND, person, page="two")
    beside = own(draft)

    kept(draft, SECOND, person, page="three", is_other=True)

    draft.refresh_from_db()
    assert typed_part(beside, "what").has_other
    assert typed_part(beside, "what", is_other=True).fields == SECOND
    assert typed_version(beside) == 2
    assert typed_part(draft, "what").fields == SECOND
    assert not typed_part(draft, "what").has_other


def test_keep_part_refuses_what_is_longer_than_any_form(draft, person, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_TYPED_LENGTH", 500)
    kept(draft, FIRST, person)

    with pytest.raises(TooLong):
        kept(draft, {"title": ["x" * 600]}, person)

    draft.refresh_from_db()
    assert typed_part(draft, "what").fields == FIRST


@pytest.mark.parametrize(
    "status", [CommitmentStatus.SUBMITTED, CommitmentStatus.APPROVED, CommitmentStatus.WITHDRAWN]
)
def test_keep_part_refuses_what_is_not_to_be_edited(person, status):
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
