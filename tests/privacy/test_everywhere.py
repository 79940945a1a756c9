"""After an erasure, no dump of the database and no file has a trace of the person."""

import json
from base64 import b64encode
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import JSONField
from django.utils import timezone

from accounts.models import AccountKind
from commitments.models import ReportStatus
from core.addresses import normalise_address
from core.folding import fold
from members.models import FocalPoint, MemberStatus, TimelineKind
from members.services.search import write_search_entry
from outbox.models import Message, MessageStatus
from outbox.models.delivery_event import SuppressedAddress, hash_of
from privacy.models import MAX_DAYS
from privacy.services.erasure import erase_organisation, erase_person
from privacy.services.people import find_person
from privacy.services.retention_periods import delete_due
from privacy.services.tables import DECLARED_TABLES, model_of
from tests.dumping import dump_by_table, stored_bytes
from tests.factories import (
    NOON,
    EoiDraftFactory,
    FocalPointFactory,
    MemberFactory,
    UserFactory,
)
from tests.privacy.dump_search import Identity, find_traces
from tests.sweeps.rows import FACTORIES
from triage.duplicates.models import FingerprintKind

GIVEN_NAME, FAMILY_NAME = "Zérafine", "Quillfeather"
NAME = f"{GIVEN_NAME} {FAMILY_NAME}"
ADDRESS, PHONE = "zerafine.quillfeather@bücher-welt.example", "+41227305891"
ORGANISATION = "Institut für Nébulöse Łączność"
PERSON = Identity(names=(NAME, FAMILY_NAME), addresses=(ADDRESS,), phones=(PHONE,))
ORGANISATION_AND_PERSON = Identity(
    names=(NAME, FAMILY_NAME, ORGANISATION), addresses=(ADDRESS,), phones=(PHONE,)
)
SENTENCE = f"Spoke with {NAME} of {ORGANISATION} ({ADDRESS}, {PHONE})."
# Long lines of calendar files are folded.
ICS = f"BEGIN:VCALENDAR\r\nATTENDEE;CN={NAME}:mailto:{ADDRESS[:9]}\r\n {ADDRESS[9:]}"
# Forms that are half filled in, without an address: each is found by something else.
HALF_FILLED = (
    {"given_name": GIVEN_NAME.upper(), "family_name": FAMILY_NAME, "motivation": "To connect."},
    {"family_name": FAMILY_NAME, "phone": "(022) 730 58-91", "position": "Director"},
    {"family_name": FAMILY_NAME, "phone": "0041 22 730 58 91"},
    {"given_name": "Z.", "family_name": FAMILY_NAME, "email": f" {ADDRESS.upper()} "},
    {"family_name": FAMILY_NAME, "link_to": ADDRESS},
    {"alternate_given_name": FAMILY_NAME, "alternate_family_name": GIVEN_NAME},
)
# As mail programs write it: nothing of the person stands in it as it is.
MAIL = (
    f"To: =?utf-8?b?{b64encode(f'{NAME} <{ADDRESS}>'.encode()).decode()}?=\n"
    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
    f"Content-Transfer-Encoding: base64\n\n{b64encode(SENTENCE.encode()).decode()}\n"
).encode()
FORM = urlencode({"family_name": FAMILY_NAME, "email": ADDRESS, "phone": PHONE, "note": SENTENCE})


class Everywhere:
    """The rows of a person: their account, their role, and their member.

    With `is_only_member`, they are in the tables of the organisation alone, without an account.
    `left_out` are the beginnings of labels of tables in which they are not.
    """

    def __init__(self, *, status=MemberStatus.WITHDRAWN, is_only_member=False, left_out=()):
        email = "else@example.org" if is_only_member else ADDRESS
        self.account = UserFactory(email=email, name="" if is_only_member else NAME, is_staff=False)
        tables = [
            table
            for table in DECLARED_TABLES
            if (table.member or not is_only_member) and not table.model.startswith(tuple(left_out))
        ]
        self.member = MemberFactory(status=status, organisation_name=ORGANISATION)
        self.role = FocalPointFactory(
            member=self.member,
            given_name=GIVEN_NAME,
            family_name=FAMILY_NAME,
            email=ADDRESS,
            phone=PHONE,
        )
        labels = {table.model for table in tables}
        for label, facts in self.facts().items():
            if label in labels:
                FACTORIES[apps.get_model(label)](**facts)
        if not is_only_member:
            self.make_rows_of_libraries()
        for table in tables:
            write_texts(table, self.member if is_only_member else None)
        if not "eoi.EoiDraft".startswith(tuple(left_out)):
            for typed in HALF_FILLED:
                EoiDraftFactory(email="", form_data=urlencode(typed))
            EoiDraftFactory(email="", form_data="", other_data=urlencode(HALF_FILLED[0]))
        write_search_entry(self.member)

    def make_rows_of_libraries(self):
        EmailAddress.objects.get_or_create(user=self.account, email=ADDRESS)
        Authenticator.objects.create(user=self.account, type="totp", data={"secret": "x"})
        SocialAccount.objects.create(user=self.account, provider="https://x", uid=ADDRESS)
        LogEntry.objects.create(
            user=self.account,
            content_type=ContentType.objects.get_for_model(FocalPoint),
            object_id=str(self.role.pk),
            object_repr=NAME,
            action_flag=CHANGE,
            change_message=json.dumps([{"changed": {"name": NAME, "fields": [ADDRESS, PHONE]}}]),
            action_time=NOON,
        )

    def facts(self):
        """Return the values of a row of each table, by its label."""
        account, role, member = self.account, self.role, self.member
        by_role = {"by_focal_point": role, "by_name": NAME}
        commitment = {"commitment__lead": member}
        return {
            "accounts.Invitation": {"user": account},
            "accounts.Session": {"user": account},
            "accounts.SignInEvent": {"user": account, "account_kind": AccountKind.FOCAL_POINT},
            "accounts.ReadingEvent": {"by": account},
            "accounts.ListReading": {"by": account},
            "accounts.ReadLanguage": {"user": account},
            "outbox.Message": {
                "recipient": ADDRESS,
                "recipient_name": NAME,
                "reference": member.reference,
                "attachment_name": "meeting.ics",
                "attachment_type": "text/calendar",
                "attachment": ICS,
                "server_response": f"250 accepted for <{ADDRESS}>",
                "status": MessageStatus.SENT,
                "sent_at": NOON,
            },
            "outbox.DeliveryEvent": {
                "message": FACTORIES[Message](
                    recipient=ADDRESS,
                    reference=member.reference,
                    status=MessageStatus.SENT,
                    sent_at=NOON,
                ),
                "response": f"550 {ADDRESS}",
            },
            "outbox.MessageAction": {"by": account, "by_name": NAME},
            "outbox.SuppressedAddress": {"address": ADDRESS},
            "outbox.MessageTemplate": {
                "reviewed_by": account,
                "reviewed_by_name": NAME,
                "reviewed_at": NOON,
            },
            "outbox.MailHold": {"released_by": account, "released_by_name": NAME},
            "meetings.Meeting": {},
            "meetings.AgendaItem": {},
            "papers.PaperVersion": {"uploaded_by": account, "uploaded_by_name": NAME},
            "papers.Paper": {},
            "members.RoleTransfer": {
                "family_name": FAMILY_NAME,
                "email": ADDRESS,
                "phone": PHONE,
            },
            "members.TimelineEntry": {"member": member, "kind": TimelineKind.ANSWERED, **by_role},
            "members.AnswerFile": {
                "file": default_storage.save("answers/answer", ContentFile(SENTENCE.encode())),
                **{f"entry__{name}": value for name, value in by_role.items()},
                "entry__member": member,
            },
            "inbox.IncomingMail": {
                "sender": ADDRESS,
                "sender_name": NAME,
                "reference": member.reference,
                "raw": default_storage.save("incoming/own", ContentFile(MAIL)),
            },
            "inbox.IncomingFile": {
                "mail__sender": ADDRESS,
                "mail__reference": member.reference,
                "file": default_storage.save("incoming-files/own", ContentFile(MAIL)),
            },
            "members.LetterDraft": {"by": account, "member": member},
            "commitments.LetterDraft": {"by": account, "commitment__lead": member},
            "members.Mention": {"colleague": account},
            "members.OpinionRequest": {"asked_of": account, "member": member},
            "members.PublicProfile": {"member": member, "published_by": role},
            "eoi.EoiDraft": {"email": ADDRESS},
            "eoi.SignOff": {
                "draft__email": ADDRESS,
                "name": NAME,
                "position": "Director",
                "answers_digest": "x",
                "confirmed_at": NOON,
            },
            "eoi.LateRequest": {"draft__email": ADDRESS},
            "eoi.CallAlert": {"email": ADDRESS},
            "eoi.LinkRequest": {"email": ADDRESS},
            "triage.Claim": {"by": account},
            "triage.SavedView": {"owner": account},
            "triage.FollowUp": {"by": account, "by_name": NAME},
            "triage.Fingerprint": {
                "member": member,
                "kind": FingerprintKind.EMAIL,
                "value": fold(ADDRESS),
            },
            "triage.PossibleDuplicate": {"dismissed_by": account, "dismissed_at": NOON},
            "triage.BulkRun": {"by": account},
            "triage.BulkItem": {"run__by": account},
            "triage.Import": {"by": account, "by_name": NAME},
            "triage.Export": {"by": account, "by_name": NAME},
            "mailings.Mailing": {"created_by": account},
            "mailings.MailingText": {"mailing__created_by": account},
            "mailings.SendRequest": {"requested_by": account},
            "mailings.Recipient": {"focal_point": role, "address": ADDRESS},
            "mailings.Unsubscription": {"address": ADDRESS},
            "mailings.GroupLetter": {"focal_point": role, "written_by_name": NAME},
            "participation.Rsvp": {"focal_point": role, "by": account},
            "participation.Attendance": {"focal_point": role, "name": NAME},
            "participation.Decision": {},
            "participation.ActionPoint": {"done_by": account, "done_at": NOON},
            "participation.MeetingProposal": {"focal_point": role, "proposed_by_name": NAME},
            "participation.DatePoll": {"asked_by": account},
            "participation.DateReply": {"focal_point": role, "word": SENTENCE},
            "participation.DateAnswer": {"reply__focal_point": role},
            "participation.EmailConsent": {"focal_point": role},
            "participation.MailPreferences": {"user": account},
            "participation.CalendarFeed": {"user": account},
            "participation.PaperOpening": {"user": account},
            "participation.PartMember": {"added_by": account},
            "participation.MemberAccount": {"user": account},
            "framework.Wording": {},
            "framework.ParagraphNote": {"by": account, "by_name": NAME},
            "framework.Amendment": {
                "member": member,
                "sent_by": role,
                "sent_by_name": NAME,
                "saved_by_name": NAME,
            },
            "framework.Support": {"member": member, "by": role, "by_name": NAME},
            "framework.Recommendation": {"member": member, "by": role, "by_name": NAME},
            "framework.Answer": {
                "answered_by": account,
                "answered_by_name": NAME,
            },
            "commitments.Commitment": {"lead": member},
            "commitments.Target": commitment,
            "commitments.Amount": commitment,
            "commitments.Partner": {**commitment, "contact_email": ADDRESS},
            "commitments.Acknowledgement": {**commitment, "member": member},
            "commitments.CommitmentEvent": {**commitment, **by_role},
            "commitments.CommitmentVersion": commitment,
            "commitments.PublicationRequest": {**commitment, "requested_by": account},
            "commitments.ProposedChange": {
                **commitment,
                "proposed_by": role,
                "proposed_by_name": NAME,
            },
            "commitments.Report": {
                **commitment,
                "status": ReportStatus.SENT,
                "sent_by": role,
                "sent_by_name": NAME,
                "saved_by_name": NAME,
            },
            "commitments.ResultOfTheMonth": {"chosen_by": account},
            "opportunities.Opportunity": {
                "member": member,
                "sent_by": role,
                "sent_by_name": NAME,
                "saved_by_name": NAME,
                "proposed": {},
            },
            "opportunities.Contact": {
                "member": member,
                "sent_by": role,
                "sent_by_name": NAME,
                "answered_by_name": "Amina Diallo",
            },
            "opportunities.OpportunityEvent": {"opportunity__member": member, **by_role},
            "opportunities.LetterDraft": {"by": account, "opportunity__member": member},
            "opportunities.NoDigest": {"focal_point": role},
            "privacy.DataExport": {"by": account, "by_name": NAME, "address": ADDRESS},
            "privacy.DataRequest": {
                "address": ADDRESS,
                "name": NAME,
                "outcome": "done",
                "answer": SENTENCE,
                "answered_by": UserFactory(),
                "answered_at": NOON,
            },
            "privacy.RetentionHold": {"placed_by": account, "placed_by_name": NAME},
            "privacy.ErasureRequest": {"requested_by": account, "address": "else@example.org"},
        }


def write_texts(table, member=None):
    """Write about the person in each column of free text, as that column stores text.

    With a member, only in the rows of this member: what others say of it is theirs.
    """
    model = model_of(table)
    rows = model._base_manager.all()
    if member is not None:
        is_by_reference = table.member.endswith("reference")
        rows = rows.filter(**{table.member: member.reference if is_by_reference else member.pk})
    for name in table.free_text:
        field = model._meta.get_field(name)
        if isinstance(field, JSONField):
            text = {"narrative": SENTENCE, "names": [NAME, ADDRESS, PHONE]}
        elif name in ("form_data", "other_data"):
            text = FORM
        elif name == "search_text":
            text = fold(SENTENCE)
        else:
            text = SENTENCE if (field.max_length or 1000) > len(SENTENCE) else NAME
        with suppress(IntegrityError), transaction.atomic():
            # A column may have to be empty in the status of the row.
            rows.update(**{name: text})


# The tables that have rows of admitted members only, or rows that end with another task.
MEMBERS_ONLY = (
    "commitments.",
    "eoi.",
    "framework.",
    "mailings.GroupLetter",
    "members.PublicProfile",
    "members.RoleTransfer",
    "opportunities.",
    "participation.",
)


@pytest.fixture
def files(settings, tmp_path):
    """Store files in an empty folder."""
    settings.MEDIA_ROOT = str(tmp_path)


def traces_of(identity):
    """Return the traces in the tables, by table, and those in files as they are, by folder."""
    parts = dump_by_table()
    found = {
        (table, *trace) for table, data in parts.items() for trace in find_traces(data, identity)
    }
    for path, data in stored_bytes().items():
        words = {
            word
            for word, forms in identity.forms.items()
            if any(form in data.lower() for form in forms)
        }
        found |= {(path.parent.name, word, "file") for word in words}
    return found


@pytest.mark.django_db(transaction=True)
def test_erased_person_leaves_nothing_but_the_hash_of_the_suppression(files):
    Everywhere()
    assert PERSON.forms[NAME] & {form for form in PERSON.forms[NAME] if form in whole_dump()}

    erase_person(address=ADDRESS, by=UserFactory(), at=NOON)

    # A file of the organisation stays, as the page of the erasure says.
    kept = {
        ("answers", NAME, "file"),
        ("answers", FAMILY_NAME, "file"),
        ("answers", ADDRESS, "file"),
    }
    hashed = {("outbox_suppressedaddress", ADDRESS, "digest")}
    assert traces_of(PERSON) == kept | hashed
    suppressed = SuppressedAddress.objects.get()
    assert suppressed.address == hash_of(normalise_address(ADDRESS))


@pytest.mark.django_db(transaction=True)
def test_erased_organisation_leaves_nothing(files):
    here = Everywhere(is_only_member=True, status=MemberStatus.ADMITTED)

    erase_organisation(member=here.member, by=UserFactory(), at=NOON)

    assert traces_of(ORGANISATION_AND_PERSON) == set()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_when_each_retention_period_has_ended(files):
    Everywhere(is_only_member=True, status=MemberStatus.DECLINED, left_out=MEMBERS_ONLY)
    later = timezone.now() + timedelta(days=MAX_DAYS)

    while delete_due(clock=lambda: later):
        pass

    assert traces_of(ORGANISATION_AND_PERSON) == set()


def whole_dump():
    return b"".join(dump_by_table().values()).lower()


@pytest.mark.usefixtures("files")
@pytest.mark.django_db
def test_person_has_a_row_or_a_text_in_each_declared_table():
    Everywhere()

    person = find_person(ADDRESS)
    without = [
        table.model
        for table in DECLARED_TABLES
        if not model_of(table)._base_manager.filter(table.about(person)).exists()
        and not any(
            model_of(table)._base_manager.filter(**{f"{name}__icontains": FAMILY_NAME}).exists()
            for name in table.free_text
        )
    ]
    assert without == []
