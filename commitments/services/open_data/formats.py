"""The formats of the open data, and the addresses of the files in each. Pages list no others."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.spreadsheets import SafeXlsx


@dataclass(frozen=True)
class Format:
    """A format of files. `ending` is the end of their names."""

    label: str
    ending: str
    content_type: str


@dataclass(frozen=True)
class Download:
    """A file that a page offers, in a format, by the name of its address."""

    format: Format
    address: str
    description: Any = ""


CSV: Final = Format("CSV", "csv", "text/csv; charset=utf-8")
XLSX: Final = Format("XLSX", "xlsx", SafeXlsx.content_type)
JSON: Final = Format("JSON", "json", "application/json")
IATI: Final = Format("IATI", "xml", "application/xml")
ATOM: Final = Format("Atom", "atom", "application/atom+xml; charset=utf-8")
ZIP: Final = Format("ZIP", "zip", "application/zip")
CONTENT_TYPES: Final = {
    each.ending: each.content_type for each in (CSV, XLSX, JSON, IATI, ATOM, ZIP)
}
# One row for each commitment.
FLAT_FILES: Final = (
    Download(XLSX, "commitments:data_flat_xlsx"),
    Download(CSV, "commitments:data_flat_csv"),
)
# Of each resource.
RESOURCE_FILES: Final = (
    Download(CSV, "commitments:data_resource_csv"),
    Download(JSON, "commitments:data_resource_json"),
)
FEED: Final = Download(
    ATOM,
    "commitments:feed",
    _("News for a feed reader: the 50 commitments that were published or changed last."),
)
# For programs and for readers of news.
MORE_FILES: Final = (
    Download(
        IATI,
        "commitments:data_iati",
        _("The commitments as activities, for the International Aid Transparency Initiative."),
    ),
    Download(JSON, "commitments:data_json", _("The commitments for programs, in pages.")),
    FEED,
)
# Of a list of the register, with its filters: those that a person opens come first.
LIST_FILES: Final = (*FLAT_FILES, *MORE_FILES)
# Of one commitment.
COMMITMENT_FILES: Final = (
    Download(JSON, "commitments:data_commitment_json"),
    Download(IATI, "commitments:data_commitment_iati"),
)


def links_to(downloads: Iterable[Download], *names: str, query: str = "") -> list[tuple[str, str]]:
    """Return the label and the address of each file, with the names and the query in them."""
    return [
        (each.format.label, f"{reverse(each.address, args=names)}{query}") for each in downloads
    ]
