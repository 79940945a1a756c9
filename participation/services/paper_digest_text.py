"""The list of new papers that replaces a placeholder in the digest.

All of it is translated into the six languages, even where pages are not.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from members.services.letters.placeholder_values import join_paragraphs
from outbox.services.rendering import escape_inline
from papers.models import Paper, PaperVersion
from participation.services.invited import part_members
from participation.services.letters import Recipient

# The limit of the list in a mail; the page of papers lists all.
MAX_PAPERS_LISTED: Final = 20


@dataclass(frozen=True)
class NewPaper:
    """One paper with its newest new version, and the languages of the new files."""

    paper: Paper
    number: int
    languages: Sequence[str]

    def concerns(self, reader: Recipient) -> bool:
        """Return whether the paper belongs to an area of a reader or to the whole coalition.

        The paper of a meeting for a part belongs to the members of the part.
        """
        if self.paper.area is not None and self.paper.area.pk not in reader.areas:
            return False
        meeting = self.paper.meeting
        if meeting is None or meeting.part_id is None:
            return True
        return bool(part_members(meeting) & reader.members)


def new_papers(versions: Iterable[PaperVersion]) -> list[NewPaper]:
    """Group new files by paper. Their papers should be selected in the same query."""
    by_paper: dict[Paper, list[PaperVersion]] = defaultdict(list)
    for version in versions:
        by_paper[version.paper].append(version)
    return [
        NewPaper(paper, newest, sorted(each.language for each in new if each.number == newest))
        for paper, new in by_paper.items()
        for newest in [max(each.number for each in new)]
    ]


def new_papers_text(news: Sequence[NewPaper]) -> str:
    """Return the list of new papers in the active language, cut to MAX_PAPERS_LISTED."""
    rest = len(news) - MAX_PAPERS_LISTED
    more = ngettext(
        "%(number)s more paper is on your papers page.",
        "%(number)s more papers are on your papers page.",
        max(rest, 1),
    ) % {"number": rest}
    told = "\n".join(_in_words(each) for each in news[:MAX_PAPERS_LISTED])
    return join_paragraphs(told, more if rest > 0 else "")


def _in_words(news: NewPaper) -> str:
    paper = news.paper
    whose = [str(paper.get_kind_display()), paper.area_name]
    if paper.meeting:
        whose.append(escape_inline(paper.meeting.title))
    # Languages have their own names, so that no translation has to inflect them.
    names = [get_language_info(language)["name_local"] for language in news.languages]
    version = _("Version %(number)s") % {"number": news.number}
    lines = [
        f"- **{escape_inline(paper.title)}**",
        " · ".join(whose),
        " · ".join([version, *names]),
    ]
    return "\\\n  ".join(lines)
