"""Every address takes the number of queries of queries.csv, for one row of each kind and for three.

If a row is missing or different, the failure shows the correct row. Each page is opened as it is
drawn for a visitor who may read it, with caches that are empty.
"""

from pathlib import Path

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from commitments.models import Amount, Commitment, ProposedChange, PublicationRequest
from eoi.models import CallAlert, LateRequest
from focus_areas.models import FocusArea
from framework.models import Answer
from inbox.models import IncomingMail
from mailings.models import GroupLetter, Mailing, Recipient
from meetings.models import Meeting, Part
from members.models import Call, FocalPoint, Member, OpinionRequest, PublicProfile
from members.services.calls import is_a_call_open
from opportunities import models as opportunities
from opportunities.services.register import are_shown
from outbox.models import MailHold
from outbox.models.delivery_event import SuppressedAddress
from papers.models import Paper
from participation.models import ActionPoint, Announcement, DatePoll, MeetingProposal, PartMember
from privacy.models import DataRequest, ErasureRequest
from tests.factories import CallFactory
from tests.sweeps.addresses import A_WEEK, NOW, VISITORS, Address, Visitors
from tests.sweeps.further_rows import MODELS, FurtherRows, foreign_keys, kinds_of
from tests.sweeps.test_access import GET, NAMES, in_a_word, rows
from triage.desk.models import BulkItem, BulkRun
from triage.duplicates.models import PossibleDuplicate
from triage.follow_ups.models import FollowUp
from triage.spreadsheets.models import Import

# Each page is opened once more on SQLite, by test_answers.py.
pytestmark = pytest.mark.postgresql_in_ci
TABLE = Path(__file__).parent / "queries.csv"
HEADING, *LINES = TABLE.read_text(encoding="utf-8").splitlines()
READERS = ("anonymous", "focal point", "submitter", "superuser")
# Pages that do not open if further rows hang on their row.
ALONE = {
    # Only a call without anything can be deleted.
    "admin:members_call_delete",
    # The newest version is sent, and further ones have no file.
    "public_paper",
    # Its organisation, the lead of the group, has further rows already.
    "participation:action_point_done",
    # Only the last draft closes, and its proposals are answered.
    "admin:framework_framework_close_now",
    "admin:framework_framework_consolidate",
    "admin:framework_framework_move_closing",
}
# Pages that show something only while no call is open.
BETWEEN_CALLS = {"eoi:next_call", "eoi:request_late"}
# It searches by an address, for which PostgreSQL takes more queries than SQLite.
UNCOUNTED = {"admin:inbox_incomingmail_attach"}
# It takes a query for each kind of record among the newest changes, up to a number of them.
AT_MOST = {"admin:audit": 15}
SET_BY_FACTORIES = {OpinionRequest: {"asked_by"}, PublicProfile: {"published_by"}}
# Foreign keys that no further row has: what a later step of the row points to, or who took it.
UNSET = {
    ActionPoint: ["done_by"],
    Amount: ["counted_in"],
    Announcement: ["replies_asked_by", "focus_area", "part"],
    DatePoll: ["settled_by", "meeting"],
    Answer: ["merged_with"],
    BulkItem: ["focus_area", "to", "reason", "entry"],
    BulkRun: ["to"],
    CallAlert: ["call"],
    Commitment: ["decided_by"],
    DataRequest: ["answered_by", "erasure", "export"],
    ErasureRequest: ["member", "decided_by"],
    FollowUp: ["focal_point", "by"],
    GroupLetter: ["decided_by", "mailing"],
    Import: ["call"],
    IncomingMail: ["message", "attached_by"],
    LateRequest: ["decided_by"],
    MailHold: ["released_by"],
    Mailing: ["confirmed_by"],
    # tests/participation/test_parts.py counts the queries of meetings for parts.
    Meeting: ["part"],
    MeetingProposal: ["decided_by", "meeting"],
    Member: ["shown_area"],
    OpinionRequest: ["withdrawn_by"],
    opportunities.Contact: ["own"],
    Paper: ["agenda_item"],
    Part: ["focus_area"],
    PartMember: ["removed_by"],
    PossibleDuplicate: ["dismissed_by"],
    ProposedChange: ["decided_by"],
    PublicationRequest: ["amount"],
    Recipient: ["merged_into", "removed_by", "message"],
    SuppressedAddress: ["event", "lifted_by"],
}


@pytest.fixture(scope="module", params=[1, 3])
def world(request, django_db_setup, django_db_blocker):
    """All visitors, and so many further rows of each kind on what they read."""
    with django_db_blocker.unblock(), transaction.atomic():
        visitors = Visitors()
        person = visitors.focal_points["focal point"]
        subjects = {
            Call: CallFactory(opens_at=NOW - A_WEEK, closes_at=NOW + A_WEEK),
            Commitment: visitors.commitment,
            FocalPoint: person,
            FocusArea: FocusArea.objects.get(number=1),
            Meeting: visitors.meeting,
            Member: person.member,
            User: visitors.account("superuser"),
        }
        further = FurtherRows(request.param, subjects)
        further.hang_on(User.objects.get(email=person.email))
        yield visitors, further
        transaction.set_rollback(True)


def answers_of(name):
    return dict(zip(VISITORS, rows(GET)[name], strict=True))


def reader_of(name):
    """Return the first visitor who may read a page; the superuser if nobody may."""
    answers = answers_of(name)
    return next((reader for reader in READERS if answers[reader] == "200"), "superuser")


def test_table_has_each_address_once_in_order():
    assert HEADING == "address,visitor,queries"
    assert [line.split(",")[0] for line in LINES] == NAMES


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_further_rows_have_each_foreign_key(model):
    is_set = {key.name for kind in kinds_of(model) for key in foreign_keys(model, kind)}
    is_set |= SET_BY_FACTORIES.get(model, set())

    unset = [
        field.name
        for field in model._meta.concrete_fields
        if field.is_relation and field.name not in is_set
    ]

    assert unset == UNSET.get(model, [])


@pytest.mark.parametrize("name", NAMES)
def test_address_takes_the_queries_of_the_table_however_many_rows_there_are(name, world):
    visitors, further = world
    visitors.open_browsers()
    address, reader = Address(name), reader_of(name)
    if address.row is not None and name not in ALONE:
        further.hang_on(address.row)
    if name in BETWEEN_CALLS:
        Call.objects.update(closes_at=NOW, grace_ends_at=NOW)
    path, client = address.of(reader, visitors), visitors.client(reader, name)
    for cache in caches.all():
        cache.clear()
    is_a_call_open(at=timezone.now())
    are_shown()

    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)

    number = max(len(queries), AT_MOST.get(name, 0))
    row = f"{name},{reader},{'' if name in UNCOUNTED else number}"
    assert in_a_word(response) == answers_of(name)[reader]
    assert row in LINES, f"tests/sweeps/queries.csv needs this row:\n{row}"
