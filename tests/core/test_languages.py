"""What is shown in which language."""

from datetime import UTC, datetime

import pytest
from django.utils.formats import date_format, localize
from django.utils.translation import override

from core.languages import desk_language, language_name, list_in_words, with_commas

NINE = datetime(2022, 6, 7, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "A, B and C"),
        ("fr", "A, B et C"),
        ("es", "A, B y C"),
        ("ru", "A, B и C"),
        ("zh-hans", "A、B和C"),
        ("ar", "A وB وC"),
    ],
)
def test_list_is_written_as_in_a_sentence(language, words):
    with override(language):
        assert list_in_words(["A", "B", "C"]) == words
        assert list_in_words(letter for letter in "A") == "A"
        assert list_in_words([]) == ""


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["French", "Arabic", "Simplified Chinese"]),
        ("fr", ["français", "arabe", "chinois simplifié"]),
        ("es", ["francés", "árabe", "chino simplificado"]),
        ("ru", ["французский", "арабский", "китайский, упрощенное письмо"]),
        ("zh-hans", ["法语", "阿拉伯语", "简体中文"]),
        ("ar", ["الفرنسية", "العربية", "الصينية المبسطة"]),
    ],
)
def test_language_has_its_name_in_the_language_of_the_reader(language, names):
    with override(language):
        assert [language_name(code) for code in ("fr", "ar", "zh-hans")] == names
        assert language_name("xx") == "xx"


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "A, B ou C"), ("zh-hans", "A、B ou C"), ("ar", "A، B ou C")]
)
def test_items_of_several_words_have_the_comma_of_the_language(language, words):
    with override(language):
        assert with_commas(["A", "B ou C"]) == words


@pytest.mark.parametrize(
    ("language", "desk"), [("en", "en"), ("fr", "fr"), ("ar", "en"), ("zh-hans", "en"), ("", "en")]
)
def test_desk_has_two_languages(language, desk):
    assert desk_language(language) == desk


@pytest.mark.parametrize(
    ("language", "day", "moment", "number"),
    [
        ("en", "7 June 2022", "7 June 2022, 09:05", "1.5"),
        ("fr", "7 juin 2022", "7 juin 2022 09:05", "1,5"),
        ("es", "7 de junio de 2022", "7 de junio de 2022 a las 09:05", "1,5"),
        ("ru", "7 июня 2022 г.", "7 июня 2022 г. 9:05", "1,5"),
        ("zh-hans", "2022年6月7日", "2022年6月7日 09:05", "1.5"),
        ("ar", "7 يونيو 2022", "7 يونيو 2022، 09:05", "1.5"),
    ],
)
def test_dates_and_numbers_have_the_format_of_the_language(language, day, moment, number):
    with override(language):
        assert date_format(NINE, "DATE_FORMAT") == day
        assert date_format(NINE, "DATETIME_FORMAT") == moment
        assert localize(1.5) == number


def test_english_puts_the_day_before_the_month_in_short_dates():
    with override("en"):
        assert date_format(NINE, "SHORT_DATE_FORMAT") == "7 Jun 2022"
        assert date_format(NINE, "TIME_FORMAT") == "09:05"
