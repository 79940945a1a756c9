import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.timezone import now

from members.models import Category, Member, MemberStatus
from members.services.countries import Region
from members.services.country_groups import CountryGroup
from outbox.models import CancelReason, MessageStatus
from tests.factories import (
    NOON,
    CallFactory,
    FocusAreaFactory,
    FollowUpFactory,
    LateRequestFactory,
    MemberFactory,
    MessageFactory,
    UserFactory,
)
from tests.triage.staff import coordinator, may, observer, officer, signed_in
from triage.desk.services.dashboard import WAITING, dashboard_context
from triage.follow_ups.models import FollowUpStep
from triage.statistics.models import StatisticsKind
from triage.statistics.services import call_charts
from triage.statistics.services.queries import call_statistics
from triage.statistics.services.snapshots import refresh_snapshots

FRONT = "/admin/"
DAY = timedelta(days=1)
NOTHING = {
    "needs_action": "Nothing is waiting for us",
    "overdue": "Nothing is overdue",
    "replied": "No replies to read",
    "unassigned": "Every waiting member is assigned",
    "mine": "No waiting member is assigned to you",
    "waiting_for_organisation": "Nothing is waiting for an organisation",
    "to_close": "No closing is proposed",
    "messages_failed": "No undelivered messages",
}


@pytest.fixture
def call():
    return CallFactory(
        title="The latest call",
        opens_at=now() - 7 * DAY,
        closes_at=now() + 7 * DAY,
        grace_ends_at=now() + 8 * DAY,
    )


def text_of(response):
    without_tags = re.sub(r"<[^>]+>", " ", response.text)
    return " ".join(without_tags.replace("\xa0", " ").split())


def front(user, **asked):
    refresh_snapshots(at=now())
    return signed_in(user).get(FRONT, asked)


def told(user, **asked):
    """The front page by name: the counts, and the titles of the charts."""
    refresh_snapshots(at=now())
    return dashboard_context(user, asked_for="", at=now(), **asked)


ROLES = {
    "officer": officer,
    "observer": observer,
    "coordinator": lambda: coordinator(FocusAreaFactory(number=2)),
    "superuser": lambda: UserFactory(is_superuser=True),
    "without a group": UserFactory,
}


@pytest.mark.parametrize("role", ROLES)
def test_every_link_leads_somewhere(role, call):
    person = ROLES[role]()
    MemberFactory(call=call)
    MemberFactory(call=call, status=MemberStatus.INFORMATION_REQUESTED)
    if role != "without a group":
        area = FocusAreaFactory(number=2)
        LogEntry.objects.log_actions(person.pk, [area], CHANGE, "Changed", single_object=True)
    client = signed_in(person)

    links = set(re.findall(r'<a [^>]*href="(/[^"#]*)', front(person).text))

    answers = {link: client.get(unescape(link), follow=True).status_code for link in links}
    assert len(answers) > 3
    assert {link for link, status in answers.items() if status != 200} == set()


def test_zero_is_said_kindly_and_leads_nowhere():
    dashboard = told(officer())

    assert {item["name"]: item["text"] for item in dashboard["waiting"]} == NOTHING
    assert {item["address"] for item in dashboard["waiting"]} == {""}


def test_count_leads_to_a_list_of_exactly_that_many():
    me, colleague = officer(), officer()
    long_ago = now() - 60 * DAY
    for assignee in (None, None, me, me, me, colleague):
        MemberFactory(assignee=assignee, submitted_at=long_ago)
    MemberFactory(assignee=me, replied_at=now())
    for _n in range(2):
        MemberFactory(status=MemberStatus.INFORMATION_REQUESTED, assignee=me)
    FollowUpFactory(step=FollowUpStep.PROPOSE_CLOSING)
    FollowUpFactory(step=FollowUpStep.NOTIFY_OFFICER)
    for status in (MemberStatus.ADMITTED, MemberStatus.DECLINED, MemberStatus.WITHDRAWN):
        member = MemberFactory(status=status, assignee=me)
        MessageFactory(reference=member.reference, status=MessageStatus.FAILED)
    LateRequestFactory(requested_at=now(), draft__expires_at=now() + DAY)
    client = signed_in(me)

    waiting = told(me)["waiting"]

    numbers = {item["name"]: int(re.search(r"\d+", item["text"])[0]) for item in waiting}
    lists = {item["name"]: client.get(item["address"]).context["cl"] for item in waiting}
    # The opinions are no list of the admin: see tests/triage/opinions.
    assert set(numbers) == set(WAITING) - {"opinions"}
    assert {name: files.result_count for name, files in lists.items()} == numbers
    assert min(numbers.values()) > 0


@pytest.mark.parametrize(
    "facts",
    [
        {"reference": ""},
        {"reference": "draft-1"},
        {"topic": "P2C-TEST/assigned/user-1"},
        {"topic": "P2C-TEST/role-taken-over/entry-1/former-focal-point-1"},
        {"cancel_reason": CancelReason.LINKS_REVOKED},
    ],
)
def test_front_page_never_says_that_no_mail_failed_while_one_did(facts, call):
    MemberFactory(reference="P2C-TEST")
    message = MessageFactory(**{"status": MessageStatus.FAILED, **facts})

    client = signed_in(officer())
    text = text_of(client.get(FRONT))
    [item] = [item for item in told(officer())["waiting"] if item["name"] == "messages_failed"]

    assert "1 undelivered message" in text
    assert "No undelivered messages" not in text
    assert "No failed email" not in text
    assert list(client.get(item["address"]).context["cl"].result_list) == [message]


@pytest.mark.parametrize("person", [observer, lambda: UserFactory(is_superuser=True)])
def test_who_sees_every_file_sees_every_figure(person, call):
    MemberFactory(call=call)

    dashboard = told(person())

    # That no member has failed mail is implied by no failed mail at all. Nobody asks to be late,
    # and no opinion is asked.
    names = [item["name"] for item in dashboard["waiting"]]
    left_out = ("mail_failed", "late", "opinions")
    assert names == [name for name in WAITING if name not in left_out]
    [figures] = dashboard["figures"]
    charts = ["arrivals", "decisions", "first-choices", "areas", "categories", "regions", "groups"]
    assert [chart.name for chart in figures["charts"]] == charts
    assert dict(figures["totals"]) == {
        "Received": 1,
        "Admitted": 0,
        "Declined": 0,
        "Closed": 0,
        "Withdrawn": 0,
        "Not decided yet": 1,
    }


def test_coordinator_sees_their_areas_alone_and_nothing_of_the_queue(call):
    second, third = FocusAreaFactory(number=2), FocusAreaFactory(number=3)
    for area in (second, third, third):
        beyond = MemberFactory(call=call, status=MemberStatus.ADMITTED, focus_area=area)
    MemberFactory(call=call, first_choice=second)
    MessageFactory(reference=beyond.reference, status=MessageStatus.FAILED)

    response = front(coordinator(second))

    [item], [figures] = response.context["waiting"], response.context["figures"]
    assert item["name"] == "mail_failed"
    assert item["text"] == "No failed email to the members that you can see"
    charts = ["decisions", "areas", "categories", "regions", "groups"]
    assert [chart.name for chart in figures["charts"]] == charts
    assert dict(figures["totals"]) == {"Admitted": 1, "Withdrawn": 0}
    text = text_of(response)
    assert "2 · Empowering Communities" in text
    assert "3 · Building Digital Ecosystems" not in text
    assert "Received" not in text
    assert "Figures for the members admitted to the focus areas that you coordinate." in text


@pytest.mark.parametrize("person", [coordinator, lambda: may(UserFactory(), "view_call")])
def test_others_of_the_staff_see_no_figures_but_the_tables(person, call):
    MemberFactory(call=call)

    response = front(person())

    assert response.status_code == 200
    assert "waiting" not in response.context
    assert "figures" not in response.context
    assert "Work queue" not in text_of(response)


def test_figures_are_of_the_latest_call_that_has_opened_or_of_the_one_asked_for(call):
    CallFactory(title="The next", opens_at=now() + DAY, closes_at=now() + 2 * DAY)
    last = CallFactory(title="The last one", opens_at=NOON, closes_at=NOON + DAY)

    latest, asked_for = front(officer()), front(officer(), call=last.pk)

    assert [figures["call"] for figures in latest.context["figures"]] == [call]
    assert "The next" not in text_of(latest)
    assert [figures["call"] for figures in asked_for.context["figures"]] == [last]
    assert f'<option value="{last.pk}" selected>The last one</option>' in asked_for.text


@pytest.mark.parametrize("asked", ["to come", "0", "\0", "9" * 400, "１"])
def test_figures_of_no_call_that_has_opened_are_of_the_latest(call, asked):
    to_come = CallFactory(opens_at=now() + DAY, closes_at=now() + 2 * DAY)

    response = front(officer(), call=to_come.pk if asked == "to come" else asked)

    assert [figures["call"] for figures in response.context["figures"]] == [call]


def test_each_chart_has_its_title_description_and_table_and_says_as_of_when_it_is(call):
    for country in ("NE", "NE", "TL", "CH"):
        MemberFactory(call=call, country=country, submitted_at=now() - DAY)

    response = front(officer())

    ids = re.findall(r'\bid="([^"]+)"', response.text)
    charts = [svg for svg in re.findall(r"<svg[^>]*>", response.text) if 'role="img"' in svg]
    named = [re.search(r'aria-labelledby="([^"]+)"', svg)[1].split() for svg in charts]
    assert len(ids) == len(set(ids))
    assert [len(names) for names in named] == [2] * 7
    assert {name for names in named for name in names} <= set(ids)
    assert response.text.count("<caption") >= 7
    assert re.findall(r"<style|\sstyle=", response.text) == []
    # What waits, the totals, the time to decision, and seven charts.
    as_of = r"As of \w+ \d+ \w+ \d{4}, \d\d:\d\d Geneva \(UTC\+\d\)\."
    assert len(re.findall(as_of, text_of(response))) == 10
    # Each group is compared with all.
    for words in ("3 of 4 (75%)", "2 of 4 (50%)", "1 of 4 (25%)", "do not add the groups up"):
        assert words in text_of(response)
    assert text_of(response).count("Groups as of the list of 27 November 2026.") == 1


def test_time_to_decision_is_said_of_ten_and_not_of_nine(call):
    for _n in range(9):
        MemberFactory(
            call=call, status=MemberStatus.ADMITTED, submitted_at=NOON, decided_at=NOON + DAY
        )
    nine = text_of(front(officer()))
    MemberFactory(call=call, status=MemberStatus.DECLINED, submitted_at=NOON, decided_at=NOON)

    ten = text_of(front(officer()))

    assert "A smaller number is not representative" in nine
    assert "working day" not in nine
    assert "Half within (median) 1 working day" in ten
    assert "Nine of ten within (90th percentile) 1 working day" in ten
    assert "Based on 10 decisions to admit or decline" in ten


def test_before_the_first_count_nothing_is_said(call):
    text = text_of(signed_in(officer()).get(FRONT))

    assert "Members are being counted for the first time." in text
    assert "Submissions" not in text


def drawn(call, **facts):
    refresh_snapshots(at=now())
    figures = call_statistics(call, areas=None, at=now())
    return figures, {chart.name: chart for chart in call_charts.call_charts(figures)}


def test_every_kind_category_region_area_and_group_is_drawn_and_in_a_table(call):
    _figures, charts = drawn(call)

    lists = {
        "categories": [str(category.label) for category in Category],
        "regions": [*(str(region.label) for region in Region), "No ITU region"],
        "areas": [f"{number} · {name}" for number, name in call_charts.FOCUS_AREA_NAMES.items()],
        "first-choices": [
            f"{number} · {name}" for number, name in call_charts.FOCUS_AREA_NAMES.items()
        ],
        "groups": [str(group.label) for group in CountryGroup],
    }
    for name, labels in lists.items():
        assert [bar.label for bar in charts[name].bars] == labels
        assert [label for label, _cells in charts[name].table.rows] == labels
    for name in ("first-choices", "areas"):
        colours = [f"area-{number}" for number in (1, 2, 3, 4)]
        assert [bar.mark for bar in charts[name].bars] == colours
    for name in ("categories", "regions"):
        assert charts[name].table.columns == [str(kind.label) for kind in StatisticsKind]


def test_what_is_drawn_is_what_the_table_says(call):
    MemberFactory(call=call, submitted_at=now() - DAY)
    MemberFactory(
        call=call, submitted_at=now() - DAY, status=MemberStatus.DECLINED, decided_at=now()
    )

    _figures, charts = drawn(call)

    for chart in charts.values():
        for bar, (_label, cells) in zip(chart.bars, chart.table.rows, strict=True):
            decided = sum(cells[:3]) if chart.name == "decisions" else cells[0]
            assert bar.figure.split()[0] == str(decided)


@pytest.mark.parametrize("days", [10, 100, 1_000, 4_000])
def test_days_weeks_months_and_years_have_names(days):
    call = CallFactory(
        opens_at=now() - days * DAY, closes_at=now() - DAY, grace_ends_at=now() - DAY
    )
    MemberFactory(call=call, submitted_at=now() - 2 * DAY)

    _figures, charts = drawn(call)

    labels = [bar.label for bar in charts["arrivals"].bars]
    rows = [label for label, _cells in charts["arrivals"].table.rows]
    assert len(set(labels)) == len(labels) == len(set(rows)) == len(rows)


def test_charts_are_mirrored_where_one_reads_to_the_left(call):
    MemberFactory(call=call, submitted_at=now() - DAY)
    with translation.override("ar"):
        _figures, charts = drawn(call)

    assert {bar.label_x for chart in charts.values() for bar in chart.bars} == {"100.00%"}


def test_front_page_costs_the_same_for_three_and_for_nine(call):
    reader, asking = officer(), coordinator(FocusAreaFactory(number=1))

    def queries_of(number, user):
        Member.objects.bulk_create(
            MemberFactory.build(
                call=call, first_choice=FocusAreaFactory(number=1), submitted_at=now() - DAY
            )
            for _n in range(number)
        )
        refresh_snapshots(at=now())
        client = signed_in(user)
        with CaptureQueriesContext(connection) as queries:
            client.get(FRONT)
        return len(queries)

    # Session, user, permissions twice, calls, opinions, failed mail twice, requests to send late,
    # waiting work, statistics, heartbeats, due messages, the last accepted message, recent actions.
    assert [queries_of(3, reader), queries_of(6, reader)] == [15, 15]
    # No queue and no heartbeats, but the areas that they coordinate.
    assert queries_of(3, asking) <= 11
