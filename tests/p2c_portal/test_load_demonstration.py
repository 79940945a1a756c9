"""What the demonstration has, to whom it writes, and when it is not loaded."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from accounts.models import User
from eoi.models import EoiDraft
from focus_areas.models import FocusArea
from framework.models import (
    Amendment,
    AmendmentKind,
    Draft,
    DraftStatus,
    Framework,
    Recommendation,
    Support,
)
from framework.services import notices as notices_of_drafts
from framework.services.action_facts import actions_served
from framework.services.numbering import numbered_text
from inbox.models import IncomingKind, IncomingMail
from meetings.models import Meeting, MeetingStatus
from members.models import (
    Category,
    FocalPoint,
    Member,
    MemberStatus,
    OpinionRequest,
    RoleTransfer,
    TimelineEntry,
    Title,
)
from opportunities.models import Contact, Opportunity, OpportunityStatus
from opportunities.services.matching import matches_of
from outbox.models import Message
from outbox.services.installation import read_file, register_installation
from p2c_portal.demonstration import arriving, commitment_rows, commitments, members
from p2c_portal.demonstration.mail import DELIVERED_AFTER, deliver_due
from p2c_portal.demonstration.texts import OTHER_NAMES, PEOPLE, PROFESSORS
from p2c_portal.management.commands import load_demonstration
from papers.models import Paper, PaperKind, PaperVersion
from participation.models import DateAnswer, DateChoice, DatePoll, Presence
from participation.services.attendance import attendance_rows, record_attendance
from participation.services.notices import send_notices
from tests.factories import NOON, MemberFactory, MessageFactory, UserFactory
from tests.p2c_portal.loaded_commitments import (
    assert_commitments_are_those_of_the_file,
    assert_conditions_are_those_of_the_day_of_the_file,
    assert_each_counts_as_the_file_says,
    assert_first_rows_of_the_register_are_fit_to_show,
    assert_hard_cases_are_there,
    assert_mix_is_believable,
    assert_staff_have_something_to_decide,
)
from triage.duplicates.models import PossibleDuplicate


def assert_frameworks_are_in_every_state():
    drafts = [
        [draft.state_at(now()) for draft in framework.drafts.order_by("number")]
        for framework in Framework.objects.order_by("focus_area__number")
    ]
    assert drafts == [["closed", "closed", "open"], ["closed", "adopted"], [], []]
    amendments = Amendment.objects.sent()
    assert [amendments.filter(draft__number=number).count() for number in range(3)] == [7, 25, 40]
    assert not amendments.unanswered().exclude(draft__number=2).exists()
    [last] = Draft.objects.filter(number=2)
    assert {*last.amendments.values_list("kind", flat=True)} == {*AmendmentKind}
    assert len({*last.amendments.values_list("language", flat=True)}) >= 4
    assert Support.objects.filter(amendment__draft=last).count() > 40
    assert Recommendation.objects.count() == 2
    # Everything was sent by members of the group while the draft was open.
    assert all(
        each.member.focus_area_id == each.draft.framework.focus_area_id
        and each.draft.opens_at < each.sent_at < min(each.draft.closes_at, now())
        for each in amendments.select_related("member", "draft__framework")
    )
    assert numbered_text(last)[-1].wording.text_en.startswith("Train 10")


def assert_needs_and_offers_are_worth_looking_at():
    at = now()
    needs, offers = Opportunity.objects.needs(), Opportunity.objects.offers()
    assert (needs.count(), offers.count()) == (12, 18)
    assert len({*Opportunity.objects.values_list("language", flat=True)}) >= 4
    ended = {*OpportunityStatus} - {"draft", "question_asked", "withdrawn"}
    assert {*Opportunity.objects.values_list("status", flat=True)} == ended
    month = at - timedelta(days=30)
    assert needs.open().unanswered().filter(published_at__lte=month).count() == 3
    statuses = Contact.objects.order_by("status").values_list("status", flat=True)
    assert [*statuses] == ["accepted", "accepted", "declined", "sent", "sent", "sent"]
    [committed] = needs.filter(status="committed")
    assert committed.commitment.title.startswith("Imbuto")
    assert all(matches_of(need, at=at) for need in needs.open())


def assert_actions_are_served_or_wait():
    adopted = Draft.objects.get(status=DraftStatus.ADOPTED)
    texts = {
        getattr(wording, f"text_{code}")
        for wording in adopted.wordings.all()
        for code in ("en", "fr", "es", "ru", "zh_hans", "ar")
    }
    assert len(texts - {""}) == 6 * adopted.wordings.count()

    served = actions_served(adopted, numbered_text(adopted))

    assert served.sentence == "12 commitments serve 5 of 9 actions."
    assert len(served.without) == 4
    conditions = {each.value for facts in served.facts.values() for each in facts.conditions}
    assert {"reached", "superseded"} <= conditions
    assert len(conditions) >= 3


@pytest.fixture(autouse=True)
def _files_elsewhere(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(load_demonstration, "SIGN_INS", tmp_path / "sign-ins.txt")


# The whole demonstration, while other tests run beside it.
@pytest.mark.timeout(300)
def test_load_demonstration_fills_every_status_and_writes_to_nobody_who_could_receive_it(
    client, settings
):
    settings.COMMITMENT_SECOND_PERSON_ABOVE = 100_000_000

    call_command("load_demonstration")

    cancelled = Meeting.objects.filter(status=MeetingStatus.CANCELLED)
    moved = Meeting.objects.filter(status=MeetingStatus.SCHEDULED, sequence=1)
    assert Member.objects.count() == 304
    assert set(Member.objects.values_list("status", flat=True)) == set(MemberStatus.values)
    assert set(Member.objects.values_list("spam_signal", flat=True)) == {"", "trap", "haste"}
    assert TimelineEntry.objects.filter(kind="received").count() == 304
    assert Member.history.filter(history_type="+").count() == 304
    assert FocalPoint.objects.filter(confirmed_at=None).count() > 50
    assert FocalPoint.objects.exclude(confirmed_at=None).count() > 100
    assert TimelineEntry.objects.filter(kind="same_organisation").count() == 2
    assert PossibleDuplicate.objects.open().count() == 3
    assert (OpinionRequest.objects.count(), OpinionRequest.objects.open().count()) == (2, 1)
    assert (RoleTransfer.objects.count(), EoiDraft.objects.count()) == (1, 2)
    assert (cancelled.count(), moved.count()) == (1, 1)
    poll = DatePoll.objects.get()
    assert (poll.is_open, poll.proposals.count(), poll.replies.exists()) == (True, 6, True)
    assert {*DateAnswer.objects.values_list("choice", flat=True)} == {*DateChoice.values}
    # Nobody gets notices of the meetings that the demonstration has moved and cancelled.
    assert send_notices(at=now() + timedelta(hours=1)) == 0
    # The same holds for the drafts of its Action Frameworks.
    assert notices_of_drafts.send_notices(at=now()) == 0
    assert set(Paper.objects.values_list("kind", flat=True)) == set(PaperKind.values)
    assert all(
        version.file.storage.exists(version.file.name) for version in PaperVersion.objects.all()
    )
    told = load_demonstration.SIGN_INS.read_text(encoding="utf-8")
    password = re.search(r"with the password (\S+)", told)[1]
    assert client.login(username="amina.diallo@p2c.example", password=password)
    # The URL to sign in is printed at each start, because the port may change.
    assert "http" not in told
    assert_coordinator_can_take_attendance(client, password)
    assert_co_lead_can_sign_in(told)
    assert_letters_greet_people_as_they_are()
    assert_mail_came_back()
    assert_commitments_are_those_of_the_file()
    assert_each_counts_as_the_file_says()
    assert_hard_cases_are_there()
    assert_conditions_are_those_of_the_day_of_the_file()
    assert_mix_is_believable()
    assert_first_rows_of_the_register_are_fit_to_show()
    assert_staff_have_something_to_decide()
    assert_frameworks_are_in_every_state()
    assert_actions_are_served_or_wait()
    assert_needs_and_offers_are_worth_looking_at()
    addresses = {
        *FocalPoint.objects.values_list("email", flat=True),
        *Message.objects.values_list("recipient", flat=True),
        *User.objects.values_list("email", flat=True),
    }
    reserved = re.compile(r"@([a-z0-9-]+\.)*(example\.org|example\.com|example)$")
    assert {address for address in addresses if not reserved.search(address)} == set()


def assert_coordinator_can_take_attendance(client, password):
    assert client.login(username="sofia.keller@p2c.example", password=password)
    coordinator = User.objects.get(email="sofia.keller@p2c.example")
    [area] = FocusArea.objects.visible_to(coordinator)
    meeting = Meeting.objects.scheduled_or_cancelled().filter(focus_area=area).past(now()).first()

    page = client.get(f"/admin/meetings/meeting/{meeting.pk}/attendance/")
    presences = {seat.focal_point.pk: Presence.REMOTE for seat in attendance_rows(meeting)}
    record_attendance(meeting=meeting, presences=presences, seen=0, by=coordinator, at=now())

    assert page.status_code == 200
    assert len(presences) >= 3


def assert_co_lead_can_sign_in(told):
    address = re.search(r"Focal point +(\S+)", told)[1]
    person = FocalPoint.objects.get(email=address)
    assert (person.member.granted_role, person.member.focus_area.number) == ("co_lead", 1)
    assert User.objects.filter(email=address, is_active=True).exists()


def assert_letters_greet_people_as_they_are():
    certain = {name: title for names, _families in PEOPLE.values() for name, title in names.items()}
    titled = list(FocalPoint.objects.exclude(title=""))
    professors = [person for person in titled if person.position in PROFESSORS.values()]
    others = [person for person in titled if person not in professors]
    assert {person.title for person in professors} == {Title.PROF}
    assert {person.title for person in others} == {Title.MS, Title.MR}
    assert [p for p in others if p.title != certain[p.given_name]] == []
    assert [p for p in professors if p.member.category != Category.ACADEMIA] == []


def assert_mail_came_back():
    reply = IncomingMail.objects.get(kind=IncomingKind.REPLY, is_proved=True)
    [file] = reply.files.all()
    assert Member.objects.get(reference=reply.reference).status == (
        MemberStatus.INFORMATION_REQUESTED
    )
    assert reply.text.startswith("Dear colleagues,")
    assert "wrote:" not in reply.text
    assert "> " in reply.quoted
    assert (file.file_name, file.trouble) == ("Letter.pdf", "")
    assert not reply.is_from_other_address
    bounce = IncomingMail.objects.get(kind=IncomingKind.BOUNCE)
    assert bounce.message.bounced_at > bounce.message.sent_at
    assert IncomingMail.objects.unmatched().get().sender_name == "Inés Okoro"
    assert IncomingMail.objects.count() == 3


@pytest.mark.parametrize("used_by", [UserFactory, MemberFactory])
def test_load_demonstration_refuses_a_portal_in_use(used_by):
    used_by()

    with pytest.raises(CommandError, match="in use already"):
        call_command("load_demonstration")

    assert Meeting.objects.filter(title="Working group meeting 1").count() == 0


def test_load_demonstration_refuses_the_public_network(settings):
    settings.SITE_URL = "https://p2c.example"

    with pytest.raises(CommandError, match="for one machine"):
        call_command("load_demonstration")

    assert Member.objects.count() == 0


@pytest.mark.parametrize(
    "backend",
    ["outbox.services.smtp.RecordingSMTPBackend", "anymail.backends.postmark.EmailBackend"],
)
def test_load_demonstration_refuses_a_real_mail_server_unless_told_to(settings, backend):
    settings.MAIL_BACKEND = backend

    with pytest.raises(CommandError, match="not loaded: mail goes out by a real mail server"):
        call_command("load_demonstration")

    assert (Member.objects.count(), User.objects.count()) == (0, 0)
    # If told to, the command continues to its next check: loading all data takes too long.
    MemberFactory()
    with pytest.raises(CommandError, match="in use already"):
        call_command("load_demonstration", "--despite-mail-server")


def test_load_demonstration_loads_nothing_whose_password_it_cannot_write_down(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(load_demonstration, "SIGN_INS", tmp_path / "no-folder" / "sign-ins.txt")
    # A quarter of the EOIs, to save time, and those that another EOI is similar to.
    every = arriving.read_organisations()
    some = [each for each in every if each in every[::4] or each["name"] in OTHER_NAMES]
    monkeypatch.setattr(members, "read_organisations", lambda: some)
    for module in (commitments, commitment_rows):
        monkeypatch.setattr(module, "read_rows", lambda: ())

    with pytest.raises(FileNotFoundError):
        call_command("load_demonstration")

    assert (Member.objects.count(), User.objects.count()) == (0, 0)


def test_mail_of_the_demonstration_looks_like_no_restore_to_a_worker(
    settings, tmp_path, mailoutbox
):
    settings.INSTALLATION_FILE = str(tmp_path / "installation")
    register_installation(at=NOON)
    before = read_file()
    MessageFactory(due_at=NOON)

    deliver_due(at=NOON + DELIVERED_AFTER)

    assert len(mailoutbox) == 1
    assert read_file() == before
