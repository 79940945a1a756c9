"""Commitments that are hard to write as files, and what nobody may read of them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from commitments.models import (
    PUBLIC,
    CommitmentStatus,
    CommitmentType,
    Condition,
    ContributorAnswer,
    HostAnswer,
    Instrument,
    NotCounted,
    PartnerRole,
    ReportStatus,
    Stage,
)
from core.folding import fold
from focus_areas.models import FocusArea
from framework.models import (
    AmendmentKind,
    AmendmentStatus,
    AnswerKind,
    DraftStatus,
    Framework,
    ParagraphKind,
)
from members.models import Category, MemberStatus
from tests.factories import (
    NOON,
    AcknowledgementFactory,
    AmendmentFactory,
    AmountFactory,
    AnswerFactory,
    CallFactory,
    CommitmentEventFactory,
    CommitmentFactory,
    CommitmentVersionFactory,
    FocalPointFactory,
    FrameworkDraftFactory,
    MeetingFactory,
    MemberFactory,
    PartnerFactory,
    PillarFactory,
    PlaceFactory,
    ProposedChangeFactory,
    ReportFactory,
    RetractedRowFactory,
    SupportFactory,
    TargetFactory,
    TargetValueFactory,
    WordingFactory,
)
from tests.factories.opportunities import (
    ContactFactory,
    OfferFactory,
    OpportunityEventFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    SupportOfferedFactory,
)

# Each text that is not public contains it.
SECRET = "Zyxwvut"
# Late in the evening in UTC, and on the next day in Geneva.
LATE = datetime(2022, 6, 7, 22, 30, tzinfo=UTC)
FAR_AWAY = datetime(2999, 1, 1, tzinfo=UTC)
PUBLISHED = CommitmentStatus.PUBLISHED


def a_member(name, *, is_listed=True, **facts):
    member = MemberFactory(
        organisation_name=name,
        status=MemberStatus.ADMITTED,
        publication_consent=is_listed,
        motivation=f"{SECRET} motivation",
        about=f"{SECRET} about",
        focus_area=FocusArea.objects.get(number=2),
        **facts,
    )
    FocalPointFactory(
        member=member,
        given_name=SECRET,
        family_name=f"{SECRET} person",
        position=f"{SECRET} position",
        email=f"{SECRET.lower()}-{member.pk}@secret.example.org",
        phone="+41227305111",
    )
    return member


def a_commitment(reference, **facts):
    given = {
        "reference": reference,
        "status": PUBLISHED,
        "title": f"Title of {reference}",
        "focus_area": FocusArea.objects.get(number=1),
        "typed": {"title": f"{SECRET} typed"},
        **facts,
    }
    commitment = CommitmentFactory(search_text=fold(f"{given['title']} {reference}"), **given)
    if commitment.published_at:
        CommitmentVersionFactory(
            commitment=commitment, content={"contact": SECRET}, published_at=commitment.published_at
        )
    CommitmentEventFactory(commitment=commitment, note=f"{SECRET} event", by_name=SECRET)
    return commitment


def usd(commitment, stage, original, **facts):
    facts = {"usd": original, "rate": 1, "rate_month": date(2022, 6, 1), **facts}
    return AmountFactory(
        commitment=commitment,
        stage=stage,
        original=Decimal(original),
        rate_source="1:1" if facts["rate"] else "",
        **facts,
    )


NO_RATE = {"usd": None, "rate": None, "rate_month": None}


def store_hard_cases():
    """Store them, with all that is not public beside them."""
    joint = _joint()
    _entered_again(joint)
    _odd_texts()
    _policy()
    _not_in_force(joint)
    _not_public(joint)
    _frameworks()
    _opportunities(joint)
    MeetingFactory(title="=Open meeting", is_public=True, is_tentative=True)
    MeetingFactory(title=f"{SECRET} meeting", is_public=False)
    CallFactory(contact_email="secret@secret.example.org", title="First call")
    CallFactory(
        title=f"{SECRET} call",
        opens_at=FAR_AWAY,
        closes_at=datetime(2999, 2, 1, tzinfo=UTC),
        grace_ends_at=datetime(2999, 2, 2, tzinfo=UTC),
    )


def _joint():
    """A joint commitment of three, in three currencies, with shares, former targets, reports."""
    ministry = a_member("Ministry of Tests", category=Category.MEMBER_STATE, country="MW")
    joint = a_commitment(
        "C-JOINT1",
        lead=a_member("Lead, Inc. “L”", acronym="L", country="CH"),
        type=CommitmentType.FINANCIAL,
        pillar=PillarFactory(name_en="Affordability"),
        starts=date(2022, 1, 1),
        sdgs=[4, 9],
        topics=["people", "schools"],
        actions=["00000000-0000-0000-0000-000000000047"],
        beneficiaries="Girls",
        conditions="If the ministry agrees",
        published_at=LATE,
        condition=Condition.BEHIND,
        next_report_on=date(2027, 6, 8),
        ended_at=None,
    )
    for country, share in (("MW", "33.33"), ("ZM", "66.67")):
        PlaceFactory(commitment=joint, country=country, share=Decimal(share), is_ldc=True)
    usd(joint, Stage.FIRM, "31000000.01", instrument=Instrument.OWN_INVESTMENT)
    usd(
        joint,
        Stage.PLEDGED,
        "171000000.5",
        currency="ZAR",
        usd=Decimal("9100585.42"),
        rate=Decimal("18.79"),
        contributor=ministry,
        decided_on=date(2022, 3, 14),
        portions=[[2023, "100000000.5"], [2024, "71000000"]],
    )
    usd(joint, Stage.PLEDGED, "1234.567", currency="KWD", contributor_name="A fund", **NO_RATE)
    usd(
        joint,
        Stage.PLEDGED,
        "10",
        instrument=Instrument.IN_KIND,
        label="Capacity; free",
        not_counted=NotCounted.CONDITIONAL,
    )
    usd(
        joint,
        Stage.PLEDGED,
        "5000000000",
        contributor_name="A bank that nobody asked",
        contributor_answer="",
    )
    usd(
        joint,
        Stage.PLEDGED,
        "6000000000",
        contributor_name=f"{SECRET} declined",
        contributor_answer=ContributorAnswer.DECLINED,
    )
    RetractedRowFactory(commitment=joint)
    usd(joint, Stage.PAID, "5", is_current=False)
    target = TargetFactory(
        commitment=joint,
        indicator="Schools connected",
        unit="schools",
        baseline_on=date(2021, 12, 31),
        milestones=[["2023-12-31", "250.5"], ["2026-06-30", "700"]],
    )
    former = TargetFactory(commitment=joint, indicator="Former", unit="%", is_current=False)
    TargetFactory(commitment=joint, indicator=f"{SECRET} never reported", is_current=False)
    published = ReportFactory(
        commitment=joint,
        status=ReportStatus.PUBLISHED,
        due_on=date(2023, 6, 7),
        narrative="Line one\r\nline two; = three",
        behind_reason="=The cable came late; it is there",
        links="https://example.org/a\nhttps://example.org/b",
        paid=Decimal("12400000.25"),
        paid_currency="USD",
        paid_until=date(2023, 5, 31),
        sent_by_name=SECRET,
    )
    usd(joint, Stage.PAID, "12400000.25", report=published)
    TargetValueFactory(report=published, target=target, value=Decimal("0.125"))
    TargetValueFactory(report=published, target=former, value=Decimal(-3))
    ReportFactory(
        commitment=joint,
        status=ReportStatus.QUESTION_ASKED,
        sent_at=NOON,
        due_on=date(2024, 6, 7),
        narrative=f"{SECRET} report",
        question=f"{SECRET} question",
    )
    CommitmentVersionFactory(
        commitment=joint, number=2, reason="Zambia joined.", published_at=NOON + timedelta(days=9)
    )
    ProposedChangeFactory(commitment=joint, reason=f"{SECRET} change")
    PartnerFactory(commitment=joint, member=ministry, role=PartnerRole.HOST, has_confirmed=True)
    PartnerFactory(
        commitment=joint,
        name="Named, no member",
        contact_email="secret@secret.example.org",
        answered_by_name="",
    )
    PartnerFactory(
        commitment=joint,
        name="Confirmed by mail",
        role=PartnerRole.CO_PLEDGER,
        has_confirmed=True,
        answered_by_name=SECRET,
    )
    PartnerFactory(
        commitment=joint, member=a_member(f"{SECRET} asked", is_listed=False), is_invited=True
    )
    PartnerFactory(commitment=joint, name=f"{SECRET} declined", has_declined=True)
    AcknowledgementFactory(
        commitment=joint,
        member=ministry,
        answer=HostAnswer.SUPPORTS,
        answered_at=LATE,
        note=f"{SECRET} note",
    )
    AcknowledgementFactory(
        commitment=joint,
        member=a_member(f"{SECRET} host", is_listed=False),
        country="ZM",
        answer=HostAnswer.DOES_NOT_KNOW,
        answered_at=NOON,
    )
    return joint


def _entered_again(joint):
    """The same money, entered by a partner that is not listed among the members."""
    again = a_commitment("C-AGAIN1", lead=a_member("Unlisted organisation", is_listed=False))
    usd(again, Stage.FIRM, "7500000", not_counted=NotCounted.JOINT, counted_in=joint)
    # Two of several places have a share.
    PlaceFactory(commitment=again, country="PE", share=Decimal(40))
    PlaceFactory(commitment=again, country="EC")
    PlaceFactory(commitment=again, country="", region="AMS")


def _odd_texts():
    plus = a_commitment(
        "C-PLUS01",
        title='+ 1,000 “teachers”, "trained"',
        statement="=HYPERLINK(\"http://example.org\")\n'quoted'\t<b>&amp;\u2028line",
        announced_before="-2021",
        ends=date(2022, 5, 1),
        published_at=LATE,
    )
    usd(plus, Stage.PLEDGED, "0.01")
    usd(plus, Stage.FIRM, "900000000000000", currency="UGX", **NO_RATE)
    PlaceFactory(commitment=plus, country="")
    TargetFactory(commitment=plus, by=date(2022, 4, 1), baseline=None, baseline_on=None)
    arabic = a_commitment(
        "C-ARABIC", title="ألياف للمدارس 🏫", language="ar", type=CommitmentType.ADVOCACY
    )
    PlaceFactory(commitment=arabic, country="", region="ARB")
    chinese = a_commitment(
        "C-CHINES", title="学校光纤", language="zh-hans", amount_not_disclosed=True
    )
    PlaceFactory(commitment=chinese, country="CN")


def _policy():
    policy = a_commitment("C-POLICY", type=CommitmentType.POLICY, condition=Condition.REACHED)
    policy.focus_area = FocusArea.objects.get(number=4)
    policy.save()
    target = TargetFactory(
        commitment=policy, is_yes_no=True, unit="", value=None, baseline=None, by=date(2025, 6, 1)
    )
    report = ReportFactory(commitment=policy, status=ReportStatus.PUBLISHED, is_last=True)
    TargetValueFactory(report=report, target=target, value=None, reached=True)


def _not_in_force(joint):
    withdrawn = a_commitment("C-WITHDR", status=CommitmentStatus.WITHDRAWN, reason="No money.")
    usd(withdrawn, Stage.FIRM, "1000000")
    superseded = a_commitment(
        "C-SUPERS", status=CommitmentStatus.SUPERSEDED, superseded_by=joint, reason=SECRET
    )
    usd(superseded, Stage.PAID, "70")
    usd(superseded, Stage.PLEDGED, "3", not_counted=NotCounted.DUPLICATE, counted_in=joint)
    ended = a_commitment("C-ENDED1", status=CommitmentStatus.ENDED, ended_at=LATE)
    usd(ended, Stage.PAID, "0.99")


def _not_public(joint):
    for number, status in enumerate(set(CommitmentStatus) - set(PUBLIC)):
        hidden = a_commitment(
            f"X-HID{number:03}",
            status=status,
            title=f"{SECRET} {status}",
            statement=f"{SECRET} statement",
            submitted_at=None if status == CommitmentStatus.DRAFT else NOON,
            reason=SECRET if status == CommitmentStatus.DECLINED else "",
        )
        usd(hidden, Stage.PLEDGED, "55555")
        PlaceFactory(commitment=hidden, country="TV")
        TargetFactory(commitment=hidden, indicator=f"{SECRET} target")
        # Its reference is not public either.
        other = a_commitment(
            f"C-OTH{number:03}",
            status=CommitmentStatus.SUPERSEDED,
            superseded_by=hidden,
            lead=joint.lead,
        )
        usd(other, Stage.FIRM, "1", not_counted=NotCounted.DUPLICATE, counted_in=hidden)


def _opportunities(joint):
    member = a_member(f"{SECRET} helper", is_listed=False)
    need = OpportunityFactory(
        title="=Formation, « 900 »",
        title_en="Training",
        text="Deux\nlignes",
        language="fr",
        member=joint.lead,
        focus_area=FocusArea.objects.get(number=2),
        pillar=PillarFactory(name_en="Skills"),
        until=date(2027, 9, 30),
        proposed={"title": SECRET},
        typed={"title": SECRET},
    )
    OpportunityPlaceFactory(opportunity=need, country="NE")
    OpportunityPlaceFactory(opportunity=need, country="BJ")
    SupportOfferedFactory(opportunity=need)
    ContactFactory(opportunity=need, member=member, message=SECRET, sent_by_name=SECRET)
    OpportunityEventFactory(opportunity=need, kind="reported", note=SECRET)
    offer = OfferFactory(status="committed", commitment=joint, ended_at=LATE)
    OpportunityPlaceFactory(opportunity=offer, country="", group="SIDS")
    OpportunityPlaceFactory(opportunity=offer, country="", region="AFR")
    for status in ("draft", "sent", "question_asked", "closed_by_staff"):
        OpportunityFactory(status=status, title=f"{SECRET} {status}", text=SECRET, member=member)
    OpportunityFactory(status="withdrawn", title=SECRET, published_at=None, member=member)


def _frameworks():
    """An adopted framework whose last draft is open, and one that only its group reads."""
    Framework.objects.filter(focus_area__number=1).update(is_public=True)
    framework = Framework.objects.get(focus_area__number=1)
    closed = FrameworkDraftFactory(framework=framework, closes_at=NOON)
    adopted = FrameworkDraftFactory(framework=framework, status=DraftStatus.ADOPTED)
    opened = FrameworkDraftFactory(framework=framework, closes_at=FAR_AWAY)
    heading = WordingFactory(draft=closed, kind=ParagraphKind.HEADING, text_en="Why we act")
    action = WordingFactory(draft=closed, text_en=f"{SECRET} former wording")
    WordingFactory(
        draft=adopted,
        paragraph=heading.paragraph,
        kind=ParagraphKind.HEADING,
        text_en="Why we act",
        text_ar="لماذا نعمل",
    )
    WordingFactory(
        draft=adopted,
        paragraph=action.paragraph,
        pillar=PillarFactory(name_en="Access"),
        text_en="=Connect *every* school;\n\n- with fibre",
        text_zh_hans="连接每所学校",
    )
    WordingFactory(draft=opened, paragraph=action.paragraph, text_en=f"{SECRET} next wording")
    ministry = a_member("Ministry of Frameworks")
    change = AmendmentFactory(
        draft=closed,
        paragraph=action.paragraph,
        member=ministry,
        text="+ every school",
        reason="=1+1; it is “cheap”",
        sent_by=None,
        sent_by_name=SECRET,
    )
    SupportFactory(amendment=change, by_name=SECRET)
    AnswerFactory(amendment=change, answered_by_name=SECRET)
    added = AmendmentFactory(
        draft=closed,
        paragraph=None,
        kind=AmendmentKind.ADD,
        member=a_member(f"{SECRET} unlisted", is_listed=False),
        sent_by=None,
        sent_by_name=SECRET,
    )
    AnswerFactory(amendment=added, kind=AnswerKind.MERGED, merged_with=change, reason="The same.")
    for hidden in (AmendmentStatus.DRAFT, AmendmentStatus.WITHDRAWN):
        AmendmentFactory(
            draft=closed, paragraph=action.paragraph, status=hidden, reason=f"{SECRET} {hidden}"
        )
    AmendmentFactory(
        draft=opened, paragraph=action.paragraph, reason=f"{SECRET} reason", text=SECRET
    )
    closed_group = Framework.objects.get(focus_area__number=2)
    hidden = FrameworkDraftFactory(framework=closed_group, closes_at=NOON)
    AmendmentFactory(draft=hidden, reason=f"{SECRET} of the group")
    draft = FrameworkDraftFactory(framework=closed_group, status=DraftStatus.ADOPTED)
    WordingFactory(draft=draft, text_en=f"{SECRET} text of the group")
