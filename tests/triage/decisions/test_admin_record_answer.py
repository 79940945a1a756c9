"""Recording a reply: filled in from the mail that came, with its files, by one press."""

import itertools
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from inbox.models import IncomingFile
from members.models import AnswerFile, MemberStatus, TimelineKind
from members.services.answer_files import MAX_FILES
from tests.factories import (
    NOON,
    FileScanFactory,
    FocalPointFactory,
    IncomingFileFactory,
    IncomingMailFactory,
    MessageFactory,
    TimelineEntryFactory,
)
from tests.papers.files import JPEG, PDF, PNG
from tests.triage.decisions.decisions import address
from tests.triage.staff import observer, officer, read, signed_in

NUMBERS = itertools.count()
ARABIC = "نحن وزارة الصحة.\nعددنا ٤٠ شخصا."


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def member():
    person = FocalPointFactory(
        member__status=MemberStatus.INFORMATION_REQUESTED, email="ada@example.org"
    )
    kind = TimelineKind.INFORMATION_REQUESTED
    TimelineEntryFactory(member=person.member, kind=kind, at=NOON)
    return person.member


def replied(member, text="We are 40 people.", **facts):
    letter = MessageFactory(
        reference=member.reference,
        topic=f"{member.reference}/information-requested/entry-{next(NUMBERS)}",
        recipient="ada@example.org",
    )
    facts = {"sender": "ada@example.org", "message": letter, **facts}
    return IncomingMailFactory(reference=member.reference, text=text, **facts)


def came_with(mail, name="Statutes.pdf", content=PDF):
    stored = default_storage.save(f"incoming-files/{name}", ContentFile(content))
    return IncomingFileFactory(mail=mail, file=stored, file_name=name, size=len(content))


def offered(page):
    """Return what the form sends if nobody changes it."""
    form = page.context["form"]
    return {
        "version": form["version"].value(),
        "answer": form["answer"].value(),
        "received": form["received"].value() if "received" in form.fields else [],
        "decide": "1",
    }


def press(client, member, page, **changed):
    return client.post(address("record_answer", member), {**offered(page), **changed})


def answer_of(member):
    return member.timeline.get(kind=TimelineKind.ANSWERED)


def test_one_press_on_the_page_of_the_member_records_the_reply_with_its_files(member):
    came_with(replied(member, ARABIC))
    client = signed_in(officer())

    page = client.get(address("change", member))
    response = press(client, member, page)

    assert response.status_code == 302
    entry = answer_of(member)
    assert entry.note == ARABIC
    [file] = entry.files.all()
    assert (file.file_name, file.content_type, file.size) == (
        "Statutes.pdf",
        "application/pdf",
        len(PDF),
    )
    # The mail keeps its own.
    of_mail = IncomingFile.objects.get()
    assert file.file.name != of_mail.file.name
    folder = Path(settings.MEDIA_ROOT)
    assert [(folder / each.file.name).read_bytes() for each in (file, of_mail)] == [PDF, PDF]
    member.refresh_from_db()
    assert (member.status, member.replied_at is None) == (MemberStatus.PENDING, False)


def test_several_replies_are_one_answer(member):
    first, second = replied(member, "See attached."), replied(member, "Now with the file.")
    came_with(second)
    IncomingFileFactory(mail=first, file="", content_type="", sha256="", trouble="Too large.")

    form = signed_in(officer()).get(address("record_answer", member)).context["form"]

    assert form["answer"].value() == "See attached.\n\nNow with the file."
    assert [file.file_name for file in form.fields["received"].queryset] == ["Statutes.pdf"]


def test_reply_of_ten_thousand_characters_is_recorded_whole(member):
    replied(member, "x" * 10_000)
    client = signed_in(officer())

    press(client, member, client.get(address("record_answer", member)))

    assert answer_of(member).note == "x" * 10_000


def test_officer_adds_files_and_leaves_out_others(member):
    came_with(replied(member))
    client = signed_in(officer())
    page = client.get(address("record_answer", member))

    press(client, member, page, received=[], documents=SimpleUploadedFile("Stamp.png", PNG))

    assert [file.file_name for file in answer_of(member).files.all()] == ["Stamp.png"]


def test_document_may_be_the_whole_answer_but_something_must_be(member):
    client = signed_in(officer())
    page = client.get(address("record_answer", member))

    empty = press(client, member, page, answer=" ")
    press(client, member, page, answer="", documents=SimpleUploadedFile("Letter.pdf", PDF))

    assert empty.status_code == 422
    assert "Copy or summarise the reply." in read(empty)
    assert answer_of(member).files.count() == 1


@pytest.mark.parametrize(
    ("documents", "sentence"),
    [
        ([b"{\\rtf1\\ansi hello}"], "This file type is not accepted."),
        ([JPEG] * MAX_FILES, f"Choose at most {MAX_FILES} files."),
    ],
    ids=["another type", "too many"],
)
def test_refused_files_record_nothing(member, documents, sentence):
    came_with(replied(member))
    client = signed_in(officer())
    page = client.get(address("record_answer", member))
    files = [SimpleUploadedFile(f"{n}.jpg", content) for n, content in enumerate(documents)]

    response = press(client, member, page, documents=files)

    assert response.status_code == 422
    assert sentence in read(response)
    assert (member.timeline.count(), AnswerFile.objects.count()) == (1, 0)


def test_file_that_is_missing_on_the_disk_is_said(member):
    file = came_with(replied(member))
    client = signed_in(officer())
    page = client.get(address("record_answer", member))
    default_storage.delete(file.file.name)

    response = press(client, member, page)

    assert (response.status_code, AnswerFile.objects.count()) == (422, 0)
    assert "This file is missing" in read(response)


def test_full_disk_records_nothing(member, monkeypatch):
    came_with(replied(member))
    client = signed_in(officer())
    page = client.get(address("record_answer", member))

    def refuse(name, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", refuse)
    response = press(client, member, page)

    assert "the disk is full or not writable" in read(response)
    member.refresh_from_db()
    assert (member.status, AnswerFile.objects.count()) == (MemberStatus.INFORMATION_REQUESTED, 0)


def test_file_of_another_member_is_not_taken(member):
    came_with(replied(member))
    foreign = came_with(IncomingMailFactory(reference="P2C-222222"), "Theirs.pdf")
    client = signed_in(officer())
    page = client.get(address("record_answer", member))

    response = press(client, member, page, received=[foreign.pk])

    assert (response.status_code, member.timeline.count()) == (422, 1)


def test_second_of_two_officers_records_nothing(member):
    came_with(replied(member))
    first, second = signed_in(officer()), signed_in(officer())
    pages = [client.get(address("record_answer", member)) for client in (first, second)]

    press(first, member, pages[0])
    late = press(second, member, pages[1])

    assert late.status_code == 409
    assert answer_of(member).files.count() == 1


def test_reply_from_another_address_and_a_held_one(member):
    replied(member, "Genuine.", sender="eve@example.com")
    replied(member, "Flood.", is_held=True)

    page = signed_in(officer()).get(address("record_answer", member))

    assert page.context["form"]["answer"].value() == "Genuine."
    warning = "It came from another address than the one that we wrote to: eve@example.com."
    assert warning in read(page)


def test_observer_is_offered_nothing_to_record(member):
    replied(member)

    page = signed_in(observer()).get(address("change", member))

    assert "form" not in page.context
    denied = signed_in(observer()).post(address("record_answer", member), {"answer": "x"})
    assert denied.status_code == 403


def test_file_of_a_reply_can_be_recorded_after_its_scan(member, clamd):
    mail = replied(member)
    clean, waiting = came_with(mail, "Statutes.pdf"), came_with(mail, "List.pdf")
    IncomingFile.objects.filter(pk=clean.pk).update(sha256="c" * 64)
    FileScanFactory(sha256="c" * 64, status="clean", scanned_at=NOON)
    client = signed_in(officer())

    page = client.get(address("record_answer", member))
    refused = press(client, member, page, received=[waiting.pk])

    assert list(page.context["form"].fields["received"].queryset) == [clean]
    assert page.context["form"]["received"].value() == [clean.pk]
    assert (refused.status_code, AnswerFile.objects.count()) == (422, 0)


def test_no_file_is_offered_while_all_are_being_checked(member, clamd):
    came_with(replied(member))

    page = signed_in(officer()).get(address("record_answer", member))

    assert "received" not in page.context["form"].fields
