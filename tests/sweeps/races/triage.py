"""Two concurrent runs of bulk actions, follow-ups, imports or statistics."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from core.conflicts import Conflict
from members.models import FocalPoint, Member, TimelineEntry
from members.services.corrections import correct_answers
from members.services.decisions import record_answer
from members.services.focal_points import confirm_address
from members.services.intake import receive_expression_of_interest
from members.services.notes import add_note
from outbox.models import Message
from tests.factories import (
    NOON,
    BulkItemFactory,
    CallFactory,
    FocalPointFactory,
    MemberFactory,
    SavedViewFactory,
    StatisticsSnapshotFactory,
    UserFactory,
)
from tests.members.test_intake import answers
from tests.sweeps.races.race import Race, own
from tests.triage.follow_ups.silence import (
    CONFIRM,
    REMIND,
    REMINDED_AT,
    asked,
    key_of,
    reminders,
    taken,
    unconfirmed,
)
from tests.triage.follow_ups.test_services_addresses import DUE
from tests.triage.spreadsheets.sheets import rows_of_many
from tests.triage.spreadsheets.test_imports import rows_to_take_in
from triage.desk.models import BulkItem, BulkRun, BulkRunAction
from triage.desk.services.bulk_runs import NewItem, process_run, start_bulk_run
from triage.follow_ups.models import FollowUp
from triage.follow_ups.services import (
    run_due_follow_ups,
    run_follow_up,
    skip_follow_up,
)
from triage.spreadsheets.models import Import, ImportChannel
from triage.spreadsheets.services.corrections import RowCorrection, RowRejected
from triage.spreadsheets.services.imports import NothingToImport, import_rows
from triage.staff_pages.claims import claim_next
from triage.staff_pages.models import Claim, SavedView
from triage.staff_pages.saved_views import MAX_VIEWS, save_view
from triage.statistics.models import StatisticsSnapshot
from triage.statistics.services.snapshots import refresh_snapshots

ENTRY, MESSAGE = "members_timelineentry", "outbox_message"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def two_next():
    """Return two people who press *Next* on the same page."""
    here, *_others = (
        FocalPointFactory(member__reference=reference, member__submitted_at=NOON + hours * HOUR)
        for hours, reference in enumerate(("P2C-HERE2", "P2C-FIRST2", "P2C-SECND2"))
    )
    members = Member.objects.order_by("submitted_at")

    def next_of(user):
        key = claim_next(members, after=here.member, by=user, at=NOON)
        return Member.objects.get(pk=key).reference

    return partial(next_of, UserFactory()), partial(next_of, UserFactory())


def two_views(number, *names):
    """Return two windows in which a person with a number of views saves one."""

    def arrange():
        owner = UserFactory()
        SavedViewFactory.create_batch(number, owner=owner)
        facts = {"list_of": "members.member", "search": "", "filters": "language=fr"}
        return [partial(save_view, owner=own(owner), name=name, **facts) for name in names]

    return arrange


def an_eoi(name="UNIGE"):
    return FocalPointFactory(member__organisation_name=name).member


def two_process_a_run():
    run = BulkItemFactory(member=an_eoi(), version=1).run

    def processing():
        return partial(process_run, run=own(run), clock=lambda: NOON)

    def it_is_done():
        item = run.items.get()
        return (item.refusal, item.entry) == ("", TimelineEntry.objects.get())

    return processing(), processing(), it_is_done


def bulk_run_and_note():
    """A note that is written just before a bulk run closes the member is shown first."""
    member = an_eoi()
    run = BulkItemFactory(run__entry_shown=0, member=member, version=1).run

    def noting():
        return add_note(member=own(member), text="Wait.", by=UserFactory(), at=NOON)

    def it_is_pending():
        return own(member).is_undecided and "Something arrived" in run.items.get().refusal

    return noting, partial(process_run, run=own(run), clock=lambda: NOON), it_is_pending


def two_confirm_a_run():
    by, members = UserFactory(), [an_eoi(), an_eoi()]

    def confirming():
        return partial(
            start_bulk_run,
            key=UUID(int=1),
            action=BulkRunAction.CLOSE,
            items=[NewItem(member.pk, 1) for member in members],
            by=own(by),
            language="en",
            at=NOON,
        )

    return confirming(), confirming(), lambda: BulkItem.objects.count() == 2


def follow_up(first, second, *, takes, reminds, begin=asked):
    """Two calls about a silent member, the steps taken, and the status of their messages."""

    def arrange():
        begin()
        member = Member.objects.get()

        def what_was_taken():
            statuses = [status for _to, _language, status in reminders()]
            return ([each for each, *_rest in taken()], statuses) == (takes, reminds)

        return first(member), second(member), what_was_taken

    return arrange


def running(_member, at=REMINDED_AT):
    return partial(run_due_follow_ups, at=at)


def running_now(member):
    by = {"by": UserFactory(), "at": REMINDED_AT}
    return partial(run_follow_up, member=own(member), key=key_of(member), **by)


def skipping(member):
    by = {"by": UserFactory(), "at": REMINDED_AT}
    return partial(skip_follow_up, member=own(member), key=key_of(member), **by)


def answering(member):
    return partial(record_answer, member=own(member), by=UserFactory(), at=REMINDED_AT)


def confirming(_member):
    person = FocalPoint.objects.get()
    return partial(confirm_address, focal_point=person, by=person, at=DUE)


def two_import(**changes):
    """Two people import the same rows in another order, or similar rows."""

    def arrange():
        call = CallFactory()
        rows = rows_to_take_in(*rows_of_many(3), call=call)
        others = rows_to_take_in(*rows_of_many(3, **changes), call=call) if changes else rows[::-1]

        def none_of_the_others_is_there():
            return not Member.objects.filter(motivation="Every clinic.").exists()

        return importing(rows, call), importing(others, call), none_of_the_others_is_there

    return arrange


def importing(rows, call):
    return partial(
        import_rows,
        call=call,
        rows=rows,
        file_name="mails.xlsx",
        channel=ImportChannel.MAIL,
        with_acknowledgement=True,
        by=UserFactory(),
        at=NOON,
    )


def two_correct(second):
    """Return an import that corrects a member, and a colleague who corrects it too."""

    def arrange():
        member = an_eoi("EPFL")

        def the_row_was_based_on_what_is_stored():
            member.refresh_from_db()
            return (member.organisation_name, member.version) == ("Union", 2)

        return correcting_by_file(member), second(member), the_row_was_based_on_what_is_stored

    return arrange


def correcting_by_file(member):
    correction = RowCorrection(2, own(member), 1, {"organisation_name": "Union"}, {})
    return partial(
        import_rows,
        call=member.call,
        rows=[],
        corrections=[correction],
        file_name="edited.xlsx",
        note="They wrote.",
        by=UserFactory(),
        at=NOON,
    )


def correcting_on_the_page(member):
    return partial(
        correct_answers,
        member=own(member),
        facts={"organisation_name": "Union of Radio"},
        focal_points={},
        reason="They called.",
        version=1,
        by=UserFactory(),
        at=NOON,
    )


def imported_and_received():
    call = CallFactory()
    rows = rows_to_take_in(*rows_of_many(2), call=call)
    return importing(rows, call), partial(receive_expression_of_interest, call=call, **answers())


def two_refresh(*, is_first, has_arrived):
    """Two runs, of which the second began later. Another call exists by default."""

    def arrange():
        call = CallFactory()
        if not is_first:
            StatisticsSnapshotFactory(call=call, computed_at=NOON - DAY)
        if not has_arrived:
            MemberFactory(call=call, country="KE")

        def refresh_later():
            if has_arrived:
                MemberFactory(call=call, country="KE")
            refresh_snapshots(at=NOON + DAY)

        def later_prevails():
            snapshot = StatisticsSnapshot.objects.get(call=call)
            one_from_kenya = [["arrived", 1, "KE", 1]]
            return (snapshot.computed_at, snapshot.figures["country"]) == (
                NOON + DAY,
                one_from_kenya,
            )

        return partial(refresh_snapshots, at=NOON), refresh_later, later_prevails

    return arrange


IMPORTED = {Import: 1, Member: 3, FocalPoint: 3, TimelineEntry: 3, Message: 3}
REMINDED = {TimelineEntry: 1, Message: 1, FollowUp: 1}

RACES = {
    # The second worker leaves the member to the first one.
    "process a bulk run": Race(
        two_process_a_run, "members_member", (False, False), {TimelineEntry: 1}
    ),
    "note, and process a bulk run": Race(
        bulk_run_and_note, ENTRY, (TimelineEntry, False), {TimelineEntry: 1}
    ),
    "confirm a bulk run": Race(
        two_confirm_a_run,
        "after triage_bulkrun",
        (BulkRun, BulkRun),
        {BulkRun: 1},
        needs_lock=False,
    ),
    "take a step": Race(
        follow_up(running, running, takes=[REMIND], reminds=["queued"]),
        ENTRY,
        (1, 0),
        REMINDED,
    ),
    "take a step now": Race(
        follow_up(running_now, running_now, takes=[REMIND], reminds=["queued"]),
        ENTRY,
        (FollowUp, "not_scheduled"),
        REMINDED,
    ),
    "take a step, and skip it": Race(
        follow_up(running, skipping, takes=[REMIND], reminds=["queued"]),
        ENTRY,
        (1, "not_scheduled"),
        REMINDED,
    ),
    "remind, and answer": Race(
        follow_up(running, answering, takes=[REMIND], reminds=["cancelled"]),
        MESSAGE,
        (1, TimelineEntry),
        {**REMINDED, TimelineEntry: 2},
    ),
    "answer, and remind": Race(
        follow_up(answering, running, takes=[], reminds=[]),
        "members_member",
        (TimelineEntry, 0),
        {TimelineEntry: 1},
    ),
    "remind of an address, and confirm it": Race(
        follow_up(
            partial(running, at=DUE),
            confirming,
            takes=[CONFIRM],
            reminds=["cancelled"],
            begin=unconfirmed,
        ),
        MESSAGE,
        (1, DUE),
        {**REMINDED, TimelineEntry: 2},
    ),
    "confirm an address, and remind of it": Race(
        follow_up(confirming, partial(running, at=DUE), takes=[], reminds=[], begin=unconfirmed),
        "members_focalpoint",
        (DUE, 0),
        {TimelineEntry: 1},
    ),
    **{
        f"take a spreadsheet in, {at}": Race(
            two_import(), at, (Import, NothingToImport), IMPORTED, needs_lock=at == "triage_import"
        )
        for at in ("triage_import", "members_member", "after members_member")
    },
    "press Next on the same page": Race(
        two_next,
        ("triage_claim", "after triage_claim"),
        ("P2C-SECND2", "P2C-FIRST2"),
        {Claim: 3},
        needs_lock=False,
    ),
    "save the last view": Race(
        two_views(MAX_VIEWS - 1, "One", "Two"),
        "triage_savedview",
        (SavedView, "too_many"),
        {SavedView: 1},
    ),
    "save views of one name": Race(
        two_views(0, "One", "One"),
        "triage_savedview",
        (SavedView, "name_taken"),
        {SavedView: 1},
    ),
    "take spreadsheets in that are alike": Race(
        two_import(motivation="Every clinic."),
        "triage_import",
        (Import, NothingToImport),
        IMPORTED,
    ),
    "correct by a spreadsheet, twice": Race(
        two_correct(correcting_by_file),
        "triage_import",
        (Import, RowRejected),
        {Import: 1, TimelineEntry: 1},
    ),
    "correct by a spreadsheet, and on the page": Race(
        two_correct(correcting_on_the_page),
        "members_member",
        (Import, Conflict),
        {Import: 1, TimelineEntry: 1},
    ),
    "take a spreadsheet in, and receive": Race(
        imported_and_received,
        "after triage_import",
        (Import, Member),
        {Import: 1, Member: 3, TimelineEntry: 3, Message: 3},
        needs_lock=False,
    ),
    **{
        f"count, {name}": Race(
            two_refresh(**facts),
            "triage_statisticssnapshot",
            (None, None),
            {StatisticsSnapshot: 1 + facts["is_first"]},
            needs_lock=False,
        )
        for name, facts in {
            "for the first time": {"is_first": True, "has_arrived": True},
            "again": {"is_first": False, "has_arrived": True},
            "with nothing new": {"is_first": True, "has_arrived": False},
        }.items()
    },
}
