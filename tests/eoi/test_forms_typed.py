"""Typed text in the form: stored as typed, or refused."""

import csv
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.forms import ChoiceField

from core.typed_text import count_words
from eoi.forms.email_typos import suggest_address
from eoi.forms.expression import ExpressionOfInterestForm
from members.services import countries
from tests.eoi.form import cleaned, codes, query

ORGANISATIONS = Path(countries.__file__).parents[1] / "data" / "organisations.csv"
WOLFE = "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaf"


@pytest.mark.parametrize(
    "name",
    [
        *("Ng’ang’a", "O'Brien-McDonald", "d’Ávila e Sousa", "van der Berg", "MacDOUGALL"),
        *("de la Cruz", "Suharto", "E", "Ng", "الخطيب", "王小明", "Иванова", "Παπαδόπουλος"),
        *("ሀይሌ", "გელაშვილი", "ณ อยุธยา", "श्रीनिवासन", "کریمی‌نژاد", "Nguyễn Thị Minh Khai"),
        *("Þórðardóttir", "ǃXóõ", "St. John, Jr.", "Smith 3rd", WOLFE),
    ],
)
def test_form_keeps_a_name_as_it_is_written(name):
    answers = cleaned(family_name=name, given_name=name)

    assert (answers["family_name"], answers["given_name"]) == (name, name)


def test_form_takes_the_names_of_real_organisations():
    with ORGANISATIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    fields = ExpressionOfInterestForm.base_fields
    for row in rows:
        name = row["name"].translate({0x93: "“", 0x94: "”"})
        assert fields["organisation_name"].clean(row["name"]) == name
        for column in ("acronym", "category", "website"):
            assert fields[column].clean(row[column]) == row[column]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ministry \t of  Trade ", "Ministry of Trade"),
        ("Ministry\u00a0of Trade", "Ministry of Trade"),
        ("\u202aMinistry of Trade\u202c", "Ministry of Trade"),
        ("\ufeffMinistry of\u200b Trade", "Ministry of Trade"),
        ("Ministry \x93of Trade\x94", "Ministry “of Trade”"),
    ],
)
def test_form_leaves_out_what_copying_leaves_behind(typed, kept):
    assert cleaned(organisation_name=typed)["organisation_name"] == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ada@example.org", "ada@example.org"),
        ("first.last+tag@sub.example.co.uk", "first.last+tag@sub.example.co.uk"),
        ("O'Brien@example.org", "O'Brien@example.org"),
        ("ministry.of.ict@gmail.com", "ministry.of.ict@gmail.com"),
        ("info@münchen.example.de", "info@münchen.example.de"),
        ("info@xn--mnchen-3ya.de", "info@münchen.de"),
        ("info@وزارة-الأتصالات.مصر", "info@وزارة-الأتصالات.مصر"),
        ("info@例子.中国", "info@例子.中国"),
        ("a@post.museum", "a@post.museum"),
        (" ada@example.org\u202c ", "ada@example.org"),
    ],
)
def test_form_takes_an_email_address(typed, kept):
    assert cleaned(email=typed)["email"] == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("ada", "ada@", "@example.org", "ada@example", "ada@localhost", "ada@@example.org"),
        *("ada@exa mple.org", "ada..b@example.org", "ada@[127.0.0.1]", "ada\0@example.org"),
        "ada@example.org, bob@example.org",
        *("a" * 65 + "@example.org", "a" * 10_000 + "@example.org"),
    ],
)
def test_form_refuses_what_is_no_email_address(typed):
    assert codes(email=typed) == {"email": ["invalid"]}


def test_form_takes_letters_of_any_script_if_the_mail_server_does(settings):
    typed = {"email": "ада@example.org", "alternate_email": "用户@例子.中国"}
    assert codes(**typed, alternate_family_name="王") == {
        "email": ["needs_smtputf8"],
        "alternate_email": ["needs_smtputf8"],
    }

    settings.MAIL_SMTPUTF8 = True

    assert cleaned(email="ада@example.org")["email"] == "ада@example.org"


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("KE", "+41 22 730 5111", "+41227305111"),
        ("CH", "022 730 51 11", "+41227305111"),
        ("KE", "0712 345678", "+254712345678"),
        ("FR", "0033 1 42 68 53 00", "+33142685300"),
        ("US", "0041 22 730 5111", "+41227305111"),
        ("US", "(202) 456-1111", "+12024561111"),
        ("IT", "06 6982 1234", "+390669821234"),
        ("CN", "010-6552 9999", "+861065529999"),
        ("EG", "٠٢ ٢٥٧٥ ٠٩١٢", "+20225750912"),
        ("BR", "+55 61 3312-1234", "+556133121234"),
        ("NE", "+227 20 72 21 22", "+22720722122"),
        ("TV", "+688 20100", "+68820100"),
        ("PN", "+41 22 730 5111", "+41227305111"),
        ("CH", "\u202d+41 22 730 5111\u202c", "+41227305111"),
        ("CH", "", ""),
    ],
)
def test_form_takes_the_phone_numbers_of_every_country(country, typed, kept):
    assert cleaned(country=country, phone=typed, time_zone="UTC")["phone"] == kept


@pytest.mark.parametrize("typed", ["12", "call me", "+", "+999 123 456", "0" * 40, "+41\x0722"])
def test_form_refuses_what_is_no_phone_number(typed):
    assert list(codes(phone=typed)) == ["phone"]


def test_form_takes_the_country_of_a_phone_number_from_the_number_where_none_is_chosen():
    assert codes(country="", phone="+41 22 730 5111") == {"country": ["required"]}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("www.example.org", "https://www.example.org"),
        ("http://example.org/a?b=c#d", "http://example.org/a?b=c#d"),
        ("HTTPS://Example.org", "HTTPS://Example.org"),
        ("https://موقع.وزارة-الأتصالات.مصر/", "https://موقع.وزارة-الأتصالات.مصر/"),
        ("münchen.de", "https://münchen.de"),
        ("example.org:8080/path", "https://example.org:8080/path"),
        ("", ""),
    ],
)
def test_form_takes_a_website(typed, kept):
    assert cleaned(website=typed)["website"] == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("ftp://example.org", "javascript:alert(1)", "javascript://example.org/%0aalert(1)"),
        *("mailto:ada@example.org", "data:text/html,x", "https://itu.int@evil.example"),
        *("https://user:word@example.org", "localhost", "http://", "http://[::1", "not a site"),
        *("https://example.org/\0", "none"),
    ],
)
def test_form_refuses_what_is_no_website(typed):
    assert list(codes(website=typed)) == ["website"]


NONSENSE = {
    **dict.fromkeys(("!!!", "12345", "😀"), "no_letter"),
    **dict.fromkeys(("\0", "Ada\0", "\ufffd" * 10_000, "Ada\x07", "Ada\ufffd"), "unreadable"),
    **dict.fromkeys(("Ada\x1b[31m", "Ada" + chr(0xD800)), "unreadable"),
}


@pytest.mark.parametrize("name", ["organisation_name", "family_name", "position", "motivation"])
def test_form_refuses_nonsense(name):
    field = ExpressionOfInterestForm.base_fields[name]

    refused = {typed: codes_of(field, typed) for typed in NONSENSE}

    assert refused == {typed: [code] for typed, code in NONSENSE.items()}
    assert codes(**{name: "!!!"}) == {name: ["no_letter"]}


def codes_of(field, typed):
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    return [error.code for error in refused.value.error_list]


@pytest.mark.parametrize("typed", ["ada@example.org", "Buy https://evil.example now"])
def test_form_refuses_an_address_for_the_name_of_a_person(typed):
    assert codes(family_name=typed) == {"family_name": ["address"]}


@pytest.mark.parametrize("typed", ["\u200b", " \t ", "\ufeff\u2060"])
def test_form_asks_again_for_what_only_looks_filled_in(typed):
    assert codes(family_name=typed) == {"family_name": ["required"]}


def test_form_says_how_long_a_text_may_be_and_names_the_field():
    form = ExpressionOfInterestForm(query(organisation_name="a" * 10_000))

    assert form.errors == {
        "organisation_name": [
            "Shorten “Name of the organisation” to 200 characters or fewer; it has 10000."
        ]
    }


def test_form_refuses_what_is_only_like_a_choice():
    near = {"country": "ch", "focus_area": "1", "role": "co_lead", "language": "de"}

    assert codes(**near) == {name: ["invalid_choice"] for name in near}


def test_form_says_in_its_own_words_that_a_choice_is_not_offered():
    choices = [
        name
        for name, field in ExpressionOfInterestForm.base_fields.items()
        if isinstance(field, ChoiceField)
    ]

    form = ExpressionOfInterestForm(query(**dict.fromkeys(choices, "nonsense")))

    assert {name: form.errors[name] for name in choices} == {
        "category": ["Choose the kind of organisation"],
        "country": ["Choose the country of the headquarters from the list"],
        "focus_area": ["Choose one of the four focus areas"],
        "role": ["Choose the role that you would like"],
        "further_focus_areas": ["Choose from the four focus areas"],
        "contributions": ["Choose contributions from the list"],
        "language": ["Choose the language of correspondence"],
        "title": ["Choose a title from the list"],
        "time_zone": ["Choose a time zone from the list"],
        "alternate_title": ["Choose a title from the list"],
        "alternate_language": ["Choose a language from the list"],
        "alternate_time_zone": ["Choose a time zone from the list"],
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("  \r\n ", 0),
        ("connect every school", 3),
        ("connect\u00a0every\u2003school\r\n\r\nby 2030", 5),
        ("l’école numérique", 2),
        ("توصيل كل مدرسة", 3),
        ("连接每一所学校", 4),
        ("连接每一所学校。", 4),
        ("连接，每一所学校", 4),
        ("私たちは学校をつなぐ", 5),
        ("ITU 连接 schools", 3),
        ("ITU连接schools", 3),
        ("𠀀𠀁", 1),
        ("학교를 연결합니다", 2),
    ],
)
def test_count_words_counts_what_people_call_a_word(text, words):
    assert count_words(text) == words


def test_form_takes_as_many_words_as_it_says_and_no_more():
    assert codes(motivation="word " * 300) == {}
    assert codes(motivation="word " * 301) == {"motivation": ["max_words"]}
    assert codes(motivation="学" * 600) == {}
    assert codes(motivation="学" * 601) == {"motivation": ["max_words"]}
    assert codes(about="word " * 150) == {}
    assert codes(about="word " * 151) == {"about": ["max_words"]}


MEANT = {
    "ada@gmail.com": [
        *("ada@gmial.com", "ada@gmai.com", "ada@gmaill.com", "ada@gnail.com", "ada@gmail.con"),
        *("ada@gmail.co", "ada@gmail.cm", "ada@gmial.con"),
    ],
    "Ada@hotmail.com": ["Ada@Hotmial.com"],
    "ada@outlook.com": ["ada@outlok.com"],
    "ada@yahoo.fr": ["ada@yaho.fr"],
    "ada@ministry.gov.com": ["ada@ministry.gov.con"],
    "ada@example.org": ["ada@example.ogr"],
}


@pytest.mark.parametrize("meant", MEANT)
def test_likely_address_knows_slips_of_the_finger(meant):
    assert {typed: suggest_address(typed) for typed in MEANT[meant]} == dict.fromkeys(
        MEANT[meant], meant
    )


@pytest.mark.parametrize(
    "address",
    [
        *("ada@gmail.com", "ada@GMAIL.com", "ada@yahoo.gr", "ada@yahoo.com.ar", "ada@hotmail.gr"),
        *("ada@mail.com", "ada@email.com", "ada@gmx.de", "ada@qq.com", "ada@itu.int"),
        *("ada@example.org", "info@münchen.de", "ada@"),
    ],
)
def test_likely_address_leaves_what_may_well_be_right(address):
    assert suggest_address(address) is None
