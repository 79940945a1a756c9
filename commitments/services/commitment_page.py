"""What the public page of a commitment shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from commitments.models import (
    STATUSES_IN_FORCE,
    Acknowledgement,
    Amount,
    Commitment,
    CommitmentStatus,
    HostAnswer,
    Instrument,
    NotCounted,
    Partner,
    PartnerAnswer,
    Place,
    Report,
    Stage,
    Target,
    TargetValue,
)
from commitments.services.conditions import values_by_target
from commitments.services.content import columns_of, english_of
from commitments.services.content_in_words import (
    Fact,
    Names,
    Reader,
    VersionShown,
    facts_of,
    place_in_words,
    portions_in_words,
    versions_shown,
)
from commitments.services.money_in_words import US_DOLLAR, money_in_brief, money_in_words
from commitments.services.progress import Progress, ProgressChart, progress_chart
from commitments.services.summaries import Chip, chip_of, places_in_brief, with_behind_reason
from core.dates import format_date_short, month_in_words
from core.languages import reads, with_commas
from core.numbers import number_in_words
from framework.services.adopted_actions import actions_by_key
from members.models import Member
from members.services.countries import name_of

SHOWN_ELSEWHERE: Final = (
    *("title", "statement", "language", "title_en", "summary_en", "focus_area", "ends"),
    "amount_not_disclosed",
)

# More places than these would push the commitment off a phone.
MAX_PLACES_IN_HEAD: Final = 8


@dataclass(frozen=True)
class PartnerShown:
    """A partner that did not decline. `slug` is that of a listed member."""

    name: str
    slug: str
    role: str
    is_confirmed: bool


@dataclass(frozen=True)
class AmountShown:
    """An amount with its stage, and whether it counts in the totals of the register."""

    label: str
    contributor: str
    stage: str
    original: str
    dollars: str
    counted: str
    # The reference of the public commitment in which it counts.
    counted_in: str
    is_typed: bool
    # Its instrument, if it has a label too, and its portions by year.
    details: str


@dataclass(frozen=True)
class HostShown:
    """What the member of a host country said; `words` is empty until it answers."""

    country: str
    member: str
    words: str
    asked_on: date
    answered_on: date | None


@dataclass(frozen=True)
class ReportShown:
    """A published report with its values."""

    report: Report
    sent_on: date
    values: Sequence[tuple[Target, str]]
    paid: str
    links: Sequence[str]


@dataclass(frozen=True)
class NewsItem:
    """One entry of the timeline: a report, or what hosts said. One of the two is set."""

    on: date
    report: ReportShown | None = None
    host: HostShown | None = None


@dataclass(frozen=True)
class CommitmentPage:
    """All that everybody may read about a commitment. Days are those of Geneva."""

    commitment: Commitment
    chip: Chip | None
    # The title and the sentence in English, if the reader's language is not that of the title.
    english: Sequence[str]
    sentence: str
    # The slug of the lead, if it is listed.
    lead_slug: str
    # Under the title; many places are only counted there, and then `places` names them all.
    where: str
    places: str
    facts: Sequence[Fact]
    progress: Sequence[Progress]
    charts: Sequence[ProgressChart]
    news: Sequence[NewsItem]
    hosts_asked: Sequence[HostShown]
    amounts: Sequence[AmountShown]
    # How many amounts of other organisations wait for their word.
    unconfirmed: int
    rates: Sequence[str]
    partners: Sequence[PartnerShown]
    versions: Sequence[VersionShown]
    # The public commitments that this one replaces.
    supersedes: Sequence[Commitment]
    published_on: date


def public_commitment(reference: str) -> Commitment | None:
    """Return the commitment with a reference if everybody may read it, with what its page reads."""
    return (
        with_behind_reason(Commitment.objects.public())
        .select_related("lead", "focus_area", "pillar", "superseded_by")
        .prefetch_related(
            Prefetch("places", Place.objects.order_by("pk")),
            Prefetch("targets", Target.objects.filter(is_current=True).order_by("position", "pk")),
            Prefetch(
                "amounts",
                Amount.objects.shown()
                .select_related("contributor", "counted_in", "report")
                .order_by("position", "pk"),
            ),
            Prefetch(
                "partners",
                Partner.objects.shown().select_related("member").order_by("position", "pk"),
            ),
            Prefetch(
                "reports",
                Report.objects.published().prefetch_related(
                    Prefetch(
                        "values",
                        TargetValue.objects.select_related("target").order_by(
                            "target__position", "pk"
                        ),
                    )
                ),
            ),
            "versions",
            Prefetch("supersedes", Commitment.objects.public().order_by("pk")),
        )
        .filter(reference=reference)
        .first()
    )


def commitment_page(commitment: Commitment, *, at: datetime) -> CommitmentPage:
    """Return the page of a commitment from `public_commitment()`."""
    today = timezone.localdate(at)
    progress = _progress(commitment, on=today)
    hosts = host_answers(commitment)
    news = [NewsItem(each.answered_on, host=each) for each in hosts if each.answered_on]
    news += [NewsItem(each.sent_on, report=each) for each in _reports(commitment)]
    charts = (
        progress_chart(each, name=f"progress-{number}") for number, each in enumerate(progress)
    )
    amounts, places = commitment.amounts.all(), commitment.places.all()
    named = with_commas(place_in_words(place) for place in places)
    is_long = len(places) > MAX_PLACES_IN_HEAD
    return CommitmentPage(
        commitment=commitment,
        chip=chip_of(commitment),
        sentence=_sentence(commitment, progress),
        english=[] if reads(commitment.language) else [*filter(None, english_of(commitment))],
        lead_slug=_slugs([commitment.lead_id]).get(commitment.lead_id, ""),
        where=places_in_brief(places) if is_long else named,
        places=named if is_long else "",
        facts=_facts(commitment),
        progress=progress,
        charts=[chart for chart in charts if chart],
        news=sorted(news, key=lambda item: item.on, reverse=True),
        hosts_asked=[each for each in hosts if each.answered_on is None],
        amounts=_amounts(commitment, amounts),
        unconfirmed=Amount.objects.unconfirmed().filter(commitment=commitment).count(),
        rates=list(dict.fromkeys(_rate(amount) for amount in amounts if _is_converted(amount))),
        partners=_partners(commitment),
        versions=versions_shown(commitment.versions.all()),
        supersedes=list(commitment.supersedes.all()),
        published_on=timezone.localdate(commitment.published_at),
    )


def _facts(commitment: Commitment) -> list[Fact]:
    """Return the declared fields of the content that the page does not show elsewhere."""
    pillar = commitment.pillar
    names = Names(
        pillars={pillar.pk: pillar} if pillar else {},
        actions=actions_by_key(commitment.actions),
    )
    facts = facts_of(columns_of(commitment), names, reader=Reader.PUBLIC)
    return [fact for fact in facts if fact.key not in SHOWN_ELSEWHERE]


def _progress(commitment: Commitment, *, on: date) -> list[Progress]:
    values = values_by_target([commitment.pk])
    return [
        Progress(
            target=target,
            values=[value for value in values.get(target.pk, []) if value.on <= on],
            published_on=timezone.localdate(commitment.published_at),
            on=on,
            status=CommitmentStatus(commitment.status),
        )
        for target in commitment.targets.all()
    ]


def _sentence(commitment: Commitment, progress: Iterable[Progress]) -> str:
    """Return what is said of one target: the first with the condition of the commitment, if any."""
    told = [each for each in progress if each.sentence]
    decides = [each for each in told if each.standing.condition == commitment.present_condition]
    return (decides or told)[0].sentence if told else ""


def _reports(commitment: Commitment) -> list[ReportShown]:
    return [
        ReportShown(
            report=report,
            sent_on=timezone.localdate(report.sent_at),
            values=[(value.target, _value(value)) for value in report.values.all()],
            paid=money_in_words(report.paid, report.paid_currency)
            if report.paid is not None
            else "",
            links=[
                link for link in report.links.split() if link.startswith(("https://", "http://"))
            ],
        )
        for report in commitment.reports.all()
        if report.sent_at
    ]


def _value(value: TargetValue) -> str:
    if value.value is None:
        return _("Yes") if value.reached else _("No")
    return number_in_words(value.value)


def host_answers(commitment: Commitment) -> list[HostShown]:
    """Return what hosts said. Only staff read that a host does not know of the commitment."""
    words = {
        "": "",
        HostAnswer.SUPPORTS: _("%(country)s supports it"),
        HostAnswer.KNOWS: _("%(country)s knows of it"),
    }
    asked = (
        Acknowledgement.objects.filter(commitment=commitment, answer__in=words)
        .select_related("member")
        .order_by("asked_at", "pk")
    )
    return [
        HostShown(
            country=name_of(each.country),
            member=each.member.organisation_name,
            words=words[each.answer] % {"country": name_of(each.country)},
            asked_on=timezone.localdate(each.asked_at),
            answered_on=timezone.localdate(each.answered_at) if each.answered_at else None,
        )
        for each in asked
    ]


def _amounts(commitment: Commitment, amounts: Iterable[Any]) -> list[AmountShown]:
    shown = []
    for amount in amounts:
        contributor = amount.contributor or commitment.lead
        name = amount.contributor_name or contributor.organisation_name
        is_lead = not amount.contributor_name and contributor.pk == commitment.lead_id
        counted, counted_in = _counting(commitment, amount)
        shown.append(
            AmountShown(
                label=_label(amount),
                contributor="" if is_lead else name,
                stage=_stage(amount),
                original=money_in_words(amount.original, amount.currency),
                dollars=money_in_brief(amount.usd, US_DOLLAR) if amount.usd is not None else "",
                counted=counted,
                counted_in=counted_in,
                is_typed=bool(amount.label),
                details=_details(amount),
            )
        )
    return shown


def _label(amount: Amount) -> str:
    if amount.report_id:
        return _("Paid so far, as reported")
    if amount.label:
        return amount.label
    return str(Instrument(amount.instrument).label) if amount.instrument else _("Amount")


def _details(amount: Amount) -> str:
    has_both = amount.label and amount.instrument
    instrument = [str(Instrument(amount.instrument).label)] if has_both else []
    return with_commas([*instrument, *portions_in_words(amount.portions)])


def _stage(amount: Amount) -> str:
    label = str(Stage(amount.stage).label)
    if amount.report and amount.report.paid_until:
        return _("%(stage)s, to %(day)s") % {
            "stage": label,
            "day": format_date_short(amount.report.paid_until),
        }
    if amount.decided_on is None:
        return label
    return _("%(stage)s, %(day)s") % {"stage": label, "day": format_date_short(amount.decided_on)}


def _counting(commitment: Commitment, amount: Any) -> tuple[str, str]:
    """Return whether an amount counts, in words, and the reference of where it counts instead."""
    if commitment.status not in STATUSES_IN_FORCE:
        return _("No: the commitment is not in force"), ""
    if amount.not_counted:
        reason = _("No: %(reason)s") % {"reason": NotCounted(amount.not_counted).label}
        other = amount.counted_in
        return reason, other.reference if other and other.is_public else ""
    if amount.usd is None:
        return _("Yes, in its own currency: there is no rate"), ""
    return _("Yes"), ""


def _is_converted(amount: Amount) -> bool:
    return amount.usd is not None and amount.currency != "USD"


def _rate(amount: Amount) -> str:
    return _("%(currency)s at %(rate)s to the US dollar, %(month)s: %(source)s.") % {
        "currency": amount.currency,
        "rate": number_in_words(amount.rate or Decimal(1)),
        "month": month_in_words(amount.rate_month) if amount.rate_month else "",
        "source": amount.rate_source,
    }


def _partners(commitment: Commitment) -> list[PartnerShown]:
    partners = list(commitment.partners.all())
    slugs = _slugs([partner.member_id for partner in partners if partner.member_id])
    return [
        PartnerShown(
            name=partner.member.organisation_name if partner.member else partner.name,
            slug=slugs.get(partner.member_id or 0, ""),
            role=partner.get_role_display(),
            is_confirmed=partner.answer == PartnerAnswer.CONFIRMED,
        )
        for partner in partners
    ]


def _slugs(members: Iterable[int]) -> Mapping[int, str]:
    """Return the last part of the address of those of some members that are listed."""
    listed = Member.objects.listed_publicly().filter(pk__in=members)
    return dict(listed.values_list("pk", "slug"))
