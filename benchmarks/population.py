"""Fills a database as after years of use: members of every status, with all related rows.

The rows are created in bulk, because the services would take hours for 100,000 members. They are
the rows that the services would have created. Member number n is the same in every size.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, models
from django.db.models import F, QuerySet
from django.utils.timezone import now

from accounts.models import User
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingKind, MeetingStatus
from members.models import (
    Call,
    Category,
    ClosingReason,
    FocalPoint,
    GrantedRole,
    Member,
    MemberStatus,
    Origin,
    SoughtRole,
    SpamSignal,
    TimelineEntry,
    TimelineKind,
)
from members.services.countries import choices, time_zones_of
from members.services.names import set_name_columns
from members.services.search import write_search_entries
from outbox.models import Message, MessageStatus
from outbox.models.delivery_event import SuppressedAddress, SuppressionReason
from triage.duplicates.models import Fingerprint, FingerprintedMember, PossibleDuplicate
from triage.duplicates.services.fingerprints import fingerprints_of
from triage.follow_ups.models import FollowUp, FollowUpStep
from triage.spreadsheets.models import Import, ImportChannel, ImportedRow
from triage.statistics.services.snapshots import refresh_snapshots

MEETINGS = 500
BEGAN_AT = datetime(2021, 10, 20, 8, tzinfo=UTC)
# The number of members in each status among a hundred, in the order of arrival.
SPREAD = (
    [MemberStatus.ADMITTED] * 76
    + [MemberStatus.PENDING] * 7
    + [MemberStatus.INFORMATION_REQUESTED] * 3
    + [MemberStatus.DECLINED] * 6
    + [MemberStatus.CLOSED] * 4
    + [MemberStatus.WITHDRAWN] * 4
)
# The same for a new call, in which each filter of the queue fills a page with 1,000 members.
YOUNG = (
    [MemberStatus.PENDING] * 44
    + [MemberStatus.INFORMATION_REQUESTED] * 20
    + [MemberStatus.ADMITTED] * 21
    + [MemberStatus.DECLINED] * 5
    + [MemberStatus.CLOSED] * 5
    + [MemberStatus.WITHDRAWN] * 5
)


class Marks(NamedTuple):
    """One in how many members has each property that the filters of the queue select."""

    suspected: int = 47
    imported: int = 41
    undelivered: int = 199
    suppressed: int = 293
    duplicate: int = 19
    to_close: int = 3
    kenyan: int = 101


SELDOM = Marks()
OFTEN = Marks(
    suspected=7, imported=11, undelivered=13, suppressed=17, duplicate=7, to_close=2, kenyan=5
)
CO_LEADS = 32
BATCH_SIZE = 2_000

SYLLABLES = "ba be bi bo ka ke ki ko la le li lo ma me mi mo na ne ni no ra re ri ro sa ta to zu"
KINDS_OF_ORGANISATION = {
    "en": ["University of {place}", "{place} Telecom", "Ministry of Communications of {place}"],
    "fr": ["Université de {place}", "Autorité de régulation de {place}", "Réseau {place}"],
    "es": ["Universidad de {place}", "Ministerio de Comunicaciones de {place}", "Red {place}"],
    "ru": ["Университет {place}", "Министерство связи {place}", "Фонд «{place}»"],
    "zh-hans": ["{place}大学", "{place}通信研究院", "{place}电信公司"],
    "ar": ["جامعة {place}", "وزارة الاتصالات {place}", "هيئة {place}"],
}
LETTERS = {
    "ru": "абвгдежзиклмнопрстуфхцчшэюя",
    "zh-hans": "北京上海广州深天津重庆成都武汉西安南杭苏长沙青岛大连厦门宁波无锡福合肥济昆明",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
}
GIVEN_NAMES = {
    "en": ["Grace", "Samuel", "Priya", "Liam", ""],
    "fr": ["Aïcha", "Benoît", "Étienne"],
    "es": ["Lucía", "María José", "Íñigo"],
    "ru": ["Анна", "Тимур", "Ольга"],
    "zh-hans": ["伟", "芳", "秀英"],
    "ar": ["ليلى", "عمر", "هدى"],
}
SENTENCES = (
    "We would like to bring our experience with community networks in remote districts. ",
    "Our graduates train teachers in digital skills, and we hope to open the courses to others. ",
    "We are preparing a commitment on affordable access for small islands. ",
    "To share how our regulatory sandbox works, and to learn what we should do better. ",
)


def name_of_place(chance: Random, language: str) -> str:
    """Generate the name of a place in the script of a language."""
    if letters := LETTERS.get(language):
        size = 3 if language == "zh-hans" else 7
        return "".join(chance.choices(letters, k=size)).capitalize()
    return "".join(chance.choices(SYLLABLES.split(), k=4)).capitalize()


def populate(members: int, spread: list[MemberStatus] = SPREAD, marks: Marks = SELDOM) -> None:
    """Fill an empty, migrated database with some members and their related rows."""
    officers = [
        User.objects.create_user(f"officer-{n}@example.org", name=f"Officer {n}", is_staff=True)
        for n in range(6)
    ]
    call = Call.objects.create(
        title="A call that never ends",
        opens_at=BEGAN_AT,
        closes_at=BEGAN_AT + timedelta(days=36_500),
        grace_ends_at=BEGAN_AT + timedelta(days=36_500, hours=13),
        contact_email="coalition@example.org",
    )
    areas = list(FocusArea.objects.order_by("number"))
    plan_meetings(areas)
    for first in range(0, members, BATCH_SIZE):
        numbers = range(first, min(first + BATCH_SIZE, members))
        write_members([make_member(n, call, areas, officers, spread) for n in numbers])
    mark_some(members, call, officers[0], marks)
    if marks == OFTEN:
        one_in(5, Member.objects.undecided()).update(assignee=officers[0])
    refresh_snapshots(at=now())
    tidy()


def mark_some(members: int, call: Call, officer: User, marks: Marks) -> None:
    """Give some members, by number, the properties that the filters of the queue select.

    They have replied, are suspected, were imported, are from Kenya, have a confirmed address, did
    not get a letter, may be duplicates, or are proposed for closing. The history does not contain
    these facts.
    """
    one_in(7, Member.objects.filter(status=MemberStatus.PENDING)).update(
        replied_at=F("submitted_at") + timedelta(days=5)
    )
    one_in(marks.suspected, Member.objects.all()).update(spam_signal=SpamSignal.TOO_FAST)
    spreadsheet = Import.objects.create(
        by=officer,
        by_name=officer.name,
        at=BEGAN_AT,
        call=call,
        file_name="expressions.xlsx",
        row_count=1,
        channel=ImportChannel.MAIL,
        is_acknowledged=True,
    )
    imported = one_in(marks.imported, Member.objects.all())
    imported.update(origin=Origin.SPREADSHEET)
    store(
        ImportedRow,
        (
            ImportedRow(spreadsheet_import=spreadsheet, member_id=pk)
            for pk in imported.values_list("pk", flat=True)
        ),
    )
    one_in(marks.kenyan, Member.objects.all()).update(country="KE")
    FocalPoint.objects.exclude(pk__in=one_in(3, FocalPoint.objects.all())).update(
        confirmed_at=BEGAN_AT
    )
    people = FocalPoint.objects.filter(is_alternate=False).select_related("member")
    store(
        Message, (failed_letter(person) for person in one_in(marks.undelivered, people).iterator())
    )
    store(
        SuppressedAddress,
        (
            SuppressedAddress(address=email, reason=SuppressionReason.HARD_BOUNCE, since=BEGAN_AT)
            for email in one_in(marks.suppressed, people).values_list("email", flat=True)
        ),
    )
    # Except for the last member, which has none after it.
    paired = one_in(marks.duplicate, Member.objects.filter(pk__lt=members))
    store(
        PossibleDuplicate,
        (
            PossibleDuplicate(earlier_id=pk, later_id=pk + 1, similar_name=True, found_at=BEGAN_AT)
            for pk in paired.values_list("pk", flat=True)
        ),
    )
    asked = TimelineEntry.objects.filter(
        kind=TimelineKind.INFORMATION_REQUESTED,
        member__status=MemberStatus.INFORMATION_REQUESTED,
    )
    store(
        FollowUp,
        (
            FollowUp(step=FollowUpStep.PROPOSE_CLOSING, entry=entry, at=BEGAN_AT)
            for entry in one_in(marks.to_close, asked)
        ),
    )


def one_in(prime: int, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return one row in some, by key.

    The number is a prime, because statuses repeat every hundred members.
    """
    return rows.alias(rest=F("pk") % prime).filter(rest=1)


def failed_letter(person: FocalPoint) -> Message:
    """Create a letter that the mail server refused."""
    [letter] = letters_of(person, ["reminder"])
    letter.status = MessageStatus.FAILED
    letter.sent_at = None
    letter.server_response = "550 5.1.1 No such user"
    return letter


def tidy() -> None:
    """Run the maintenance that PostgreSQL does automatically after a while. SQLite has none."""
    # It is not possible within a transaction, such as that of a test.
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def make_member(
    n: int,
    call: Call,
    areas: list[FocusArea],
    officers: list[User],
    spread: list[MemberStatus] = SPREAD,
) -> Member:
    """Generate member number n."""
    chance = Random(n)
    status = spread[n * 37 % 100]
    language = chance.choices(list(KINDS_OF_ORGANISATION), weights=[45, 15, 15, 10, 5, 10])[0]
    place = name_of_place(chance, language)
    name = chance.choice(KINDS_OF_ORGANISATION[language]).format(place=place)
    submitted_at = BEGAN_AT + timedelta(minutes=25 * n, seconds=chance.randrange(1500))
    decided_at = submitted_at + timedelta(days=chance.uniform(0.2, 12))
    area = areas[n % 4]
    is_placed = status == MemberStatus.ADMITTED
    is_decided = is_placed or status in (MemberStatus.DECLINED, MemberStatus.CLOSED)
    member = Member(
        pk=n + 1,
        reference=f"P2C-{reference_of(n)}",
        call=call,
        submission_key=f"benchmark-{n}",
        answers_digest=f"{chance.getrandbits(256):064x}",
        submitted_at=submitted_at,
        organisation_name=name,
        acronym="".join(chance.choices("ABCDEFGHIKLMNOPRSTUVWZ", k=4))
        if chance.random() < 0.6
        else "",
        category=chance.choice(Category.values),
        country=chance.choice(choices("en"))[0],
        website=f"https://{place.encode('punycode').decode().lower()[:40]}.example.org/",
        about=chance.choice(SENTENCES) * 3,
        first_choice=area,
        also_empowering_communities=chance.random() < 0.4,
        role=chance.choices(SoughtRole.values, weights=[7, 2, 1])[0],
        contributes_knowledge=True,
        motivation="".join(chance.sample(SENTENCES, 3)),
        is_authorised=True,
        privacy_version="benchmark",
        publication_consent=chance.random() < 0.8,
        newsletter=chance.random() < 0.5,
        status=status,
        focus_area=area if is_placed else None,
        granted_role=(
            (GrantedRole.CO_LEAD if n < CO_LEADS else GrantedRole.PARTICIPANT) if is_placed else ""
        ),
        assignee=officers[n % 6] if is_decided or chance.random() < 0.5 else None,
        replied_at=None,
        decided_at=decided_at if is_decided else None,
        decided_by=officers[n % 6] if is_decided else None,
        withdrawn_at=decided_at if status == MemberStatus.WITHDRAWN else None,
        closing_reason=ClosingReason.NOT_GENUINE if status == MemberStatus.CLOSED else "",
        version=2 if is_decided else 1,
        slug=f"organisation-{n}",
    )
    set_name_columns(member)
    return member


def reference_of(n: int) -> str:
    """Return six letters for member number n, which are not in the order of the numbers."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    scattered = n * 715_827_881 % 32**6
    return "".join(letters[scattered // 32**place % 32] for place in range(6))


def people_of(member: Member) -> Iterator[FocalPoint]:
    """Generate the focal points of a member: one, and for a third of the members an alternate."""
    chance = Random(-member.pk)
    for is_alternate in (False, True) if chance.random() < 0.33 else (False,):
        language = chance.choices(list(GIVEN_NAMES), weights=[45, 15, 15, 10, 5, 10])[0]
        number = 2 * member.pk - 1 + is_alternate
        yield FocalPoint(
            pk=number,
            member=member,
            is_alternate=is_alternate,
            given_name=chance.choice(GIVEN_NAMES[language]),
            family_name=name_of_place(chance, language),
            position="Head of International Affairs",
            email=f"{name_of_place(chance, 'en').lower()}.{number}@example.org",
            phone="+41227305111",
            language=language,
            time_zone=chance.choice(time_zones_of(member.country) or ("UTC",)),
        )


def write_members(members: list[Member]) -> None:
    """Store some members with their people, history, timeline and letters."""
    people = [person for member in members for person in people_of(member)]
    store(Member, members)
    store(FocalPoint, people)
    write_search_entries(members)
    store(
        Fingerprint, (fingerprint for member in members for fingerprint in fingerprints_in(member))
    )
    store(
        FingerprintedMember,
        (
            FingerprintedMember(
                member=member, matched_version=member.version, compared_at=member.submitted_at
            )
            for member in members
        ),
    )
    store(TimelineEntry, (entry for member in members for entry in timeline_of(member)))
    store(
        Message,
        (
            letter
            for person in people
            for letter in letters_of(person, kinds_of_letters(person.member))
        ),
    )
    store(Member.history.model, (row for member in members for row in history_of(member)))
    store(FocalPoint.history.model, (row for person in people for row in history_of(person)))


def store(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Store rows in bulk."""
    model._base_manager.bulk_create(rows, batch_size=BATCH_SIZE)


def fingerprints_in(member: Member) -> Iterator[Fingerprint]:
    """Return the fingerprints of a member."""
    for kind, value in sorted(fingerprints_of(member, people_of(member))):
        yield Fingerprint(member=member, kind=kind, value=value)


def timeline_of(member: Member) -> Iterator[TimelineEntry]:
    """Return the timeline of a member: received, assigned, and the events of its status."""
    yield TimelineEntry(
        member=member, kind=TimelineKind.RECEIVED, at=member.submitted_at, is_public=True
    )
    if not member.assignee:
        return
    by = {"by_user": member.assignee, "by_name": member.assignee.name}
    soon = member.submitted_at + timedelta(hours=3)
    yield TimelineEntry(member=member, kind=TimelineKind.ASSIGNED, at=soon, **by)
    if member.status == MemberStatus.PENDING:
        return
    yield TimelineEntry(
        member=member, kind=TimelineKind(member.status), at=soon + timedelta(days=1), **by
    )


def kinds_of_letters(member: Member) -> list[str]:
    """Return the acknowledgement and, if the member was decided on, the letter about it."""
    is_told = member.status in (MemberStatus.ADMITTED, MemberStatus.DECLINED)
    return ["received", member.status] if is_told else ["received"]


def letters_of(person: FocalPoint, kinds: Iterable[str]) -> Iterator[Message]:
    """Return letters of some kinds to a focal point, which the mail server accepted."""
    member = person.member
    for kind in kinds:
        yield Message(
            topic=f"{member.reference}/{kind}/focal-point-{person.pk}",
            reference=member.reference,
            recipient=person.email,
            recipient_name=person.full_name,
            language="en",
            subject=f"{member.reference}: {kind}",
            body="Dear colleague,\n\n" + "".join(SENTENCES) * 3,
            status=MessageStatus.SENT,
            queued_at=member.submitted_at,
            first_due_at=member.submitted_at,
            due_at=member.submitted_at,
            published_at=member.submitted_at,
            attempts=1,
            sent_at=member.submitted_at,
            server_response="250 2.0.0 Ok: queued",
        )


def history_of(row: Any) -> Iterator[models.Model]:
    """Return the history of a row: as it arrived, and as it was decided on."""
    model = row.history.model
    facts = {field.attname: getattr(row, field.attname) for field in model.tracked_fields}
    member = row if isinstance(row, Member) else row.member
    yield model(**facts, history_date=member.submitted_at, history_type="+")
    if row is member and member.decided_at:
        yield model(
            **facts,
            history_date=member.decided_at,
            history_type="~",
            history_user=member.decided_by,
        )


def on_the_clocks(at: datetime, zone: str) -> dict[str, Any]:
    """Return the local time and offset that a meeting stores for its start."""
    local = at.astimezone(ZoneInfo(zone))
    return {"local_day": local.date(), "local_time": local.time()}


def plan_meetings(areas: list[FocusArea]) -> None:
    """Create 500 meetings in place of the default ones."""
    Meeting.objects.all().delete()
    places: list[FocusArea | None] = [*areas, None]
    zones = ("Europe/Zurich", "Africa/Nairobi", "Asia/Bangkok", "America/Bogota")
    store(
        Meeting,
        (
            Meeting(
                focus_area=places[n % 5],
                kind=MeetingKind.MEETING,
                title=f"Working group meeting {n}",
                starts_at=BEGAN_AT + timedelta(days=4 * n),
                ends_at=BEGAN_AT + timedelta(days=4 * n, hours=1.5),
                time_zone=zones[n % 4],
                **on_the_clocks(BEGAN_AT + timedelta(days=4 * n), zones[n % 4]),
                is_public=n % 3 == 0,
                join_link=f"https://meet.example.org/room-{n}?pwd=4x7,q",
                agenda="1. Welcome\n2. Draft of the Action Framework\n3. Partners, sought; offered",
                status=MeetingStatus.CANCELLED if n % 25 == 7 else MeetingStatus.SCHEDULED,
                sequence=n % 3,
                changed_at=BEGAN_AT,
            )
            for n in range(MEETINGS)
        ),
    )
