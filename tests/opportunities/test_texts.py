"""No addresses and phone numbers in what members write, and no more words than fit."""

import pytest

from core.conflicts import Refused
from opportunities.services.texts import check_no_address, check_words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Write to ana@example.org.", "ana@example.org."),
        ("Write to ana＠example.org", "ana@example.org"),
        ("ana @ example.org", "@ example.org"),
        ("ana [at] example [dot] org", "ana [at] example"),
        ("Follow @partner2connect", "@partner2connect"),
        ("See https://example.test/a", "https://example.test/a"),
        ("See WWW.example.test", "WWW.example.test"),
        ("See itu.int.", "itu.int"),
        ("See mic.gov.ne for more", "mic.gov.ne"),
        ("See example.fr/offre", "example.fr/offre"),
        ("bit.ly/2abc", "bit.ly/2abc"),
        ("Call +227 20 73 45 67", "+227 20 73 45 67"),
        ("Call 00227 20734567", "00227 20734567"),
        ("Call 020 7946 0958", "020 7946 0958"),
        ("WhatsApp: 734 567", "WhatsApp: 734 567"),
        ("тел. 734-567", "тел. 734-567"),
        ("هاتف: ٧٣٤٥٦٧٨", "هاتف: 7345678"),
        ("电话：6688990", "电话:6688990"),
    ],
)
def test_address_is_refused_and_named(text, found):
    with pytest.raises(Refused, match="Leave out addresses and phone numbers") as refused:
        check_no_address(text)

    assert refused.value.code == "address"
    assert f"“{found}”" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "From 2027-2030, or 2025/2026/2027.",
        "From 01.02.2027 to 31/12/2028 and 05-06-2029",
        "1,500,000 people, 1 500 000 people, 1.500.000 people, 12000000 people",
        "Growth of +25 000 000 users, 0.75 to 0.80, 0,5-0,75",
        "A telephone for 900 teachers; mobile 4G/5G and/or fibre",
        "In the year.In Niger, e.g. this.That is i.e. version 2.0.1",
        "Node.js for Côte d’Ivoire",
        "2026年12月31日之前，为900名教师提供培训",
        "تدريب ٩٠٠ معلم حتى ٢٠٢٧-٢٠٣٠",
    ],
)
def test_numbers_and_days_are_no_addresses(text):
    check_no_address(text)


def test_words_are_counted_up_to_the_limit():
    check_words("word " * 150, 150)

    with pytest.raises(Refused, match="150 words or fewer") as refused:
        check_words("word " * 151, 150)

    assert refused.value.code == "too_long"
