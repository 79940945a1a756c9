"""The test file of EICAR, real clamd, and real processes of the portal."""

import contextlib
import os
import tempfile
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import AnswerFile, MemberStatus
from members.services.answer_files import validate_answer_file
from members.services.decisions import record_answer
from papers.models import FileScan, Paper
from papers.services.file_scans import UPLOAD_TIMEOUT, breaker
from papers.services.file_types import InvalidFile, infected_text, validate_file
from tests.eoi.own import own_person
from tests.papers.desk import published
from tests.papers.files import LARGE_PDF, PDF, TEXT, fit
from tests.portal import beat, collect_static, web, worker
from tests.processes import PATIENCE, Process, eventually, program
from tests.system.conftest import unless_missing

pytestmark = [pytest.mark.long, pytest.mark.patient, pytest.mark.django_db(transaction=True)]

# In two parts, so that no scanner of a developer takes this file away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
# ClamAV's own database comes from the network. This one has the file of EICAR alone, anywhere in
# files of any type.
SIGNATURE = f"Test.Eicar:0:*:{EICAR.hex()}\n"
FOUND = "Test.Eicar.UNOFFICIAL"
CONFIGURATION = """
LocalSocket {folder}/clamd.ctl
DatabaseDirectory {folder}/database
Foreground yes
StreamMaxLength 25M
"""


class Clamd(Process):
    """Debian's clamd with the one signature."""

    def __init__(self, folder):
        self.socket = folder / "clamd.ctl"
        (folder / "database").mkdir()
        (folder / "database" / "eicar.ndb").write_text(SIGNATURE)
        (folder / "clamd.conf").write_text(CONFIGURATION.format(folder=folder))
        super().__init__(
            "clamd",
            [program("clamd"), f"--config-file={folder / 'clamd.conf'}"],
            environment={"PATH": os.environ["PATH"]},
            folder=folder,
        )

    def answers(self):
        """Return whether it has read its signatures."""
        return self.socket.exists()

    @property
    def memory(self):
        """Its memory in megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) // 1024


@pytest.fixture
def real_clamd(settings):
    """Clamd, not started yet. The path of its socket is short, as the system wants it."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="p2c-clamd-")))
        with unless_missing():
            server = Clamd(folder)
        settings.CLAMD = str(server.socket)
        yield server
        breaker.close()


def status_at(address):
    """Return the status of the answer to a request."""
    try:
        with urlopen(address, timeout=30) as answer:  # noqa: S310
            return answer.status
    except HTTPError as refused:
        return refused.code


def refused(check, content, name):
    """Return why an upload is refused, and after how many seconds."""
    begins_at = time.monotonic()
    with pytest.raises(InvalidFile) as refusal:
        check(content, typed_name=name)
    return str(refusal.value), time.monotonic() - begins_at


@pytest.mark.timeout(400)
def test_file_of_eicar_is_found_after_the_scanner_was_away_and_refused_at_once_later(
    given, real_clamd, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path / "files")
    given |= {"CLAMD": f"unix:{real_clamd.socket}", "MEDIA_ROOT": settings.MEDIA_ROOT}
    person = own_person(MemberStatus.INFORMATION_REQUESTED)
    inside = validate_answer_file(PDF + EICAR + PDF, typed_name="Statutes.pdf")
    record_answer(
        member=person.member, answer="Here.", documents=[inside], by=person, at=timezone.now()
    )
    paper = published(file=fit(TEXT, "Minutes.txt"))
    Paper.objects.update(is_public=True)
    public = reverse("public_paper", args=[paper.versions.get().pk])
    collect_static()

    with (
        web(given, tmp_path) as site,
        worker(given, tmp_path),
        beat(given, tmp_path),
    ):
        before = status_at(f"{site.url}{public}")
        with real_clamd:
            began_at = time.monotonic()
            assert eventually(
                lambda: not FileScan.objects.due(timezone.now()).exists(), within=PATIENCE
            )
            took, memory = time.monotonic() - began_at, real_clamd.memory
            after = status_at(f"{site.url}{public}")
            breaker.close()
            as_text = refused(validate_file, EICAR, "Minutes.txt")
            as_document = refused(validate_answer_file, PDF + EICAR + PDF, "Statutes.pdf")
            is_clean = fit(LARGE_PDF).is_clean

    assert (before, after, is_clean) == (403, 200, True)
    found = FileScan.objects.order_by("finding").values_list("status", "finding")
    assert list(found) == [("clean", ""), ("infected", FOUND)]
    assert not AnswerFile.objects.get().is_available
    assert [as_text[0], as_document[0]] == [infected_text()] * 2
    assert max(as_text[1], as_document[1]) < UPLOAD_TIMEOUT.total_seconds()
    print(  # noqa: T201
        f"EICAR as text refused in {as_text[1]:.3f} s, in a PDF in {as_document[1]:.3f} s; two "
        f"stored files scanned {took:.0f} s after clamd came back; clamd has {memory} MB"
    )
