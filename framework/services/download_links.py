"""What can be downloaded from a page of a framework."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from framework.models import Draft, DraftStatus
from framework.services.reader import Reader


@dataclass(frozen=True)
class DownloadLink:
    """A file that a page offers."""

    words: str
    url: str


def download_links(
    reader: Reader, draft: Draft, *, before: Draft | None = None
) -> list[DownloadLink]:
    """Return the files of a draft, and of what changed in it since an earlier one: the last."""
    if draft.status == DraftStatus.PREPARATION or not reader.can_read:
        return []
    links = [DownloadLink(_("Word"), reader.address("word_draft", draft.number))]
    if draft.number:
        since = draft.number - 1 if before is None else before.number
        address = reader.address("word", since, draft.number)
        links.append(DownloadLink(_("Word with the changes marked"), address))
    if draft.status == DraftStatus.OPENED and reader.sees_amendments(draft):
        links += [
            DownloadLink(_("Proposals (CSV)"), reader.address("amendments_csv", draft.number)),
            DownloadLink(_("Proposals (XLSX)"), reader.address("amendments_xlsx", draft.number)),
        ]
    if draft.status == DraftStatus.ADOPTED and reader.framework.is_public:
        # The app above this one, whose name the address is by.
        address = reverse("commitments:data_resource", args=["framework_paragraphs"])
        links.append(DownloadLink(_("Open data"), address))
    return links
