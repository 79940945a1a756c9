"""The list of commitments for staff: views, counts, order, search, filters, and who sees what."""

import pytest
from pytest_django.asserts import assertContains

from commitments.models import Condition, ReportStatus
from commitments.services.work_queue import view_counts
from focus_areas.models import FocusArea
from tests.commitments.desk import S, proposed
from tests.factories import NOON, CommitmentFactory, PlaceFactory, ReportFactory
from tests.triage.staff import coordinator, observer, officer, signed_in

LIST = "/admin/commitments/commitment/"


def rows(browser, query=""):
    response = browser.get(LIST + query, follow=True)
    return [row.title for row in response.context["cl"].result_list]


def of_each_status():
    others = [status for status in S if status != S.SUPERSEDED]
    return {status: CommitmentFactory(status=status, title=status) for status in others}


def test_views_have_the_commitments_that_their_names_say_and_count_them_in_one_query(
    django_assert_num_queries,
):
    ada = officer()
    made = of_each_status()
    proposed(made[S.PUBLISHED])
    ReportFactory(commitment=made[S.ENDED], status=ReportStatus.SENT)
    type(made[S.PUBLISHED]).objects.filter(
        status__in=(S.PUBLISHED, S.ENDED, S.APPROVED, S.DECLINED)
    ).update(assignee=ada)
    with_another = CommitmentFactory(status=S.PUBLISHED, title="quiet", assignee=ada)
    browser = signed_in(ada)
    expected = {
        "late": set(),
        "second_person": set(),
        "needs_action": {S.SUBMITTED, S.ANSWERED},
        "mine": {S.PUBLISHED, S.ENDED, S.APPROVED},
        "information_requested": {S.INFORMATION_REQUESTED},
        "changes": {S.PUBLISHED},
        "approved": {S.APPROVED},
        "published": {S.PUBLISHED, S.ENDED, with_another.title},
        "reports": {S.ENDED},
    }

    found = {name: set(rows(browser, f"?view={name}")) for name in expected}
    # Loads the permissions.
    view_counts(ada)
    with django_assert_num_queries(1):
        counts = view_counts(ada)

    assert found == expected
    assert len(set(rows(browser, "?view=all"))) == counts.pop("all")
    assert counts == {name: len(titles) for name, titles in expected.items()}


def test_list_says_why_a_commitment_is_behind():
    behind = CommitmentFactory(status=S.PUBLISHED, condition=Condition.BEHIND)
    ReportFactory(commitment=behind, status=ReportStatus.PUBLISHED, behind_reason="It snowed.")

    page = signed_in(officer()).get(f"{LIST}?view=all", follow=True)
    # The whole text is also the title of the cell, which may cut it.
    assertContains(page, "It snowed.</bdi>", count=1)


def test_list_opens_with_what_needs_action_the_oldest_first():
    CommitmentFactory(title="new", submitted_at=NOON)
    CommitmentFactory(title="old", submitted_at=NOON.replace(day=1))
    CommitmentFactory(status=S.PUBLISHED)

    assert rows(signed_in(officer())) == ["old", "new"]


@pytest.mark.parametrize("words", ["ETUDE numerique", "c-abc123", "Ministère", "étude ministere"])
def test_search_finds_title_reference_and_lead_in_every_status(words):
    CommitmentFactory(
        status=S.DECLINED,
        title="Étude numérique",
        reference="C-ABC123",
        search_text="etude numerique",
        lead__organisation_name="Ministère",
        lead__search_text="ministere",
    )
    CommitmentFactory(title="Something else")

    assert rows(signed_in(officer()), f"?q={words}") == ["Étude numérique"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("area=2", ["second"]),
        ("type__exact=policy", ["policy"]),
        ("assignee=me", ["mine"]),
        ("assignee=nobody", ["second", "policy", "nepal", "world"]),
        ("place=NP", ["nepal"]),
        ("place=world", ["world"]),
        ("place=nowhere&area=9&assignee=x", ["second", "policy", "mine", "nepal", "world"]),
    ],
)
def test_filters_keep_the_right_rows(query, titles):
    ada = officer()
    CommitmentFactory(title="second", focus_area=FocusArea.objects.get(number=2))
    CommitmentFactory(title="policy", type="policy")
    CommitmentFactory(title="mine", assignee=ada)
    PlaceFactory(commitment=CommitmentFactory(title="nepal"), country="NP")
    PlaceFactory(commitment=CommitmentFactory(title="world"), country="")

    assert rows(signed_in(ada), f"?view=needs_action&{query}") == titles


def test_show_all_shows_every_row(monkeypatch, browser):
    monkeypatch.setattr("commitments.admin.commitments.CommitmentAdmin.list_per_page", 2)
    CommitmentFactory.create_batch(3)

    assert [len(rows(browser, query)) for query in ("", "?all=")] == [2, 3]


def test_list_leads_to_reports_amounts_and_rates():
    page = signed_in(observer()).get(LIST).text

    for name in ("report", "amount", "exchangerate"):
        assert f'<a class="btn btn-quiet" href="/admin/commitments/{name}/">' in page


def test_coordinators_see_those_of_their_areas_and_nobody_sees_drafts():
    first, second = (FocusArea.objects.get(number=number) for number in (1, 2))
    CommitmentFactory(title="first", focus_area=first)
    CommitmentFactory(title="second", focus_area=second)
    CommitmentFactory(title="draft", status=S.DRAFT, focus_area=first)

    seen = [
        rows(signed_in(user), "?view=all")
        for user in (coordinator(first), coordinator(second), coordinator(), observer())
    ]

    assert seen == [["first"], ["second"], [], ["first", "second"]]


def test_front_page_says_what_waits_with_links_to_the_views():
    ada = officer()
    CommitmentFactory(assignee=ada)

    page = signed_in(ada).get("/admin/").content.decode()

    assert f'<a href="{LIST}?view=needs_action">Needs action: 1</a>' in page
    assert f'<a href="{LIST}?view=mine">Assigned to me: 1</a>' in page
    assert f"{LIST}?view=changes" not in page


def of_each_condition():
    for condition in Condition:
        CommitmentFactory(status=S.PUBLISHED, title=condition, present_condition=condition)
        CommitmentFactory(status=S.ENDED, title="ended", present_condition=condition)
    CommitmentFactory(status=S.WITHDRAWN, title="withdrawn", present_condition=Condition.OVERDUE)


def test_first_view_has_what_is_late(browser):
    of_each_condition()

    page = browser.get(f"{LIST}?view=late")
    filtered = rows(browser, f"?view=all&condition={Condition.OVERDUE}")

    assert sorted(filtered) == ["ended", Condition.OVERDUE]
    assert next(name for name, *_rest in page.context["views"]) == "late"
    assert {row.title for row in page.context["cl"].result_list} == {
        Condition.NOT_REACHED,
        Condition.UNREPORTED,
        Condition.OVERDUE,
        Condition.INACTIVE,
    }
    assertContains(page, "Not reported as reached")
