"""What identifies a person, and each form in which columns have it."""

import json
from urllib.parse import quote_plus

import pytest

from core.folding import fold
from core.personal_data import DataSubject
from members.models import FocalPoint
from members.services.focal_points import accept_role_transfer
from outbox.services.rendering import escape_inline
from privacy.services.people import find_holders, find_person
from privacy.services.traces import Traces, family_name_replaced
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.members.successors import a_member, name

ZOE = DataSubject(
    addresses=frozenset({"zoe@bücher.example"}),
    names=frozenset({"Zoë O'Brien-Łuk", "李伟", "Kim"}),
    phones=frozenset({"+41227305111"}),
)
TRACES = Traces.of_people([ZOE])


@pytest.mark.parametrize(
    "text",
    [
        "Zoë O'Brien-Łuk",
        "zoë o'brien-łuk",
        "O'Brien-Łuk, Zoë",
        "ZOE@bücher.example",
        "zoe@xn--bcher-kva.example",
        "+41227305111",
        "+41 22 730 51 11",
        "022 730 51 11",
        "李伟",
        json.dumps("Zoë O'Brien-Łuk")[1:-1],
        json.dumps(json.dumps("Zoë O'Brien-Łuk"))[3:-3],
        quote_plus("Zoë O'Brien-Łuk"),
        quote_plus("zoe@bücher.example"),
        quote_plus("+41 22 730 51 11"),
        escape_inline("zoe@bücher.example"),
        fold("Zoë O'Brien-Łuk"),
    ],
)
def test_every_form_of_a_value_is_replaced(text):
    assert TRACES.replaced(f"by {text}, in 2021") == "by [erased], in 2021"
    assert any(needle.lower() in text.lower() for needle in TRACES.needles)


@pytest.mark.parametrize(
    "text", ["Kim", "Zoë O'Brien-Łuksza", "anzoe@bücher.example", "+412273051112", "zoe@b.example"]
)
def test_other_words_stay(text):
    assert TRACES.replaced(text) == text


def test_posted_forms_stay_readable():
    form = "name=Zo%C3%AB+O%27Brien-%C5%81uk&email=zoe%40b%C3%BCcher.example&text=Hello%0Azoe"

    assert TRACES.replaced(form) == "name=[erased]&email=[erased]&text=Hello%0Azoe"


def test_family_name_alone_is_a_whole_word():
    text = family_name_replaced("Ms Diallo of Diallobe, says Diallo.", ["Diallo"])

    assert text == "Ms [erased] of Diallobe, says [erased]."


@pytest.fixture
def ada():
    """Ada, who handed her role over to Grace."""
    member, ada, _alan = a_member()
    accept_role_transfer(role_transfer=name(ada), at=NOON)
    return member, FocalPoint.objects.get(pk=ada.pk)


def test_a_former_focal_point_is_found_by_the_versions_of_their_time(ada):
    member, role = ada
    FocalPointFactory(given_name="Ada", family_name="Lovelace", email="another@example.org")

    person = find_person("ADA@example.org")

    assert person.addresses == {"ada@example.org"}
    assert person.names == {"Ada Lovelace"}
    assert person.link_versions == {role.pk: {1}}
    assert find_person("grace@example.org").link_versions == {role.pk: {2}}
    assert {tuple(each.addresses) for each in find_holders(member.pk)} == {
        ("ada@example.org",),
        ("alan@example.org",),
        ("grace@example.org",),
    }


def test_a_corrected_address_belongs_to_the_same_person(ada):
    _member, role = ada
    role.email = "g.hopper@example.org"
    role.save(update_fields=["email"])
    user = UserFactory(email="grace@example.org", name="G. Hopper")

    person = find_person("grace@example.org")

    assert person.addresses == {"grace@example.org", "g.hopper@example.org"}
    assert person.names == {"Grace Hopper", "G. Hopper"}
    assert person.phones == {"+41227305111"}
    assert person.keys("accounts.User") == {user.pk}


def test_an_unknown_address_has_no_rows():
    person = find_person("nobody@example.org")

    assert (person.names, person.rows["members.FocalPoint"]) == (frozenset(), frozenset())
