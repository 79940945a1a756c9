"""Further rows of every model, which hang on the rows that pages are about."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import UniqueConstraint
from django.utils import timezone

from accounts.models import (
    ListReading,
    ReadingEvent,
    Session,
    SignInEvent,
    StreamPosition,
    User,
)
from commitments.models import (
    Amount,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    CommitmentVersion,
    DataSnapshot,
    ExchangeRate,
    Partner,
    Place,
    ProposedChange,
    PublicationRequest,
    RegisterFigures,
    Report,
    ReportRequest,
    ReportStatus,
    SnapshotFile,
)
from focus_areas.models import FocusArea
from framework.models import (
    Amendment,
    Answer,
    Draft,
    DraftStatus,
    ParagraphNote,
    Recommendation,
    Support,
    Wording,
)
from mailings.models import MailingText, SendRequest
from meetings.models import Meeting
from members.models import (
    Call,
    ClosingReason,
    FocalPoint,
    GrantedRole,
    Member,
    MemberMessage,
    MemberStatus,
    OpinionRequest,
    PublicProfile,
    ReasonGiven,
    SearchEntry,
    TimelineEntry,
    TimelineKind,
)
from opportunities import models as opportunities
from outbox.models import Installation, Message, MessageStatus
from outbox.models.delivery_event import DeliveryEvent
from papers.models import Paper, PaperVersion
from privacy.models import ErasureCount
from tests.factories import FocalPointFactory
from tests.sweeps.rows import FACTORIES, FIXED
from triage.duplicates.models import PossibleDuplicate
from triage.follow_ups.models import FollowUp, FollowUpRule, FollowUpStep

NOW, A_DAY = timezone.now(), timedelta(days=1)
YESTERDAY = NOW.date() - A_DAY
NUMBERS = range(2, 10_000)
DAYS = [date(2022, 1, 1) + number * A_DAY for number in NUMBERS]
MONTHS = [date(year, month, 1) for year in range(2022, 2030) for month in range(1, 13)]


@dataclass(frozen=True)
class Kind:
    """How rows of a model are created: with all foreign keys that may not be null.

    `also` are nullable foreign keys that are set too, and `without` those left to the factory. Of a
    foreign key that is `apart`, no two rows have the same value. `facts` returns other values.
    """

    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    facts: Callable = lambda _number, _keys: {}


def each_with(name, values, **more):
    """Give rows different values, in turn."""
    return lambda number, _keys: {name: values[number % len(values)], **more}


def all_with(**values):
    return lambda _number, _keys: values


def in_order_of_arrival(_number, keys):
    return dict(zip(keys, sorted(keys.values(), key=lambda member: member.pk), strict=True))


def published_by_its_focal_point(_number, keys):
    return {"published_by": keys["member"].focal_points.get()}


FOLLOW_UP_STEPS = (
    FollowUpStep.REMIND_OF_REQUEST,
    FollowUpStep.NOTIFY_OFFICER,
    FollowUpStep.PROPOSE_CLOSING,
)
COUNTRIES = ("KE", "GH", "RW", "TZ")
OPPORTUNITY_COLUMNS = ("focus_area", "pillar", "sent_by", "decided_by")
COMMITMENT_COLUMNS = ("focus_area", "pillar", "assignee")
# Of other models there is one kind, with what the factory gives.
KINDS = {
    # No two amounts are the same money, which would count once.
    Amount: [
        Kind(also=("contributor",), facts=each_with("original", [Decimal(n) for n in NUMBERS])),
        Kind(also=("report",), facts=each_with("original", [Decimal(n) for n in NUMBERS])),
    ],
    Answer: [Kind(also=("paragraph", "answered_by"))],
    Amendment: [Kind(also=("paragraph", "sent_by"))],
    Commitment: [
        Kind(
            also=COMMITMENT_COLUMNS,
            facts=all_with(status=CommitmentStatus.PUBLISHED, next_report_on=YESTERDAY),
        ),
        Kind(also=COMMITMENT_COLUMNS),
        Kind(
            also=(*COMMITMENT_COLUMNS, "superseded_by"),
            facts=all_with(status=CommitmentStatus.SUPERSEDED),
        ),
    ],
    CommitmentEvent: [
        Kind(also=("by_user",), facts=all_with(by_name="Ada")),
        Kind(also=("by_focal_point",), facts=all_with(by_name="Ada")),
    ],
    CommitmentVersion: [Kind(facts=each_with("number", NUMBERS, reason="A partner joined."))],
    DataSnapshot: [Kind(facts=each_with("month", MONTHS))],
    DeliveryEvent: [Kind(also=("message",))],
    # No draft of these keeps the one of a page from being opened.
    Draft: [Kind(facts=all_with(status=DraftStatus.ADOPTED))],
    ErasureCount: [Kind(facts=each_with("table", [f"members.Table{n}" for n in NUMBERS]))],
    ExchangeRate: [Kind(facts=each_with("month", MONTHS))],
    FocalPoint: [Kind(apart=("member",))],
    FollowUp: [Kind(also=("entry",), facts=each_with("step", FOLLOW_UP_STEPS))],
    ListReading: [Kind(facts=each_with("day", DAYS))],
    MailingText: [Kind(facts=each_with("language", ("fr", "es", "ru", "ar")))],
    Meeting: [
        Kind(also=("focus_area",), facts=all_with(is_public=True, starts_at=NOW)),
        Kind(
            also=("focus_area", "sitting_of"), facts=all_with(is_public=True, starts_at=NOW + A_DAY)
        ),
        Kind(also=("focus_area",), facts=all_with(is_public=True, starts_at=NOW - A_DAY)),
        Kind(
            also=("focus_area", "series"),
            facts=each_with("occurrence", DAYS, is_public=True, starts_at=NOW + A_DAY),
        ),
    ],
    Member: [
        Kind(
            also=("focus_area", "assignee"),
            facts=all_with(
                status=MemberStatus.ADMITTED,
                granted_role=GrantedRole.CO_LEAD,
                publication_consent=True,
            ),
        ),
        Kind(also=("assignee",)),
        Kind(
            also=("duplicate_of", "decided_by"),
            facts=all_with(
                status=MemberStatus.CLOSED,
                closing_reason=ClosingReason.DUPLICATE,
            ),
        ),
    ],
    Message: [
        Kind(),
        Kind(also=("resent_from",)),
        Kind(also=("suppressed_by",), facts=all_with(status=MessageStatus.CANCELLED)),
    ],
    OpinionRequest: [Kind(without=("asked_by",))],
    Paper: [Kind(also=("focus_area",), facts=all_with(is_public=True)), Kind(also=("meeting",))],
    PaperVersion: [Kind(also=("uploaded_by",), facts=each_with("number", NUMBERS))],
    ParagraphNote: [Kind(also=("by",))],
    Partner: [Kind(also=("member",))],
    Place: [Kind(facts=each_with("country", COUNTRIES))],
    PossibleDuplicate: [Kind(facts=in_order_of_arrival)],
    ProposedChange: [Kind(also=("proposed_by",), apart=("commitment",))],
    PublicProfile: [Kind(facts=published_by_its_focal_point)],
    ReadingEvent: [Kind(facts=each_with("record_pk", NUMBERS))],
    Recommendation: [Kind(also=("by",))],
    ReasonGiven: [Kind(facts=each_with("position", NUMBERS))],
    Report: [
        Kind(also=("sent_by",), facts=each_with("due_on", DAYS, status=ReportStatus.PUBLISHED))
    ],
    # Only one at a time waits.
    PublicationRequest: [
        Kind(also=("decided_by",), facts=all_with(status="withdrawn", decided_at=NOW)),
    ],
    ReportRequest: [Kind(facts=each_with("due_on", DAYS))],
    # Only one at a time waits.
    SendRequest: [
        Kind(also=("decided_by",), facts=all_with(status="withdrawn", decided_at=NOW)),
    ],
    Session: [Kind(also=("user",))],
    SignInEvent: [Kind(also=("user",))],
    Support: [Kind(also=("by",))],
    SnapshotFile: [Kind(facts=each_with("name", [f"table-{n}.csv" for n in NUMBERS]))],
    TimelineEntry: [
        Kind(
            also=("by_user",),
            facts=all_with(kind=TimelineKind.ANSWERED, by_name="Ada", is_public=True),
        ),
        Kind(also=("by_focal_point",), facts=all_with(by_name="Ada")),
        Kind(
            also=("by_user",),
            facts=all_with(kind=TimelineKind.NOTE_ADDED, by_name="Ada", note="They called."),
        ),
    ],
    Wording: [Kind(also=("pillar",))],
    opportunities.Contact: [Kind(also=("sent_by", "answered_by", "commitment"))],
    opportunities.Opportunity: [
        Kind(also=OPPORTUNITY_COLUMNS),
        Kind(also=OPPORTUNITY_COLUMNS, facts=all_with(kind="offer")),
        Kind(also=(*OPPORTUNITY_COLUMNS, "commitment"), facts=all_with(status="committed")),
    ],
    opportunities.OpportunityEvent: [
        Kind(also=("by_user",), facts=all_with(kind="published", by_name="Ada", is_shared=True)),
        Kind(also=("by_focal_point",), facts=all_with(by_name="Ada", is_shared=True)),
    ],
    opportunities.Place: [Kind(facts=each_with("country", COUNTRIES))],
    opportunities.Support: [Kind(facts=each_with("kind", opportunities.SupportKind.values))],
}
# Rows of these have many rows each, of which few pages show any.
LOOSE = {User, Call, FocusArea}
# There is a fixed number of rows, or the factory of another row creates them.
LEFT_OUT = {
    *FIXED,
    FollowUpRule,
    Installation,
    MemberMessage,
    RegisterFigures,
    SearchEntry,
    StreamPosition,
}


def foreign_keys(model, kind):
    return [
        field
        for field in model._meta.concrete_fields
        if field.is_relation
        and (not field.null or field.name in kind.also)
        and field.name not in kind.without
    ]


def kinds_of(model):
    return KINDS.get(model, [Kind()])


def in_order(models):
    """Return models, each after those that its rows point to."""
    found = []

    def add(model):
        if model in found or model not in models:
            return
        for kind in kinds_of(model):
            for field in foreign_keys(model, kind):
                if field.related_model != model:
                    add(field.related_model)
        found.append(model)

    for model in sorted(models, key=lambda model: model._meta.label):
        add(model)
    return found


MODELS = in_order({*FACTORIES} - LEFT_OUT)


def unique_together(keys):
    """Return the foreign keys of which no two rows have all the same, if there are several."""
    for constraint in keys[0].model._meta.constraints if keys else ():
        if isinstance(constraint, UniqueConstraint):
            found = [key for key in keys if key.name in constraint.fields]
            if len(found) > 1:
                return found
    return []


class FurtherRows:
    """So many rows of each kind, which hang on the subjects of pages and on each other."""

    def __init__(self, number, subjects):
        self.number = number
        self.numbers = Counter()
        self.subjects = {}
        self.rows = {FocusArea: list(FocusArea.objects.order_by("number")[1:])}
        self.rows |= self._added(subjects, only_hanging=False)
        self.subjects = {model: rows[0] for model, rows in self.rows.items()} | subjects

    def hang_on(self, row):
        """Add rows that hang on a row, and rows that hang on those."""
        if self.subjects.get(type(row)) != row:
            self._added(subjects_of(row))

    def _added(self, own, *, only_hanging=True):
        """Create rows on some subjects, and on the others where they need one. Return the rows."""
        subjects, models, rows = {**self.subjects, **own}, {*own}, {}
        for model in MODELS:
            for kind in kinds_of(model):
                keys = foreign_keys(model, kind)
                if only_hanging and not models & {key.related_model for key in keys}:
                    continue
                for values in self._values_of(kind, keys, models, subjects, rows):
                    facts = kind.facts(self.numbers[model], values)
                    self.numbers[model] += 1
                    rows.setdefault(model, []).append(FACTORIES[model](**values | facts))
            if model in rows and model not in own:
                subjects[model] = rows[model][0]
                models.add(model)
        return rows

    def _values_of(self, kind, keys, models, subjects, rows):
        """Yield the values of the foreign keys of each row of a kind."""
        shared = {
            key.name: subjects[key.related_model] for key in keys if key.related_model in subjects
        }
        apart = [key for key in keys if key.unique or key.name in kind.apart]
        together = unique_together(keys)
        if together:
            others = {key: (self.rows | rows)[key.related_model] for key in together}
            yield from distinct(
                shared | {key.name: others[key][number] for key in together if key != on}
                for on in together
                if on.related_model in models
                for number in range(self.number)
            )
            return
        if apart:
            yield from (
                shared | {apart[0].name: row} for row in rows.get(apart[0].related_model, ())
            )
            return
        yield from [shared] * self.number
        # And one on each further row, so that lists of rows with parts have several with parts.
        if keys and keys[0].related_model not in LOOSE:
            others = [
                row for row in rows.get(keys[0].related_model, ()) if row not in shared.values()
            ]
            yield from (shared | {keys[0].name: row} for row in others)


def subjects_of(row):
    """Return what a row points to, and the focal point of its member, by model."""
    found = {}
    for kind in kinds_of(type(row)):
        for key in foreign_keys(type(row), kind):
            above = getattr(row, key.name)
            if above and key.related_model not in LOOSE:
                found |= subjects_of(above)
    found[type(row)] = row
    if type(row) is Member:
        found[FocalPoint] = row.focal_points.first() or FocalPointFactory(member=row)
    return found


def distinct(rows):
    """Leave out rows with the same foreign keys as another, and those of a row with itself."""
    seen = []
    for values in rows:
        pointed_to = {*values.values()}
        if len(pointed_to) == len(values) and pointed_to not in seen:
            seen.append(pointed_to)
            yield values
