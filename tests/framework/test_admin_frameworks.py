"""The list of frameworks, and the page of one: what can be done now, and what prevents it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from framework.models import DraftStatus
from tests.factories import (
    AmendmentFactory,
    AnswerFactory,
    FocusAreaFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    WordingFactory,
)
from tests.framework.desk import address, client_of, framework_of, prepared_draft
from tests.triage.staff import coordinator, desk_manager, observer, officer, read, signed_in

pytestmark = pytest.mark.django_db
LIST = "/admin/framework/framework/"
A_WEEK = timedelta(weeks=1)


def open_draft(framework):
    return FrameworkDraftFactory(framework=framework, closes_at=timezone.now() + A_WEEK)


def links_on(framework, by):
    """The steps that the page of a framework offers to a user."""
    page = signed_in(by).get(address("change", framework)).text
    steps = ("begin", "text", "open", "adopt", "move_closing", "close_now")
    return [step for step in steps if f'href="{address(step, framework)}"' in page]


def test_list_has_the_frameworks_that_a_coordinator_may_see():
    framework = framework_of(FocusAreaFactory(number=2))
    draft = FrameworkDraftFactory(framework=framework)
    AmendmentFactory(draft=draft)
    AnswerFactory(amendment=AmendmentFactory(draft=draft))

    of_area = signed_in(coordinator(framework.focus_area)).get(LIST)
    of_all = signed_in(desk_manager()).get(LIST)

    assert list(of_area.context["cl"].result_list) == [framework]
    assert len(of_all.context["cl"].result_list) == 4
    row = read(of_area)
    assert '<td class="field-last_draft">0 · Closed</td>' in row
    assert '<td class="field-proposals">2</td>' in row
    assert '<td class="field-unanswered">1</td>' in row


def test_framework_of_another_area_does_not_exist_for_a_coordinator():
    framework = framework_of(FocusAreaFactory(number=2))
    prepared_draft("Connect every school.", framework=framework)
    client = signed_in(coordinator(FocusAreaFactory(number=1)))

    answers = [
        client.get(address(page, framework)).status_code
        for page in ("text", "paste", "open", "adopt", "begin")
    ]

    assert answers == [404, 404, 404, 404, 404]
    assert client.get(address("change", framework)).status_code == 302


def test_observer_reads_and_can_do_nothing():
    draft = prepared_draft("Connect every school.")
    reader = observer()

    answers = [
        signed_in(reader).get(address(page, draft.framework)).status_code
        for page in ("text", "paste", "open", "adopt", "begin")
    ]

    assert links_on(draft.framework, reader) == []
    assert answers == [403, 403, 403, 403, 403]


@pytest.mark.parametrize(
    "whose", [officer, desk_manager, lambda: coordinator(FocusAreaFactory(number=1))]
)
def test_page_offers_the_first_draft(whose):
    assert links_on(FrameworkFactory(), whose()) == ["begin"]


def test_page_offers_what_its_draft_allows():
    empty = prepared_draft(framework=framework_of(FocusAreaFactory(number=1))).framework
    written = prepared_draft("Act.", framework=framework_of(FocusAreaFactory(number=2))).framework
    opened = open_draft(framework_of(FocusAreaFactory(number=3))).framework
    closed = FrameworkDraftFactory(framework=framework_of(FocusAreaFactory(number=4))).framework
    manager = desk_manager()

    assert links_on(empty, manager) == ["text"]
    assert links_on(written, manager) == ["text", "open", "adopt"]
    assert links_on(opened, manager) == ["move_closing", "close_now"]
    assert links_on(closed, manager) == ["begin", "move_closing"]


def test_page_names_the_paragraphs_whose_proposals_keep_the_draft_from_opening():
    last = FrameworkDraftFactory()
    first, second = WordingFactory(draft=last), WordingFactory(draft=last)
    AnswerFactory(amendment=AmendmentFactory(draft=last, paragraph=first.paragraph))
    waiting = AmendmentFactory(draft=last, paragraph=second.paragraph)
    prepared_draft("Act.", framework=last.framework)
    manager = desk_manager()

    page = read(signed_in(manager).get(address("change", last.framework)))

    assert "1 of 2 proposals are answered." in page
    assert "Draft 1 can open when every proposal has an answer." in page
    where = address("consolidate", last.framework, waiting.paragraph.key)
    assert f'<a href="{where}">Action 1.2</a>' in page
    assert ">Action 1.1</a>" not in page
    assert links_on(last.framework, manager) == ["text"]


def test_settings_are_saved_with_their_author():
    framework = FrameworkFactory()
    by = coordinator(framework.focus_area, name="Amina Diallo")
    shown = framework.history.latest("history_id").history_id

    signed_in(by).post(address("change", framework), {"is_public": "on", "history_shown": shown})

    framework.refresh_from_db()
    assert (framework.is_public, framework.observers_may_propose) == (True, False)
    assert framework.history.latest("history_id").history_by_name == "Amina Diallo"


def test_settings_that_a_colleague_changed_are_not_overwritten():
    framework = FrameworkFactory()
    shown = framework.history.latest("history_id").history_id
    typed = {"is_public": "on", "history_shown": shown}
    client_of(framework).post(address("change", framework), typed)

    second = client_of(framework).post(
        address("change", framework), {"observers_may_propose": "on", "history_shown": shown}
    )

    framework.refresh_from_db()
    assert second.status_code == 409
    assert framework.is_public


@pytest.mark.parametrize("number", [3, 9])
def test_page_asks_as_many_queries_however_many_paragraphs_wait(number, django_assert_num_queries):
    last = FrameworkDraftFactory()
    for _each in range(number):
        AmendmentFactory(draft=last)
    client = client_of(last.framework)
    client.get(LIST)

    # One of them is for the counts of the bar.
    with django_assert_num_queries(12):
        client.get(address("change", last.framework))


def test_adopted_framework_leads_to_its_translations():
    framework = FrameworkDraftFactory(status=DraftStatus.ADOPTED).framework

    page = client_of(framework).get(address("change", framework)).text

    assert f'href="{address("translate", framework, "zh-hans")}"' in page
    assert f'href="{address("translate", framework, "ar")}"' in page
