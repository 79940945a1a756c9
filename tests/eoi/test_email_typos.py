import pytest

from eoi.forms.email_typos import suggest_address

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
