"""The amendments of a draft with their answers as a sheet, in the order of ISO's comment form."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.spreadsheets import Cell
from framework.models import Amendment, AmendmentKind, Draft
from framework.services.proposing import PlacedAmendment, placed_amendments
from framework.services.reader import Reader
from framework.services.shown_amendments import AmendmentShown

# The codes of ITU's conferences. A comment has none.
CODES: Final = {
    AmendmentKind.ADD: "ADD",
    AmendmentKind.CHANGE: "MOD",
    AmendmentKind.DELETE: "SUP",
    AmendmentKind.KEEP: "NOC",
}
SEPARATOR: Final = "; "


def amendment_lines(reader: Reader, draft: Draft) -> list[Sequence[Cell]]:
    """Return the lines of the sheet, the first with its headings, without names of persons.

    The amendments are in the order of the text, and those at one paragraph in that of sending.
    """
    is_answered = draft.framework.drafts.shown().filter(number__gt=draft.number).exists()
    sent = Amendment.objects.sent().filter(draft=draft)
    answered = [draft] if is_answered else []
    placed = placed_amendments(reader, sent, drafts=[draft], answered=answered)
    return [tuple(_headings()), *(tuple(_line(each)) for each in placed)]


def _line(placed: PlacedAmendment) -> Iterator[Cell]:
    shown, amendment = placed.shown, placed.shown.amendment
    yield shown.organisation
    yield placed.row.number if placed.row else ""
    yield shown.text
    yield CODES.get(AmendmentKind(amendment.kind), amendment.get_kind_display())
    yield amendment.reason
    yield amendment.text
    yield _observation(shown)
    yield SEPARATOR.join(_supporters(shown))


def _headings() -> Iterator[str]:
    yield _("Member body")
    yield pgettext("of a text", "Clause")
    yield _("Paragraph (for ADD: the one before)")
    yield _("Type")
    yield pgettext("on a paragraph", "Comment")
    yield pgettext("of a text", "Proposed change")
    yield _("Observation of the secretariat")
    yield _("Supporters")


def _observation(shown: AmendmentShown) -> str:
    if shown.answer is None:
        return ""
    kind = shown.answer.get_kind_display()
    return f"{kind}\n{shown.answer.reason}" if shown.answer.reason else kind


def _supporters(shown: AmendmentShown) -> Iterator[str]:
    yield from shown.supporters
    for organisation in shown.earlier_supporters:
        yield _("%(organisation)s (an earlier wording)") % {"organisation": organisation}
