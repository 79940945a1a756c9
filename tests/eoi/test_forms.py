"""The questions of the form, and rules between them."""

import re

import pytest
from django import forms
from django.utils.translation import gettext_lazy, override
from pytest_django.asserts import assertHTMLEqual

from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.layout import REQUIRED_SECTIONS, field_names
from eoi.forms.selects import LongSelect, PrerenderedChoices
from tests.eoi.form import cleaned, codes, query


def test_form_asks_for_fourteen_things_at_most_before_what_may_be_added():
    # Who signs is one question with two answers.
    core = [name for name in field_names(REQUIRED_SECTIONS) if name != "somebody_else_signs"]

    assert len(core) == 14
    required = {
        name for name, field in ExpressionOfInterestForm.base_fields.items() if field.required
    }
    assert required <= {*core, "submission_key"}


def test_form_asks_again_for_what_is_required():
    required = (
        *("organisation_name", "category", "country", "focus_area", "role", "motivation"),
        *("family_name", "position", "email", "language", "is_authorised", "privacy_consent"),
    )

    asked_again = {name: codes(**{name: None}) for name in required}

    assert asked_again == {name: {name: ["required"]} for name in required}


@pytest.mark.parametrize("no", ["", " ", "0", "off", "Off", "no", "NO", "false", "False"])
def test_form_reads_the_words_of_scripts_for_a_box_that_is_not_ticked(no):
    answers = cleaned(publication_consent=no, newsletter=no)

    assert (answers["publication_consent"], answers["newsletter"]) == (False, False)
    assert codes(is_authorised=no, privacy_consent=no) == {
        "is_authorised": ["required"],
        "privacy_consent": ["required"],
    }


@pytest.mark.parametrize("yes", ["on", "1", "true", "yes", "ja"])
def test_form_reads_anything_else_as_a_tick(yes):
    answers = cleaned(
        is_authorised=yes, privacy_consent=yes, publication_consent=yes, newsletter=yes
    )

    assert (answers["is_authorised"], answers["privacy_consent"]) == (True, True)
    assert (answers["publication_consent"], answers["newsletter"]) == (True, True)


# Rules between fields


def test_form_leaves_the_main_focus_area_out_of_the_further_ones():
    further = ["connecting-people-everywhere", "empowering-communities"]

    assert cleaned(further_focus_areas=further)["further_focus_areas"] == further[1:]


def test_form_takes_no_alternate_or_one_that_can_be_written_to():
    assert codes(alternate_given_name="Otieno") == {
        "alternate_family_name": ["required"],
        "alternate_email": ["required"],
    }
    assert codes(alternate_email="otieno@example.org") == {"alternate_family_name": ["required"]}
    assert codes(alternate_family_name="Otieno", alternate_email="nonsense") == {
        "alternate_email": ["invalid"]
    }
    assert codes(alternate_family_name="Otieno", alternate_email="otieno@example.org") == {}


def test_form_reads_the_alternates_phone_as_one_of_the_country():
    answers = cleaned(
        alternate_family_name="Otieno",
        alternate_email="otieno@example.org",
        alternate_phone="0712 345678",
    )

    assert answers["alternate_phone"] == "+254712345678"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        # The only zone, and one of several.
        ({"country": "KE"}, "Africa/Nairobi"),
        ({"country": "BR"}, None),
        *(
            ({"country": "BR", "time_zone": zone}, zone)
            for zone in ("Europe/Zurich", "Europe/Kiev", "UTC", "America/Manaus")
        ),
    ],
)
def test_form_asks_for_a_time_zone_where_the_country_does_not_tell(typed, zone):
    form = ExpressionOfInterestForm(query(**typed))

    assert form.asks_for_time_zone == (zone is None)
    assert form.cleaned_data["time_zone"] == (zone or "")


# Autofill recognises fields by such words in their name or label: the tokens of the HTML standard,
# and the words that Chromium and Firefox look for.
KNOWN_TO_AUTOFILL = re.compile(
    r"name|organi[sz]ation|company|business|street|address|addr|city|town|state|county|region|"
    r"country|zip|post|code|mail|phone|mobile|tel|fax|url|website|home|bday|birth|sex|gender|"
    r"title|user|login|pass|pin|otp|token|card|ccv|cvc|iban|account|comment|message|search",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_form_has_a_trap_that_no_autofill_takes_for_a_field_of_its_own(language):
    with override(language):
        trap = ExpressionOfInterestForm()["leave_empty"]
        named = f"{trap.name} {trap.auto_id} {trap.label}"

    assert not KNOWN_TO_AUTOFILL.search(named)
    assert trap.field.widget.attrs == {
        "tabindex": "-1",
        "autocomplete": "off",
        "data-1p-ignore": True,
        "data-bwignore": True,
        "data-lpignore": "true",
    }


@pytest.mark.parametrize("typed", ["http://spam.example", "by accident", "\0"])
def test_form_takes_whatever_falls_into_the_trap(typed):
    assert ExpressionOfInterestForm(query(leave_empty=typed, started=typed)).is_valid()


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
