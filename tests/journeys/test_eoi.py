import pytest
from playwright.sync_api import expect

from core.typed_text import count_words
from members.models import FocalPoint, Member
from tests.journeys.steps import FORM, delete_calls, fill_in, press

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("open_call")]


@pytest.mark.sample
@pytest.mark.parametrize(
    "options",
    [{}, {"java_script_enabled": False}],
)
def test_an_organisation_expresses_its_interest(new_page, assert_sound, options):
    page = new_page(**options)

    page.goto(FORM)
    assert_sound(page)
    press(page, "Check your answers")
    expect(page).to_have_title("Error: Express your interest · Partner2Connect Digital Coalition")
    expect(page.get_by_role("alert")).to_be_focused()
    assert_sound(page)
    page.get_by_role("link", name="Enter the name of the organisation").click()
    expect(page.get_by_label("Name of the organisation")).to_be_focused()

    fill_in(page, email="wanjiku@gmial.com")
    page.get_by_text("Add more (optional)").first.click()
    page.get_by_label("Phone (optional)").fill("0712 345678")
    press(page, "Check your answers")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    assert_sound(page)
    page.get_by_role("link", name="Change Position").click()
    expect(page.get_by_label("Position", exact=True)).to_be_focused()
    expect(page.get_by_label("Name of the organisation")).to_have_count(0)
    assert_sound(page)
    page.get_by_label("Position", exact=True).fill("Director-General")
    page.get_by_role("button", name="Save and check").click()
    page.get_by_label("No, it is wanjiku@gmail.com").check()
    press(page, "Send your expression of interest")

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "We have received your expression of interest"
    )
    member = Member.objects.get()
    expect(page.get_by_text(member.reference)).to_be_visible()
    assert_sound(page)
    focal_point = FocalPoint.objects.get()
    assert focal_point.position == "Director-General"
    assert focal_point.email == "wanjiku@gmail.com"
    assert str(focal_point.phone) == "+254712345678"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_two_addresses_stand_whole_under_each_other_on_a_phone(new_page, assert_sound, language):
    typed = "wanjiku.ng.ang.a.of.the.ministry.of.digital.affairs@gmial.com"
    likely = typed.replace("gmial", "gmail")
    page = new_page(viewport={"width": 360, "height": 640}, has_touch=True)
    page.goto(FORM)
    fill_in(page, email=typed)
    press(page, "Check your answers")
    page.goto(page.url.replace("/en/", f"/{language}/"))

    addresses = page.locator(".which-address bdi")
    assert addresses.all_inner_texts() == [typed, likely]
    first, second = (each.bounding_box() for each in addresses.all())
    assert first["y"] + first["height"] <= second["y"]
    for each in addresses.all():
        assert each.evaluate("e => e.scrollWidth <= e.clientWidth")
        box = each.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    choices = page.locator(".which-address input[type=radio]")
    assert [choice.is_checked() for choice in choices.all()] == [False, False]
    assert_sound(page)
    page.locator("#eoi-form .btn-main").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert_sound(page)
    assert list(Member.objects.all()) == []


@pytest.mark.parametrize(
    ("zone", "country", "proposed"),
    [
        ("America/Manaus", "Brazil", "America/Manaus"),
        ("America/Buenos_Aires", "Argentina", "America/Argentina/Buenos_Aires"),
        ("Europe/Zurich", "Brazil", ""),
    ],
)
def test_the_browsers_time_zone_is_proposed_where_the_country_has_it(
    new_page, zone, country, proposed
):
    page = new_page(timezone_id=zone)
    page.goto(FORM)
    fill_in(page, country=country)

    press(page, "Check your answers")

    expect(page.get_by_label("Which time zone is the focal point in?")).to_have_value(proposed)


def test_form_is_changed_after_going_back_and_sent_once(page):
    page.goto(FORM)
    fill_in(page)
    press(page, "Check your answers")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")

    page.go_back()
    page.get_by_label("Position", exact=True).fill("Minister")
    press(page, "Check your answers")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(page.get_by_text("Minister")).to_be_visible()
    page.get_by_role("link", name="Change Family name").click()
    page.get_by_label("Family name", exact=True).fill("Kamau")
    page.get_by_role("button", name="Save and check").click()
    press(page, "Send your expression of interest")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "We have received your expression of interest"
    )

    page.go_back()
    expect(page.get_by_role("banner")).to_be_visible()
    page.go_forward()
    expect(page.get_by_text(Member.objects.get().reference)).to_be_visible()
    page.reload()
    expect(page.get_by_text(Member.objects.get().reference)).to_be_visible()
    person = FocalPoint.objects.get()
    assert (person.position, person.family_name) == ("Minister", "Kamau")


def test_words_are_counted_as_the_server_counts_them(page):
    texts = [
        "connect every\u00a0school\n\nby 2030 – soon",
        "连接每一所学校。",
        "ITU连接，schools",
        "私たちは学校をつなぐ",
        "",
        "학교를 연결합니다",
        "توصيل كل مدرسة",
        "𠀀𠀁𠀂 word",
        "a\u2028b\u3000c",
    ]
    page.goto(FORM)

    for text in texts:
        page.get_by_label("What do you want to bring or achieve?").fill(text)
        expect(page.get_by_text(f"Words: {count_words(text)} of 300").first).to_be_visible()


def test_the_page_without_an_open_call_is_accessible(page, assert_accessible):
    delete_calls()

    page.goto(FORM)

    expect(page.get_by_text("No call for expressions of interest is open")).to_be_visible()
    assert_accessible(page)


def test_nobody_meets_the_trap_for_robots(page):
    page.goto(FORM)
    trap = page.locator("[name=leave_empty]")
    expect(trap).to_have_count(1)

    met = set()
    for _key in range(80):
        page.keyboard.press("Tab")
        met.add(page.evaluate("document.activeElement.name || ''"))

    assert {"organisation_name", "publication_consent"} <= met
    assert "leave_empty" not in met
    expect(page.get_by_role("textbox", name="Leave this empty")).to_have_count(0)
    box = trap.locator("..").bounding_box()
    assert (box["width"], box["height"]) == (1, 1)
