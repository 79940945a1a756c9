"""A coordinator answers the proposals to a framework by keyboard, and a colleague sees it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from framework.models import AmendmentKind, Answer, AnswerKind
from framework.services.drafts import prepare_next_draft
from tests.factories import (
    AmendmentFactory,
    FrameworkDraftFactory,
    UserFactory,
    WordingFactory,
)
from tests.journeys.steps import PHONE
from tests.triage.staff import coordinator

DESK = {"viewport": {"width": 1280, "height": 900}}
CONSOLIDATE = "/admin/framework/framework/{}/consolidate/"


@pytest.fixture
def closed():
    """A closed draft: three proposals about its first action, and one about its second."""
    now = timezone.now()
    draft = FrameworkDraftFactory(
        number=2, opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1)
    )
    schools = WordingFactory(draft=draft, text_en="Connect every school.").paragraph
    prices = WordingFactory(draft=draft, text_en="Publish prices.").paragraph
    places = [
        (schools, AmendmentKind.CHANGE, "Connect every school by 2027."),
        (schools, AmendmentKind.CHANGE, "Connect every public school."),
        (schools, AmendmentKind.COMMENT, ""),
        (prices, AmendmentKind.DELETE, ""),
    ]
    for number, (paragraph, kind, text) in enumerate(places, start=1):
        AmendmentFactory(
            draft=draft,
            paragraph=paragraph,
            kind=kind,
            text=text,
            sent_at=now - timedelta(days=8) + timedelta(hours=number),
            member__organisation_name=f"Office {number}",
        )
    return draft


@pytest.fixture
def prepared(closed):
    return prepare_next_draft(framework=closed.framework, by=UserFactory(), at=timezone.now())


def amina(closed):
    return coordinator(closed.framework.focus_area, name="Amina Diallo")


def press(page, key):
    """Press a key once the script of the page is ready."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def answers_to(page, name):
    return page.get_by_role("heading", level=2, name=name, exact=True)


@pytest.mark.sample
def test_coordinator_answers_four_proposals_by_keyboard_alone(
    closed, prepared, page_of, assert_sound
):
    page = page_of(amina(closed), **DESK)
    page.goto(CONSOLIDATE.format(closed.framework.pk))
    paragraph = page.get_by_role("heading", level=1)
    wording = page.get_by_label("Wording of Action 1.1 in draft 3")

    press(page, "a")
    expect(answers_to(page, "Answer to proposal 1: Office 1")).to_be_focused()
    expect(wording).to_have_value("Connect every school by 2027.")
    assert_sound(page)
    press(page, "Control+Enter")
    expect(answers_to(page, "Answer to proposal 2: Office 2")).to_be_visible()
    press(page, "3")
    expect(answers_to(page, "Answer to proposal 3: Office 3")).to_be_focused()
    press(page, "2")
    expect(answers_to(page, "Answer to proposal 2: Office 2")).to_be_focused()
    press(page, "c")
    expect(wording).to_have_value("Connect every school by 2027.")
    press(page, "w")
    expect(wording).to_have_value("Connect every public school.")
    page.get_by_label("Reason").focus()
    page.keyboard.type("Until 2027, as others ask.")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type(" by 2027")
    press(page, "Control+Enter")
    expect(answers_to(page, "Answer to proposal 3: Office 3")).to_be_visible()
    press(page, "m")
    expect(page.get_by_label("Merged with")).to_be_visible()
    press(page, "o")
    expect(page.get_by_label("Reason")).to_be_visible()
    press(page, "Control+Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_text("Give a reason. The organisation reads it.")).to_be_visible()
    page.get_by_label("Reason").focus()
    page.keyboard.type("Thank you.")
    press(page, "Control+Enter")
    expect(paragraph).to_have_text("Action 1.2")
    press(page, "d")
    page.get_by_label("Reason").focus()
    page.keyboard.type("The group wants prices.")
    press(page, "Control+Enter")
    expect(page.get_by_text("4 of 4 proposals are answered.")).to_be_visible()

    kinds = Answer.objects.order_by("amendment").values_list("kind", flat=True)
    assert list(kinds) == [
        AnswerKind.TAKEN,
        AnswerKind.TAKEN_WITH_CHANGES,
        AnswerKind.NOTED,
        AnswerKind.NOT_TAKEN,
    ]
    assert [each.text_en for each in prepared.wordings.order_by("position")] == [
        "Connect every public school by 2027.",
        "Publish prices.",
    ]


def test_keys_lead_through_the_list_the_search_and_their_help(closed, prepared, page_of):
    page = page_of(amina(closed), **DESK)
    page.goto(CONSOLIDATE.format(closed.framework.pk))
    paragraph = page.get_by_role("heading", level=1)

    press(page, "j")
    expect(paragraph).to_have_text("Action 1.2")
    press(page, "k")
    expect(paragraph).to_have_text("Action 1.1")
    press(page, "?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys.get_by_text("Choose a proposal")).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    press(page, "/")
    expect(page.get_by_label("Search the proposals")).to_be_focused()
    page.keyboard.type("Office 4")
    page.keyboard.press("Enter")
    expect(paragraph).to_have_text("Action 1.2")
    press(page, "q")
    expect(page).to_have_url(
        f"{page.url.split('/admin')[0]}/admin/framework/framework/{closed.framework.pk}/change/"
    )


def test_two_coordinators_see_each_other_and_nothing_typed_is_lost(closed, prepared, page_of):
    chen = coordinator(closed.framework.focus_area, name="Chen Wei")
    mine, his = page_of(amina(closed), **DESK), page_of(chen, **DESK)
    for page in (mine, his):
        page.goto(CONSOLIDATE.format(closed.framework.pk))
        press(page, "d")
        page.get_by_label("Reason").fill(f"Typed by {'me' if page is mine else 'him'}.")

    expect(his.get_by_text("Amina Diallo is reading this now.")).to_be_visible()
    mine.get_by_role("button", name="Answer", exact=True).click()
    expect(mine.get_by_text("Typed by me.").first).to_be_visible()
    his.get_by_role("button", name="Answer", exact=True).click()
    expect(his.get_by_role("alert")).to_contain_text("Amina Diallo answered this proposal")
    expect(his.get_by_role("alert")).to_contain_text("Typed by me.")
    expect(his.get_by_label("Reason")).to_have_value("Typed by him.")
    his.get_by_label("I have seen the answer. Answer anyway").check()
    his.get_by_role("button", name="Answer", exact=True).click()
    expect(his.get_by_text("Action 1.1, Office 1: Not taken")).to_be_visible()

    assert Answer.objects.get().reason == "Typed by him."


@pytest.mark.parametrize("has_script", [True, False])
def test_coordinator_answers_on_a_phone(
    closed, page_of, assert_fits, assert_accessible, has_script
):
    page = page_of(amina(closed), **PHONE, java_script_enabled=has_script)
    page.goto(CONSOLIDATE.format(closed.framework.pk))

    page.get_by_role("button", name="Begin draft 3").click()
    expect(page.get_by_text("Draft 3 is in preparation.")).to_be_visible()
    page.get_by_role("link", name="With changes").click()
    page.get_by_label("Reason").fill("Until 2027.")
    page.get_by_role("button", name="Take its wording").click()
    expect(page.get_by_label("Reason")).to_have_value("Until 2027.")
    wording = page.get_by_label("Wording of Action 1.1 in draft 3")
    expect(wording).to_have_value("Connect every school by 2027.")
    if has_script:
        assert_fits(page)
    assert_accessible(page)
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("Action 1.1, Office 1: Taken with changes")).to_be_visible()

    assert Answer.objects.get().reason == "Until 2027."
