import pytest

from eoi.forms.word_count import count_words
from tests.eoi.form import codes


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
