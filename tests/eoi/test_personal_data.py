"""Forms without an address that a person is found in, by what was typed."""

from urllib.parse import urlencode

import pytest

from core.personal_data import DataSubject
from eoi.models import EoiDraft
from eoi.services.personal_data import typed_about
from tests.factories import EoiDraftFactory

ADA = DataSubject(
    addresses=frozenset({"ada@example.org"}),
    names=frozenset({"Ada Lovelace", "Ada King", "Ada", "王小明"}),
    shared_names=frozenset({"Ada King"}),
    phones=frozenset({"+41227305111"}),
)


def is_found(typed, person=ADA, **columns):
    draft = EoiDraftFactory(**{"email": "", "form_data": urlencode(typed), **columns})
    return EoiDraft.objects.filter(typed_about(person), pk=draft.pk).exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "ADA@Example.org "},
        {"alternate_email": "ada@example.org"},
        {"link_to": "ada@example.org"},
        {"given_name": "Ada", "family_name": "LOVELACE"},
        {"given_name": "Lovelace", "family_name": "Áda"},
        {"alternate_given_name": "Ada", "alternate_family_name": "Lovelace"},
        {"given_name": "小明", "family_name": "王"},
        {"phone": "+41 (0)22 730 51 11"},
        {"phone": "022/730.51.11"},
        {"alternate_phone": "٠٢٢٧٣٠٥١١١"},
    ],
)
def test_half_filled_form_is_found_by_what_was_typed(typed):
    assert is_found(typed)
    assert is_found({}, other_data=urlencode(typed))
    # It is its owner's, who has the link.
    assert not is_found(typed, email="grace@example.org")


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"email": "ada@example"},
        {"motivation": "Ada Lovelace, ada@example.org and +41227305111 know us."},
        # A name that another person has too, and one that is a single word.
        {"given_name": "Ada", "family_name": "King"},
        {"family_name": "Ada"},
        {"given_name": "Ada"},
        # Half a number, and another one.
        {"phone": "730 51"},
        {"phone": "+41 22 730 51 12"},
    ],
)
def test_form_of_somebody_else_is_not_found(typed):
    assert not is_found(typed)


def test_nobody_is_found_by_a_name_alone():
    typed = {"given_name": "Ada", "family_name": "Lovelace"}

    assert not is_found(typed, DataSubject(addresses=frozenset(), names=ADA.names))


def test_as_many_queries_for_many_forms(django_assert_num_queries):
    EoiDraftFactory.create_batch(9, email="", form_data="email=ada%40example.org")

    with django_assert_num_queries(2):
        assert EoiDraft.objects.filter(typed_about(ADA)).count() == 9
