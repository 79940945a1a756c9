"""The admin pages of rates of exchange."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from commitments.models import ExchangeRate
from core.spreadsheet_parsing import MAX_FILE_SIZE
from tests.commitments.register import published
from tests.eoi.form import words_of
from tests.factories import (
    AmountFactory,
    ExchangeRateFactory,
    FocusAreaFactory,
)
from tests.queries import queries_of
from tests.triage.staff import coordinator, desk_manager, officer, signed_in, told

LIST = "/admin/commitments/exchangerate/"
UPLOAD, CONFIRM = f"{LIST}import/", f"{LIST}import/confirm/"
AMOUNTS = f"{LIST}amounts/"
HEADING = "source,currency,month,rate\n"


def upload(client, text):
    content = text if isinstance(text, bytes) else (HEADING + text).encode()
    return client.post(UPLOAD, {"file": SimpleUploadedFile("rates.csv", content)})


@pytest.fixture
def client():
    """The browser of a desk manager."""
    return signed_in(desk_manager())


def test_rates_are_checked_then_imported(client):
    ExchangeRateFactory(currency="ZMW", rate=Decimal("23.1"), source="UN")

    page = upload(client, "UN,EUR,2026-11,0.92\nUN,ZMW,2026-11,23.2\n")

    assert page.status_code == 200
    words = words_of(page)
    assert "Nothing is saved yet. 1 new rate 1 changed rate" in words
    assert "3 ZMW 2026-11 Changed 23.2 23.1 UN" in words
    assert "differs" not in words
    assert ExchangeRate.objects.count() == 1

    done = client.post(CONFIRM, {"parcel": page.context["sealed"]}, follow=True)

    assert told(done) == ["Rates imported: 1 new, 1 changed. Amounts converted: 0."]
    assert ExchangeRate.objects.count() == 2


def test_rate_far_from_the_month_before_is_shown_beside_it_and_imported_after_a_tick(client):
    ExchangeRateFactory(currency="ETB", month=date(2026, 10, 1), rate=Decimal(130), source="UN")

    page = upload(client, "UN,ETB,2026-11,13100\n")
    sent = {"parcel": page.context["sealed"]}
    refused = client.post(CONFIRM, sent)
    stored = ExchangeRate.objects.count()
    done = client.post(CONFIRM, {**sent, "difference": "1"}, follow=True)

    row = "2 ETB 2026-11 New 13,100 130 (2026-10) differs by more than 25 % UN"
    assert row in words_of(page)
    assert "1 rate differs from the month before by more than 25 per cent." in words_of(page)
    assert (refused.status_code, stored) == (422, 1)
    assert row in words_of(refused)
    assert "Compare them with their source and tick the box" in words_of(refused)
    assert told(done) == ["Rates imported: 1 new, 0 changed. Amounts converted: 0."]


def wrongly_converted():
    rate = ExchangeRateFactory(currency="EUR", month=date(2023, 6, 1), rate=Decimal("0.8"))
    amount = AmountFactory(
        commitment=published(reference="C-RATED1"),
        currency="EUR",
        original=Decimal(80),
        usd=1,
        rate=Decimal(80),
        rate_month=date(2023, 6, 1),
        rate_source="UN",
    )
    return rate, amount


def test_amounts_are_converted_again_with_a_public_note():
    rate, amount = wrongly_converted()
    client, page = signed_in(desk_manager()), f"{LIST}{rate.pk}/convert-again/"

    listed = client.get(AMOUNTS)
    shown = client.get(page)
    without_note = client.post(page, {"seen": "0.8", "note": " "})
    done = client.post(page, {"seen": "0.8", "note": "It was wrong."}, follow=True)
    again = client.post(page, {"seen": "0.8", "note": "It was wrong."}, follow=True)

    assert f'href="{page}"' in listed.text
    words = words_of(shown).replace("\xa0", " ")
    assert "C-RATED1 EUR 80 80 USD 1 USD 100" in words
    assert without_note.status_code == 422
    assert "Write the note that everybody will read." in words_of(without_note)
    assert told(done) == ["Converted again: the amounts of 1 commitment."]
    assert told(again) == ["All amounts of this currency and month have the present rate already."]
    amount.refresh_from_db()
    assert amount.usd == 100
    assert amount.commitment.versions.get().reason == "It was wrong."


def test_page_of_a_conversion_does_not_grow_in_queries():
    rate, amount = wrongly_converted()
    client, page = signed_in(desk_manager()), f"{LIST}{rate.pk}/convert-again/"
    client.get(page)
    for_one = queries_of(client, page)
    facts = {name: getattr(amount, name) for name in ("usd", "rate", "rate_month", "rate_source")}
    for _n in range(2):
        AmountFactory(commitment=published(), currency="EUR", original=80, **facts)

    assert queries_of(client, page) == for_one


def test_wrong_rows_are_listed_with_their_numbers_and_nothing_can_be_confirmed():
    page = upload(
        signed_in(desk_manager()), 'UN,EUR,2026-11,0.92\nUN,ZMW,2026-11,"23,2"\nUN,QQQ,2026-11,1\n'
    )

    assert page.status_code == 422
    words = words_of(page)
    assert "Nothing was imported: 2 of 3 rows are wrong" in words
    assert "Row 3: Write the rate with a point before the decimals" in words
    assert "Row 4: “QQQ” is not the code" in words
    assert "parcel" not in page.text


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [
        (b"x" * (MAX_FILE_SIZE + 1), 422, "Choose a file of at most 5 MB."),
        ("UN,EUR,2026-11,0.92\n", 200, "1 rate that is the same"),
    ],
    ids=["too large", "the same"],
)
def test_file_that_is_too_large_or_has_the_same_rates_offers_nothing(
    client, text, status, sentence
):
    ExchangeRateFactory(currency="EUR", rate=Decimal("0.92"), source="UN")

    page = upload(client, text)

    assert page.status_code == status
    assert sentence in words_of(page)
    assert "parcel" not in page.text


def test_check_that_was_altered_or_is_of_a_colleague_imports_nothing(client):
    sealed = upload(signed_in(desk_manager()), "UN,EUR,2026-11,0.92\n").context["sealed"]

    altered, of_a_colleague = (
        client.post(CONFIRM, {"parcel": parcel}, follow=True) for parcel in ("altered", sealed)
    )

    assert told(altered) == told(of_a_colleague)
    assert told(altered)[0].startswith("Nothing was imported because the check has expired")
    assert ExchangeRate.objects.count() == 0


def test_rates_imported_meanwhile_are_kept(client):
    sealed = upload(client, "UN,EUR,2026-11,0.92\n").context["sealed"]
    ExchangeRateFactory(currency="EUR", rate=Decimal("0.5"))

    done = client.post(CONFIRM, {"parcel": sealed}, follow=True)

    assert told(done)[0].startswith("A colleague has imported rates")
    assert ExchangeRate.objects.get().rate == Decimal("0.5")


def waiting(**facts):
    return AmountFactory(
        commitment=published(),
        currency="ETB",
        rate_month=date(2023, 6, 1),
        **facts,
    )


def test_amounts_without_a_rate_are_listed_by_currency_and_month():
    waiting()
    waiting()
    AmountFactory(currency="AOA", rate_month=date(2023, 6, 1))

    words = words_of(signed_in(officer()).get(AMOUNTS))

    assert "ETB Ethiopian Birr June 2023 2" in words
    assert "AOA" not in words


def test_amount_that_was_converted_by_another_rate_is_listed():
    _rate, amount = wrongly_converted()

    page = signed_in(officer()).get(AMOUNTS)

    assert f"/admin/commitments/amount/{amount.pk}/change/" in page.text
    assert "C-RATED1 EUR 80 USD 1 June 2023 80 0.8" in words_of(page).replace("\xa0", " ")
    # Only who may convert is led there.
    assert "convert-again" not in page.text


def test_coordinator_sees_the_amounts_of_own_areas_only():
    area = FocusAreaFactory(number=2)
    waiting()

    words = words_of(signed_in(coordinator(area)).get(AMOUNTS))

    assert "Every amount of a published commitment is converted." in words


def test_page_of_amounts_does_not_grow_in_queries():
    client = signed_in(officer())
    waiting()
    client.get(AMOUNTS)
    for_one = queries_of(client, AMOUNTS)
    waiting()
    waiting()

    assert queries_of(client, AMOUNTS) == for_one
