"""The pages that check and import a spreadsheet, and the records of imports."""

import io
import logging
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core import sealed_uploads
from core.spreadsheet_parsing import parse_spreadsheet
from members.models import Member, MemberStatus
from outbox.models import Message
from tests.eoi.form import make_call, text_of, words_of
from tests.factories import (
    FocalPointFactory,
    FocusAreaFactory,
    ImportedRowFactory,
    ImportFactory,
    MemberFactory,
)
from tests.triage.spreadsheets.sheets import (
    CONFIRM,
    CSV,
    UPLOAD,
    XLSX,
    a_row,
    confirm,
    rows_of_many,
    sheet,
    upload,
)
from tests.triage.staff import QUEUE, coordinator, may, observer, officer, signed_in, told
from triage.spreadsheets.models import Import
from triage.spreadsheets.services.columns import MemberSheet

TEMPLATE = f"{UPLOAD}template/"
# One of them is for the counts of the bar.
KNOWN_QUERIES = 14
KINDS = pytest.mark.parametrize("kind", [CSV, XLSX])


def nothing_was_stored():
    return (Member.objects.count(), Import.objects.count(), Message.objects.count()) == (0, 0, 0)


def checked(client, *rows, call=None, kind=CSV):
    response = upload(client, sheet(*rows, kind=kind), call=call or make_call())
    assert response.status_code == 200, words_of(response)
    return response


def test_import_page_offers_the_open_call_first_and_explains_the_columns():
    make_call(opens=-90, closes=-30, grace_ends=-29)
    call = make_call()

    page = signed_in(officer()).get(UPLOAD)

    assert page.context["form"]["call"].value() == call.pk
    assert "organisation_name" in words_of(page)


@pytest.mark.parametrize(("kind", "acknowledgement"), [(CSV, ""), (XLSX, "on")])
def test_import_shows_what_would_be_taken_in_and_takes_it_in_once_confirmed(kind, acknowledgement):
    client, call = signed_in(officer()), make_call()

    page = checked(client, *rows_of_many(3), call=call, kind=kind)
    is_nothing_stored = nothing_was_stored()
    response = confirm(client, page, note="From the mailbox.", with_acknowledgement=acknowledgement)

    names = [each.organisation for each in page.context["judged"]]
    assert names == ["Union 0", "Union 1", "Union 2"]
    assert page.context["new"] == 3
    assert "3 expressions of interest from mails.csv will be imported" in words_of(page)
    assert "no-store" in page.headers["Cache-Control"]
    assert is_nothing_stored
    made = Import.objects.get()
    assert response.url == f"/admin/triage/import/{made.pk}/change/"
    assert (made.row_count, made.channel, made.note, made.call) == (
        3,
        "mail",
        "From the mailbox.",
        call,
    )
    assert (made.file_name, made.imported_rows.count()) == ("mails.csv", 3)
    assert Message.objects.count() == (3 if acknowledgement else 0)
    assert told(client.get(response.url)) == ["Imported: 3. Corrected: 0. Skipped: 0."]


def test_import_names_what_is_wrong_row_by_row_and_column_by_column():
    client = signed_in(officer())
    rows = [a_row(), a_row(email="a@b", organisation_name="Other"), a_row(country="US", phone="")]

    page = upload(client, sheet(*rows), call=make_call())

    assert page.status_code == 422
    words = words_of(page)
    assert "Nothing was imported: 2 of 3 rows have errors" in words
    assert "3 Email a@b Enter a valid email address, like name@example.org" in words
    assert "4 Time zone – Enter the time zone, for example America/New_York" in words
    assert [fault.row for fault in page.context["faults"]] == [3, 4]
    assert nothing_was_stored()


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({}, "Choose a file"),
        ({"other": b"a\r\nb"}, "Choose a file"),
        ({"file": b""}, "The file is empty"),
        ({"file": b"a\r\n" + b"b\r\n" * 501}, "Import at most 500 rows at a time. Split the file."),
        ({"file": b"x" * 6 * 1024 * 1024}, "Choose a file of at most 5 MB."),
    ],
    ids=["none", "another", "empty", "too many rows", "too large"],
)
def test_import_says_at_the_field_what_is_wrong_with_a_file_and_keeps_none_of_it(files, error):
    call = make_call()
    sent = {name: SimpleUploadedFile("x.csv", content) for name, content in files.items()}

    page = signed_in(officer()).post(UPLOAD, {"call": call.pk, **sent})

    assert page.status_code == 422
    assert page.context["form"].errors["file"] == [error]
    assert all(file.closed for file in page.wsgi_request.FILES.values())
    assert nothing_was_stored()


def test_import_of_a_larger_body_is_refused_unread():
    body = SimpleUploadedFile("mails.csv", b"x")
    request = {"CONTENT_LENGTH": str(10**9)}

    response = signed_in(officer()).post(UPLOAD, {"file": body}, **request)

    assert response.status_code == 413


def test_import_takes_the_token_that_stands_before_the_file_and_the_first_of_two_files():
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer())
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(UPLOAD).text)[1]
    files = [SimpleUploadedFile("a.csv", sheet(a_row())), SimpleUploadedFile("b.csv", b"\0")]
    sent = {"csrfmiddlewaretoken": token, "call": make_call().pk, "file": files}

    page = client.post(UPLOAD, sent)

    assert page.status_code == 200
    assert page.context["parcel"].file_name == "a.csv"


def test_import_twice_says_row_by_row_what_is_there_already():
    client, call = signed_in(officer()), make_call()
    page = checked(client, *rows_of_many(2), call=call)
    confirm(client, page)
    references = Member.objects.order_by("pk").values_list("reference", flat=True)

    again = confirm(client, page, note="From the mailbox.")
    second = checked(client, *rows_of_many(2), call=call)

    assert again.status_code == 409
    assert "Each row was already imported" in words_of(again)
    assert again.context["form"]["note"].value() == "From the mailbox."
    for reference in references:
        assert f"Already imported: {reference} · Union" in words_of(second)
    assert "Import 0" not in words_of(second)
    assert (Member.objects.count(), Import.objects.count()) == (2, 1)


def test_import_refuses_all_where_a_row_has_become_wrong_meanwhile():
    client, call = signed_in(officer()), make_call()
    page = checked(client, *rows_of_many(2), call=call)
    call.closes_at = call.grace_ends_at = call.opens_at + (call.closes_at - call.opens_at) / 4
    call.save()

    response = confirm(client, page)

    assert response.status_code == 422
    refusal = "2 Received on – The call was not open at this time. It accepts what was received"
    assert refusal in words_of(response)
    assert nothing_was_stored()


@pytest.mark.parametrize("why", ["empty", "altered", "a colleague's", "call is gone", "too late"])
def test_import_of_what_the_person_did_not_check_goes_back_and_stores_nothing(why, monkeypatch):
    client, call = signed_in(officer()), make_call()
    by = signed_in(officer()) if why == "a colleague's" else client
    parcel = checked(by, a_row(), call=call).context["sealed"]
    if why == "call is gone":
        call.delete()
    elif why == "too late":
        monkeypatch.setattr(sealed_uploads, "SIGNATURE_MAX_AGE", -1)
    parcel = {"empty": "", "altered": parcel[:-1]}.get(why, parcel)

    response = client.post(CONFIRM, {"parcel": parcel, "channel": "mail"})

    assert response.url == UPLOAD
    assert told(client.get(UPLOAD)) == [
        "Nothing was imported because the check has expired. Choose the file again."
    ]
    assert nothing_was_stored()


def test_import_of_too_much_text_to_be_sent_back_says_so(monkeypatch):
    monkeypatch.setattr(sealed_uploads, "MAX_SIGNED_LENGTH", 100)

    page = upload(signed_in(officer()), sheet(a_row()), call=make_call())

    assert page.status_code == 422
    assert page.context["refusal"] == "The file contains too much text. Split the file."


@pytest.mark.parametrize("name", ["../../etc/passwd", "é\u202egnp.csv", "x" * 300, "\n.csv"])
def test_import_keeps_a_readable_name_of_any_file(name):
    client = signed_in(officer())

    page = upload(client, sheet(a_row()), call=make_call(), name=name)
    confirm(client, page)

    kept = Import.objects.get().file_name
    assert kept.isprintable()
    assert "/" not in kept
    assert 0 < len(kept) <= 200


def test_log_of_an_import_tells_nothing_of_it(caplog):
    client = signed_in(officer(email="amina@p2c.example"))

    with caplog.at_level(logging.DEBUG):
        upload(client, sheet(a_row(country="Atlantis")), call=make_call())
        confirm(client, checked(client, a_row(organisation_name="Secret Union")))
        upload(client, b"\x89PNG Secret Union", call=make_call())

    assert Member.objects.count() == 1
    for told_ in ("Secret", "wanjiku", "254712", "Atlantis"):
        assert told_ not in caplog.text


def an_exported_portal():
    """Members of two calls, some of which the form would refuse today, and the officer."""
    now = timezone.now()
    calls = [make_call(), make_call(opens=-90, closes=-30, grace_ends=-29)]
    for number, call in enumerate(calls):
        for status in (MemberStatus.PENDING, MemberStatus.ADMITTED, MemberStatus.DECLINED):
            member = MemberFactory(
                call=call, status=status, submitted_at=now - timedelta(days=60 * number)
            )
            FocalPointFactory(member=member, position="", phone="+41227305111")
    MemberFactory(call=calls[0])
    return calls, officer()


@pytest.mark.parametrize(("kind", "language"), [(CSV, "fr"), (XLSX, "en")])
def test_import_of_the_portals_own_export_offers_nothing_new(kind, language):
    calls, user = an_exported_portal()
    client = signed_in(user)
    client.cookies["django_language"] = language
    exported = client.post(f"{QUEUE}export/?view=all", {"format": kind})
    content = b"".join(exported.streaming_content)
    client.cookies["django_language"] = "en"
    before = Member.history.count()

    page = upload(client, content, call=calls[0])
    confirmed = confirm(client, page)

    assert page.status_code == 200, words_of(page)
    assert page.context["judged"] == []
    assert page.context["new"] == page.context["alike"] == page.context["corrected"] == 0
    assert "7 rows are the same as in the portal." in words_of(page)
    assert "<button" not in text_of(page).partition('<div id="content"')[2].partition("footer")[0]
    assert confirmed.status_code == 409
    assert (Member.history.count(), Import.objects.count()) == (before, 0)


def test_import_says_what_a_row_is_like_and_skips_it_unless_it_is_ticked():
    client, call = signed_in(officer()), make_call()
    confirm(client, checked(client, a_row(), call=call))
    member = Member.objects.get()
    alike = a_row(motivation="Every clinic.")

    page = checked(client, alike, *rows_of_many(2), call=call)
    skipped = told(client.get(confirm(client, page).url))
    again = checked(client, alike, *rows_of_many(2), call=call)
    ticked = told(client.get(confirm(client, again, though_alike=[2]).url))

    assert "1 row is a possible duplicate and is skipped unless you tick it." in words_of(page)
    assert (
        f"Skipped as a possible duplicate of: {member.reference} · Ministry of Digital Affairs "
        "(same name or acronym, same person) Import row 2 anyway"
    ) in words_of(page)
    assert f'href="/admin/members/member/{member.pk}/change/"' in text_of(page)
    assert "Import 2 expressions of interest and the ticked rows" in words_of(page)
    assert skipped == ["Imported: 2. Corrected: 0. Skipped: 1."]
    assert "Import ticked rows" in words_of(again)
    assert ticked == ["Imported: 1. Corrected: 0. Skipped: 2."]
    assert Member.objects.filter(motivation="Every clinic.").count() == 1


def test_import_asks_how_they_had_come_and_keeps_the_rows_and_what_was_ticked():
    client, call = signed_in(officer()), make_call()
    MemberFactory(organisation_name="Ministry of Digital Affairs", country="KE")
    page = checked(client, a_row(), call=call)

    response = confirm(client, page, channel="", though_alike=[2])

    assert response.status_code == 422
    assert response.context["form"].errors["channel"] == ["Choose how they were received"]
    assert response.context["sealed"] == page.context["sealed"]
    assert re.search(r'value="2"\s+form="last-word"\s+checked', text_of(response))
    assert Import.objects.count() == 0


@pytest.mark.parametrize("ticked", [["99"], ["x"], ["-1", "2"]])
def test_import_of_a_row_that_is_not_in_the_file_is_refused(ticked):
    client = signed_in(officer())
    page = checked(client, a_row())

    response = confirm(client, page, though_alike=ticked)

    assert response.status_code == 422
    assert nothing_was_stored()


def test_import_names_three_of_many_that_a_row_is_like():
    for _n in range(5):
        FocalPointFactory(email="wanjiku@example.org")

    page = checked(signed_in(officer()), a_row())

    assert text_of(page).count("(same person)") == 3
    assert "And 2 more." in words_of(page)


def test_import_tells_who_may_not_see_a_member_nothing_but_its_reference():
    mine, other = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    near, far = (
        FocalPointFactory(
            member__status=MemberStatus.ADMITTED,
            member__focus_area=area,
            member__organisation_name=name,
            email=email,
        ).member
        for area, name, email in (
            (mine, "Union of Radio", "union-0@example.org"),
            (other, "Secret Union", "union-1@example.org"),
        )
    )
    client = signed_in(may(coordinator(mine), "import_member"))

    words = words_of(checked(client, *rows_of_many(2)))

    assert f"{near.reference} · Union of Radio (same person)" in words
    assert f"{far.reference} (same person)" in words
    assert "Secret" not in words


@pytest.mark.parametrize("number", [1, 3])
def test_import_check_asks_as_often_for_many_known_rows_as_for_one(
    number, django_assert_num_queries
):
    client, call = signed_in(officer()), make_call()
    MemberFactory(organisation_name="Union of Radio", country="KE")
    confirm(client, checked(client, *rows_of_many(number), call=call))
    content = sheet(*rows_of_many(number), *rows_of_many(number, position="Minister"))

    with django_assert_num_queries(KNOWN_QUERIES):
        upload(client, content, call=call)


@KINDS
def test_template_has_the_headings_that_the_import_takes(kind):
    client = signed_in(officer())
    response = client.get(f"{TEMPLATE}{kind}/")
    of_another_kind = client.get(f"{TEMPLATE}ods/")
    content = b"".join(response.streaming_content)

    assert of_another_kind.status_code == 404
    assert f'"expressions-of-interest-template.{kind}"' in response["Content-Disposition"]
    if kind == CSV:
        lines = content + b"," * 10
        heading = parse_spreadsheet(lines + b"\r\nx").heading
    else:
        book = load_workbook(io.BytesIO(content))
        heading = [cell.value for cell in book.worksheets[0][1]]
        explained = [row[1].value for row in book.worksheets[1].iter_rows(min_row=2)]
        assert explained == [*MemberSheet().to_fill_in()]

    assert MemberSheet().names_of([words for words in heading if words]) == [
        *MemberSheet().to_fill_in()
    ]


def test_record_and_member_say_who_imported_the_file_and_how_it_had_come():
    facts = {"file_name": "mails.xlsx", "channel": "form", "note": "From the mailbox."}
    made = ImportFactory(by_name="Amina Diallo", **facts)
    member = ImportedRowFactory(spreadsheet_import=made).member
    client = signed_in(observer())

    of_member, of_another = (
        words_of(client.get(f"{QUEUE}{each.pk}/change/")) for each in (member, MemberFactory())
    )
    listed, page = (
        client.get(reverse(f"admin:triage_import_{page}", args=args))
        for page, args in (("changelist", []), ("change", [made.pk]))
    )

    assert "Imported by Amina Diallo on 25 October 2021, 14:00 (Geneva time)" in of_member
    assert "from the spreadsheet mails.xlsx . How it was received: By another form." in of_member
    assert "spreadsheet" not in of_another
    for response in (listed, page):
        assert "Amina Diallo" in words_of(response)
        assert "at that time" not in words_of(response)
    assert "From the mailbox." in page.text
    assert f"?view=all&amp;origin=import-{made.pk}" in page.text


def test_queue_is_narrowed_by_origin():
    one, other = ImportFactory(), ImportFactory()
    typed = MemberFactory()
    of_one, of_other = (ImportedRowFactory(spreadsheet_import=made).member for made in (one, other))
    everything = {typed, of_one, of_other}
    kept = {
        "form": {typed},
        "spreadsheet": {of_one, of_other},
        f"import-{one.pk}": {of_one},
        "import-x": everything,
        "import-99999999999999999999": everything,
        "x": everything,
    }
    client = signed_in(officer())

    found = {
        origin: {*client.get(QUEUE, {"status": "all", "origin": origin}).context["cl"].result_list}
        for origin in kept
    }

    assert found == kept
