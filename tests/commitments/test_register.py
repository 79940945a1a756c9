"""What each filter of the register finds, and in which order."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from commitments.forms.register import RegisterFilterForm
from commitments.models import (
    PUBLIC,
    CommitmentStatus,
    CommitmentType,
    Condition,
    Stage,
)
from commitments.services.publication import write_search_text
from commitments.services.register import (
    GROUP_OF_CONDITION,
    ConditionGroup,
    count_by_group,
    group_of,
    led_by,
    matching,
    newest,
    partnered_by,
)
from commitments.services.totals import totals
from focus_areas.models import FocusArea
from members.models import Category
from members.services.corrections import correct_answers
from tests.commitments.register import listed_member, published
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    FocusAreaFactory,
    PartnerFactory,
    PlaceFactory,
    UserFactory,
)

TODAY = date(2026, 11, 27)


@pytest.fixture
def several():
    """Return commitments by name that differ in everything that a filter asks for."""
    schools = published(
        title="Fibre for schools",
        reference="C-SCH001",
        lead=listed_member(
            organisation_name="Réseau Liquide",
            acronym="LIQ",
            slug="liquide",
            category=Category.MEMBER_STATE,
        ),
        focus_area=FocusAreaFactory(number=1),
        type=CommitmentType.FINANCIAL,
        condition=Condition.BEHIND,
        published_at=datetime(2024, 6, 1, tzinfo=UTC),
    )
    PlaceFactory(commitment=schools, country="MW", is_ldc=True, is_lldc=True)
    AmountFactory(commitment=schools, stage=Stage.FIRM)
    AmountFactory(commitment=schools, stage=Stage.PLEDGED, is_current=False)

    skills = published(
        title="Compétences",
        reference="C-SKL002",
        lead=listed_member(category=Category.MEMBER_STATE),
        focus_area=FocusAreaFactory(number=2),
        type=CommitmentType.PROGRAMMATIC,
        condition=Condition.REACHED_LATE,
        # The new year in Geneva.
        published_at=datetime(2024, 12, 31, 23, 30, tzinfo=UTC),
    )
    PlaceFactory(commitment=skills, country="", region="AFR")
    PartnerFactory(commitment=skills, member=schools.lead, has_confirmed=True)

    world = published(
        title="Rules for the world",
        reference="C-WLD003",
        lead=listed_member(category=Category.OTHER),
        focus_area=FocusAreaFactory(number=3),
        type=CommitmentType.POLICY,
        condition=Condition.NO_REPORT,
        published_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    PlaceFactory(commitment=world, country="", region="")
    PartnerFactory(commitment=world, member=schools.lead, is_invited=True)

    islands = CommitmentFactory(
        status=CommitmentStatus.WITHDRAWN,
        title="Outer islands",
        reference="C-ISL004",
        lead=listed_member(category=Category.ACADEMIA),
        focus_area=FocusAreaFactory(number=4),
        type=CommitmentType.ADVOCACY,
        published_at=datetime(2023, 3, 1, tzinfo=UTC),
    )
    PlaceFactory(commitment=islands, country="FJ", is_sids=True)
    PlaceFactory(commitment=islands, country="BM")

    for status in set(CommitmentStatus) - set(PUBLIC):
        hidden = CommitmentFactory(
            status=status, title="Fibre hidden", lead=schools.lead, focus_area=schools.focus_area
        )
        PlaceFactory(commitment=hidden, country="MW", is_ldc=True)
    return {"schools": schools, "skills": skills, "world": world, "islands": islands}


def form_of(query_string):
    form = RegisterFilterForm(
        QueryDict(query_string), focus_areas=FocusArea.objects.order_by("number"), on=TODAY
    )
    form.is_valid()
    return form


def found(query_string, several):
    names = {commitment.pk: name for name, commitment in several.items()}
    return [names[commitment.pk] for commitment in matching(form_of(query_string).cleaned_data)]


@pytest.mark.parametrize(
    ("query_string", "names"),
    [
        ("", ["world", "skills", "schools", "islands"]),
        ("q=fibre", ["schools"]),
        ("q=COMPETENCES", ["skills"]),
        ("q=c-wld003", ["world"]),
        ("q=reseau+fibre", ["schools"]),
        ("q=liq", ["schools"]),
        ("q=fibre+islands", []),
        ("country=MW", ["schools"]),
        ("country=ZA", []),
        ("region=AFR", ["skills", "schools"]),
        ("region=ASP", ["islands"]),
        ("region=none", ["islands"]),
        ("region=global", ["world"]),
        ("group=LDC", ["schools"]),
        ("group=LLDC", ["schools"]),
        ("group=SIDS", ["islands"]),
        ("area=connecting-people-everywhere", ["schools"]),
        ("type=policy", ["world"]),
        ("kind=government", ["skills", "schools"]),
        ("kind=company", ["world"]),
        ("kind=un_agency", []),
        ("stage=firm", ["schools"]),
        ("stage=pledged", []),
        ("condition=behind", ["schools"]),
        ("condition=reached", ["skills"]),
        ("condition=no_report", ["world"]),
        ("condition=ended_otherwise", ["islands"]),
        ("year=2024", ["schools"]),
        ("year=2025", ["skills"]),
        ("member=liquide", ["skills", "schools"]),
        ("country=MW&type=financial&year=2024&stage=firm", ["schools"]),
        ("country=MW&type=policy", []),
    ],
)
def test_matching_finds_what_has_all_filters(query_string, names, several):
    assert found(query_string, several) == names


@pytest.mark.parametrize(
    "query_string",
    [
        "country=XX",
        "region=MARS",
        "group=BRIC",
        "area=none",
        "type=x",
        "kind=member_state",
        "sort=size",
        "stage=spent",
        "condition=reached_late",
        "year=1999",
        "year=now",
        "member=nobody",
        "member=%00",
        f"q={'x' * 201}",
    ],
)
def test_invalid_value_is_ignored_and_told(query_string, several):
    form = form_of(query_string)

    assert found(query_string, several) == ["world", "skills", "schools", "islands"]
    assert len(form.left_out()) == 1
    assert form.active() == []
    assert form.query_string() == ""


def test_member_that_is_not_listed_is_no_filter(several):
    lead = several["schools"].lead
    lead.publication_consent = False
    lead.save()

    assert form_of("member=liquide").left_out() == ["liquide"]


def test_active_filters_are_in_words(several):
    form = form_of("q=fibre&country=MW&condition=ended_otherwise&member=liquide&area=&year=2024")

    assert form.active() == [
        ("q", "Words or reference", "fibre"),
        ("country", "Country", "Malawi"),
        ("year", "Published in", "2024"),
        ("condition", "Condition", "Withdrawn or superseded"),
        ("member", "Member", "Réseau Liquide"),
    ]
    assert form.kept() == [("condition", "ended_otherwise"), ("member", "liquide")]
    assert form.query_string() == (
        "?q=fibre&country=MW&year=2024&condition=ended_otherwise&member=liquide"
    )


def test_newest_report_comes_first_and_then_the_newest_publication(several):
    reported = [("islands", NOON), ("schools", NOON + timedelta(hours=1))]
    for name, at in reported:
        several[name].last_report_at = at
        several[name].save()

    assert found("", several) == ["schools", "islands", "world", "skills"]


def test_search_finds_a_renamed_lead_by_its_new_name_at_once(several):
    lead = several["schools"].lead
    correct_answers(
        member=lead,
        facts={"organisation_name": "Solid Networks"},
        focal_points={},
        reason="Renamed.",
        by=UserFactory(),
        at=NOON,
    )

    assert found("q=solid", several) == ["schools"]
    assert found("q=liquide", several) == []


def test_write_search_text_folds_title_and_reference():
    commitment = published(title="Señal para ÁFRICA", reference="C-ABC234", search_text="")

    write_search_text(commitment)

    commitment.refresh_from_db()
    assert commitment.search_text == "senal para africa c-abc234"


def test_every_condition_is_in_a_group():
    assert set(GROUP_OF_CONDITION) == {"", *Condition}


def test_groups_count_and_find_the_same_commitments():
    for condition in ("", *Condition):
        published(present_condition=condition)
    for status in (CommitmentStatus.WITHDRAWN, CommitmentStatus.SUPERSEDED):
        CommitmentFactory(status=status, condition=Condition.ON_COURSE)

    counts = count_by_group(matching({}))

    assert counts == {group: matching({"condition": group}).count() for group in ConditionGroup}
    assert sum(counts.values()) == matching({}).count()
    assert group_of(CommitmentStatus.WITHDRAWN, Condition.BEHIND) == ConditionGroup.ENDED_OTHERWISE


def test_each_condition_has_a_filter_of_its_own():
    for each in Condition:
        published(title=each, present_condition=each)
        CommitmentFactory(status=CommitmentStatus.WITHDRAWN, present_condition=each)

    found = {
        group: {each.title for each in matching({"condition": group})}
        for group in set(Condition) - {Condition.REACHED_LATE}
    }

    reached = {Condition.REACHED, Condition.REACHED_LATE}
    assert found == {group: {group} for group in found} | {Condition.REACHED: reached}


def test_commitments_of_a_member_are_those_it_leads_and_those_it_has_confirmed(several):
    lead = several["schools"].lead

    assert [*led_by(lead)] == [several["schools"]]
    assert [*partnered_by(lead)] == [several["skills"]]


def test_newest_are_the_first_of_the_whole_register(several):
    assert [*newest(2)] == [*matching({})[:2]]


@pytest.mark.sqlite_in_ci
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL goes by how many rows it has")
@pytest.mark.parametrize("filters", [{}, {"country": "MW"}, {"stage": "firm", "group": "LDC"}])
def test_tabs_order_and_undisclosed_amounts_read_no_row_of_a_commitment(filters):
    with CaptureQueriesContext(connection) as queries:
        count_by_group(matching(filters))
        list(matching(filters).values_list("pk")[:20])
        totals(matching(filters))
    tabs, order, *_links, undisclosed = [query["sql"] for query in queries]

    for sql, index in (
        (tabs, "COVERING INDEX commitments_by_condition"),
        (order, "COVERING INDEX commitments_by_condition"),
        (undisclosed, "INDEX commitments_not_disclosed"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = "\n".join(row[-1] for row in cursor.fetchall())
        assert index in plan, plan
