"""All papers of a meeting in one ZIP file, each in its newest version."""

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from tempfile import TemporaryFile
from typing import IO, Final

from django.conf import settings
from django.utils.translation import gettext as _

from core.conflicts import Refused
from meetings.models import Meeting
from papers.models import Paper, PaperVersion
from participation.services.my_papers import meeting_papers, readable_paper

# In bytes. A larger file would keep a web process for too long.
MAX_SIZE: Final = 200 * 1024 * 1024
# Longer names are cut: some programs cannot open them.
MAX_NAME_LENGTH: Final = 120
CHUNK_SIZE: Final = 64 * 1024


@dataclass(frozen=True)
class PaperArchive:
    """What the ZIP file of a meeting contains for one reader."""

    versions: Sequence[PaperVersion]
    # Papers whose file cannot be downloaded now, because it waits for its scan or is infected.
    left_out: Sequence[PaperVersion]

    @property
    def size(self) -> int:
        """The size of the files together, in bytes; PDFs and Office files hardly get smaller."""
        return sum(version.size for version in self.versions)

    @property
    def is_offered(self) -> bool:
        """Whether there are several papers, and not too many bytes."""
        return len(self.versions) > 1 and self.size <= MAX_SIZE


def paper_archive(meeting: Meeting, *, language: str) -> PaperArchive:
    """Return the newest version of each paper of a meeting, in a language if it has it.

    In two queries.
    """
    return archive_of(meeting_papers(meeting), language=language)


def archive_of(papers: Iterable[Paper], *, language: str) -> PaperArchive:
    """Return what the ZIP file of some papers contains, which are read with their files."""
    offered = [readable_paper(paper, language).version for paper in papers if paper.versions.all()]
    return PaperArchive(
        [version for version in offered if version.is_available],
        [version for version in offered if not version.is_available],
    )


def write_archive(archive: PaperArchive) -> IO[bytes]:
    """Return the ZIP file, open at its beginning, on the disk until it is closed.

    A text in it names the papers that are left out. Raises Refused (no_papers, too_large), and
    OSError if a file is missing on the disk.
    """
    if not archive.versions:
        raise Refused(_("None of the papers can be downloaded now."), code="no_papers")
    if archive.size > MAX_SIZE:
        raise Refused(
            _("The papers are too large for one file. Download them one by one."), code="too_large"
        )
    # Whoever sends it closes it.
    file = TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
            for number, version in enumerate(archive.versions, start=1):
                _add(written, version, number)
            if archive.left_out:
                written.writestr(f"{_('Not in this file')}.txt", _left_out_text(archive))
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _add(written: zipfile.ZipFile, version: PaperVersion, number: int) -> None:
    """Copy a file in pieces, so that none is in memory as a whole."""
    with version.file.open() as stored, written.open(_name(version, number), "w") as entry:
        for chunk in iter(lambda: stored.read(CHUNK_SIZE), b""):
            entry.write(chunk)


def _name(version: PaperVersion, number: int) -> str:
    """Return a name with the order of the page, which no other paper of the ZIP file has."""
    name = version.file_name.replace("/", "-").replace("\\", "-")
    suffix = PurePath(name).suffix
    return f"{number:02} {name.removesuffix(suffix)[:MAX_NAME_LENGTH]}{suffix}"


def _left_out_text(archive: PaperArchive) -> str:
    intro = _("These papers cannot be downloaded now. Look at the page of the meeting later:")
    titles = (f"- {version.paper.title}" for version in archive.left_out)
    return "\r\n".join([intro, "", *titles, ""])
