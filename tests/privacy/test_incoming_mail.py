"""What an export, an erasure and the retention periods do with the mail that came back."""

from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.personal_data import ERASED_NAME, ERASED_TEXT
from inbox.models import IncomingFile, IncomingMail
from inbox.services.raw_mail import words_of_raw_mail
from members.models import MemberStatus
from outbox.models import ERASED
from privacy.models import RetentionPeriod
from privacy.services.erasure import erase_organisation, erase_person
from privacy.services.exports import exported_tables
from privacy.services.people import find_person
from privacy.services.plan import plan_person
from privacy.services.retention_periods import delete_due
from tests.factories import (
    NOON,
    FocalPointFactory,
    IncomingFileFactory,
    IncomingMailFactory,
    MemberFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"
LONG_AGO = NOON - timedelta(days=4000)


@pytest.fixture(autouse=True)
def stored_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Run what follows a commit, such as the deletion of files."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def raw(text="Hello"):
    return default_storage.save("incoming/mail", ContentFile(text.encode()))


def mail_with_file(**facts):
    mail = IncomingMailFactory(raw=raw(), **facts)
    name = default_storage.save("incoming-files/statutes", ContentFile(b"%PDF"))
    IncomingFileFactory(mail=mail, file=name)
    return mail


def files():
    return sum(path.is_file() for path in Path(default_storage.location).rglob("*"))


def former_focal_point(**facts):
    member = MemberFactory(status=MemberStatus.WITHDRAWN, **facts)
    return FocalPointFactory(member=member, email=ADA, given_name="Ada", family_name="Lovelace")


def test_export_has_the_replies_of_the_person():
    mail_with_file(sender=ADA, text="We are 40 people.")
    IncomingMailFactory(text="Of somebody else.")

    tables = {
        table.model: [{each.column: each.value for each in row} for row in table.rows]
        for table in exported_tables(find_person(ADA), zone="UTC")
    }

    assert [row["text"] for row in tables["inbox.IncomingMail"]] == ["We are 40 people."]
    assert [row["file_name"] for row in tables["inbox.IncomingFile"]] == ["Statutes.pdf"]


def test_erased_person_leaves_that_a_mail_came_and_no_file(committed):
    person = former_focal_point()
    mail = mail_with_file(sender=ADA, sender_name="Ada", quoted="Dear Ada")
    mail.reference = person.member.reference
    mail.save()

    with committed():
        erase_person(address=ADA, by=UserFactory(), at=NOON)

    mail.refresh_from_db()
    assert (mail.sender, mail.sender_name) == (ERASED, ERASED_NAME)
    assert (mail.subject, mail.text, mail.quoted) == (ERASED_TEXT,) * 3
    assert (mail.reference, mail.received_at) == (person.member.reference, NOON)
    assert not mail.raw
    assert not IncomingFile.objects.exists()
    assert files() == 0


@pytest.mark.parametrize(
    "whole",
    [
        f"To: kim@example.org\nCc: {ADA.upper()}\n\nHello",
        f"Subject: =?utf-8?b?{b64encode(b'For Ada Lovelace').decode()}?=\n\nHello",
        "Content-Transfer-Encoding: base64\n\n" + b64encode(b"Write to Ada Lovelace").decode(),
        f"Content-Type: multipart/mixed; boundary=x\n\n--x\n\n{ADA}\n",
    ],
    ids=["address", "encoded header", "encoded text", "broken off"],
)
def test_whole_mail_of_another_goes_if_it_names_the_erased_person(committed, whole):
    former_focal_point()
    other = IncomingMailFactory(raw=raw(whole))
    kept = IncomingMailFactory(raw=raw())

    with committed():
        erase_person(address=ADA, by=UserFactory(), at=NOON)

    other.refresh_from_db()
    kept.refresh_from_db()
    assert (other.text, other.raw) == ("We are 40 people.", "")
    assert files() == 1
    assert default_storage.exists(kept.raw.name)


def test_text_that_names_the_erased_person_loses_its_whole_mail_too(committed):
    former_focal_point()
    other = IncomingMailFactory(raw=raw(), text="Ada Lovelace left.", quoted="Dear Kim")

    with committed():
        changes = erase_person(address=ADA, by=UserFactory(), at=NOON)

    other.refresh_from_db()
    assert (other.text, other.quoted, other.raw) == ("[erased] left.", "Dear Kim", "")
    assert files() == 0
    assert [change.number for change in changes if "Incoming" in change.table.model] == [1]


def test_preview_reads_no_stored_mail():
    former_focal_point()
    IncomingMailFactory(raw=raw(f"Cc: {ADA}\n\nHello"))

    changes = plan_person(find_person(ADA))

    assert "inbox.IncomingMail" not in {change.table.model for change in changes}


def test_erased_organisation_leaves_no_mail(committed):
    member = former_focal_point(organisation_name="Analytical Engines").member
    mail_with_file(reference=member.reference)
    other = IncomingMailFactory(text="Unlike Analytical Engines, we are many.")

    with committed():
        erase_organisation(member=member, by=UserFactory(), at=NOON)

    assert IncomingMail.objects.get() == other
    other.refresh_from_db()
    assert other.text == "Unlike [erased], we are many."
    assert not IncomingFile.objects.exists()
    assert files() == 0


def test_mail_is_deleted_with_the_data_of_its_member_or_with_the_messages(committed):
    RetentionPeriod.objects.update(begins_at=LONG_AGO, days=400)
    ended = MemberFactory(status=MemberStatus.DECLINED, decided_at=LONG_AGO)
    admitted = MemberFactory(status=MemberStatus.ADMITTED)
    mail_with_file(reference=ended.reference)
    mail_with_file(received_at=LONG_AGO)
    kept = mail_with_file(reference=admitted.reference, received_at=LONG_AGO)
    recent = mail_with_file(received_at=NOON - timedelta(days=399))

    with committed():
        delete_due(clock=lambda: NOON)

    assert set(IncomingMail.objects.all()) == {kept, recent}
    assert files() == 4


def test_officer_who_attached_a_mail_is_known_by_the_role_in_the_end():
    RetentionPeriod.objects.update(begins_at=LONG_AGO, days=400)
    officer = UserFactory(is_active=False, name="Kim", joined_at=LONG_AGO)
    type(officer).history.filter(id=officer.pk).update(history_date=LONG_AGO)
    member = MemberFactory(status=MemberStatus.ADMITTED)
    mail = IncomingMailFactory(
        reference=member.reference,
        attached_at=NOON,
        attached_by=officer,
        attached_by_name="Kim",
    )

    delete_due(clock=lambda: NOON)

    mail.refresh_from_db()
    assert mail.attached_by_name == "[former staff]"
    assert mail.text == "We are 40 people."


def test_words_of_a_mail_whose_file_is_missing_are_none():
    assert words_of_raw_mail("incoming/none") == ""
