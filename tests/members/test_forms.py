import csv
import re
import string
from pathlib import Path

import pytest
from django.forms import ChoiceField
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from focus_areas.models import FocusArea
from members import countries
from members.forms.eoi import ExpressionOfInterestForm
from members.forms.layout import CORE, MORE, field_names
from members.models import Category, Contribution, CorrespondenceLanguage, SoughtRole, Title
from tests.members.eoi import ANSWERS, codes, query

ORGANISATIONS = Path(countries.__file__).parent / "data" / "organisations.csv"
WOLFE = "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaf"


def cleaned(**changes):
    form = ExpressionOfInterestForm(query(**changes))
    assert form.errors == {}
    return form.cleaned_data


# What the form asks


def test_form_has_the_field_names_that_scripts_use():
    person = ["title", "given_name", "family_name", "position"]
    person += ["email", "phone", "language", "time_zone"]
    names = {
        "organisation_name",
        "acronym",
        "category",
        "country",
        "website",
        "about",
        "focus_area",
        "further_focus_areas",
        "role",
        "contributions",
        "motivation",
        *person,
        *(f"alternate_{name}" for name in person),
        "is_authorised",
        "privacy_consent",
        "publication_consent",
        "newsletter",
    }

    assert sorted([*field_names(CORE), *field_names(MORE)]) == sorted(names)
    assert set(ExpressionOfInterestForm.base_fields) == names | {
        "submission_key",
        "started",
        "leave_empty",
    }


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("category", Category.values),
        ("role", SoughtRole.values),
        ("contributions", Contribution.values),
        ("language", CorrespondenceLanguage.values),
        ("title", ["", *Title.values]),
        ("alternate_title", ["", *Title.values]),
        ("alternate_language", ["", *CorrespondenceLanguage.values]),
    ],
)
def test_form_offers_the_values_that_scripts_use(name, values):
    assert [value for value, _label in ExpressionOfInterestForm().fields[name].choices] == values


def test_form_asks_for_fourteen_things_at_most_before_what_may_be_added():
    core = list(field_names(CORE))

    assert len(core) == 14
    required = {
        name for name, field in ExpressionOfInterestForm.base_fields.items() if field.required
    }
    assert required <= {*core, "submission_key"}


def test_form_gives_what_intake_takes():
    form = ExpressionOfInterestForm(
        query(
            acronym="MDA",
            website="mda.example.org",
            about="A ministry.",
            further_focus_areas=["connecting-people-everywhere", "empowering-communities"],
            contributions=["policy", "knowledge"],
            title="he",
            phone="0712 345678",
            alternate_family_name="Otieno",
            alternate_email="otieno@example.org",
            publication_consent="on",
            leave_empty="",
            started="1635163200:signed",
        )
    )

    assert form.is_valid()
    assert form.answers() == {
        "submission_key": "key-of-the-form",
        "organisation_name": "Ministry of Digital Affairs",
        "category": "member_state",
        "country": "KE",
        "acronym": "MDA",
        "website": "https://mda.example.org",
        "about": "A ministry.",
        "focus_area": FocusArea.objects.get(number=1),
        "role": "participant",
        "motivation": "We want to connect every school.",
        "further_focus_areas": ["empowering-communities"],
        "contributions": ["policy", "knowledge"],
        "given_name": "Wanjikũ",
        "family_name": "Ng’ang’a",
        "position": "Director",
        "email": "wanjiku@example.org",
        "language": "en",
        "title": "he",
        "phone": "+254712345678",
        "time_zone": "Africa/Nairobi",
        "alternate_title": "",
        "alternate_given_name": "",
        "alternate_family_name": "Otieno",
        "alternate_position": "",
        "alternate_email": "otieno@example.org",
        "alternate_phone": "",
        "alternate_language": "",
        "alternate_time_zone": "",
        "is_authorised": True,
        "privacy_consent": True,
        "publication_consent": True,
        "newsletter": False,
    }


@pytest.mark.parametrize("name", ["given_name"])
def test_form_takes_a_person_of_one_name(name):
    assert cleaned(**{name: None})["family_name"] == "Ng’ang’a"


@pytest.mark.parametrize(
    "name",
    [
        "organisation_name",
        "category",
        "country",
        "focus_area",
        "role",
        "motivation",
        "family_name",
        "position",
        "email",
        "language",
        "is_authorised",
        "privacy_consent",
    ],
)
def test_form_asks_again_for_what_is_required(name):
    assert codes(**{name: None}) == {name: ["required"]}


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


# What people write


@pytest.mark.parametrize(
    "name",
    [
        "Ng’ang’a",
        "O'Brien-McDonald",
        "d’Ávila e Sousa",
        "van der Berg",
        "MacDOUGALL",
        "de la Cruz",
        "Suharto",
        "E",
        "Ng",
        "الخطيب",
        "王小明",
        "Иванова",
        "Παπαδόπουλος",
        "ሀይሌ",
        "გელაშვილი",
        "ณ อยุธยา",
        "श्रीनिवासन",
        "کریمی‌نژاد",
        "Nguyễn Thị Minh Khai",
        "Þórðardóttir",
        "ǃXóõ",
        "St. John, Jr.",
        "Smith 3rd",
        WOLFE,
    ],
)
def test_form_keeps_a_name_as_it_is_written(name):
    answers = cleaned(family_name=name, given_name=name)

    assert (answers["family_name"], answers["given_name"]) == (name, name)


def test_form_takes_the_names_of_real_organisations():
    with ORGANISATIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    for row in rows:
        answers = cleaned(
            organisation_name=row["name"],
            acronym=row["acronym"],
            category=row["category"],
            country=row["country"],
            website=row["website"],
            time_zone="UTC",
        )
        assert answers["organisation_name"] == row["name"].translate({0x93: "“", 0x94: "”"})
        assert answers["website"] == row["website"]


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
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@localhost",
        "ada@@example.org",
        "ada@exa mple.org",
        "ada..b@example.org",
        "ada@[127.0.0.1]",
        "ada@example.org, bob@example.org",
        "Ada <ada@example.org>",
        "ada\0@example.org",
        "a" * 65 + "@example.org",
        "a" * 10_000 + "@example.org",
    ],
)
def test_form_refuses_what_is_no_email_address(typed):
    assert codes(email=typed) == {"email": ["invalid"]}


def test_form_says_which_letters_stand_before_the_at_sign():
    assert codes(email="ада@example.org") == {"email": ["not_latin"]}


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
        ("AQ", "+41 22 730 5111", "+41227305111"),
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
        "ftp://example.org",
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "mailto:ada@example.org",
        "data:text/html,x",
        "https://itu.int@evil.example",
        "https://user:word@example.org",
        "localhost",
        "http://",
        "http://[::1",
        "not a site",
        "https://example.org/\0",
        "none",
    ],
)
def test_form_refuses_what_is_no_website(typed):
    assert list(codes(website=typed)) == ["website"]


@pytest.mark.parametrize("name", ["organisation_name", "family_name", "position", "motivation"])
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("!!!", "no_letter"),
        ("12345", "no_letter"),
        ("😀", "no_letter"),
        ("\0", "unreadable"),
        ("Ada\0", "unreadable"),
        ("\ufffd" * 10_000, "unreadable"),
        ("Ada\x07", "unreadable"),
        ("Ada\x1b[31m", "unreadable"),
        ("Ada" + chr(0xD800), "unreadable"),
        ("Ada\ufffd", "unreadable"),
    ],
)
def test_form_refuses_nonsense(name, typed, code):
    assert codes(**{name: typed}) == {name: [code]}


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("category", "company"),
        ("country", "XX"),
        ("country", "ch"),
        ("focus_area", "1"),
        ("role", "co_lead"),
        ("language", "de"),
        ("contributions", ["money"]),
        ("further_focus_areas", ["other"]),
        ("title", "sir"),
        ("time_zone", "Mars/Phobos"),
        ("alternate_title", "sir"),
        ("alternate_language", "de"),
        ("alternate_time_zone", "Mars/Phobos"),
    ],
)
def test_form_refuses_what_is_not_offered(name, value):
    assert codes(**{name: value})[name] == ["invalid_choice"]


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
        "role": ["Choose the role that you seek"],
        "further_focus_areas": ["Choose among the four focus areas"],
        "contributions": ["Choose contributions from the list"],
        "language": ["Choose the language of correspondence"],
        "title": ["Choose a title from the list"],
        "time_zone": ["Choose a time zone from the list"],
        "alternate_title": ["Choose a title from the list"],
        "alternate_language": ["Choose a language from the list"],
        "alternate_time_zone": ["Choose a time zone from the list"],
    }


# What belongs together


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


def test_form_takes_the_only_time_zone_of_a_country():
    form = ExpressionOfInterestForm(query(country="KE"))

    assert not form.asks_for_time_zone
    assert form.cleaned_data["time_zone"] == "Africa/Nairobi"


def test_form_asks_for_a_time_zone_where_the_country_has_several():
    form = ExpressionOfInterestForm(query(country="BR"))

    assert form.asks_for_time_zone


def test_form_asks_for_a_time_zone_where_the_country_has_none():
    assert ExpressionOfInterestForm(query(country="BV")).asks_for_time_zone


@pytest.mark.parametrize("zone", ["Europe/Zurich", "Europe/Kiev", "UTC", "America/Manaus"])
def test_form_takes_any_time_zone_that_is_chosen(zone):
    form = ExpressionOfInterestForm(query(country="BR", time_zone=zone))

    assert not form.asks_for_time_zone
    assert form.cleaned_data["time_zone"] == zone


# Robots

# What browsers fill in by themselves knows a field by such words in its name or label:
# the tokens of the HTML standard, and what Chromium and Firefox look for besides.
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


# Whatever is typed

TEXTS = st.text(max_size=300) | st.text(alphabet=string.printable + "\u202e\u200d\0\ud800'\"<&")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.sampled_from(sorted(ANSWERS.keys() - {"submission_key"})), TEXTS))
def test_form_judges_any_text_and_keeps_what_it_takes_fit_to_store(changes):
    form = ExpressionOfInterestForm(query(**changes))

    if form.is_valid():
        for value in form.answers().values():
            assert not isinstance(value, str) or not {"\0", "\ud800"} & set(value)
