"""Two officers take the same spreadsheet in at once, in real transactions: one set comes of it."""

import pytest

from members.models import FocalPoint, Member, TimelineEntry
from members.services.intake import receive_expression_of_interest
from outbox.models import Message
from tests.factories import NOON, CallFactory, UserFactory
from tests.members.test_intake import answers
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks
from tests.triage.spreadsheets.sheets import rows_of_many
from tests.triage.spreadsheets.test_imports import rows_to_take_in
from triage.spreadsheets.models import Import, ImportChannel
from triage.spreadsheets.services.imports import NothingToImport, import_rows

pytestmark = POSTGRESQL_ONLY
WHEN = ("triage_import", "members_member", "after members_member")


def taking_in(rows, call, by):
    return lambda: import_rows(
        call=call,
        rows=rows,
        file_name="mails.xlsx",
        channel=ImportChannel.MAIL,
        with_acknowledgement=True,
        by=by,
        at=NOON,
    )


def twice_at_once(at):
    call, officers = CallFactory(), [UserFactory(), UserFactory()]
    rows = rows_to_take_in(*rows_of_many(3), call=call)
    # In the other order, as a colleague may have sorted the sheet.
    return overtaken(
        taking_in(rows, call, officers[0]), taking_in(rows[::-1], call, officers[1]), at=at
    )


@pytest.mark.parametrize("at", WHEN)
def test_same_sheet_at_once_is_one_set_with_one_letter_each(at):
    first, second = twice_at_once(at)

    assert isinstance(first, Import)
    assert isinstance(second, NothingToImport)
    models = (Import, Member, FocalPoint, TimelineEntry, Message)
    assert [model.objects.count() for model in models] == [1, 3, 3, 3, 3]


def test_same_sheet_at_once_needs_the_lock():
    with without_locks():
        first, second = twice_at_once("triage_import")

    assert {type(first), type(second)} != {Import, NothingToImport}
    assert Member.objects.count() == 3


@pytest.mark.parametrize("at", WHEN)
def test_sheets_that_are_alike_at_once_are_one_set(at):
    call, officers = CallFactory(), [UserFactory(), UserFactory()]
    mine = rows_to_take_in(*rows_of_many(3), call=call)
    theirs = rows_to_take_in(*rows_of_many(3, motivation="Every clinic."), call=call)

    first, second = overtaken(
        taking_in(mine, call, officers[0]), taking_in(theirs, call, officers[1]), at=at
    )

    assert isinstance(first, Import)
    assert isinstance(second, NothingToImport)
    assert not Member.objects.filter(motivation="Every clinic.").exists()
    models = (Import, Member, FocalPoint, TimelineEntry, Message)
    assert [model.objects.count() for model in models] == [1, 3, 3, 3, 3]


def test_form_that_arrives_does_not_wait_for_an_import():
    call, by = CallFactory(), UserFactory()
    rows = rows_to_take_in(*rows_of_many(2), call=call)

    made, member = overtaken(
        taking_in(rows, call, by),
        lambda: receive_expression_of_interest(call=call, **answers()),
        at="after triage_import",
    )

    assert isinstance(made, Import)
    assert isinstance(member, Member)
    assert member.pk < min(made.imported_rows.values_list("member", flat=True))
