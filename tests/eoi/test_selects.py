import pytest
from django import forms
from django.utils.translation import gettext_lazy, override
from pytest_django.asserts import assertHTMLEqual

from eoi.forms.selects import LongSelect, PrerenderedChoices

CHOICES = (
    ("", gettext_lazy("None")),
    ("own", (("KE", "Kenya"), ("<&\"'>", "Côte d'Ivoire <b>"))),
    ("all", (("KE", "Kenya"), ("CH", "Switzerland"))),
    ("UTC", "UTC"),
)


@pytest.mark.parametrize(
    "chosen", [None, "", "KE", "CH", "UTC", "<&\"'>", "nonsense", '"><script>', 'KE" selected>']
)
def test_long_select_is_what_djangos_own_would_be(chosen):
    attrs = {"id": "id_one", "class": "wide", "autofocus": True, "data-off": False}

    ours = LongSelect({"title": "<One>"}, CHOICES).render("one", chosen, attrs)

    assertHTMLEqual(ours, forms.Select({"title": "<One>"}, CHOICES).render("one", chosen, attrs))


def test_long_select_is_in_the_readers_language():
    select = LongSelect(choices=CHOICES)
    in_english = select.render("one", None)

    with override("fr"):
        in_french = select.render("one", None)

    assert ">None<" in in_english
    assert ">Aucun<" in in_french


def test_offered_choices_are_judged_like_others():
    field = forms.ChoiceField(choices=PrerenderedChoices(CHOICES))

    assert [field.valid_value(value) for value in ("CH", "own", "XX")] == [True, False, False]
