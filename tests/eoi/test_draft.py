"""The expiry of a draft, and its form data."""

from eoi.models import EoiDraft
from tests.factories import NOON, EoiDraftFactory
from tests.members.models.test_call import SECOND


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
