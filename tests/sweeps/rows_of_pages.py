"""What single pages need before they open: papers, files, drafts, runs and profiles."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from accounts.services.staff_roles import COORDINATORS, TRIAGE_OFFICERS
from commitments.models import DataSnapshot
from commitments.services.open_data.snapshots import take_due_snapshot
from focus_areas.models import FocusArea
from framework.models import DraftStatus
from framework.services.drafts import draft_in_preparation
from inbox.models import IncomingFile, IncomingMail, name_of_incoming_file
from meetings.models import Meeting
from members.models import Member, MemberStatus, TimelineKind
from members.services.answer_files import (
    add_answer_files,
    stored_answer_files,
    validate_answer_file,
)
from members.services.public_profile import publish_profile
from outbox.models import MessageStatus
from papers.models import PaperKind
from papers.services.file_types import validate_file
from papers.services.papers import add_paper, correct_paper
from papers.services.stored_files import stored_file
from tests.factories import (
    NOON,
    AmendmentFactory,
    BulkItemFactory,
    BulkRunFactory,
    FocalPointFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    IncomingFileFactory,
    IncomingMailFactory,
    MessageFactory,
    OpinionRequestFactory,
    TimelineEntryFactory,
    UserFactory,
    WordingFactory,
)
from tests.members.pictures import a_logo
from tests.papers.files import PDF
from tests.sweeps.rows import a_row_of

NOW, A_WEEK = timezone.now(), timedelta(days=7)

# The draft that a page of the desk about a framework needs. Those of its text need one in
# preparation.
FRAMEWORK_DRAFTS = {
    "adopt": {"status": DraftStatus.PREPARATION},
    "change": {"closes_at": NOW},
    "close_now": {"closes_at": NOW + A_WEEK},
    "consolidate": {"closes_at": NOW},
    "consolidate_presence": {"closes_at": NOW},
    "move_closing": {"closes_at": NOW + A_WEEK},
    "open": {"status": DraftStatus.PREPARATION},
    "translate": {"status": DraftStatus.ADOPTED},
}


FRAMEWORK_TEXT = {
    "text",
    "paste",
    "add_paragraph",
    "edit",
    "split",
    "merge",
    "move",
    "delete_paragraph",
}


def a_data_snapshot():
    """Return a snapshot of the open data, with its files on disk."""
    take_due_snapshot(at=NOW)
    return DataSnapshot.objects.latest("month")


def a_meeting():
    """Return a public meeting of the first focus area, which everybody may join."""
    return a_row_of(
        Meeting,
        is_public=True,
        is_join_public=True,
        focus_area=FocusArea.objects.get(number=1),
    )


def a_paragraph_of_a_framework(name):
    """Return a paragraph of the draft that a page of the desk needs; None if it needs none."""
    page = name.removeprefix("admin:framework_framework_")
    if page == name or page not in {*FRAMEWORK_DRAFTS, *FRAMEWORK_TEXT}:
        return None
    facts = FRAMEWORK_DRAFTS.get(page, {"status": DraftStatus.PREPARATION})
    framework = FrameworkFactory()
    is_prepared = facts.get("status") == DraftStatus.PREPARATION
    draft = draft_in_preparation(framework) if is_prepared else None
    draft = draft or FrameworkDraftFactory(framework=framework, **facts)
    WordingFactory(draft=draft)
    paragraph = WordingFactory(draft=draft).paragraph
    if page in ("change", "consolidate"):
        AmendmentFactory(draft=draft, paragraph=paragraph)
    return paragraph


def a_paper():
    """Return a public paper of the first focus area, with its file."""
    paper = add_paper(
        title="Terms of reference",
        kind=PaperKind.OTHER,
        meeting=None,
        focus_area=FocusArea.objects.get(number=1),
        language="en",
        file=validate_file(b"Terms of reference", typed_name="terms.txt"),
        by=None,
        at=NOW,
    )
    return correct_paper(
        paper=paper, title=paper.title, kind=paper.kind, is_public=True, by=None, at=NOW
    )


def a_file_of(row):
    """Return a file of a member, a reply or a paper."""
    if isinstance(row, Member):
        return an_answer_file(row)
    return a_file_of_a_reply(row) if isinstance(row, IncomingMail) else row.versions.get()


def a_file_of_a_reply(mail):
    """Return a file of a reply, stored on disk."""
    file = validate_answer_file(PDF, typed_name="statutes.pdf")
    name = name_of_incoming_file(IncomingFile(), "")
    with stored_file(file, name, is_wanted=lambda _name: True, at=NOON) as stored:
        return IncomingFileFactory(mail=mail, file=stored)


def an_answer_file(member):
    """Return a file of an answer of a member, stored on disk."""
    entry = TimelineEntryFactory(member=member, kind=TimelineKind.ANSWERED, is_public=True)
    file = validate_answer_file(PDF, typed_name="statutes.pdf")
    with stored_answer_files([file], at=NOON) as names:
        add_answer_files(entry, [file], names)
    return entry.files.get()


def a_received_file(row):
    """Return a file of a reply by mail about a member or a commitment, stored on disk."""
    name = default_storage.save("incoming-files/statutes.pdf", ContentFile(PDF))
    mail = IncomingMailFactory(reference=row.reference)
    return IncomingFileFactory(mail=mail, file=name)


def an_opinion(member):
    """Return a request about a member; without one, a request to the coordinator."""
    if member is not None:
        return OpinionRequestFactory(member=member)
    coordinator = User.objects.filter(groups__name=COORDINATORS).first()
    return OpinionRequestFactory(asked_of=coordinator or UserFactory())


def a_bulk_run():
    """Return an unfinished bulk run of the officer, or of anybody if there is none."""
    officer = User.objects.filter(groups__name=TRIAGE_OFFICERS).first()
    return BulkItemFactory(run=BulkRunFactory(by=officer or UserFactory())).run


# The row that a parameter names, by the member in the URL.
ABOUT_MEMBERS = {
    "focal_point": lambda member: member.focal_points.get(),
    "message": lambda member: MessageFactory(
        reference=member.reference, status=MessageStatus.FAILED
    ),
    "opinion": an_opinion,
    "run": lambda _member: a_bulk_run(),
}


def a_public_profile():
    """Return the public profile of a listed member, with its logo on disk."""
    person = FocalPointFactory(
        member__status=MemberStatus.ADMITTED, member__publication_consent=True
    )
    return publish_profile(
        member=person.member,
        about="We connect schools.",
        language="en",
        website="",
        logo=a_logo(),
        by=person,
        at=NOW,
    )
