import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.folding import fold
from tests.hostile.values import HOSTILE, LINES, NAMES

# Pairs of spellings that a search takes for the same.
SAME = [
    ("Telefónica, S.A.", "TELEFONICA, s.a."),
    ("Straße", "STRASSE"),
    ("İstanbul", "ISTANBUL"),
    ("Đại học Việt Nam", "dai hoc viet nam"),
    ("Łódź", "lodz"),
    ("Ångström", "a\u030angstro\u0308m"),
    ("Cœur", "COEUR"),
    ("ﬁnance", "Finance"),
    ("ＩＴＵ－Ｄ　２０２５", "itu-d 2025"),
    ("Σοφός", "ΣΟΦΟΣ"),
    ("Связь ёй", "СВЯЗЬ ЕИ"),
    ("أُمَّة", "امه"),
    ("هيئة الإتّصالات", "هيئه الاتصالات"),
    ("آسيا ٱلعربى", "اسيا العربي"),
    ("الـــريـاض", "الرياض"),
    ("کیش", "كيش"),
    ("ﷲ", "الله"),
    ("٢٠٢٥ ۲۰۲۵ २०२५", "2025 2025 2025"),
    ("שָׁלוֹם", "שלום"),
    ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
    ("ｶﾞｰﾅ", "ガーナ"),
    ("O’Neil", "O'Neil"),
    ("«Связь»", '"связь"'),
    ("Guinea–Bissau", "guinea‑bissau"),
    ("soft\u00adhyphen\u200b", "softhyphen"),
    ("\u202eright\u200f to left", "right to left"),
    (" many\t\n\u00a0blanks\0", "many blanks"),
]
# And pairs that differ.
DIFFERENT = [
    ("か", "が"),
    ("हिंदी", "हद"),
    ("ไทย", "ไท"),
    ("北京", "京北"),
    ("I", "1"),
    ("О", "O"),
]
TEXTS = st.text(max_size=30)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_fold_makes_spellings_equal(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_fold_keeps_other_letters_apart(one, other):
    assert fold(one) != fold(other)


def test_fold_writes_the_common_form():
    assert fold("  Łódź–Straße, ２０２५ ") == "lodz-strasse, 2025"


@pytest.mark.parametrize("text", [*NAMES.values(), *HOSTILE.values(), *LINES.values()])
def test_fold_of_what_is_folded_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_fold_leaves_no_blank_that_words_are_not_split_at(text):
    assert fold(text) == " ".join(fold(text).split())
