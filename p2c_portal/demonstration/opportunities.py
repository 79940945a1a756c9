"""The needs and offers of the demonstration: sent, published and answered with the real services.

Everything that happened is a step with its time; the steps are taken in the order of their times.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from accounts.models import User
from commitments.models import Commitment
from focus_areas.models import FocusArea, Pillar
from members.models import FocalPoint, Member, MemberStatus
from members.services.countries import Region
from opportunities.models import Contact, Opportunity, OpportunityStatus
from opportunities.services import committing, contacts, decisions, ending, sending
from opportunities.services.content import Content, Where
from p2c_portal.demonstration.arriving import focal_point_of
from p2c_portal.demonstration.mail import mark_as_sent

PATH: Final = (
    Path(__file__).parents[2] / "opportunities" / "data" / "demonstration_opportunities.csv"
)
DAY: Final = timedelta(days=1)
# Letters of decisions have gone out by then.
SENT_WITHIN: Final = timedelta(minutes=30)
# How long before its commitment was published a need was.
BEFORE_COMMITMENT: Final = 40 * DAY
CLOSED_AFTER: Final = 12 * DAY


class Step(NamedTuple):
    """Something that happened."""

    at: datetime
    take: Callable[[], object]


def load_opportunities(
    *, officer: User, commitments: Mapping[str, Commitment], at: datetime
) -> None:
    """Load all needs and offers and the contacts about them.

    `commitments` are those of the demonstration by their IDs. Rows of organisations that are no
    members are left out: a copy of the file of organisations may have only some of its rows.
    """
    admitted = Member.objects.filter(status=MemberStatus.ADMITTED).order_by("-pk")
    members = {member.organisation_name: member for member in admitted}
    with PATH.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["member"] in members]
    keys = {row["id"] for row in rows}
    loaded = _Loaded(officer, {}, {})
    steps = [
        step
        for row in rows
        for step in _steps(
            row | ({} if row["to"] in keys else {"to": ""}),
            focal_point_of(members[row["member"]]),
            loaded,
            commitments,
            at=at,
        )
    ]
    for step in sorted(steps, key=lambda step: step.at):
        step.take()
        mark_as_sent(at=min(step.at + SENT_WITHIN, at))
    contacts.tell_silence(at=at)


class _Loaded(NamedTuple):
    """What was loaded, by the ID of its row, and who decides about it."""

    officer: User
    rows: dict[str, Opportunity]
    contacts: dict[str, Contact]

    def row(self, key: str) -> Opportunity:
        self.rows[key].refresh_from_db()
        return self.rows[key]

    def step(self, key: str, step: Callable[..., object], at: datetime, **facts: object) -> Step:
        """Return a step that changes a row."""
        return Step(at, lambda: step(opportunity=self.row(key), at=at, **facts))


def _steps(
    row: Mapping[str, str],
    person: FocalPoint,
    loaded: _Loaded,
    commitments: Mapping[str, Commitment],
    *,
    at: datetime,
) -> Iterator[Step]:
    """Return what happened to one row, and to the contact that its member began."""
    key, state = row["id"], row["state"]
    commitment = commitments.get(row["note"]) if state == "committed" else None
    if commitment and commitment.published_at:
        published_at = commitment.published_at - BEFORE_COMMITMENT
    elif state == "committed":
        return
    else:
        published_at = at - int(row["days"]) * DAY - timedelta(hours=3)

    def send() -> None:
        loaded.rows[key] = sending.send(
            kind=row["kind"],
            content=_content(row, at),
            version=0,
            by=person,
            at=published_at - DAY / 2,
        )

    yield Step(published_at - DAY / 2, send)
    if state != "sent":
        yield loaded.step(key, decisions.publish, published_at, by=loaded.officer)
    yield from _later_steps(row, person, loaded, published_at, at=at)
    if row["to"]:
        days = int(row["contact_days"] or 0) * DAY
        written_at = at - days if days else published_at + 5 * DAY
        yield from _contact_steps(row, person, loaded, commitment, at=written_at)


def _later_steps(
    row: Mapping[str, str],
    person: FocalPoint,
    loaded: _Loaded,
    published_at: datetime,
    *,
    at: datetime,
) -> Iterator[Step]:
    """Return what became of one row after its publication."""
    key = row["id"]
    closed_at = published_at + CLOSED_AFTER
    match row["state"]:
        case "closed":
            yield loaded.step(
                key, decisions.close, closed_at, by=loaded.officer, reason=row["note"]
            )
        case "agreed" | "nothing":
            result = OpportunityStatus(row["state"])
            yield loaded.step(key, ending.close_with_result, closed_at, by=person, result=result)
        case "changed":
            content = _content({**row, "text": row["note"]}, at)
            changed_at = at - DAY
            yield Step(changed_at, lambda: _change(loaded.row(key), content, person, changed_at))
        case "expired" | "renewed":
            asked_at = published_at + ending.OPEN_FOR
            yield Step(asked_at, partial(ending.ask_and_expire, at=asked_at))
            if row["state"] == "renewed":
                yield loaded.step(key, ending.renew, asked_at + DAY, by=person)
            else:
                ended_at = asked_at + ending.ANSWER_WITHIN
                yield Step(ended_at, partial(ending.ask_and_expire, at=ended_at))


def _contact_steps(
    row: Mapping[str, str],
    person: FocalPoint,
    loaded: _Loaded,
    commitment: Commitment | None,
    *,
    at: datetime,
) -> Iterator[Step]:
    key = row["id"]

    def write() -> None:
        loaded.contacts[key] = contacts.send_contact(
            opportunity=loaded.row(row["to"]),
            own=loaded.row(key),
            message=row["message"],
            language=person.language,
            by=person,
            at=at,
        )

    def answer(step: Callable[..., object], moment: datetime) -> None:
        asked = focal_point_of(loaded.rows[row["to"]].member)
        step(contact=loaded.contacts[key], by=asked, at=moment)

    def commit(moment: datetime) -> None:
        Contact.objects.filter(pk=loaded.contacts[key].pk).update(commitment=commitment)
        committing.close_committed(at=moment)

    yield Step(at, write)
    if row["answer"]:
        step = contacts.accept if row["answer"] == "accepted" else contacts.decline
        yield Step(at + 2 * DAY, partial(answer, step, at + 2 * DAY))
    if commitment and commitment.published_at:
        closed_at = commitment.published_at + DAY / 24
        yield Step(closed_at, partial(commit, closed_at))


def _change(opportunity: Opportunity, content: Content, by: FocalPoint, at: datetime) -> None:
    sending.send_change(
        opportunity=opportunity, content=content, version=opportunity.version, by=by, at=at
    )


def _content(row: Mapping[str, str], at: datetime) -> Content:
    area = FocusArea.objects.get(number=row["focus_area"])
    pillar = Pillar.objects.filter(focus_area=area, name_en=row["pillar"]).first()
    return Content(
        title=row["title"],
        title_en=row["title_en"],
        text=row["text"],
        language=row["language"],
        focus_area=area.pk,
        pillar=pillar.pk if pillar else None,
        supports=tuple(row["supports"].split("; ")),
        places=tuple(_place(each) for each in row["places"].split("; ")),
        until=(at + int(row["until_days"]) * DAY).date() if row["until_days"] else None,
        details=row["details"],
    )


def _place(code: str) -> Where:
    if len(code) == 2:
        return Where(country=code)
    return Where(region=code) if code in Region.values else Where(group=code)
