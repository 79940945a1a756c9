import pytest

from eoi.forms.email_typos import suggest_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ada@gmial.com", "ada@gmail.com"),
        ("ada@gmai.com", "ada@gmail.com"),
        ("ada@gmaill.com", "ada@gmail.com"),
        ("ada@gnail.com", "ada@gmail.com"),
        ("ada@gmail.con", "ada@gmail.com"),
        ("ada@gmail.co", "ada@gmail.com"),
        ("ada@gmail.cm", "ada@gmail.com"),
        ("ada@gmial.con", "ada@gmail.com"),
        ("Ada@Hotmial.com", "Ada@hotmail.com"),
        ("ada@outlok.com", "ada@outlook.com"),
        ("ada@yaho.fr", "ada@yahoo.fr"),
        ("ada@ministry.gov.con", "ada@ministry.gov.com"),
        ("ada@example.ogr", "ada@example.org"),
    ],
)
def test_likely_address_knows_slips_of_the_finger(typed, meant):
    assert suggest_address(typed) == meant


@pytest.mark.parametrize(
    "address",
    [
        "ada@gmail.com",
        "ada@GMAIL.com",
        "ada@yahoo.gr",
        "ada@yahoo.com.ar",
        "ada@hotmail.gr",
        "ada@mail.com",
        "ada@email.com",
        "ada@gmx.de",
        "ada@qq.com",
        "ada@itu.int",
        "ada@example.org",
        "info@münchen.de",
        "ada@",
    ],
)
def test_likely_address_leaves_what_may_well_be_right(address):
    assert suggest_address(address) is None
