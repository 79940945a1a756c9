"""The Action Frameworks of the demonstration: one adopted, one in its second draft, two not begun.

The adopted one was adopted before the commitments that name its actions, on a day that does not
move. The other one goes on around today. The organisations exist; what they propose is invented.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from accounts.models import User
from core.conflicts import save_next_version
from core.dates import GENEVA, all_day_range
from focus_areas.models import Pillar
from framework.models import (
    Amendment,
    AmendmentKind,
    AnswerKind,
    Draft,
    Framework,
    Notice,
    NoticeKind,
    Paragraph,
    ParagraphKind,
    Wording,
)
from framework.services.amendments import (
    AmendmentContent,
    Place,
    send_amendment,
    support_amendment,
)
from framework.services.answers import answer_amendment, recommend_answer
from framework.services.drafts import adopt_draft, open_draft, prepare_next_draft
from framework.services.paragraphs import add_paragraph, delete_paragraph, edit_wording
from members.models import FocalPoint, Member, MemberStatus
from p2c_portal.demonstration.mail import mark_as_sent

TEXTS: Final = Path(__file__).parents[2] / "framework" / "data" / "demonstration_texts.csv"
AMENDMENTS: Final = TEXTS.with_name("demonstration_amendments.csv")
TRANSLATIONS: Final = ("text_fr", "text_es", "text_ru", "text_zh_hans", "text_ar")
IN_PROGRESS, ADOPTED = 1, 2
# The first draft of the adopted one was open between these days.
OPENED_ON, CLOSED_ON, ADOPTED_ON = date(2022, 1, 24), date(2022, 2, 18), date(2022, 3, 16)
# Days from today on which the drafts of the other one open, and after which they close.
ROUNDS: Final = ((-170, -142), (-91, -60), (-15, 17))
# After a draft has closed.
ANSWERED_AFTER, ANSWER_TAKES = timedelta(days=5), timedelta(minutes=20)
TOLD_AFTER: Final = timedelta(minutes=10)


@dataclass
class _Text:
    """A framework while its drafts are written. `paragraphs` are by their names in the file."""

    framework: Framework
    by: User
    paragraphs: dict[str, Paragraph] = field(default_factory=dict)


def load_adopted_framework(*, by: User) -> dict[str, list[str]]:
    """Adopt a framework in six languages.

    Return the keys of the actions that each commitment of the demonstration serves, by the ID of
    its row.
    """
    text = _Text(_public_framework(ADOPTED, by, _morning(OPENED_ON)), by)
    first = _write(text, 0, at=_morning(OPENED_ON))
    _translate(first)
    _open(first, CLOSED_ON, by, at=_morning(OPENED_ON))
    last = prepare_next_draft(framework=text.framework, by=by, at=_morning(ADOPTED_ON))
    adopted_at = _morning(ADOPTED_ON) + timedelta(hours=3)
    adopt_draft(draft=last, version=last.version, by=by, at=adopted_at)
    _mark_as_told(last, NoticeKind.ADOPTED, at=adopted_at)
    served: dict[str, list[str]] = {}
    for row in _rows(TEXTS, ADOPTED):
        for commitment in row["served_by"].split():
            served.setdefault(commitment, []).append(str(text.paragraphs[row["key"]].key))
    return served


def load_framework_in_progress(*, by: User, at: datetime) -> None:
    """Load a framework whose drafts 0 and 1 are closed and answered, and whose draft 2 is open."""
    today = at.astimezone(ZoneInfo(GENEVA)).date()
    people = {
        person.member.organisation_name: person
        for person in FocalPoint.objects.filter(
            is_alternate=False,
            member__status=MemberStatus.ADMITTED,
            member__focus_area__number=IN_PROGRESS,
        ).select_related("member")
    }
    first_day = today + timedelta(days=ROUNDS[0][0])
    text = _Text(_public_framework(IN_PROGRESS, by, _morning(first_day)), by)
    sent: list[tuple[Mapping[str, str], Amendment]] = []
    for number, (opens, closes) in enumerate(ROUNDS):
        opens_at = _morning(today + timedelta(days=opens))
        draft = _write(text, number, at=opens_at - timedelta(days=1))
        _answer(sent, text, at=opens_at)
        _open(draft, today + timedelta(days=closes), by, at=opens_at)
        sent = list(_propose(draft, text, people, at=at))


def _public_framework(number: int, by: User, at: datetime) -> Framework:
    framework = Framework.objects.select_related("focus_area").get(focus_area__number=number)
    framework.is_public = True
    save_next_version(framework, "is_public", by=by, at=at)
    return framework


def _write(text: _Text, number: int, *, at: datetime) -> Draft:
    """Prepare a draft, and write what the file says of it."""
    by = text.by
    draft = prepare_next_draft(framework=text.framework, by=by, at=at)
    rows = _rows(TEXTS, text.framework.focus_area.number)
    names = {row["pillar"] for row in rows} - {""}
    pillars = {name: Pillar.objects.get(name_en=name) for name in names}
    for row in rows:
        if int(row["draft"]) != number:
            continue
        pillar = pillars.get(row["pillar"])
        paragraph = text.paragraphs.get(row["key"])
        if paragraph is None:
            made = add_paragraph(
                draft=draft,
                after=text.paragraphs.get(row["after"]),
                kind=ParagraphKind(row["kind"]),
                text=row["text_en"],
                pillar=pillar,
                by=by,
                at=at,
            )
            text.paragraphs[row["key"]] = made.paragraph
            continue
        wording = draft.wordings.get(paragraph=paragraph)
        if not row["text_en"]:
            delete_paragraph(wording=wording, version=wording.version, by=by, at=at)
            continue
        edit_wording(
            wording=wording,
            kind=ParagraphKind(row["kind"]),
            text=row["text_en"],
            pillar=pillar,
            version=wording.version,
            by=by,
            at=at,
        )
    return draft


def _translate(draft: Draft) -> None:
    rows = {row["text_en"]: row for row in _rows(TEXTS, ADOPTED)}
    wordings = list(draft.wordings.all())
    for wording in wordings:
        for name in TRANSLATIONS:
            setattr(wording, name, rows[wording.text_en][name])
    Wording.objects.bulk_update(wordings, TRANSLATIONS)


def _open(draft: Draft, last_day: date, by: User, *, at: datetime) -> None:
    _starts_at, closes_at = all_day_range(last_day, last_day, GENEVA)
    last_minute = closes_at - timedelta(minutes=1)
    open_draft(draft=draft, closes_at=last_minute, version=draft.version, by=by, at=at)
    _mark_as_told(draft, NoticeKind.OPENED, at=at)


def _mark_as_told(draft: Draft, kind: NoticeKind, *, at: datetime) -> None:
    """Let each member of the group be told in time, so that nobody gets a letter now."""
    area = draft.framework.focus_area
    members = Member.objects.filter(focus_area=area, status=MemberStatus.ADMITTED)
    Notice.objects.bulk_create(
        [Notice(draft=draft, member=member, kind=kind, at=at) for member in members],
        ignore_conflicts=True,
    )
    mark_as_sent(at=at + TOLD_AFTER)


def _propose(
    draft: Draft, text: _Text, people: Mapping[str, FocalPoint], *, at: datetime
) -> Iterator[tuple[Mapping[str, str], Amendment]]:
    """Send the amendments of a draft while it was open, with their supports.

    Those of organisations that are not in the group are left out: a copy of the file of
    organisations may have only some of its rows.
    """
    opens_at, closes_at = draft.opens_at, draft.closes_at
    if opens_at is None or closes_at is None:
        return
    end = min(closes_at, at)
    people = {
        name: person
        for name, person in people.items()
        if person.member.decided_at and person.member.decided_at < opens_at
    }
    rows = [
        row
        for row in _read(AMENDMENTS)
        if int(row["draft"]) == draft.number and row["member"] in people
    ]
    for row, sent_at in zip(rows, _spread(opens_at, end, len(rows)), strict=True):
        kind = AmendmentKind(row["kind"])
        amendment = send_amendment(
            place=Place(draft, text.paragraphs[row["paragraph"]], kind),
            amendment=None,
            content=AmendmentContent(
                reason=row["reason"],
                language=row["language"],
                text=row["text"],
                added_kind=row["added_kind"],
            ),
            version=0,
            by=people[row["member"]],
            at=sent_at,
        )
        supporters = [name for name in row["supporters"].split("; ") if name in people]
        moments = _spread(sent_at, end, len(supporters))
        for name, supported_at in zip(supporters, moments, strict=True):
            support_amendment(
                amendment=amendment,
                version=amendment.sent_version,
                by=people[name],
                at=supported_at,
            )
        co_lead = people.get(row["recommended_by"])
        if co_lead and co_lead.member.is_co_lead:
            recommend_answer(
                amendment=amendment,
                kind=AnswerKind(row["recommendation"]),
                note=row["note"],
                by=co_lead,
                at=sent_at + (end - sent_at) / 2,
            )
        yield row, amendment


def _answer(
    sent: Sequence[tuple[Mapping[str, str], Amendment]], text: _Text, *, at: datetime
) -> None:
    """Answer the amendments of the draft before, while the next one is prepared."""
    amendments = {row["id"]: amendment for row, amendment in sent}
    for number, (row, amendment) in enumerate(sent):
        closed_at = amendment.draft.closes_at or at
        other = amendments.get(row["merged_with"])
        is_alone = bool(row["merged_with"]) and other is None
        answer_amendment(
            amendment=amendment,
            kind=AnswerKind.NOTED if is_alone else AnswerKind(row["answer"]),
            reason=row["answer_reason"],
            merged_with=other,
            paragraph=text.paragraphs.get(row["shown_in"]),
            version=0,
            by=text.by,
            at=closed_at + ANSWERED_AFTER + number * ANSWER_TAKES,
        )


def _spread(first: datetime, last: datetime, number: int) -> list[datetime]:
    """Return moments between two others, at equal distances."""
    return [first + (last - first) * (each + 1) / (number + 1) for each in range(number)]


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=ZoneInfo(GENEVA))


def _rows(path: Path, area: int) -> list[dict[str, str]]:
    return [row for row in _read(path) if int(row["area"]) == area]


@cache
def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
