"""How long a draft is kept, and what the database refuses of one."""

import pytest
from django.db import IntegrityError, transaction

from eoi.models import EoiDraft
from tests.factories import NOON, EoiDraftFactory
from tests.members.models.refusing import refused_by
from tests.members.models.test_call import SECOND


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("eoi_eoidraft_times_in_order", {"started_at": NOON + SECOND, "saved_at": NOON}),
        ("eoi_eoidraft_times_in_order", {"saved_at": NOON, "expires_at": NOON}),
        (
            "eoi_eoidraft_announced_grace_ends_after_closing",
            {"announced_closes_at": NOON, "announced_grace_ends_at": NOON - SECOND},
        ),
        ("eoi_eoidraft_known_language", {"language": "xx"}),
        ("eoi_eoidraft_has_email_and_key", {"email": ""}),
        ("eoi_eoidraft_has_email_and_key", {"submission_key": ""}),
    ],
)
def test_draft_constraint_refuses(constraint, facts):
    with refused_by(constraint), transaction.atomic():
        EoiDraftFactory(**facts)

    assert list(EoiDraft.objects.all()) == []


def test_draft_is_unique_by_the_key_of_its_form():
    first = EoiDraftFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        EoiDraftFactory(submission_key=first.submission_key)

    assert list(EoiDraft.objects.all()) == [first]


def test_draft_is_kept_until_the_instant_at_which_it_expires():
    kept = EoiDraftFactory(expires_at=NOON + SECOND)
    expired = EoiDraftFactory(expires_at=NOON, saved_at=NOON - SECOND)

    assert list(EoiDraft.objects.kept_at(NOON)) == [kept]
    assert list(EoiDraft.objects.expired_at(NOON)) == [expired]


def test_draft_gives_back_what_was_typed():
    form_data = "acronym=&contributions=policy&contributions=advocacy&x=%E2%82%AC"

    draft = EoiDraftFactory(form_data=form_data)

    assert draft.answers.getlist("contributions") == ["policy", "advocacy"]
    assert (draft.answers["acronym"], draft.answers["x"]) == ("", "€")
