"""A restored or copied database recognises itself, and nothing else does."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core import mail
from django.core.mail import EmailMessage, get_connection

from outbox import tasks
from outbox.models import HoldReason, Installation, MailHold, Message, MessageStatus
from outbox.seed import seed
from outbox.services.delivery import deliver_message
from outbox.services.installation import (
    MailHeld,
    advance,
    begin_hold,
    current_hold,
    has_its_secret,
    open_hold,
    read_file,
    register_installation,
    release_mail,
)
from tests.factories import NOON, MailHoldFactory, MessageFactory

SECOND = timedelta(seconds=1)
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def file(settings, tmp_path):
    """The file of this machine."""
    settings.INSTALLATION_FILE = str(tmp_path / "installation")
    return tmp_path / "installation"


@pytest.fixture
def at_work():
    """An installation that has sent something at noon."""
    register_installation(at=NOON)
    advance(at=NOON)
    return Installation.objects.get()


def restore(installation):
    """Bring the row of a backup back."""
    Installation.objects.all().delete()
    installation.save(force_insert=True)


def reason_of_hold():
    held = current_hold(at=LATER)
    return held and held.reason


def test_identity_is_the_same_in_the_database_and_outside(file, at_work):
    assert read_file().key == str(at_work.key)
    assert read_file().advanced_at == at_work.advanced_at
    assert file.stat().st_mode & 0o777 == 0o640
    assert at_work.is_file_written
    assert reason_of_hold() is None


def test_identity_is_made_once_by_several_processes(file):
    first = register_installation(at=NOON)
    content = file.read_text()

    second = register_installation(at=LATER)

    assert (second.key, file.read_text()) == (first.key, content)


def test_migrate_creates_the_identity_and_keeps_it():
    for _time in range(2):
        seed(apps.get_app_config("outbox"))

    assert Installation.objects.get().key.hex == read_file().key.replace("-", "")


def test_advance_lets_the_time_rise_although_the_clock_goes_back(at_work):
    advance(at=NOON - SECOND)

    risen = Installation.objects.get().advanced_at
    assert risen > at_work.advanced_at
    assert read_file().advanced_at == risen


def test_advance_leaves_a_later_time_in_the_file(file, at_work):
    advance(at=LATER)
    content = file.read_text()
    Installation.objects.update(advanced_at=NOON)

    advance(at=NOON + SECOND)

    assert file.read_text() == content


def test_database_older_than_the_file_is_restored(at_work):
    advance(at=NOON + SECOND)
    restore(at_work)
    last = MessageFactory.create_batch(2)[-1]

    held = current_hold(at=LATER)

    assert held.reason == HoldReason.OLDER
    assert held.last_message == last.pk
    assert (held.held_at, held.backup_at) == (LATER, at_work.advanced_at)
    assert held.outside_at == NOON + SECOND


def test_another_process_at_work_meanwhile_is_no_alarm(monkeypatch, at_work):
    def read_file_late():
        monkeypatch.undo()
        advance(at=LATER)
        return read_file()

    monkeypatch.setattr("outbox.services.installation.read_file", read_file_late)

    assert reason_of_hold() is None


def test_database_with_the_file_of_another_is_copied(file, at_work):
    key = "0" * 8 + str(at_work.key)[8:]
    file.write_text(file.read_text().replace(str(at_work.key), key))

    assert reason_of_hold() == HoldReason.OTHER
    assert MailHold.objects.get().file_key == key


@pytest.mark.parametrize("content", [None, "", "unreadable\n", "\0" * 70])
def test_database_without_its_file_is_copied(file, at_work, content):
    file.unlink()
    if content is not None:
        file.write_text(content)

    assert reason_of_hold() == HoldReason.OTHER


def test_backup_without_identity_beside_a_file_is_restored(at_work):
    MessageFactory()
    Installation.objects.all().delete()

    assert reason_of_hold() == HoldReason.OTHER


def test_new_database_without_messages_takes_the_file_over(at_work):
    """As after `make reset`, which deletes the database but not the file."""
    Installation.objects.all().delete()

    assert reason_of_hold() is None
    assert read_file().key == str(Installation.objects.get().key) != str(at_work.key)


def test_portal_of_the_release_before_gets_an_identity_and_goes_on():
    MessageFactory()

    assert reason_of_hold() is None
    assert read_file() is not None


def test_crash_between_the_two_writes_is_no_alarm(at_work):
    Installation.objects.update(advanced_at=NOON + SECOND)

    assert reason_of_hold() is None


def test_crash_before_the_first_file_is_no_alarm():
    Installation.objects.create(advanced_at=NOON)

    assert reason_of_hold() is None
    advance(at=LATER)
    assert read_file() is not None


def test_read_only_disk_without_a_file_is_no_alarm(settings, tmp_path, caplog):
    (tmp_path / "occupied").write_text("")
    settings.INSTALLATION_FILE = str(tmp_path / "occupied" / "installation")

    register_installation(at=NOON)
    advance(at=NOON)

    assert reason_of_hold() is None
    assert not Installation.objects.get().is_file_written
    assert "cannot be" in caplog.text


def test_file_that_cannot_be_written_is_no_alarm(monkeypatch, file, at_work):
    content = file.read_bytes()

    def refuse(*_given, **_more):
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        patch.setattr(Path, "read_bytes", lambda _path: content)
        advance(at=LATER)

    assert read_file().advanced_at == at_work.advanced_at
    assert reason_of_hold() is None


def test_nothing_is_looked_at_without_a_file_in_the_settings(settings):
    settings.INSTALLATION_FILE = ""

    advance(at=NOON)

    assert reason_of_hold() is None
    assert not Installation.objects.exists()


def test_second_machine_with_a_copy_of_the_file_is_no_alarm(file, at_work, settings, tmp_path):
    other = tmp_path / "other"
    other.write_text(file.read_text())
    advance(at=NOON + SECOND)

    settings.INSTALLATION_FILE = str(other)

    assert reason_of_hold() is None


def test_later_file_of_a_second_machine_is_no_second_alarm(file, at_work, settings, tmp_path):
    advance(at=NOON + SECOND)
    other = tmp_path / "other"
    other.write_text(file.read_text())
    settings.INSTALLATION_FILE = str(other)
    advance(at=NOON + 2 * SECOND)
    settings.INSTALLATION_FILE = str(file)
    restore(at_work)

    held = current_hold(at=LATER)
    settings.INSTALLATION_FILE = str(other)
    held = current_hold(at=LATER)
    assert held.outside_at == NOON + 2 * SECOND
    release_mail(reason="Checked.", by=None, at=NOON)

    assert reason_of_hold() is None
    settings.INSTALLATION_FILE = str(file)
    assert reason_of_hold() is None


@pytest.mark.parametrize("content", [None, "other", "unreadable"])
def test_released_copy_gets_an_identity_of_its_own(file, at_work, content):
    other = "11111111-1111-4111-8111-111111111111"
    file.unlink()
    if content:
        file.write_text(f"{other} {NOON.isoformat()}\n" if content == "other" else content)
    current_hold(at=LATER)

    release_mail(reason="A copy to try things.", by=None, at=LATER)
    assert reason_of_hold() is None
    advance(at=LATER + SECOND)

    installation = Installation.objects.get()
    assert installation.key != at_work.key
    assert (installation.is_file_written, installation.former_file_key) == (True, "")
    assert read_file().key == str(installation.key)
    assert reason_of_hold() is None


def test_released_portal_keeps_its_identity(at_work):
    advance(at=NOON + SECOND)
    restore(at_work)
    held = current_hold(at=NOON)

    release_mail(reason="Checked.", by=None, at=NOON)

    assert held.reason == HoldReason.OLDER
    assert Installation.objects.get().key == at_work.key
    assert Installation.objects.get().advanced_at > NOON + SECOND
    assert reason_of_hold() is None


def test_hold_that_was_in_the_backup_is_released_on_a_machine_without_a_file(file, at_work):
    begin_hold(reason=HoldReason.BY_HAND, at=LATER)
    file.unlink()

    release_mail(reason="The new machine is ready.", by=None, at=LATER)
    assert reason_of_hold() is None
    advance(at=LATER + SECOND)

    assert Installation.objects.get().is_file_written
    assert reason_of_hold() is None


def test_hold_of_a_machine_without_a_file_is_released_on_one_that_has_it(
    file, at_work, settings, tmp_path
):
    settings.INSTALLATION_FILE = str(tmp_path / "other")
    current_hold(at=LATER)
    settings.INSTALLATION_FILE = str(file)

    release_mail(reason="The file is being copied.", by=None, at=LATER)

    assert Installation.objects.get().key == at_work.key
    assert reason_of_hold() is None


@pytest.mark.parametrize("has_file", [True, False])
def test_released_backup_without_identity_gets_one_and_is_not_held_again(file, at_work, has_file):
    Installation.objects.all().delete()
    MessageFactory()
    if not has_file:
        file.unlink()
    begin_hold(reason=HoldReason.RESTORED, at=NOON)

    release_mail(reason="Checked.", by=None, at=NOON)

    assert reason_of_hold() is None
    advance(at=LATER)
    assert read_file().key == str(Installation.objects.get().key)


def test_hold_begins_once_for_two_processes(at_work):
    first = begin_hold(reason=HoldReason.OLDER, at=NOON)

    second = begin_hold(reason=HoldReason.OTHER, at=LATER)

    assert (second.pk, second.reason) == (first.pk, HoldReason.OLDER)


@pytest.mark.parametrize(
    ("reason", "is_free"), [(HoldReason.RESTORED, True), (HoldReason.BY_HAND, False)]
)
def test_message_that_the_former_portal_was_sending_is_free(reason, is_free):
    lease = "22222222-2222-4222-8222-222222222222"
    MessageFactory(status=MessageStatus.SENDING, lease=lease, leased_until=LATER)

    begin_hold(reason=reason, at=NOON)

    assert Message.objects.unsent(NOON).exists() == is_free


def test_nothing_is_delivered_while_mail_is_held(mailoutbox, published, django_assert_num_queries):
    MailHoldFactory(released_at=None)
    message = MessageFactory()
    before = Message.objects.values().get()

    deliver_message(message_pk=message.pk, connection=get_connection(), at=NOON)
    tasks.deliver(message.pk)
    tasks.sweep()

    assert mailoutbox == []
    assert published() == []
    assert Message.objects.values().get() == before


def test_mail_that_is_no_message_is_held_too(settings):
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    MailHoldFactory(released_at=None)
    backend = get_connection("outbox.services.allowlist.AllowlistBackend")

    with pytest.raises(MailHeld):
        backend.send_messages([EmailMessage(to=["ada@example.org"])])

    assert mail.outbox == []


def test_first_mail_that_is_no_message_recognises_a_restored_database(settings, at_work):
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    advance(at=NOON + SECOND)
    restore(at_work)
    backend = get_connection("outbox.services.allowlist.AllowlistBackend")

    with pytest.raises(MailHeld):
        backend.send_messages([EmailMessage(to=["ada@example.org"])])

    assert open_hold().reason == HoldReason.OLDER
    assert mail.outbox == []


def test_sweep_recognises_a_restored_database(at_work, published):
    advance(at=NOON + SECOND)
    restore(at_work)
    MessageFactory()

    tasks.sweep()

    assert open_hold().reason == HoldReason.OLDER
    assert published() == []


def test_secret_of_another_portal_is_noticed(settings, at_work):
    known = settings.SECRET_KEY
    assert has_its_secret(at_work)

    settings.SECRET_KEY = "another-secret-of-another-portal-0123456789"
    assert not has_its_secret(at_work)
    settings.SECRET_KEY_FALLBACKS = [known]
    assert has_its_secret(at_work)
