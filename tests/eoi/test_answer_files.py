"""The files of an answer on the private page of an EOI: sent, refused, and downloaded."""

import logging
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import AnswerFile, MemberStatus, TimelineEntry, TimelineKind
from members.services.answer_files import MAX_FILES, validate_answer_file
from members.services.decisions import record_answer, request_information
from outbox.models import Message
from papers.models import FileScan
from papers.services.file_scans import breaker, scan_waiting_files
from tests.clamd import MALWARE
from tests.eoi.form import text_of, value_of, words_of
from tests.eoi.own import address_of, own_member, own_person
from tests.factories import AnswerFileFactory, UserFactory
from tests.full_disk import room_for
from tests.papers.desk import files_in
from tests.papers.files import EXE, HALF_OF_IT, LARGE_PDF, PDF, PNG, REFUSED, TEXT, office
from tests.triage.staff import address, officer, signed_in

pytestmark = pytest.mark.usefixtures("folder")
ASKED = MemberStatus.INFORMATION_REQUESTED
NOW = timezone.now()
WORDS = "We are the ministry of villages."
AGAIN = "Choose your documents again: they were not kept."
TOO_LARGE = (
    "The files are too large. Choose files of at most 20 MB together, or send your answer "
    "without them."
)


@pytest.fixture
def asked():
    """A focal point of a member with an open request."""
    return own_person(ASKED, given_name="Ada", family_name="Lovelace")


def upload(content=PDF, name="Statutes.pdf"):
    return SimpleUploadedFile(name, content)


def send(client, person, *files, text=WORDS, **fields):
    typed = {"answer": text, **fields, "documents": list(files)}
    return client.post(address_of(person, "answer"), typed)


def answered(person, *names, content=PDF):
    """Record an answer with files, past the page."""
    files = [validate_answer_file(content, typed_name=name) for name in names]
    return record_answer(member=person.member, answer=WORDS, documents=files, by=person, at=NOW)


def file_url(person, file):
    return f"{address_of(person)}files/{file.pk}/"


def assert_nothing_is_recorded(folder):
    assert not TimelineEntry.objects.filter(kind=TimelineKind.ANSWERED).exists()
    assert AnswerFile.objects.count() == Message.objects.count() == 0
    assert files_in(folder) == []


def test_eoi_answer_says_which_files_it_takes(client, asked):
    page = client.get(address_of(asked, "answer"))

    assert (
        "Documents (optional) Up to 5 files: PDF, Word (.docx), PNG or JPEG; together at most "
        "20 MB." in words_of(page)
    )
    [field] = re.findall(r'<input type="file"[^>]*>', text_of(page))
    for attribute in (" multiple", 'accept=".pdf,.docx,.png,.jpg,.jpeg"', "id_documents_helptext"):
        assert attribute in field
    assert 'enctype="multipart/form-data"' in text_of(page)


def test_eoi_answer_brings_its_files_to_the_desk_and_to_its_own_page(client, asked, folder):
    page = client.get(address_of(asked, "answer"))
    files = [upload(), upload(office("docx"), "رسالة.docx"), upload(PNG, "<b>Stamp</b>.png")]

    response = send(client, asked, *files, question=value_of(page, "question"))

    assert (response.status_code, response["Location"]) == (302, address_of(asked))
    entry = asked.member.timeline.get(kind=TimelineKind.ANSWERED)
    names = ["Statutes.pdf", "رسالة.docx", "b_.png"]
    assert list(entry.files.order_by("pk").values_list("file_name", flat=True)) == names
    assert len(files_in(folder)) == 3
    shown = text_of(client.get(address_of(asked)))
    for file in entry.files.all():
        assert f'<a href="{file_url(asked, file)}"><bdi>{file.file_name}</bdi></a>' in shown


def test_eoi_answer_may_be_a_file_alone(client, asked):
    response = send(client, asked, upload(), text="")

    assert response.status_code == 302
    entry = asked.member.timeline.get(kind=TimelineKind.ANSWERED)
    assert (entry.note, entry.files.count()) == ("", 1)


def test_eoi_answer_without_words_and_files_is_none(client, asked, folder):
    response = send(client, asked, text="")

    assert response.status_code == 422
    assert response.context["form"].errors == {"answer": ["Enter your answer"]}
    assert AGAIN not in words_of(response)
    assert_nothing_is_recorded(folder)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (TEXT, "This file type is not accepted. Choose a PDF, a Word document (.docx), PNG"),
        (b"", "The file is empty"),
        REFUSED["HTML behind spaces"],
    ],
)
def test_eoi_answer_names_the_file_that_is_refused_and_keeps_what_was_typed(
    client, asked, folder, content, sentence
):
    response = send(client, asked, upload(), upload(content, "C:\\Users\\Ada\\list\u202efdp.docx"))

    assert response.status_code == 422
    [error] = response.context["form"].errors["documents"]
    assert error.startswith("\u2068listfdp.docx\u2069: ")
    assert sentence in error
    # In the summary, with a link to the field, and at the field.
    assert text_of(response).count(error.split(": ")[1][:30]) == 2
    assert 'href="#id_documents"' in text_of(response)
    assert value_of(response, "answer") == WORDS
    assert AGAIN in words_of(response)
    assert_nothing_is_recorded(folder)


def test_eoi_answer_names_each_file_that_is_refused(client, asked):
    response = send(client, asked, upload(EXE, "a.pdf"), upload(TEXT, "b.pdf"))

    errors = response.context["form"].errors["documents"]
    assert [error.split(":")[0] for error in errors] == ["\u2068a.pdf\u2069", "\u2068b.pdf\u2069"]


def test_eoi_answer_takes_as_many_files_as_it_says_and_no_more(client, asked, folder):
    files = [upload(name=f"{number}.pdf") for number in range(MAX_FILES + 3)]

    refused = send(client, asked, *files[: MAX_FILES + 1])
    with_more = send(client, asked, *(upload() for _file in files))

    for response in (refused, with_more):
        assert response.status_code == 422
        assert response.context["form"].errors == {"documents": ["Choose at most 5 files."]}
    assert value_of(refused, "answer") == WORDS
    assert_nothing_is_recorded(folder)
    assert send(client, asked, *(upload() for _n in range(MAX_FILES))).status_code == 302
    assert AnswerFile.objects.count() == MAX_FILES


def test_eoi_answer_limits_the_size_of_its_files_together(client, asked, folder, settings):
    settings.PAPER_AT_MOST_MB = 1
    half = PDF.ljust(512 * 1024 - 5, b" ") + b"%%EOF"

    refused = send(client, asked, upload(half), upload(half), upload(PNG, "a.png"))
    taken = send(client, asked, upload(half), upload(half))

    assert refused.status_code == 422
    assert refused.context["form"].errors == {"documents": [TOO_LARGE.replace("20", "1")]}
    assert taken.status_code == 302
    assert [row.size for row in AnswerFile.objects.all()] == [512 * 1024] * 2


def test_eoi_answer_in_a_larger_body_is_refused_unread_by_its_own_page(client, asked, folder):
    typed = {"answer": WORDS, "documents": upload()}

    response = client.post(address_of(asked, "answer"), typed, CONTENT_LENGTH="1000000000")

    assert response.status_code == 413
    words = words_of(response)
    assert TOO_LARGE in words
    assert "What you typed could not be read. Go back in your browser to find it." in words
    assert "Which ministry are you?" in words
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert_nothing_is_recorded(folder)


def test_eoi_answer_says_that_the_disk_is_full_and_loses_no_word(client, asked, folder, caplog):
    with room_for(HALF_OF_IT):
        response = send(client, asked, upload(LARGE_PDF, "Secret of Ada.pdf"))

    assert response.status_code == 503
    [error] = response.context["form"].errors["documents"]
    assert "The file could not be stored: the disk is full or not writable." in error
    assert value_of(response, "answer") == WORDS
    assert_nothing_is_recorded(folder)
    assert "Secret" not in caplog.text
    assert send(client, asked, upload(LARGE_PDF)).status_code == 302


def test_eoi_answer_that_comes_twice_keeps_the_files_of_the_first(client, asked, folder):
    first = send(client, asked, upload())
    second = send(client, asked, upload(PNG, "Stamp.png"))

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Not sent: your organisation has already replied" in words_of(second)
    assert "Your documents were not kept." in words_of(second)
    assert [row.file_name for row in AnswerFile.objects.all()] == ["Statutes.pdf"]
    assert len(files_in(folder)) == 1


def test_eoi_answer_with_an_invalid_link_reads_no_file(asked, folder, client):
    address = address_of(asked, "answer").replace(":", ":x", 1)

    response = client.post(address, {"answer": WORDS, "documents": upload()})

    assert response.status_code == 404
    assert response.wsgi_request.upload_handlers[0].__class__.__name__ == "RejectingUploadHandler"
    assert_nothing_is_recorded(folder)


# The download -------------------------------------------------------------------------------------


def read(response):
    return b"".join(response.streaming_content)


def test_eoi_answer_file_is_sent_to_be_saved_and_never_shown(client, asked):
    file = answered(asked, "Устав “new”.pdf").files.get()

    response = client.get(file_url(asked, file))

    assert response.status_code == 200
    assert read(response) == PDF
    headers = response.headers
    assert headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%A3%D1%81")
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in headers["Cache-Control"]


def test_eoi_answer_file_is_nobody_elses(client, asked):
    own, of_another = answered(asked, "Statutes.pdf").files.get(), AnswerFileFactory()
    stranger = own_person(member=own_member())
    recorded_by_staff = AnswerFileFactory(
        entry__member=asked.member, entry__kind=TimelineKind.ANSWERED, entry__is_public=False
    )

    addresses = [
        file_url(stranger, own),
        file_url(asked, of_another),
        file_url(asked, recorded_by_staff),
        file_url(asked, own).replace(":", ":x", 1),
        f"{address_of(asked)}files/0/",
    ]

    answers = [client.get(address) for address in addresses]

    assert [answer.status_code for answer in answers] == [404] * 5
    # These rows have no file on the disk, so they would have another page.
    assert not any("This file is missing" in words_of(answer) for answer in answers)


def test_eoi_answer_file_that_is_missing_says_so_and_logs_no_name(client, asked, folder, caplog):
    file = answered(asked, "Secret of Ada.pdf").files.get()
    (folder / file.file.name).unlink()

    with caplog.at_level(logging.ERROR):
        response = client.get(file_url(asked, file))

    assert response.status_code == 404
    assert "This file is missing" in words_of(response)
    assert f'href="{address_of(asked)}"' in text_of(response)
    assert f"The file of AnswerFile {file.pk} cannot be read" in caplog.messages
    assert "Secret" not in caplog.text


@pytest.mark.parametrize("requests", [1, 3])
def test_eoi_answer_asks_the_database_as_often_however_much_was_asked(client, asked, requests):
    for _n in range(requests):
        answered(asked, "Statutes.pdf")
        request_information(
            member=asked.member, missing="More.", by=UserFactory(), at=NOW, message=None
        )

    with CaptureQueriesContext(connection) as queries:
        client.get(address_of(asked, "answer"))

    assert len(queries) == 3


def test_eoi_answer_names_the_infected_file_and_stores_none(client, asked, folder, clamd):
    response = send(client, asked, upload(), upload(PDF + MALWARE + PDF, "List.pdf"))

    assert response.status_code == 422
    [error] = response.context["form"].errors["documents"]
    assert error.startswith("\u2068List.pdf\u2069: Our virus scanner found harmful software")
    assert value_of(response, "answer") == WORDS
    assert_nothing_is_recorded(folder)
    assert FileScan.objects.count() == 0


def test_file_of_an_answer_waits_on_its_own_page_and_at_the_desk(client, asked, clamd):
    breaker.open()
    answered(asked, "Statutes.pdf", content=PDF + MALWARE + PDF)
    file = AnswerFile.objects.get()
    desk = signed_in(officer())
    at_the_desk = address("answer_file", asked.member, file)
    pages = {
        client: (address_of(asked), file_url(asked, file)),
        desk: (address("change", asked.member), at_the_desk),
    }

    waiting = [_seen(reader, *places) for reader, places in pages.items()]
    scan_waiting_files(at=NOW)
    infected = [_seen(reader, *places) for reader, places in pages.items()]

    assert waiting == [("being checked for viruses", False, 403)] * 2
    assert infected == [("refused: harmful software was found in it", False, 403)] * 2


def _seen(client, page, file):
    """Return what a page says of a file, whether it has a link, and the answer to the link."""
    words = text_of(client.get(page))
    [state] = [
        state
        for state in ("being checked for viruses", "refused: harmful software was found in it")
        if state in words
    ]
    return state, f'href="{file}"' in words, client.get(file).status_code
