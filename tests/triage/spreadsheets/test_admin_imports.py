"""The pages on which a spreadsheet is checked and taken in, and what is left of them."""

import io
import logging
import re
from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from core.uploads import SingleFileUploadHandler
from members.models import Member, MemberStatus
from outbox.models import Message
from tests.eoi.form import make_call, text_of, words_of
from tests.factories import (
    FocalPointFactory,
    FocusAreaFactory,
    ImportedRowFactory,
    ImportFactory,
    MemberFactory,
    UserFactory,
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
    written,
)
from tests.triage.spreadsheets.test_spreadsheets import BAD
from tests.triage.staff import QUEUE, coordinator, may, observer, officer, signed_in, told
from triage.spreadsheets import forms
from triage.spreadsheets.models import Import
from triage.spreadsheets.services.parsing import MAX_FILE_SIZE, parse_spreadsheet

TEMPLATE = f"{UPLOAD}template/"
UPLOAD_QUERIES, KNOWN_QUERIES = 10, 14
KINDS = pytest.mark.parametrize("kind", [CSV, XLSX])


def nothing_was_stored():
    return (Member.objects.count(), Import.objects.count(), Message.objects.count()) == (0, 0, 0)


def checked(client, *rows, call=None, kind=CSV):
    response = upload(client, sheet(*rows, kind=kind), call=call or make_call())
    assert response.status_code == 200, words_of(response)
    return response


# The file ------------------------------------------------------------------------------------


def test_queue_links_to_the_page_for_who_may():
    assert UPLOAD in signed_in(officer()).get(QUEUE).content.decode()
    assert UPLOAD not in signed_in(observer()).get(QUEUE).content.decode()


def test_import_page_offers_the_open_call_first_and_explains_the_columns():
    make_call(opens=-90, closes=-30, grace_ends=-29)
    call = make_call()

    page = signed_in(officer()).get(UPLOAD)

    assert page.context["form"]["call"].value() == call.pk
    assert "organisation_name" in words_of(page)


@KINDS
def test_import_shows_what_would_be_taken_in_and_stores_nothing(kind):
    client = signed_in(officer())

    page = checked(client, *rows_of_many(3), kind=kind)

    assert [each.organisation for each in page.context["judged"]] == [
        "Union 0",
        "Union 1",
        "Union 2",
    ]
    assert page.context["new"] == 3
    assert "3 expressions of interest of mails.csv will be taken in" in words_of(page)
    assert "no-store" in page.headers["Cache-Control"]
    assert nothing_was_stored()


def test_import_names_what_is_wrong_row_by_row_and_column_by_column():
    client = signed_in(officer())
    rows = [a_row(), a_row(email="a@b", organisation_name="Other"), a_row(country="US", phone="")]

    page = upload(client, sheet(*rows), call=make_call())

    assert page.status_code == 422
    words = words_of(page)
    assert "Nothing was taken in: 2 of 3 rows have errors" in words
    assert "Row 3, Email: Enter an email address that you read, like name@example.org" in words
    assert "Row 4, Time zone: Name the time zone, like America/New_York" in words
    assert "Row 2" not in words
    assert nothing_was_stored()


@pytest.mark.parametrize(("content", "sentence"), BAD.values(), ids=BAD)
def test_import_says_at_the_field_what_is_wrong_with_a_file(content, sentence):
    page = upload(signed_in(officer()), content, call=make_call())

    assert page.status_code == 422
    [error] = page.context["form"].errors["file"]
    assert re.search("The file is empty" if content == b"" else sentence, error)
    assert nothing_was_stored()


def test_import_of_fifty_megabytes_says_so_at_the_field_and_keeps_none_of_it():
    page = upload(signed_in(officer()), b"x" * 50 * 1024 * 1024, call=make_call())

    assert page.status_code == 422
    assert page.context["form"].errors["file"] == ["Choose a file of at most 5 MB."]
    assert page.wsgi_request.FILES["file"].closed
    assert nothing_was_stored()


def test_one_file_keeps_no_more_of_a_file_than_can_be_read():
    handler, chunk = SingleFileUploadHandler(at_most=MAX_FILE_SIZE), b"x" * 1024 * 1024
    handler.new_file("file", "a.csv", "text/csv", None)

    for number in range(50):
        handler.receive_data_chunk(chunk, number * len(chunk))
    file = handler.file_complete(50 * len(chunk))

    assert file.size == 50 * len(chunk)
    assert len(file.read()) <= MAX_FILE_SIZE


def test_import_of_a_larger_body_is_refused_unread():
    body = SimpleUploadedFile("mails.csv", b"x")
    request = {"CONTENT_LENGTH": str(10**9)}

    response = signed_in(officer()).post(UPLOAD, {"file": body}, **request)

    assert response.status_code == 413


@pytest.mark.parametrize("files", [{}, {"other": b"a\r\nb"}, {"file": b""}])
def test_import_without_its_file_asks_for_it(files):
    call = make_call()
    sent = {name: SimpleUploadedFile("x.csv", content) for name, content in files.items()}

    page = signed_in(officer()).post(UPLOAD, {"call": call.pk, **sent})

    assert page.status_code == 422
    assert page.context["form"].errors["file"][0] in ("Choose the file", "The file is empty")


def test_import_takes_the_first_of_two_files():
    call = make_call()
    files = [SimpleUploadedFile("a.csv", sheet(a_row())), SimpleUploadedFile("b.csv", b"\0")]

    page = signed_in(officer()).post(UPLOAD, {"call": call.pk, "file": files})

    assert page.status_code == 200
    assert page.context["parcel"].file_name == "a.csv"


def test_import_knows_a_file_by_what_is_in_it_and_not_by_its_name():
    content = sheet(a_row(), kind=XLSX)

    page = upload(signed_in(officer()), content, call=make_call(), name="picture.png")

    assert page.status_code == 200


def test_import_needs_the_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer())

    for page in (UPLOAD, CONFIRM):
        assert client.post(page, {"file": SimpleUploadedFile("a.csv", b"a")}).status_code == 403


def test_import_takes_the_token_that_stands_before_the_file():
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer())
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text_of(client.get(UPLOAD)))[1]

    page = client.post(
        UPLOAD,
        {
            "csrfmiddlewaretoken": token,
            "call": make_call().pk,
            "file": SimpleUploadedFile("a.csv", sheet(a_row())),
        },
    )

    assert page.status_code == 200


def test_portal_at_large_goes_on_refusing_files():
    client = signed_in(officer())
    page = f"{QUEUE}export/"

    response = client.post(page, {"format": "x", "file": SimpleUploadedFile("a.csv", b"a")})

    assert response.wsgi_request.FILES == {}


@pytest.mark.parametrize("who", [observer, coordinator, UserFactory])
def test_import_is_not_theirs(who):
    client, call = signed_in(who()), make_call()

    answers = [
        client.get(UPLOAD).status_code,
        upload(client, sheet(a_row()), call=call).status_code,
        client.post(CONFIRM, {}).status_code,
        client.get(f"{TEMPLATE}csv/").status_code,
    ]

    assert answers == [403] * 4
    assert nothing_was_stored()


# The last word -------------------------------------------------------------------------------


@KINDS
def test_import_takes_in_what_was_checked(kind):
    client, call = signed_in(officer()), make_call()
    page = checked(client, *rows_of_many(3), call=call, kind=kind)

    response = confirm(client, page, note="From the mailbox.")

    made = Import.objects.get()
    assert response.status_code == 302
    assert response.url == f"/admin/triage/import/{made.pk}/change/"
    assert (made.row_count, made.channel, made.note, made.call) == (
        3,
        "mail",
        "From the mailbox.",
        call,
    )
    assert made.file_name == "mails.csv"
    assert made.imported_rows.count() == 3
    assert Message.objects.count() == 0
    assert told(client.get(response.url)) == ["Taken in: 3. Skipped: 0. Refused: 0."]


def test_import_acknowledges_where_it_is_wanted():
    client = signed_in(officer())

    confirm(client, checked(client, *rows_of_many(2)), with_acknowledgement="on")

    assert Message.objects.count() == 2


def test_import_asks_how_they_had_come_and_keeps_the_rows():
    client = signed_in(officer())
    page = checked(client, a_row())

    response = confirm(client, page, channel="")

    assert response.status_code == 422
    assert response.context["form"].errors["channel"] == ["Choose how they had come"]
    assert response.context["sealed"] == page.context["sealed"]
    assert nothing_was_stored()


def test_import_twice_says_row_by_row_what_is_there_already():
    client, call = signed_in(officer()), make_call()
    page = checked(client, *rows_of_many(2), call=call)
    confirm(client, page)
    references = Member.objects.order_by("pk").values_list("reference", flat=True)

    again = confirm(client, page)
    anew = checked(client, *rows_of_many(2), call=call)

    assert again.status_code == 409
    assert "all of these are there already" in words_of(again)
    for reference in references:
        assert f"Skipped, since it is there already: {reference} · Union" in words_of(anew)
    assert "Take in 0" not in words_of(anew)
    assert (Member.objects.count(), Import.objects.count()) == (2, 1)


def test_import_refuses_all_where_a_row_has_become_wrong_meanwhile():
    client, call = signed_in(officer()), make_call()
    page = checked(client, *rows_of_many(2), call=call)
    call.closes_at = call.grace_ends_at = call.opens_at + (call.closes_at - call.opens_at) / 4
    call.save()

    response = confirm(client, page)

    assert response.status_code == 422
    assert "Row 2, Received on: The call was not open then" in words_of(response)
    assert nothing_was_stored()


@pytest.mark.parametrize("parcel", ["", "x", "a:b:c", "é", "\0"])
def test_import_of_what_nobody_checked_goes_back_and_stores_nothing(parcel):
    client = signed_in(officer())

    response = client.post(CONFIRM, {"parcel": parcel, "channel": "mail"})

    assert response.url == UPLOAD
    assert nothing_was_stored()


def test_import_takes_nothing_that_a_colleague_checked_or_that_was_altered():
    page = checked(signed_in(officer()), a_row())
    other = signed_in(officer())

    answers = [
        confirm(other, page).url,
        other.post(CONFIRM, {"parcel": page.context["sealed"][:-1], "channel": "mail"}).url,
    ]

    assert answers == [UPLOAD, UPLOAD]
    assert nothing_was_stored()


def test_import_takes_nothing_that_was_checked_over_an_hour_ago(monkeypatch):
    client = signed_in(officer())
    page = checked(client, a_row())
    monkeypatch.setattr(forms, "SIGNATURE_MAX_AGE", -1)

    response = confirm(client, page)

    assert response.url == UPLOAD
    assert told(client.get(UPLOAD)) == [
        "Nothing was taken in: the check was too long ago. Choose the file again."
    ]
    assert nothing_was_stored()


def test_import_of_a_call_that_is_gone_goes_back():
    client, call = signed_in(officer()), make_call()
    page = checked(client, a_row(), call=call)
    call.delete()

    assert confirm(client, page).url == UPLOAD


def test_import_of_too_much_text_to_be_sent_back_says_so(monkeypatch):
    monkeypatch.setattr(forms, "MAX_SIGNED_LENGTH", 100)

    page = upload(signed_in(officer()), sheet(a_row()), call=make_call())

    assert page.status_code == 422
    assert page.context["form"].errors["file"] == ["There is too much text in the file: split it."]


def test_parcel_is_signed_for_one_person_and_holds_the_cells_as_they_were_typed():
    user = officer()
    page = checked(signed_in(user), a_row(phone="0712 345678"))

    content = signing.loads(page.context["sealed"], salt=f"triage.spreadsheets.forms:{user.pk}")

    assert content["rows"][0][1 + content["names"].index("phone")] == "0712 345678"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "é\u202egnp.csv", "<b>.csv", "x" * 300, "\n.csv"]
)
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


@pytest.mark.parametrize("number", [1, 3])
def test_import_pages_ask_as_often_for_many_rows_as_for_one(number, django_assert_num_queries):
    client, call = signed_in(officer()), make_call()
    content = sheet(*rows_of_many(number))
    upload(client, content, call=call)

    with django_assert_num_queries(UPLOAD_QUERIES):
        upload(client, content, call=call)


# What the portal has already -----------------------------------------------------------------


def an_exported_portal():
    """Members of two calls, some of whom the form would refuse today, and the officer."""
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


@KINDS
@pytest.mark.parametrize("language", ["en", "fr"])
def test_import_of_the_portals_own_export_offers_nothing_new(kind, language):
    calls, user = an_exported_portal()
    client = signed_in(user)
    client.cookies["django_language"] = language
    exported = client.post(f"{QUEUE}export/?status=all", {"format": kind})
    content = b"".join(exported.streaming_content)
    client.cookies["django_language"] = "en"
    before = Member.history.count()

    page = upload(client, content, call=calls[0])
    confirmed = confirm(client, page)

    assert page.status_code == 200, words_of(page)
    assert [each.same for each in page.context["judged"]] == [
        *Member.objects.order_by("submitted_at", "pk")
    ]
    assert page.context["new"] == page.context["alike"] == 0
    assert "7 rows are there already, and are skipped." in words_of(page)
    assert "<button" not in text_of(page).partition('<div id="content"')[2].partition("footer")[0]
    assert confirmed.status_code == 409
    assert (Member.history.count(), Import.objects.count()) == (before, 0)


@KINDS
def test_import_of_an_export_without_its_references_offers_nothing_new(kind):
    call = make_call()
    client = signed_in(officer())
    confirm(client, checked(client, *rows_of_many(3), call=call))
    # One by one, as the form would have brought them.
    Member.objects.update(submission_key=Concat(Value("of-the-form-"), F("reference")))
    exported = client.post(f"{QUEUE}export/?status=all", {"format": kind})
    table = parse_spreadsheet(b"".join(exported.streaming_content))
    at = table.heading.index("Reference")
    lines = [line[:at] + line[at + 1 :] for line in (table.heading, *dict(table.rows).values())]

    page = upload(client, written(kind, lines), call=call)

    assert page.context["new"] == 0
    assert [
        [alike.member.organisation_name for alike in each.alike] for each in page.context["judged"]
    ] == [["Union 0"], ["Union 1"], ["Union 2"]]


def test_import_says_what_a_row_is_like_and_skips_it_unless_it_is_ticked():
    client, call = signed_in(officer()), make_call()
    confirm(client, checked(client, a_row(), call=call))
    member = Member.objects.get()
    alike = a_row(motivation="Every clinic.")

    page = checked(client, alike, *rows_of_many(2), call=call)
    skipped = told(client.get(confirm(client, page).url))
    again = checked(client, alike, *rows_of_many(2), call=call)
    ticked = told(client.get(confirm(client, again, though_alike=[2]).url))

    assert "1 row is like a member, and is skipped unless you tick it." in words_of(page)
    assert (
        f"Skipped, since it is like: {member.reference} · Ministry of Digital Affairs "
        "(same name or acronym, same person) Take in row 2 all the same"
    ) in words_of(page)
    assert f'href="/admin/members/member/{member.pk}/change/"' in text_of(page)
    assert "Take in 2 expressions of interest, and what is ticked" in words_of(page)
    assert skipped == ["Taken in: 2. Skipped: 1. Refused: 0."]
    assert "Take in what is ticked" in words_of(again)
    assert ticked == ["Taken in: 1. Skipped: 2. Refused: 0."]
    assert Member.objects.filter(motivation="Every clinic.").count() == 1


def test_import_of_what_is_alike_and_not_ticked_says_so_and_keeps_what_was_typed():
    client, call = signed_in(officer()), make_call()
    confirm(client, checked(client, a_row(), call=call))
    page = checked(client, a_row(motivation="Every clinic."), call=call)

    response = confirm(client, page, note="From the mailbox.")

    assert response.status_code == 409
    assert "or like members and not ticked" in words_of(response)
    assert response.context["form"]["note"].value() == "From the mailbox."
    assert Member.objects.count() == 1


def test_import_keeps_what_was_ticked_where_something_is_missing():
    client, call = signed_in(officer()), make_call()
    confirm(client, checked(client, a_row(), call=call))
    page = checked(client, a_row(motivation="Every clinic."), call=call)

    response = confirm(client, page, channel="", though_alike=[2])

    assert response.status_code == 422
    assert re.search(r'value="2"\s+form="last-word"\s+checked', text_of(response))


@pytest.mark.parametrize("ticked", [["99"], ["x"], ["-1", "2"]])
def test_import_of_a_row_that_is_not_in_the_file_is_refused(ticked):
    client = signed_in(officer())
    page = checked(client, a_row())

    response = confirm(client, page, though_alike=ticked)

    assert response.status_code == 422
    assert nothing_was_stored()


def test_import_skips_what_a_colleague_took_in_after_the_check():
    call = make_call()
    first, second = signed_in(officer()), signed_in(officer())
    mine = checked(first, *rows_of_many(2), a_row(motivation="Every clinic."), call=call)
    confirm(second, checked(second, a_row(), rows_of_many(1)[0], call=call))

    response = confirm(first, mine)

    # One is the very same, and one has become like a member.
    assert told(first.get(response.url)) == ["Taken in: 1. Skipped: 2. Refused: 0."]
    assert sorted(Member.objects.values_list("organisation_name", flat=True)) == [
        "Ministry of Digital Affairs",
        "Union 0",
        "Union 1",
    ]


def test_import_names_three_of_many_that_a_row_is_like():
    for _n in range(5):
        FocalPointFactory(email="wanjiku@example.org")

    page = checked(signed_in(officer()), a_row())

    assert len(page.context["judged"][0].alike) == 5
    assert text_of(page).count("(same person)") == 3
    assert "And 2 more." in words_of(page)


def test_import_tells_who_may_not_see_a_member_nothing_but_its_reference():
    mine, other = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    admitted = {"status": MemberStatus.ADMITTED}
    near, far = (
        FocalPointFactory(
            member__focus_area=area,
            member__organisation_name=name,
            email=email,
            **{f"member__{key}": value for key, value in admitted.items()},
        ).member
        for area, name, email in (
            (mine, "Union of Radio", "union-0@example.org"),
            (other, "Secret Union", "union-1@example.org"),
        )
    )
    client = signed_in(may(coordinator(mine), "import_member"))

    page = checked(client, *rows_of_many(2))

    assert f"{near.reference} · Union of Radio (same person)" in words_of(page)
    assert f"{far.reference} (same person)" in words_of(page)
    assert "Secret" not in words_of(page)


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


# Templates -----------------------------------------------------------------------------------


@KINDS
def test_template_has_the_headings_that_the_import_takes(kind):
    client = signed_in(officer())
    content = b"".join(client.get(f"{TEMPLATE}{kind}/").streaming_content)

    if kind == CSV:
        lines = content + b"," * 10
        heading = parse_spreadsheet(lines + b"\r\nx").heading
    else:
        book = load_workbook(io.BytesIO(content))
        heading = [cell.value for cell in book.worksheets[0][1]]
        explained = [row[1].value for row in book.worksheets[1].iter_rows(min_row=2)]
        assert explained == [*forms.MemberSheet().to_fill_in()]

    assert forms.MemberSheet().names_of([words for words in heading if words], forms.REQUIRED) == [
        *forms.MemberSheet().to_fill_in()
    ]


def test_template_in_french_is_in_french():
    client = signed_in(officer())
    client.cookies["django_language"] = "fr"

    content = b"".join(client.get(f"{TEMPLATE}csv/").streaming_content)

    assert "Pays" in content.decode("utf-8-sig").split(",")


def test_template_of_another_kind_is_not_there():
    assert signed_in(officer()).get(f"{TEMPLATE}ods/").status_code == 404


# What is seen of it afterwards ---------------------------------------------------------------


def test_file_says_from_which_spreadsheet_it_came_and_who_took_it_in():
    made = ImportFactory(by_name="Amina Diallo", file_name="mails.xlsx", channel="form")
    member = ImportedRowFactory(spreadsheet_import=made).member
    client = signed_in(officer())

    page = words_of(client.get(f"{QUEUE}{member.pk}/change/"))

    assert "Taken in by Amina Diallo on 25 October 2021, 14:00 (Geneva time)" in page
    assert "from the spreadsheet mails.xlsx . How it had come: By another form." in page


def test_file_that_came_by_the_form_says_nothing_of_a_spreadsheet():
    client = signed_in(officer())

    assert "spreadsheet" not in words_of(client.get(f"{QUEUE}{MemberFactory().pk}/change/"))


@pytest.mark.parametrize(
    ("origin", "kept"),
    [
        ("form", [0]),
        ("spreadsheet", [1, 2]),
        ("import-{}", [1]),
        ("import-x", [0, 1, 2]),
        ("import-99999999999999999999", [0, 1, 2]),
        ("x", [0, 1, 2]),
    ],
)
def test_queue_is_narrowed_by_origin(origin, kept):
    imports = [ImportFactory(), ImportFactory()]
    members = [
        MemberFactory(),
        *(ImportedRowFactory(spreadsheet_import=made).member for made in imports),
    ]
    client = signed_in(officer())

    page = client.get(f"{QUEUE}?status=all&origin={origin.format(imports[0].pk)}")

    found = {member.pk for member in page.context["cl"].result_list}
    assert found == {members[number].pk for number in kept}


@pytest.mark.parametrize("who", [officer, observer])
def test_imports_are_read_by_who_may_and_changed_by_nobody(who):
    made = ImportFactory(file_name="mails.xlsx", note="From the mailbox.")
    client = signed_in(who())
    page = f"/admin/triage/import/{made.pk}/"

    read_ = client.get(f"{page}change/").content.decode()
    answers = [
        client.post(f"{page}change/", {"row_count": 0}).status_code,
        client.post(f"{page}delete/", {"post": "yes"}).status_code,
        client.post("/admin/triage/import/add/", {}).status_code,
    ]

    assert "From the mailbox." in read_
    assert f"?status=all&amp;origin=import-{made.pk}" in read_
    assert answers == [403, 403, 403]
    assert Import.objects.get().row_count == made.row_count
