import pytest
from django.core.exceptions import ValidationError

from core.addresses import (
    AddressFormField,
    clean_address,
    deliverable_address,
    needs_smtputf8,
    normalise_address,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada.Lovelace@Example.ORG", "Ada.Lovelace@example.org"),
        ("Ada@BÜCHER.example", "Ada@bücher.example"),
        ("info@xn--bcher-kva.example", "info@bücher.example"),
        ("info@bu\u0308cher.example", "info@bücher.example"),
    ],
)
@pytest.mark.parametrize("is_on", [True, False])
def test_address_with_ascii_before_the_at_sign_is_always_taken(settings, typed, kept, is_on):
    settings.MAIL_SMTPUTF8 = is_on

    assert clean_address(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("用户@例子.中国", "用户@例子.中国"),
        ("Müller@bücher.example", "müller@bücher.example"),
        ("mu\u0308ller@example.org", "müller@example.org"),
        ("دعم@مثال.مصر", "دعم@مثال.مصر"),
    ],
)
def test_address_of_any_script_is_taken_if_the_mail_server_can_send_to_it(settings, typed, kept):
    settings.MAIL_SMTPUTF8 = True

    assert clean_address(typed) == kept
    assert needs_smtputf8(kept)


def test_address_is_refused_with_the_reason_if_the_mail_server_cannot_send_to_it():
    with pytest.raises(ValidationError) as refused:
        clean_address("müller@bücher.example")

    assert refused.value.code == "needs_smtputf8"
    assert refused.value.message % refused.value.params == (
        "Our mail server cannot send to this address because of “ü” before the @ sign. Enter an "
        "address with the letters a to z there. After the @ sign, every script is accepted."
    )


@pytest.mark.parametrize("typed", ["müller", "müller@", "müller@@a.org", "mü ller@a.org", "a@b"])
def test_address_that_is_none_is_refused_as_such_with_any_letters(settings, typed):
    settings.MAIL_SMTPUTF8 = True

    with pytest.raises(ValidationError) as refused:
        clean_address(typed)

    assert refused.value.code == "invalid"


@pytest.mark.parametrize(
    "spelling",
    [
        "Müller@Bücher.example",
        " müller@xn--bcher-kva.example",
        "MÜLLER@XN--BCHER-KVA.EXAMPLE",
        "mu\u0308ller@bu\u0308cher.example",
    ],
)
def test_all_spellings_of_an_address_have_one_normal_form(spelling):
    assert normalise_address(spelling) == "müller@bücher.example"


@pytest.mark.parametrize("kept", ["ada@localhost", "nonsense", "", "a@xn--", "a@ü..de", "@b.org"])
def test_normal_form_keeps_what_is_no_address(kept):
    assert normalise_address(kept) == kept


@pytest.mark.parametrize(
    ("kept", "sent_to"),
    [
        ("ada@example.org", "ada@example.org"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        # In the standard of 2003 this would be strasse.de, which belongs to somebody else.
        ("info@straße.de", "info@xn--strae-oqa.de"),
        ("用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s"),
    ],
)
def test_mail_server_gets_the_domain_in_ascii(kept, sent_to):
    assert deliverable_address(kept) == sent_to


@pytest.mark.parametrize(
    "typed",
    [
        "Awa Diop <awa@example.org>",
        '"Diop, Awa" <awa@example.org>;',
        "<awa@example.org>",
        "mailto:awa@example.org",
        "Mailto:awa@example.org?subject=Partner2Connect",
        "Awa Diop <mailto:awa@example.org>",
        "awa＠example．org",
        "awa@example。org",
        "awa@example.org.",
        "awa@example.org, ",
    ],
)
def test_field_takes_the_address_that_a_person_copied(typed):
    assert AddressFormField().clean(typed) == "awa@example.org"


@pytest.mark.parametrize(
    "typed", ["awa@example.org, moussa@example.org", "a@example.org <b@", "mailto:", "Awa <awa>"]
)
def test_field_refuses_two_addresses_and_none(typed):
    with pytest.raises(ValidationError) as refused:
        AddressFormField().clean(typed)

    assert refused.value.code == "invalid"
