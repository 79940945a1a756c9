"""Names, addresses and numbers are found in each form in which columns have them."""

import json
from urllib.parse import quote_plus

import pytest

from core.folding import fold
from core.personal_data import DataSubject
from outbox.services.rendering import escape_inline
from privacy.services.traces import Traces, family_name_replaced

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
