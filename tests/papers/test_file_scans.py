"""Files of people wait for the virus scanner, and are refused if it finds something."""

from datetime import timedelta
from pathlib import Path

import pytest

from inbox.models import IncomingFile
from members.models import AnswerFile
from papers.models import FileScan, PaperVersion, ScanStatus
from papers.services.file_scans import breaker, models_with_files, scan_upload, scan_waiting_files
from tests.clamd import MALWARE, SIGNATURE
from tests.factories import NOON, FileScanFactory, PaperVersionFactory
from tests.papers.desk import ADD, change_page, everything, files_in, page_of, published, upload
from tests.papers.files import TEXT, fit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]

REFUSAL = (
    "Our virus scanner found harmful software in this file. Check the device that it comes from, "
    "then choose another file."
)
LATER = NOON + timedelta(hours=1)


def stored(content=TEXT):
    """A version whose file was stored while the scanner was away."""
    breaker.open()
    version = published(file=fit(content, "Minutes.txt")).versions.get()
    breaker.close()
    return version


def status_of(version):
    return PaperVersion.objects.get(pk=version.pk).scan_status


def scans():
    return list(FileScan.objects.order_by("sha256").values_list("sha256", "status", "finding"))


def test_scanned_files_are_those_of_papers_answers_and_mail():
    assert set(models_with_files()) == {AnswerFile, IncomingFile, PaperVersion}


def test_upload_that_is_clean_can_be_downloaded_at_once(clamd):
    version = published(file=fit(TEXT, "Minutes.txt")).versions.get()

    version = PaperVersion.objects.get(pk=version.pk)
    assert version.is_available
    assert scans() == [(version.sha256, "clean", "")]
    assert clamd.scanned == [TEXT]


def test_infected_upload_is_refused_at_the_field_and_not_stored(clamd, desk, folder, caplog):
    page = upload(desk, ADD, content=MALWARE, name="Agenda.txt")

    assert page.status_code == 422
    assert page.context["form"].errors["file"] == [REFUSAL]
    assert (everything(), files_in(folder), scans()) == (([], []), [], [])
    assert caplog.messages[0] == f"An upload of {len(MALWARE)} bytes is refused: {SIGNATURE}"


def test_upload_is_not_scanned_without_a_scanner(settings):
    version = published(file=fit(MALWARE, "Minutes.txt")).versions.get()

    assert PaperVersion.objects.get(pk=version.pk).is_available
    assert scans() == []


def test_upload_is_taken_and_waits_while_the_scanner_is_away(settings, tmp_path, caplog):
    settings.CLAMD = str(tmp_path / "nothing.ctl")

    version = published(file=fit(TEXT, "Minutes.txt")).versions.get()

    assert not PaperVersion.objects.get(pk=version.pk).is_available
    assert scans() == [(version.sha256, "waiting", "")]
    assert caplog.messages == ["A file is not scanned at its upload: FileNotFoundError"]
    breaker.close()


def test_nobody_waits_twice_for_a_scanner_that_did_not_answer(clamd):
    breaker.open()

    assert scan_upload(MALWARE) is None
    assert clamd.scanned == []


def test_file_that_waits_can_be_downloaded_by_nobody(clamd, desk):
    version = stored()
    address = page_of(version.paper, "file", file=version.pk)

    page = desk.get(change_page(version.paper))
    answer = desk.get(address)

    assert "being checked for viruses" in page.text
    assert f'href="{address}"' not in page.text
    assert answer.status_code == 403
    assert "This file is being checked" in answer.text


def test_task_scans_a_file_that_waits(clamd, desk):
    version = stored()

    number = scan_waiting_files(at=LATER)

    assert (number, clamd.scanned) == (1, [TEXT])
    scan = FileScan.objects.get()
    assert (scan.status, scan.requested_at, scan.scanned_at) == (ScanStatus.CLEAN, NOON, LATER)
    answer = desk.get(page_of(version.paper, "file", file=version.pk))
    assert b"".join(answer.streaming_content) == TEXT


def test_task_finds_what_is_infected_and_locks_it_away(clamd, desk, folder, caplog):
    version = stored(MALWARE)

    scan_waiting_files(at=LATER)

    assert scans() == [(version.sha256, "infected", SIGNATURE)]
    told = f"The file of papers.PaperVersion {version.pk} is infected: {SIGNATURE}"
    assert told in caplog.messages
    page = desk.get(change_page(version.paper))
    assert "refused: harmful software was found in it" in page.text
    answer = desk.get(page_of(version.paper, "file", file=version.pk))
    assert (answer.status_code, "This file was refused" in answer.text) == (403, True)
    assert [path.read_bytes() for path in files_in(folder)] == [MALWARE]


@pytest.mark.usefixtures("clamd")
def test_infected_file_stays_locked_away_without_a_scanner(settings):
    version = stored(MALWARE)
    scan_waiting_files(at=LATER)
    settings.CLAMD = None

    assert not PaperVersion.objects.get(pk=version.pk).is_available
    assert list(PaperVersion.objects.available()) == []


def test_infected_file_that_is_sent_again_and_clean_is_available(clamd):
    version = stored()
    FileScan.objects.update(status=ScanStatus.INFECTED, scanned_at=NOON, finding="Wrong.Signature")

    published(file=fit(TEXT, "Minutes.txt"))

    assert PaperVersion.objects.get(pk=version.pk).is_available
    assert scans() == [(version.sha256, "clean", "")]


def test_task_scans_files_from_before_the_setting(settings, clamd):
    address, settings.CLAMD = settings.CLAMD, None
    old = published(file=fit(TEXT, "Minutes.txt")).versions.get()
    settings.CLAMD = address
    before = status_of(old)

    scan_waiting_files(at=LATER)

    assert (before, status_of(old)) == (None, "clean")


def test_task_scans_one_content_once(clamd):
    first, second = stored(), stored()

    scan_waiting_files(at=LATER)

    assert clamd.scanned == [TEXT]
    assert (status_of(first), status_of(second)) == ("clean", "clean")


def test_task_leaves_files_to_wait_while_the_scanner_is_away(settings, clamd, tmp_path):
    version = stored()
    address, settings.CLAMD = settings.CLAMD, str(tmp_path / "nothing.ctl")

    number = scan_waiting_files(at=LATER)

    assert (number, scans()) == (0, [(version.sha256, "waiting", "")])
    settings.CLAMD = address
    scan_waiting_files(at=LATER)
    assert status_of(version) == "clean"


def test_task_tries_a_file_again_later_that_could_not_be_scanned(clamd):
    large, small = stored(TEXT * 2), stored(TEXT)
    clamd.max_size = len(TEXT)

    numbers = [scan_waiting_files(at=LATER + timedelta(minutes=minutes)) for minutes in (0, 9, 10)]

    assert numbers == [2, 0, 1]
    assert (status_of(large), status_of(small)) == ("failed", "clean")


def test_task_names_a_file_that_is_not_on_the_disk(clamd):
    version = stored()
    Path(version.file.path).unlink()

    scan_waiting_files(at=LATER)

    [(_sha256, status, finding)] = scans()
    assert (status, finding.startswith("[Errno 2] No such file")) == ("failed", True)


def test_task_forgets_a_scan_whose_file_was_never_stored(clamd):
    FileScanFactory(requested_at=LATER - timedelta(hours=1))
    young = FileScanFactory(requested_at=LATER - timedelta(minutes=59))

    scan_waiting_files(at=LATER)

    assert list(FileScan.objects.all()) == [young]


def test_task_does_nothing_without_a_scanner(settings):
    PaperVersionFactory()

    assert (scan_waiting_files(at=LATER), scans()) == (0, [])


def test_available_files_are_those_found_clean(clamd):
    statuses = {"clean": "", "infected": "Eicar", "failed": "too large"}
    for status, finding in statuses.items():
        sha256 = PaperVersionFactory().sha256
        FileScanFactory(sha256=sha256, status=status, scanned_at=NOON, finding=finding)
    FileScanFactory(sha256=PaperVersionFactory().sha256)
    PaperVersionFactory()

    available = PaperVersion.objects.available()

    assert [version.scan_status for version in available] == ["clean"]
    assert [each for each in PaperVersion.objects.all() if each.is_available] == list(available)


def test_available_files_without_a_scanner_are_all_but_the_infected():
    infected = PaperVersionFactory().sha256
    FileScanFactory(sha256=infected, status="infected", scanned_at=NOON, finding="Eicar")
    waiting = PaperVersionFactory()
    FileScanFactory(sha256=waiting.sha256)
    never = PaperVersionFactory()

    available = PaperVersion.objects.available().order_by("pk")

    assert list(available) == [waiting, never]
    assert [each for each in PaperVersion.objects.order_by("pk") if each.is_available] == [
        waiting,
        never,
    ]
