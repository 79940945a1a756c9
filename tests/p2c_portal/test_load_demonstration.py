"""What the demonstration has of each commitment in its file, as the portal counts and shows it."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from accounts.models import User
from commitments.models import (
    Commitment,
    CommitmentStatus,
    NotCounted,
    PartnerAnswer,
    Stage,
)
from commitments.services.conditions import condition_of, facts_of
from commitments.services.double_counting import possible_double_counts
from commitments.services.given_sums import sums_of
from commitments.services.leads import is_correctable
from commitments.services.register_order import RegisterOrder, in_order
from commitments.services.result_of_the_month import chosen_in, month_of
from commitments.services.results import results_of
from commitments.services.second_person import waiting_request
from commitments.services.totals import totals
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
from members.services.kinds import KIND_OF_CATEGORY, OrganisationKind
from opportunities.models import Contact, Opportunity, OpportunityStatus
from opportunities.services.matching import matches_of
from outbox.models import Message, MessageStatus
from outbox.services.installation import read_file, register_installation
from p2c_portal.demonstration import arriving, commitment_rows, commitments, members
from p2c_portal.demonstration.commitment_rows import Row, read_rows
from p2c_portal.demonstration.mail import DELIVERED_AFTER, deliver_due
from p2c_portal.demonstration.texts import OTHER_NAMES, PEOPLE, PROFESSORS
from p2c_portal.management.commands import load_demonstration
from papers.models import Paper, PaperKind, PaperVersion
from participation.models import Presence
from participation.services.attendance import attendance_rows, record_attendance
from participation.services.notices import send_notices
from tests.factories import NOON, MemberFactory, MessageFactory, UserFactory
from triage.duplicates.models import PossibleDuplicate

STATUSES = {
    "embargoed": CommitmentStatus.APPROVED,
    "ended": CommitmentStatus.ENDED,
    "information_requested": CommitmentStatus.INFORMATION_REQUESTED,
    "published": CommitmentStatus.PUBLISHED,
    "second_person": CommitmentStatus.SUBMITTED,
    "submitted": CommitmentStatus.SUBMITTED,
    "superseded": CommitmentStatus.SUPERSEDED,
    "withdrawn": CommitmentStatus.WITHDRAWN,
}
# How these stand on the day of the file.
TODAY = datetime(2026, 12, 1, 12, tzinfo=UTC).date()
CONDITIONS = {
    "P2C-D-001": "on_course",
    "P2C-D-002": "behind",
    "P2C-D-006": "reached",
    "P2C-D-012": "reached",
    "P2C-D-015": "overdue",
    "P2C-D-018": "not_reached",
    "P2C-D-023": "reached_late",
    "P2C-D-026": "inactive",
    "P2C-D-028": "behind",
    "P2C-D-032": "no_report",
    "P2C-D-056": "behind",
    "P2C-D-060": "reached",
}
# How many of hundred commitments in force may stand so: at least, and at most.
MIX = {
    "on_course": (35, 45),
    "reached": (12, 18),
    "behind": (12, 16),
    "not_reached": (2, 6),
    "unreported": (2, 6),
    "no_report": (10, 15),
    "overdue": (3, 8),
    "reached_late": (1, 2),
    "inactive": (1, 2),
}
# The currencies that have no rate, each with one commitment that is in force.
WITHOUT_RATE = {"ETB", "AOA", "BTN", "CVE", "LSL", "DJF"}


def commitments_by_id():
    by_title = {each.title: each for each in Commitment.objects.select_related("lead")}
    return {row.id: by_title[row.title] for row in read_rows()}


def assert_commitments_are_those_of_the_file():
    rows, found = read_rows(), commitments_by_id()

    assert len(found) == Commitment.objects.count() == 64
    assert {key: each.status for key, each in found.items()} == {
        row.id: STATUSES[row.state] for row in rows
    }
    assert all(each.title.endswith("(demonstration)") for each in found.values())
    assert {key: each.lead.organisation_name for key, each in found.items()} == {
        row.id: row.lead for row in rows
    }


def assert_each_counts_as_the_file_says():
    found = commitments_by_id()

    counted = {row.id: counts_of(found[row.id], row) for row in read_rows()}

    assert counted == {row.id: expected_counts(row) for row in read_rows()}
    everything = totals(Commitment.objects.all())
    # The payments of those without a rate are not converted either.
    assert set(everything.not_converted) == WITHOUT_RATE
    assert everything.not_disclosed == 1
    assert everything.own.by_stage[Stage.PLEDGED].amounts > 10


def counts_of(commitment: Commitment, row: Row):
    """Return how many amounts of a commitment count that it states, and at which stage."""
    only = totals(Commitment.objects.filter(pk=commitment.pk))
    return {
        stage: only.own.by_stage[stage].amounts
        + sum(stages[stage].amounts for stages in only.not_converted.values() if stage in stages)
        for stage in Stage
        # What a report says was paid is another amount.
        if stage != Stage.PAID or row.stage == stage
    }


def expected_counts(row: Row):
    counts = dict.fromkeys((stage for stage in Stage if stage != Stage.PAID), 0)
    if row.stage == Stage.PAID:
        counts[Stage.PAID] = 0
    if row.counts_in_total.startswith(("yes", "partly")):
        counts[Stage(row.stage)] = 1 + sum(
            partner.amount is not None and partner.has_answered for partner in row.named_partners
        )
    return counts


def assert_hard_cases_are_there():
    found = commitments_by_id()

    def amounts(key):
        rows = found[key].amounts.filter(is_current=True, report=None)
        return sorted(rows.values_list("original", "currency", "not_counted"))

    assert amounts("P2C-D-058") == [
        (600_000_000, "USD", ""),
        (600_000_000, "USD", NotCounted.ANNOUNCED_BEFORE),
    ]
    [part] = found["P2C-D-008"].amounts.all()
    assert (part.not_counted, part.counted_in) == (NotCounted.JOINT, found["P2C-D-007"])
    assert {currency for _original, currency, _why in amounts("P2C-D-007")} == {"EUR", "USD", "XOF"}
    [duplicate] = found["P2C-D-010"].amounts.all()
    assert duplicate.counted_in == found["P2C-D-009"]
    assert amounts("P2C-D-039")[0][2] == NotCounted.CONDITIONAL
    assert found["P2C-D-044"].superseded_by == found["P2C-D-045"]
    assert found["P2C-D-059"].announce_at.date().isoformat() == "2027-06-08"
    assert found["P2C-D-025"].partners.get().member is None
    declined = found["P2C-D-060"].partners.get(answer=PartnerAnswer.DECLINED)
    assert declined.name == "Autoridade Nacional de Comunicações"
    assert found["P2C-D-014"].targets.get().value < found["P2C-D-014"].targets.get().baseline
    assert {each.language for each in found.values()} == {
        "ar",
        "en",
        "es",
        "fr",
        "pt",
        "ru",
        "zh-hans",
    }
    # Bhutan left the group in December 2023, and counts as it was on the day of publication.
    assert [found[key].places.get().is_ldc for key in ("P2C-D-023", "P2C-D-024")] == [True, False]


def assert_conditions_are_those_of_the_day_of_the_file():
    found = commitments_by_id()
    keys = {found[key].pk: key for key in CONDITIONS}

    facts = facts_of([found[key] for key in CONDITIONS])

    assert {keys[pk]: condition_of(each, TODAY) for pk, each in facts.items()} == CONDITIONS
    # Milestones decide about the first one, which is behind the straight line.
    assert len(found["P2C-D-001"].targets.get().path) == 3
    assert found["P2C-D-002"].reports.get().behind_reason != ""


def assert_mix_is_believable():
    in_force = list(Commitment.objects.in_force())
    facts = facts_of(in_force)

    counted = Counter(condition_of(each, TODAY) for each in facts.values())

    shares = {condition: 100 * number / len(in_force) for condition, number in counted.items()}
    assert {
        condition: share
        for condition, share in shares.items()
        if not MIX[condition][0] <= share <= MIX[condition][1]
    } == {}
    assert set(counted) == set(MIX)
    behind = [each for each in in_force if condition_of(facts[each.pk], TODAY) == "behind"]
    assert all(each.reports.latest("sent_at").behind_reason for each in behind)
    with_milestones = [each for each in in_force if each.targets.get().path]
    assert 25 <= 100 * len(with_milestones) / len(in_force) <= 40
    results = results_of(Commitment.objects.all()).results
    assert len(results) >= 8
    assert 100 * sum(each.sum.reporting for each in results) >= 60 * sum(
        each.sum.leads for each in results
    )


def assert_first_rows_of_the_register_are_fit_to_show():
    in_force = Commitment.objects.in_force().select_related("lead", "focus_area")
    rows = list(in_order(in_force, RegisterOrder.NEWEST_REPORT)[:20])
    facts = facts_of(rows)

    conditions = Counter(condition_of(facts[each.pk], TODAY) for each in rows)

    assert conditions == {"on_course": 18, "behind": 1, "reached": 1}
    assert {KIND_OF_CATEGORY[Category(each.lead.category)] for each in rows} == set(
        OrganisationKind
    )
    assert {each.focus_area.number for each in rows} == {1, 2, 3, 4}
    assert {each.language for each in rows} == {"ar", "en", "es", "fr", "pt", "ru", "zh-hans"}
    in_english = [(each.title_en, each.summary_en) for each in rows if each.language != "en"]
    assert all(title.endswith("(demonstration)") and summary for title, summary in in_english)
    assert len({each.lead_id for each in rows}) == 20


def assert_staff_have_something_to_decide():
    found = commitments_by_id()
    keys = {each.pk: key for key, each in found.items()}

    pairs = possible_double_counts(Commitment.objects.all())

    assert {
        frozenset((keys[pair.first.commitment_id], keys[pair.second.commitment_id]))
        for pair in pairs
    } == {frozenset(("P2C-D-007", "P2C-D-061")), frozenset(("P2C-D-030", "P2C-D-062"))}
    assert waiting_request(found["P2C-D-063"]) is not None
    assert is_correctable(found["P2C-D-064"])
    silent = found["P2C-D-016"].partners.get(answer=PartnerAnswer.INVITED)
    assert [each.money for each in sums_of(silent)] == ["USD\N{NO-BREAK SPACE}20,000,000"]
    assert chosen_in(month_of(now())).target.commitment_id == found["P2C-D-042"].pk
    first, additional = found["P2C-D-025"].reports.published().order_by("due_on")
    # The first one is for an anniversary, the second one for the day on which it was sent.
    assert (first.due_on.isoformat(), additional.due_on.isoformat()) == ("2026-02-20", "2026-11-25")
    reminders = Message.objects.filter(
        topic__startswith=f"commitment-{found['P2C-D-013'].reference}/report-request/2026-07-09/"
    )
    assert set(reminders.values_list("status", flat=True)) == {MessageStatus.SENT}
    assert reminders.count() == 5


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
