"""The amendments of a draft with their answers as a sheet, in the order of ISO's comment form."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.spreadsheets import Cell
from framework.models import Amendment, AmendmentKind, Draft
from framework.services.numbering import numbered_text
from framework.services.reader import Reader
from framework.services.shown_amendments import AmendmentShown, shown_amendments

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
    text = {each.wording.paragraph_id: each for each in numbered_text(draft)}
    places = {None: -1} | {key: place for place, key in enumerate(text)}
    is_answered = draft.framework.drafts.shown().filter(number__gt=draft.number).exists()
    sent = shown_amendments(
        reader,
        Amendment.objects.sent().filter(draft=draft),
        answered=[draft] if is_answered else [],
        texts={},
    )
    lines: list[Sequence[Cell]] = [tuple(_headings())]
    for shown in sorted(sent, key=lambda each: places[each.amendment.paragraph_id]):
        amendment = shown.amendment
        at = text.get(amendment.paragraph_id or 0)
        lines.append(
            (
                shown.organisation,
                at.number if at else "",
                at.wording.text_en if at else "",
                CODES.get(AmendmentKind(amendment.kind), amendment.get_kind_display()),
                amendment.reason,
                amendment.text,
                _observation(shown),
                SEPARATOR.join(_supporters(shown)),
            )
        )
    return lines


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
