"""What the form of a commitment accepts and refuses, and what it states."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.http import QueryDict
from django.utils.translation import override

from commitments.forms.commitment import form_for, shown_part
from commitments.forms.part_form import Situation, as_data
from commitments.forms.parts import FORMS, known_fields
from commitments.forms.rows import MAX_ROWS, row_numbers, with_row_removed, with_rows_added
from commitments.models import CommitmentStatus, Milestone
from commitments.services.completeness import FormPart
from commitments.services.content import (
    AmountContent,
    PartnerContent,
    PlaceContent,
    TargetContent,
)
from focus_areas.models import Pillar
from tests.commitments.pages import in_status
from tests.commitments.register import listed_member
from tests.commitments.writing import KEYS, a_content, draft_of, own

LAST = date(2028, 6, 30)


def a_member(**facts):
    known = {"organisation_name": "Schools for Everyone", "acronym": "SFE", "country": "MW"}
    return listed_member(**{**known, **facts})


def errors_of(person, **changes):
    """The sentences of all errors of what somebody types, by part."""
    form = form_for(own(draft_of(person, **changes)))
    return {str(part): [error.sentence for error in errors] for part, errors in form.errors.items()}


def content_typed(person, **changes):
    form = form_for(own(draft_of(person, **changes)))
    assert form.errors == {}
    return form.content()


def test_form_states_what_was_typed(person):
    content = content_typed(
        person,
        what={"title": "م" * 200, "language": "ar"},
        targets={"target-0-baseline": "31", "target-0-baseline_on": "2026-06-30"},
        places={"place-0-share": "60", "place-1-place": "Africa", "place-1-share": "40"},
        money={
            "amount-0-instrument": "grant",
            "amount-0-decided_on": "2026-06-07",
            "amount-0-portions": "2027: 11,000,000\n2028 - 20,000,000",
        },
        more={"sdgs": ["4", "9"], "conditions": "If it is funded."},
    )

    assert content == a_content(
        publication_consent=False,
        title="م" * 200,
        language="ar",
        targets=(
            TargetContent(
                key=KEYS[0],
                indicator="Schools connected",
                unit="schools",
                baseline=Decimal(31),
                baseline_on=date(2026, 6, 30),
                value=Decimal(1200),
                by=date(2028, 12, 31),
            ),
        ),
        places=(PlaceContent("MW", "", Decimal(60)), PlaceContent("", "AFR", Decimal(40))),
        amounts=(
            AmountContent(
                key=KEYS[1],
                instrument="grant",
                original=Decimal(31_000_000),
                currency="USD",
                stage="firm",
                decided_on=date(2026, 6, 7),
                portions=((2027, "11000000"), (2028, "20000000")),
            ),
        ),
        topics=("schools",),
        sdgs=(4, 9),
        conditions="If it is funded.",
    )


WRONG = [
    ("what", {"type": None}, "Choose what kind of commitment it is."),
    ("what", {"title": None}, "Enter a title."),
    ("what", {"title": "x" * 201}, "Shorten “Title” to 200 characters or fewer; it has 201."),
    ("what", {"statement": "word " * 151}, "Shorten “Statement” to 150 words or fewer; it has 151"),
    ("what", {"statement": "a\ufffdb"}, "contains characters that could not be read"),
    ("what", {"language": "zxx"}, "Select a valid choice"),
    ("what", {"focus_area": "9999"}, "Select a valid choice"),
    ("what", {"novelty": "announced"}, "Enter where and when it was announced."),
    ("targets", {"target-0-indicator": ""}, "Enter what you will measure."),
    ("targets", {"target-0-value": ""}, "Enter the number to reach."),
    ("targets", {"target-0-value": "many"}, "Enter only the number in figures"),
    ("targets", {"target-0-indicator": "Own words"}, "Enter the unit of the number"),
    ("targets", {"target-0-by": ""}, "Enter by when it will be reached."),
    ("targets", {"target-0-by": "2026-12-31"}, "This day is before the commitment starts."),
    ("targets", {"target-0-by": "31 of May"}, "Enter a day as year, month and day"),
    ("targets", {"target-0-by": "2222-01-01"}, "Enter a day between 2000 and 2070."),
    ("targets", {"target-0-baseline_on": "2026-01-01"}, "Enter the number on this day"),
    *(
        ("targets", {"target-0-milestones": milestones}, sentence)
        for milestones, sentence in (
            ("by then: 400", "Enter a day and a number on each line, like 2027-12-31: 400."),
            ("2027-12-31", "Enter a day and a number on each line"),
            ("2027-13-31: 400\n2028-06-30: 500", "Enter a day as year, month and day"),
            ("2027-12-31: many\n2028-06-30: 500", "Enter only the number in figures"),
            ("2027-12-31: 400", "Enter two to four milestones"),
            ("\n".join(f"2027-0{month}-02: {month}" for month in range(1, 6)), "two to four"),
            ("2028-06-30: 400\n2027-12-31: 500", "Enter the days in their order, each once."),
            ("2028-06-30: 400\n2028-06-30: 500", "Enter the days in their order, each once."),
            ("2027-12-31: 400\n2028-12-31: 500", "must be before the day of the target"),
            ("2027-01-01: 400\n2027-12-31: 500", "The first milestone must be after the start."),
            (
                "2027-06-30: 500\n2027-12-31: 400",
                "The numbers must rise, and be between 0 and 1,200.",
            ),
            ("2027-06-30: 400\n2027-12-31: 400", "must rise, and be between 0 and"),
            ("2027-06-30: 0\n2027-12-31: 400", "must rise, and be between 0 and"),
            ("2027-06-30: 400\n2027-12-31: 1,200", "must rise, and be between 0 and"),
        )
    ),
    (
        "targets",
        {"target-0-baseline": "9000", "target-0-milestones": "2027-06-30: 1\n2027-12-31: 2"},
        "The numbers must fall, and be between 9,000 and 1,200.",
    ),
    (
        "targets",
        {
            "target-0-baseline": "31",
            "target-0-baseline_on": "2027-09-01",
            "target-0-milestones": "2027-06-30: 400\n2027-12-31: 500",
        },
        "The first milestone must be after the start.",
    ),
    ("places", {"ends": "2027-01-01"}, "The end must be after the start."),
    ("places", {"ends": ""}, "Enter the day on which it ends."),
    ("places", {"place-0-place": ""}, "Enter at least one place."),
    ("places", {"place-0-place": "Atlantis"}, "We do not know the place “Atlantis”."),
    ("places", {"place-0-place": "Guin"}, "“Guin” could be: "),
    ("places", {"place-1-place": "ملاوي"}, "This place is named twice."),
    ("places", {"place-0-share": "101"}, "Enter a share above 0 and of at most 100."),
    ("places", {"place-0-share": "0"}, "Enter a share above 0 and of at most 100."),
    ("places", {"place-0-share": "0.125"}, "two decimals or fewer"),
    (
        "places",
        {"place-1-place": "Zambia", "place-0-share": "60", "place-1-share": "40.01"},
        "The shares add up to more than 100 per cent.",
    ),
    ("money", {"amount-0-original": ""}, "Enter the amount."),
    ("money", {"amount-0-original": "0"}, "Enter an amount above zero."),
    ("money", {"amount-0-currency": ""}, "Enter the currency."),
    ("money", {"amount-0-currency": "dollars"}, "We do not know the currency “dollars”."),
    ("money", {"amount-0-stage": None}, "Choose how firm the amount is."),
    ("money", {"amount-0-original": "12.345"}, "can be read in two ways"),
    ("money", {"amount-0-original": "5000.125"}, "US Dollar has 2 decimals."),
    (
        "money",
        {"amount-0-currency": "XOF", "amount-0-original": "5.5"},
        "West African CFA Franc has no decimals. Enter a whole number.",
    ),
    ("money", {"amount-0-portions": "2027: 5\n2028: 6"}, "The years add up to 11, and the amount"),
    ("money", {"amount-0-portions": "next year: 5"}, "Enter a year and an amount on each line"),
    ("money", {"amount-0-portions": "2027: 5\n2027: 6"}, "Enter each year once."),
    ("money", {"amount-0-portions": "1812: 5"}, "1812 is no year of a commitment."),
    ("partners", {"partner-0-name": ""}, "Enter the name of the organisation."),
    ("partners", {"partner-0-role": None}, "Choose what the partner does."),
    ("partners", {"partner-0-contact_email": "nobody"}, "Enter a valid email address"),
    ("partners", {"partner-0-name": "liquid intelligent technologies"}, "no partner of itself"),
    (
        "partners",
        {
            "partner-1-key": "1",
            "partner-1-name": "schools for everyone",
            "partner-1-role": "host",
        },
        "This partner is named twice.",
    ),
    ("more", {"sdgs": ["1", "2", "3", "4"]}, "Choose three goals or fewer."),
    ("more", {"topics": ["nonsense"]}, "Select a valid choice"),
]


@pytest.mark.parametrize(("part", "fields", "sentence"), WRONG)
def test_form_says_what_is_wrong_at_the_field(person, part, fields, sentence):
    errors = errors_of(person, **{part: fields})

    assert list(errors) == [part]
    assert sentence in errors[part][0]


def test_each_error_leads_to_its_input(person):
    wrong = {"what": {"type": None, "title": ""}, "partners": {"partner-0-role": None}}

    errors = form_for(own(draft_of(person, **wrong))).errors

    assert {part: [error.field_id for error in each] for part, each in errors.items()} == {
        "what": ["id_type", "id_title"],
        "partners": ["id_partner-0-role"],
    }


def test_financial_commitment_has_an_amount_or_says_that_it_is_not_disclosed(person):
    nothing = {"amount-0-original": "", "amount-0-currency": "", "amount-0-stage": None}

    assert errors_of(person, money=nothing) == {
        "money": ["Enter an amount, or tick that it is not disclosed."]
    }
    assert errors_of(person, money={**nothing, "amount_not_disclosed": "on"}) == {}
    assert errors_of(person, what={"type": "advocacy"}, money=nothing) == {}


@pytest.mark.parametrize(
    ("currency", "typed", "number"),
    [
        ("KWD", "12.345", "12.345"),
        ("XOF", "31,000,000", "31000000"),
        ("West African CFA Franc", "5", "5"),
        ("EUR", "1.234,56", "1234.56"),
    ],
)
def test_amount_has_the_decimals_of_its_currency(person, currency, typed, number):
    fields = {"amount-0-currency": currency, "amount-0-original": typed}

    (amount,) = content_typed(person, money=fields).amounts

    assert amount.original == Decimal(number)


def test_policy_may_be_reached_or_not(person):
    fields = {"target-0-is_yes_no": "on", "target-0-indicator": "Law in force"}

    content = content_typed(person, what={"type": "policy"}, targets=fields)

    (target,) = content.targets
    assert (target.is_yes_no, target.value, target.unit) == (True, None, "")
    assert errors_of(person, targets=fields) == {
        "targets": ["Enter the unit of the number, such as people or schools."]
    }


def test_lead_may_name_a_pillar_of_any_area_and_its_own_come_first(person):
    area = person.member.focus_area
    pillar = Pillar.objects.exclude(focus_area=area).filter(is_published=True).first()
    draft = draft_of(person, what={"pillar": str(pillar.pk)})
    form = form_for(own(draft))

    assert form.content().pillar == pillar.pk
    groups = [group for group, _choices in form.parts[FormPart.WHAT].fields["pillar"].choices[1:]]
    assert groups[0] == area.name


def test_pillar_that_is_no_longer_offered_stays_where_it_is_named(person):
    pillar = Pillar.objects.filter(is_published=True).first()
    Pillar.objects.update(is_published=False)

    assert content_typed(person, what={"pillar": str(pillar.pk)}).pillar == pillar.pk


# Rows


def test_rows_are_added_and_removed(person):
    fields, first = with_rows_added({"target-4-key": ["x"], "ends": ["y"]}, "target", 2)

    assert (row_numbers(fields, "target"), first) == ([4, 5, 6], 5)
    assert with_row_removed(fields, "target", 5).keys() == {"target-4-key", "ends", "target-6-key"}
    assert len(row_numbers(with_rows_added(fields, "target", 99)[0], "target")) == MAX_ROWS


def test_only_known_fields_are_kept():
    posted = {
        "target-0-key": ["x"],
        "target-0-value": ["5"],
        "target-9-value": ["no key"],
        "target-0-hacked": ["1"],
        "csrfmiddlewaretoken": ["t"],
    }

    assert known_fields(as_data(posted), FormPart.TARGETS) == {
        "target-0-key": ["x"],
        "target-0-value": ["5"],
    }


def test_rows_with_the_same_key_are_different_targets(person):
    again = {
        "target-1-key": str(KEYS[0]),
        "target-1-indicator": "Teachers trained",
        "target-1-value": "5",
        "target-1-by": "2028-01-01",
        "target-2-key": "no key",
        "target-2-indicator": "Schools connected",
        "target-2-value": "5",
        "target-2-by": "2028-01-01",
    }

    targets = content_typed(person, targets=again).targets

    assert len({target.key for target in targets}) == 3
    assert targets[0].key == KEYS[0]


# Other languages, and what was sent before


def test_languages_have_their_names_as_the_page_writes_them(person):
    form = FORMS[FormPart.WHAT](QueryDict(), language="en", situation=Situation(lead=person.member))

    own, others = form.fields["language"].choices
    assert [code for code, _name in own[1]] == ["ar", "en", "fr", "ru", "zh-hans", "es"]
    assert ("zh-hans", "Simplified Chinese") in own[1]
    assert ("ur", "Urdu") in others[1]
    assert ("zh-hant", "Traditional Chinese") in others[1]
    assert len(others[1]) > 600


def test_numbers_are_shown_in_the_language_of_the_page_and_read_as_the_same(person):
    draft = draft_of(
        person,
        targets={"target-0-value": "1,200.5"},
        money={"amount-0-portions": "2027: 1,000,000.5\n2028: 29,999,999.5"},
    )
    with override("es"):
        form = form_for(own(draft))
        shown = shown_part(form, FormPart.TARGETS)
        money = shown_part(form, FormPart.MONEY)

        assert shown.rows[0]["value"].value() == "1.200,5"
        assert money.rows[0]["original"].value() == "31.000.000"
        assert money.rows[0]["portions"].value() == "2027: 1.000.000,5\n2028: 29.999.999,5"
        assert shown.facts()["targets"] == form.content().targets
        assert money.facts()["amounts"] == form.content().amounts


MILESTONES = (Milestone(date(2027, 12, 31), Decimal("400.5")), Milestone(LAST, Decimal(1100)))


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", "2027-12-31: 400.5\n2028-06-30: 1,100"),
        ("fr", "31/12/2027 : 400,5\n30.6.2028 – 1 100"),
        ("es", "31-12-2027 = 400,5\n\n30/06/2028: 1.100"),
        ("ru", "31.12.2027 400,5\r\n30.06.2028; 1 100"),
        ("zh-hans", "2027年12月31日：400.5\n２０２８/６/３０：1,100"),
        ("ar", "\u200f٣١/١٢/٢٠٢٧: ٤٠٠٫٥\n٣٠/٦/٢٠٢٨: ١٬١٠٠"),
    ],
)
def test_milestones_are_typed_as_readers_of_each_language_write_days_and_numbers(
    person, language, lines
):
    row = {"value": "1200", "unit": "schools", "milestones": lines}
    draft = draft_of(person, targets={f"target-0-{name}": text for name, text in row.items()})
    draft.typed["parts"]["targets"]["language"] = language
    draft.save(update_fields=["typed"])

    form = form_for(own(draft))

    assert form.errors == {}
    [target] = form.content().targets
    assert target.milestones == MILESTONES
    # In another language the page shows the same numbers.
    with override("es"):
        shown = shown_part(form, FormPart.TARGETS)
        assert shown.facts()["targets"] == (target,)
        if language != "es":
            assert shown.rows[0]["milestones"].value() == "2027-12-31: 400,5\n2028-06-30: 1.100"


def test_yes_or_no_has_no_milestones(person):
    content = content_typed(
        person,
        what={"type": "policy"},
        targets={"target-0-is_yes_no": "on", "target-0-milestones": "tomorrow: 5"},
    )

    assert content.targets[0].milestones == ()


def test_wrong_number_is_shown_as_it_was_typed_in_another_language_too(person):
    draft = draft_of(person, targets={"target-0-value": "1.2.3"})
    with override("es"):
        shown = shown_part(form_for(own(draft)), FormPart.TARGETS)

        assert shown.rows[0]["value"].value() == "1.2.3"


@pytest.mark.parametrize("language", ["en", "fr", "ar", "zh-hans"])
def test_content_that_was_sent_is_typed_again_as_the_same(person, language):
    member = a_member(publication_consent=False, organisation_name="Hidden member")
    content = a_content(
        targets=(
            TargetContent(
                key=KEYS[0],
                indicator="Schools connected",
                unit="schools",
                value=Decimal(1200),
                by=date(2028, 12, 31),
                milestones=MILESTONES,
            ),
        ),
        places=(PlaceContent("MW", "", Decimal("12.50")),),
        amounts=(
            AmountContent(
                key=KEYS[1],
                contributor=member.pk,
                original=Decimal("1234.567"),
                currency="KWD",
                stage="paid",
                portions=((2027, "1234.567"),),
                not_counted="conditional",
            ),
        ),
        partners=(
            PartnerContent(key=KEYS[2], member=member.pk, name="Hidden member", role="host"),
        ),
    )
    commitment = in_status(person, CommitmentStatus.PUBLISHED, content=content)

    with override(language):
        form = form_for(own(commitment))

    assert (form.errors, form.content()) == ({}, content)


def test_parts_take_as_many_queries_for_nine_partners_as_for_three(
    person, django_assert_max_num_queries
):
    a_member()
    situation = Situation(lead=person.member)
    rows = {}
    for number in range(9):
        rows |= {
            f"partner-{number}-key": [str(UUID(int=number))],
            f"partner-{number}-name": [f"Schools {number}"],
        }

    with django_assert_max_num_queries(1):
        form = FORMS[FormPart.PARTNERS](rows, language="en", situation=situation)
        assert len(form.all_errors) == 9
