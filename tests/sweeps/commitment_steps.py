"""Every step of a commitment, with what it needs, for the table of its lifecycle.

Each step gets a commitment in one status, the person who takes it, and returns nothing.
"""

import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from commitments.models import (
    ChangeStatus,
    CommitmentStatus,
    NotCounted,
    PartnerAnswer,
    ReportStatus,
)
from commitments.services import (
    answers,
    change_decisions,
    changes,
    decisions,
    drafts,
    hosts,
    money,
    partners,
    publication,
    report_reminders,
    reports,
    second_person,
    submission,
    text_corrections,
    withdrawal,
)
from commitments.services.content import as_json, content_of
from members.models import FocalPoint
from tests.factories import (
    NOON,
    AcknowledgementFactory,
    AmountFactory,
    CommitmentFactory,
    PartnerFactory,
    PlaceFactory,
    ProposedChangeFactory,
    PublicationRequestFactory,
    ReportFactory,
    TargetFactory,
    UserFactory,
)
from tests.sweeps.lifecycle import table_of

PAGE = (Path(settings.BASE_DIR) / "docs" / "lifecycle-of-commitments.md").read_text()
STATUSES = [status.value for status in CommitmentStatus]
HEADINGS = [*STATUSES, "who", "writes to"]
STEPS = table_of(PAGE)
LATER = NOON + timedelta(days=400)


def whole_content():
    """Return the content of a commitment that can be sent."""
    other = CommitmentFactory()
    TargetFactory(commitment=other)
    PlaceFactory(commitment=other)
    content = replace(content_of(other), title="Maps of all clinics")
    return replace(content, targets=tuple(replace(t, key=uuid.uuid4()) for t in content.targets))


def lead_of(commitment):
    return FocalPoint.objects.get(member=commitment.lead)


def submit(commitment):
    submission.submit(commitment, whole_content(), by=lead_of(commitment), at=NOON)


def correct(commitment):
    answers.correct(commitment, whole_content(), by=lead_of(commitment), at=NOON)


def answer(commitment):
    answers.answer(commitment, whole_content(), text="In Zomba.", by=lead_of(commitment), at=NOON)


def discard_typed(commitment):
    drafts.discard_typed(commitment=commitment, by=lead_of(commitment), at=NOON)


def propose_change(commitment):
    content = replace(whole_content(), title="Maps of all clinics and schools")
    changes.propose_change(commitment, content, reason="More.", by=lead_of(commitment), at=NOON)


def waiting_change(commitment):
    return ProposedChangeFactory(
        commitment=commitment, content=as_json(whole_content()), status=ChangeStatus.WAITING
    )


def withdraw_change(commitment):
    waiting_change(commitment)
    changes.withdraw_change(commitment, by=lead_of(commitment), at=NOON)


def accept_change(commitment):
    change = waiting_change(commitment)
    change_decisions.accept_change(
        commitment, change=change, reason="More.", by=UserFactory(), at=NOON
    )


def decline_change(commitment):
    change = waiting_change(commitment)
    change_decisions.decline_change(
        commitment, change=change, reason="Too vague.", by=UserFactory(), at=NOON
    )


def correct_texts(commitment):
    texts = {"title": "Maps of all clinics"}
    text_corrections.correct_texts(
        commitment, texts=texts, reason="A typing error.", by=UserFactory(), at=NOON
    )


def write_english(commitment):
    commitment.language = "ur"
    commitment.save(update_fields=["language"])
    text_corrections.write_english(
        commitment, title_en="Maps", summary_en="", by=UserFactory(), at=NOON
    )


def withdraw_by_lead(commitment):
    withdrawal.withdraw_by_lead(commitment, reason="No funds.", by=lead_of(commitment), at=NOON)


def invite_partner(commitment):
    partner = PartnerFactory(commitment=commitment, contact_email="new@example.org")
    partners.invite_partner(partner=partner, by=lead_of(commitment), at=NOON)


def answer_invitation(commitment):
    partner = PartnerFactory(commitment=commitment, answer=PartnerAnswer.INVITED, invited_at=NOON)
    partners.answer_invitation(partner=partner, confirms=True, name="Ada", at=NOON)


def answer_as_host(commitment):
    acknowledgement = AcknowledgementFactory(commitment=commitment, country="MW")
    hosts.answer_as_host(
        acknowledgement=acknowledgement,
        answer="supports",
        note="",
        by=lead_of(commitment),
        at=NOON,
    )


def send_report(commitment):
    content = reports.ReportContent(narrative="Done.", language="en")
    reports.send(
        commitment=commitment, content=content, by=lead_of(commitment), version=0, at=LATER
    )


def sent_report(commitment, **facts):
    return ReportFactory(commitment=commitment, status=ReportStatus.SENT, **facts)


def ask_about_report(commitment):
    reports.ask_question(
        report=sent_report(commitment), question="Where?", by=UserFactory(), at=LATER
    )


def publish_report(commitment):
    reports.publish_report(report=sent_report(commitment), by=UserFactory(), at=LATER)


def publish_last_report(commitment):
    report = sent_report(commitment, is_last=True)
    reports.publish_report(report=report, by=UserFactory(), at=LATER)


def remind(commitment):
    commitment.next_report_on = NOON.date()
    commitment.save(update_fields=["next_report_on"])
    report_reminders.remind(commitment=commitment, by=UserFactory(), at=LATER)


def set_counting(commitment):
    money.set_counting(
        AmountFactory(commitment=commitment),
        not_counted=NotCounted.CONDITIONAL,
        by=UserFactory(),
        at=NOON,
    )


def take_back_request(commitment):
    request = PublicationRequestFactory(commitment=commitment)
    second_person.take_back_request(commitment, by=request.requested_by, at=NOON)


def decision(name, **facts):
    def take(commitment):
        getattr(decisions, name)(commitment, by=UserFactory(), at=NOON, **facts)

    take.__name__ = name
    return take


def release(commitment):
    commitment.assignee = UserFactory()
    commitment.save(update_fields=["assignee"])
    decisions.release(commitment, by=UserFactory(), at=NOON)


def supersede(commitment):
    other = CommitmentFactory(lead=commitment.lead, status=CommitmentStatus.PUBLISHED)
    decisions.supersede(commitment, other=other, by=UserFactory(), at=NOON)


def publish(commitment):
    publication.publish(commitment, by=UserFactory(), at=NOON)


def publish_announced(commitment):
    commitment.announce_at = NOON
    commitment.save(update_fields=["announce_at"])
    publication.publish_announced(at=NOON)


TAKERS = {
    each.__name__: each
    for each in (
        submit,
        correct,
        discard_typed,
        decision("assign_to_self"),
        release,
        decision("add_note", text="They called."),
        decision("ask_for_information", question="Where exactly?"),
        answer,
        decision("approve", announce_at=LATER),
        decision("take_back_approval", reason="A mistake."),
        publish,
        publish_announced,
        decision("decline", reason="It is no commitment."),
        decision("withdraw", reason="A mistake."),
        withdraw_by_lead,
        supersede,
        set_counting,
        take_back_request,
        invite_partner,
        answer_invitation,
        answer_as_host,
        propose_change,
        withdraw_change,
        accept_change,
        decline_change,
        correct_texts,
        write_english,
        send_report,
        ask_about_report,
        publish_report,
        publish_last_report,
        remind,
    )
}
