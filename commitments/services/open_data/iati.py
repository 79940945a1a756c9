"""Writes commitments as activities of IATI 2.03 (https://iatistandard.org/en/iati-standard/203/).

The elements are in the order of the schema; the numbers are codes of IATI's code lists. Nothing is
invented: what the standard asks for and nobody stated is left out where the standard allows it.

- Transactions: a pledge is an outgoing pledge (12), a firm amount an outgoing commitment (2), a
  payment a disbursement (3). An amount that counts in another commitment is in that activity only,
  and the two are related activities.
- Places: the shares of several places must add up to 100 per cent. If they are not known, the
  activity is in “developing countries, unspecified” (998), and each country is a location.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import IO, Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from commitments.models import (
    PUBLIC,
    STATUSES_IN_FORCE,
    Amount,
    Commitment,
    CommitmentStatus,
    Instrument,
    NotCounted,
    PartnerAnswer,
    PartnerRole,
    Place,
    Stage,
    Target,
    TargetValue,
)
from commitments.services.counting import COUNTS
from commitments.services.open_data import public_rows
from commitments.services.open_data.coalition_resources import address_of
from commitments.services.open_data.columns import as_csv, day_in_geneva, plain_number
from commitments.services.open_data.commitment_resources import (
    AMOUNTS,
    TARGETS,
    page_of,
)
from commitments.services.open_data.partner_resources import PARTNERS
from commitments.services.open_data.report_resources import REPORT_VALUES
from core.typed_text import xml_text
from members.models import Category, Member
from members.services.countries import name_of

VERSION: Final = "2.03"
ISO_639_1_LENGTH: Final = 2
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# Activities that are read from the database at a time.
CHUNK_SIZE: Final = 500

# OrganisationType. Other categories have members of several types.
MULTILATERAL: Final = "40"
ORGANISATION_TYPES: Final = {
    Category.MEMBER_STATE: "10",
    Category.UN_SPECIALIZED_AGENCY: MULTILATERAL,
    Category.ACADEMIA: "80",
}
# OrganisationRole. A host has no role in IATI.
FUNDING, ACCOUNTABLE, IMPLEMENTING = "1", "2", "4"
ROLES: Final = {PartnerRole.CO_PLEDGER: FUNDING, PartnerRole.IMPLEMENTER: IMPLEMENTING}
# ActivityStatus: implementation, closed, cancelled.
STATUSES: Final = {
    CommitmentStatus.PUBLISHED: "2",
    CommitmentStatus.ENDED: "4",
    CommitmentStatus.WITHDRAWN: "5",
    CommitmentStatus.SUPERSEDED: "5",
}
# ActivityDateType
PLANNED_START, PLANNED_END, ACTUAL_END = "1", "3", "4"
# DescriptionType
GENERAL, TARGET_GROUPS, OTHER = "1", "3", "4"
# Region and its vocabularies: that of the OECD, and that of the organisation that reports.
UNSPECIFIED: Final = "998"
OECD_REGIONS, OWN_REGIONS = "1", "99"
ISO_COUNTRIES: Final = "A4"
# Information and communication technology, in the five-digit codes of the OECD.
ICT_SECTOR, OECD_SECTORS = "22040", "1"
# Vocabularies of tags: that of the Goals, and that of the organisation that reports.
SDG_GOALS, OWN_TAGS = "2", "99"
TRANSACTION_TYPES: Final = {Stage.PLEDGED: "12", Stage.FIRM: "2", Stage.PAID: "3"}
# FinanceType: standard grant, standard loan, common equity, guarantee.
FINANCE_TYPES: Final = {
    Instrument.GRANT: "110",
    Instrument.LOAN: "421",
    Instrument.EQUITY: "510",
    Instrument.GUARANTEE: "1100",
}
# RelatedActivityType
SIBLING, CO_FUNDED, THIRD_PARTY = "3", "4", "5"
RELATIONS: Final = {NotCounted.JOINT: CO_FUNDED, NotCounted.DUPLICATE: THIRD_PARTY}
# ResultType: other; IndicatorMeasure: unit, percentage, qualitative.
OTHER_RESULT: Final = "9"
UNIT, PERCENTAGE, QUALITATIVE = "1", "2", "5"
# DocumentCategory: web page of the activity.
ACTIVITY_PAGE: Final = "A12"
HUNDRED: Final = Decimal(100)


def for_iati(commitments: "QuerySet[Commitment]") -> "QuerySet[Commitment]":
    """Return commitments with all that their activities contain, in a fixed number of queries."""
    parts = _rows_of_parts()
    targets = parts["targets"].prefetch_related(_parts("values", parts["values"]))
    return _activities(commitments).prefetch_related(
        _parts("amounts", parts["amounts"]),
        _parts("partners", parts["partners"]),
        _parts("places", parts["places"]),
        _parts("targets", targets),
    )


def iati_queries(commitments: "QuerySet[Commitment]") -> "list[QuerySet[Any]]":
    """Return the queries of `for_iati()`, for an entity tag."""
    wanted = commitments.order_by().values("pk")
    parts = [
        rows.filter(**{f"{'report__' if name == 'values' else ''}commitment__in": wanted})
        for name, rows in _rows_of_parts().items()
    ]
    return [_activities(commitments), *parts]


def _activities(commitments: "QuerySet[Commitment]") -> "QuerySet[Commitment]":
    known = public_rows.with_latest_change(commitments)
    return known.select_related("lead", "superseded_by").order_by("pk")


def _rows_of_parts() -> "dict[str, QuerySet[Any]]":
    amounts = AMOUNTS.rows().select_related("contributor", "counted_in", "report")
    return {
        "amounts": amounts.order_by("position", "pk"),
        "partners": PARTNERS.rows().select_related("member").order_by("position", "pk"),
        "places": Place.objects.order_by("pk"),
        "targets": TARGETS.rows().order_by("position", "pk"),
        "values": REPORT_VALUES.rows().select_related("report").order_by("on", "pk"),
    }


def _parts(name: str, rows: "QuerySet[Any]") -> "Prefetch[Any]":
    # As a list: thousands of managers would take longer than reading the rows.
    return Prefetch(name, rows, to_attr=f"iati_{name}")


def _parts_of(row: Commitment | Target, name: str) -> list[Any]:
    parts: list[Any] = getattr(row, f"iati_{name}")
    return parts


def write_iati(commitments: "QuerySet[Commitment]", file: IO[bytes], *, on: date) -> int:
    """Write commitments as a file of IATI activities on a day, and return their number."""
    file.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    file.write(f'<iati-activities version="{VERSION}">\n'.encode())
    number = 0
    for commitment in for_iati(commitments).iterator(CHUNK_SIZE):
        element = activity(commitment, on=on)
        indent(element, "  ")
        file.write(tostring(element, encoding="unicode").encode() + b"\n")
        number += 1
    file.write(b"</iati-activities>\n")
    return number


def identifier_of(commitment: Commitment) -> str:
    """Return the identifier of an activity: that of ITU, and the reference."""
    return f"{settings.IATI_ORGANISATION}-{commitment.reference}"


def activity(commitment: Any, *, on: date) -> Element:
    """Return a commitment from `for_iati()` as an activity."""
    changed = {"last-updated-datetime": as_csv(commitment.changed_at)}
    root = Element("iati-activity", _language_of(commitment) | changed)
    SubElement(root, "iati-identifier").text = identifier_of(commitment)
    reporting = SubElement(
        root,
        "reporting-org",
        # The portal publishes what others state.
        {"ref": settings.IATI_ORGANISATION, "type": MULTILATERAL, "secondary-reporter": "1"},
    )
    _narrative(reporting, "International Telecommunication Union", "en")
    _narratives(SubElement(root, "title"), commitment.title, commitment.title_en)
    for kind, text, english in (
        (GENERAL, commitment.statement, commitment.summary_en),
        (TARGET_GROUPS, commitment.beneficiaries, ""),
        (OTHER, commitment.conditions, ""),
    ):
        if text:
            _narratives(SubElement(root, "description", {"type": kind}), text, english)
    root.extend(_organisations(commitment))
    status = STATUSES[CommitmentStatus(commitment.status)]
    SubElement(root, "activity-status", {"code": status})
    start = _start(commitment)
    root.extend(_dates(commitment, start, on=on))
    root.extend(_places(_parts_of(commitment, "places")))
    SubElement(root, "sector", {"vocabulary": OECD_SECTORS, "code": ICT_SECTOR})
    for goal in commitment.sdgs:
        SubElement(root, "tag", {"vocabulary": SDG_GOALS, "code": str(goal)})
    for action in commitment.actions:
        own = {"vocabulary": OWN_TAGS, "vocabulary-uri": address_of("data/framework_paragraphs")}
        SubElement(root, "tag", {**own, "code": action})
    amounts = _parts_of(commitment, "amounts")
    # What does not count is left out, so that sums of transactions are those of the register.
    is_in_force = commitment.status in STATUSES_IN_FORCE
    counted = [amount for amount in amounts if is_in_force and amount.reason == COUNTS]
    root.extend(planned for amount in counted for planned in _planned(commitment, amount, on=on))
    root.extend(_transaction(commitment, amount, on=on) for amount in counted)
    _page_link(root, commitment)
    root.extend(_related(commitment, amounts))
    if commitment.conditions:
        # Their text is a description: IATI wants the type of a condition, which no lead states.
        SubElement(root, "conditions", {"attached": "1"})
    root.extend(_result(target, start) for target in _parts_of(commitment, "targets"))
    return root


def _language_of(commitment: Commitment) -> dict[str, str]:
    """Return the attribute with the language. IATI knows those that have a code of two letters."""
    code = commitment.language.partition("-")[0] or "en"
    return {XML_LANG: code} if len(code) == ISO_639_1_LENGTH else {}


def _narratives(parent: Element, text: str, english: str) -> None:
    """Add a text in the language of the commitment, and then in English if there is one."""
    _narrative(parent, text)
    if english:
        _narrative(parent, english, "en")


def _narrative(parent: Element, text: str, language: str = "") -> None:
    facts = {XML_LANG: language} if language else {}
    SubElement(parent, "narrative", facts).text = xml_text(text)


def _organisation(member: Member | None, name: str, role: str) -> Element:
    facts = {"role": role}
    if member is not None and (kind := ORGANISATION_TYPES.get(Category(member.category))):
        facts["type"] = kind
    element = Element("participating-org", facts)
    _narrative(element, member.organisation_name if member else name)
    return element


def _organisations(commitment: Commitment) -> Iterator[Element]:
    yield _organisation(commitment.lead, "", ACCOUNTABLE)
    # The lead also gives what is stated without a contributor.
    if any(_is_of_lead(amount) for amount in _parts_of(commitment, "amounts")):
        yield _organisation(commitment.lead, "", FUNDING)
    for partner in _parts_of(commitment, "partners"):
        role = ROLES.get(PartnerRole(partner.role))
        # Who gives money is said only with its word.
        if role and (role != FUNDING or partner.answer == PartnerAnswer.CONFIRMED):
            yield _organisation(partner.member, partner.name, role)


def _is_of_lead(amount: Amount) -> bool:
    return amount.contributor is None and not amount.contributor_name


def _published_on(commitment: Commitment) -> date:
    """Return the day of the publication, which each public commitment has."""
    day = day_in_geneva(commitment.published_at)
    return day or date.min


def _start(commitment: Commitment) -> date:
    """Return the start: as stated, or the publication, but not after the end."""
    start = commitment.starts or _published_on(commitment)
    return min(start, commitment.ends) if commitment.ends else start


def _dates(commitment: Commitment, start: date, *, on: date) -> Iterator[Element]:
    yield Element("activity-date", {"type": PLANNED_START, "iso-date": str(start)})
    if commitment.ends:
        yield Element("activity-date", {"type": PLANNED_END, "iso-date": str(commitment.ends)})
    ended_on = day_in_geneva(commitment.ended_at)
    if ended_on and ended_on <= on:
        yield Element("activity-date", {"type": ACTUAL_END, "iso-date": str(ended_on)})


def _places(places: Iterable[Place]) -> Iterator[Element]:
    """Yield countries before regions before locations, as the schema wants."""
    known = list(places)
    shares = [place.share for place in known]
    # Shares have to be 100 per cent within each vocabulary of regions.
    vocabularies = {bool(place.region) for place in known if not place.country}
    are_known = None not in shares and sum(filter(None, shares)) == HUNDRED
    if len(known) == 1 or (are_known and len(vocabularies) <= 1):
        elements = [_recipient(place, is_only=len(known) == 1) for place in known]
        yield from sorted(elements, key=lambda element: element.tag)
        return
    yield Element("recipient-region", {"code": UNSPECIFIED, "vocabulary": OECD_REGIONS})
    for place in known:
        if place.country:
            location = Element("location")
            SubElement(
                location, "location-id", {"vocabulary": ISO_COUNTRIES, "code": place.country}
            )
            _narrative(SubElement(location, "name"), name_of(place.country, "en"), "en")
            yield location


def _recipient(place: Place, *, is_only: bool) -> Element:
    share = {} if is_only else {"percentage": plain_number(place.share or HUNDRED)}
    if place.country:
        return Element("recipient-country", {"code": place.country, **share})
    if place.region:
        return Element(
            "recipient-region", {"code": place.region, "vocabulary": OWN_REGIONS, **share}
        )
    return Element("recipient-region", {"code": UNSPECIFIED, "vocabulary": OECD_REGIONS, **share})


def _planned(commitment: Commitment, amount: Amount, *, on: date) -> Iterator[Element]:
    """Yield the portion of each year as a planned disbursement, if it is not paid already."""
    if amount.stage == Stage.PAID:
        return
    for year, portion in amount.portions:
        element = Element("planned-disbursement")
        SubElement(element, "period-start", {"iso-date": f"{year}-01-01"})
        SubElement(element, "period-end", {"iso-date": f"{year}-12-31"})
        day = str(_day_of(commitment, amount, on=on))
        value = SubElement(element, "value", {"currency": amount.currency, "value-date": day})
        value.text = plain_number(Decimal(str(portion)))
        _provider(element, commitment, amount)
        yield element


def _day_of(commitment: Commitment, amount: Amount, *, on: date) -> date:
    """Return the day of an amount. It is never in the future, which IATI forbids."""
    stated = amount.report.paid_until if amount.report else amount.decided_on
    return stated if stated and stated <= on else _published_on(commitment)


def _provider(parent: Element, commitment: Commitment, amount: Amount) -> None:
    giver = amount.contributor.organisation_name if amount.contributor else amount.contributor_name
    _narrative(SubElement(parent, "provider-org"), giver or commitment.lead.organisation_name)


def _transaction(commitment: Commitment, amount: Amount, *, on: date) -> Element:
    """Return an amount as a transaction."""
    day = str(_day_of(commitment, amount, on=on))
    element = Element("transaction", {"ref": str(amount.key)})
    SubElement(element, "transaction-type", {"code": TRANSACTION_TYPES[Stage(amount.stage)]})
    SubElement(element, "transaction-date", {"iso-date": day})
    value = SubElement(element, "value", {"currency": amount.currency, "value-date": day})
    value.text = plain_number(amount.original)
    if amount.label:
        _narrative(SubElement(element, "description"), amount.label)
    _provider(element, commitment, amount)
    if amount.instrument in FINANCE_TYPES:
        SubElement(element, "finance-type", {"code": FINANCE_TYPES[Instrument(amount.instrument)]})
    return element


def _page_link(parent: Element, commitment: Commitment) -> None:
    link = SubElement(
        parent, "document-link", {"url": page_of(commitment.reference), "format": "text/html"}
    )
    _narrative(SubElement(link, "title"), "Page of the commitment", "en")
    SubElement(link, "category", {"code": ACTIVITY_PAGE})


def _related(commitment: Commitment, amounts: Iterable[Any]) -> Iterator[Element]:
    """Yield each other public commitment once for each relation."""
    found = {
        (amount.counted_in, RELATIONS[NotCounted(amount.reason)]): None
        for amount in amounts
        if amount.reason in RELATIONS
    }
    found[commitment.superseded_by, SIBLING] = None
    for other, kind in found:
        if other is not None and other != commitment and other.status in PUBLIC:
            yield Element("related-activity", {"ref": identifier_of(other), "type": kind})


def _result(target: Target, start: date) -> Element:
    """Return a target with its milestones and the values of reports, each until its day."""
    result = Element("result", {"type": OTHER_RESULT})
    _narrative(SubElement(result, "title"), target.indicator)
    measure = QUALITATIVE if target.is_yes_no else PERCENTAGE if target.unit == "%" else UNIT
    indicator = SubElement(result, "indicator", {"measure": measure})
    _narrative(SubElement(indicator, "title"), target.indicator)
    if target.unit:
        _narrative(SubElement(indicator, "description"), target.unit)
    # IATI wants the year of a baseline.
    if target.baseline is not None and target.baseline_on:
        SubElement(
            indicator,
            "baseline",
            {
                "year": str(target.baseline_on.year),
                "iso-date": str(target.baseline_on),
                "value": plain_number(target.baseline),
            },
        )
    for value in _parts_of(target, "values"):
        _actual(_period(indicator, start, value.on), value)
    for milestone in target.path:
        due = _period(indicator, start, milestone.on)
        SubElement(due, "target", {"value": plain_number(milestone.value)})
    promised = _period(indicator, start, target.by)
    if target.is_yes_no:
        _comment(SubElement(promised, "target"), "Yes")
    else:
        SubElement(promised, "target", {"value": plain_number(target.value or Decimal(0))})
    return result


def _period(indicator: Element, start: date, end: date) -> Element:
    period = SubElement(indicator, "period")
    SubElement(period, "period-start", {"iso-date": str(min(start, end))})
    SubElement(period, "period-end", {"iso-date": str(end)})
    return period


def _actual(period: Element, value: TargetValue) -> None:
    if value.value is None:
        _comment(SubElement(period, "actual"), "Yes" if value.reached else "No")
    else:
        SubElement(period, "actual", {"value": plain_number(value.value)})


def _comment(parent: Element, text: str) -> None:
    _narrative(SubElement(parent, "comment"), text, "en")
