"""Officers in the queue in a real browser: with the keyboard, with the mouse, and in print."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import (
    Category,
    Member,
    MemberStatus,
    SoughtRole,
    SpamSignal,
    TimelineKind,
)
from members.services.decisions import record_answer
from outbox.models import Message, MessageStatus
from tests.factories import (
    CallFactory,
    FocalPointFactory,
    MemberFactory,
    MessageFactory,
    PossibleDuplicateFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.journeys.steps import open_first, tab_to
from tests.triage.staff import QUEUE, officer
from triage.desk.services.work_queue import VIEWS

NAMES = [
    "Ministry of Posts",
    "وزارة الاتصالات وتكنولوجيا المعلومات",
    "北京邮电大学",
    "Office of the Special Representative for Universal and Meaningful Connectivity of the LDCs",
]
DESK = {"viewport": {"width": 1280, "height": 900}}
# In the English letter for the reason "Outside the four focus areas".
REASON = "What you would like to bring lies outside the four focus areas"


@pytest.fixture
def desk(page_of):
    """Open a page for a signed-in officer, with the given options."""
    return lambda **options: page_of(officer(name="Amina Diallo"), **{**DESK, **options})


def files(number, **facts):
    """Waiting members, the longest-waiting first, each with a focal point."""
    call = CallFactory(closes_at=timezone.now() + timedelta(days=7))
    members = [
        MemberFactory(
            **{
                "call": call,
                "organisation_name": f"Office {n + 1}",
                "submitted_at": timezone.now() - timedelta(hours=number - n),
                **facts,
            }
        )
        for n in range(number)
    ]
    for member in members:
        FocalPointFactory(member=member, given_name="Ada")
    return members


def press(page, key):
    """Press a key once the script of the page is ready."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def follow_by_keyboard(page, *names):
    """Follow links by the Tab key and Enter, each a few presses of Tab after the one before."""
    for name in names:
        link = page.get_by_role("link", name=name, exact=True)
        for _press in range(3):
            page.keyboard.press("Tab")
            if link.evaluate("element => element === document.activeElement"):
                break
        expect(link).to_be_focused()
        page.keyboard.press("Enter")


def heading(page, name):
    return page.get_by_role("heading", level=1, name=name, exact=True)


def letter(page, text):
    """The paragraphs of the letter, as its reader will see it, that contain a text."""
    return page.get_by_role("region", name="Email").get_by_role("paragraph").filter(has_text=text)


def decision(page, name):
    return page.get_by_role("heading", level=2, name=name, exact=True)


@pytest.mark.sample
def test_officer_takes_admits_and_goes_on_by_keyboard_alone(desk):
    first, second, third = files(3)
    MemberFactory(country="NP", submitted_at=timezone.now() - timedelta(days=9))
    page = desk()
    page.goto(f"{QUEUE}?region=EUR")

    press(page, "n")
    expect(heading(page, "Office 1")).to_be_visible()
    press(page, "t")
    expect(page.get_by_text("Assigned to you", exact=True)).to_be_visible()
    expect(heading(page, "Office 1")).to_be_focused()
    expect(heading(page, "Office 1")).to_have_accessible_description("You are now the assignee.")
    press(page, "d")
    expect(decision(page, "Decline")).to_be_focused()
    press(page, "a")
    expect(decision(page, "Admit")).to_be_focused()
    press(page, "Control+Enter")
    expect(heading(page, "Office 2")).to_be_focused()
    expect(heading(page, "Office 2")).to_have_accessible_description(
        f"{first}: The applicant was admitted."
    )
    press(page, "j")
    expect(heading(page, "Office 3")).to_be_visible()
    press(page, "k")
    expect(heading(page, "Office 2")).to_be_visible()
    press(page, "r")
    expect(decision(page, "Request information")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    chosen = page.get_by_role("checkbox", checked=True).first
    expect(chosen).to_be_focused()
    chosen.blur()
    press(page, "/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("searchbox").blur()
    press(page, "q")
    expect(page).to_have_url(f"{page.url.split(QUEUE)[0]}{QUEUE}?region=EUR")
    expect(page.get_by_text("ITU region: Europe")).to_be_visible()

    first.refresh_from_db()
    assert first.status == MemberStatus.ADMITTED
    undecided = Member.objects.filter(pk__in=[second.pk, third.pk])
    assert set(undecided.values_list("status", flat=True)) == {MemberStatus.PENDING}


def test_keys_do_nothing_while_one_types_or_holds_another_and_can_be_turned_off(desk):
    files(2)
    page = desk()
    page.goto(QUEUE)
    open_first(page)
    note = page.get_by_label("Note", exact=True)

    note.press_sequentially("n, t, a, d, q?/")
    expect(note).to_have_value("n, t, a, d, q?/")
    note.press("Control+Enter")
    note.blur()
    press(page, "Shift+N")
    press(page, "Control+t")
    expect(heading(page, "Office 1")).to_be_visible()

    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_text("Request information")).to_be_visible()
    press(page, "n")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Use keyboard shortcuts on this computer").uncheck()
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator("kbd").filter(visible=True)).to_have_count(0)
    press(page, "n")
    press(page, "?")
    press(page, "Control+Enter")
    expect(dialog).to_be_hidden()
    page.reload()
    press(page, "n")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(dialog.get_by_label("Use keyboard shortcuts on this computer")).not_to_be_checked()
    expect(heading(page, "Office 1")).to_be_visible()

    dialog.get_by_label("Use keyboard shortcuts on this computer").check()
    page.keyboard.press("Escape")
    press(page, "n")
    expect(heading(page, "Office 2")).to_be_visible()


def test_one_chord_makes_no_co_lead_and_admits_nobody_with_a_flag(desk, assert_sound):
    leader, suspect, alike = files(3)
    Member.objects.filter(pk=leader.pk).update(role=SoughtRole.LEAD)
    Member.objects.filter(pk=suspect.pk).update(spam_signal=SpamSignal.TOO_FAST)
    other = PossibleDuplicateFactory(earlier=alike, later__country="NP").later
    page = desk()
    page.goto(f"{QUEUE}?region=EUR")
    press(page, "n")
    expect(heading(page, "Office 1")).to_be_visible()

    press(page, "Control+Enter")
    expect(page.get_by_text("Choose a role.")).to_be_visible()
    page.get_by_role("radio", name="Co-lead").check()
    expect(letter(page, "role there: Co-lead")).to_be_visible()
    page.get_by_role("radio", name="Co-lead").blur()
    press(page, "Control+Enter")
    expect(page.get_by_text("The applicant was admitted.")).to_be_visible()

    expect(decision(page, "Is this expression of interest genuine?")).to_be_visible()
    press(page, "Control+Enter")
    press(page, "a")
    expect(decision(page, "Is this expression of interest genuine?")).to_be_visible()
    press(page, "Control+Enter")
    assert_sound(page)
    page.get_by_role("button", name="Mark as genuine").click()
    expect(decision(page, "Admit")).to_be_visible()
    press(page, "Control+Enter")

    expect(decision(page, "Is this applicant a duplicate?")).to_be_visible()
    press(page, "Control+Enter")
    assert_sound(page)
    page.get_by_role("button", name=f"Not a duplicate: {other.reference}").click()
    expect(decision(page, "Admit")).to_be_visible()
    alike.refresh_from_db()
    assert alike.status == MemberStatus.PENDING
    press(page, "Control+Enter")
    expect(page.get_by_text("The applicant was admitted.")).to_be_visible()

    roles = Member.objects.filter(pk__in=[leader.pk, suspect.pk, alike.pk]).order_by("submitted_at")
    assert [*roles.values_list("granted_role", flat=True)] == [
        "co_lead",
        "participant",
        "participant",
    ]


def test_each_member_is_admitted_with_three_keystrokes_at_most(desk):
    many = 6
    files(many)
    page = desk()
    page.goto(QUEUE)
    pressed = ["n"]

    press(page, "n")
    for number in range(1, many + 1):
        expect(heading(page, f"Office {number}")).to_be_visible()
        # The letter is read before it is sent.
        expect(letter(page, "Dear Ada")).to_be_visible()
        press(page, "Control+Enter")
        pressed += ["Control", "Enter"]
    expect(page.get_by_text(f"Office {many}: The applicant was admitted.")).to_be_visible()

    assert Member.objects.filter(status=MemberStatus.ADMITTED).count() == many
    assert Message.objects.count() == many
    assert len(pressed) <= 3 * many


@pytest.mark.both_databases
def test_from_the_front_page_to_an_admitted_file_with_its_mail_read_takes_three_clicks(
    desk,
):
    files(1)
    page = desk()
    page.goto("/admin/")

    page.get_by_role("link", name="1 expression of interest is waiting for us").click()
    page.get_by_role("link", name="Office 1").click()
    expect(letter(page, "Dear Ada")).to_be_visible()
    page.get_by_role("button", name="Admit", exact=True).click()
    expect(page.get_by_text("The applicant was admitted.")).to_be_visible()

    assert Member.objects.get().status == MemberStatus.ADMITTED
    assert Message.objects.count() == 1


def test_member_is_admitted_by_keyboard_without_the_script(desk):
    first, _second = files(2)
    page = desk(java_script_enabled=False)
    page.goto(QUEUE)
    follow_by_keyboard(page, "Skip to main content", "Skip to the list")
    tab_to(page, page.get_by_role("link", name="Office 1"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{QUEUE}{first.pk}/change/**")
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_hidden()
    follow_by_keyboard(page, "Skip to main content", "Skip to the decisions", "Admit")
    # The link of a decision leads to its heading, from where the keyboard goes on.
    expect(decision(page, "Admit")).to_be_focused()
    admit = page.get_by_role("button", name="Admit and go to next")
    expect(admit).to_have_attribute("accesskey", "s")

    tab_to(page, admit)
    page.keyboard.press("Enter")

    expect(heading(page, "Office 2")).to_be_visible()
    expect(page.get_by_text(f"{first}: The applicant was admitted.")).to_be_visible()


def test_menus_stay_in_sight_when_a_decision_is_chosen(desk):
    files(20)
    page = desk()
    page.goto(QUEUE)
    open_first(page)
    page.get_by_role("link", name="Request information").click()

    expect(decision(page, "Request information")).to_be_focused()
    expect(page.get_by_role("banner").get_by_role("link", name="Figures")).to_be_in_viewport(
        ratio=1
    )


def test_letter_follows_each_choice(desk):
    [member] = files(1)
    member.focal_points.update(language="ar")
    page = desk()
    page.goto(f"{QUEUE}{member.pk}/decline/")
    expect(page.get_by_role("button", name="Update the email")).to_be_hidden()
    expect(letter(page, REASON)).to_have_count(0)

    page.get_by_label("Outside the four focus areas").check()
    expect(letter(page, REASON)).to_be_visible()
    expect(letter(page, "لا يندرج ضمن أي من مجالات التركيز")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)

    page.get_by_text("Edit the email").click()
    page.get_by_label("Text", exact=True).press_sequentially("كلماتي ")
    expect(letter(page, "Your changes are not translated.")).to_be_visible()
    page.get_by_label("Do not send an email").check()
    expect(letter(page, "No email is sent.")).to_be_visible()


def test_what_was_typed_is_there_again(desk, assert_sound):
    first, _second = files(2)
    page = desk()
    page.goto(f"{QUEUE}{first.pk}/request-information/")
    page.get_by_label("Other missing information").press_sequentially("Who may sign?")
    page.get_by_label("Note", exact=True).press_sequentially("They called.")
    press(page, "Tab")

    page.get_by_role("link", name="Next", exact=True).click()
    expect(heading(page, "Office 2")).to_be_visible()
    page.goto(f"{QUEUE}{first.pk}/request-information/")

    restored = page.get_by_text("Restored what you typed at")
    expect(restored).to_have_count(2)
    expect(page.get_by_label("Note", exact=True)).to_have_value("They called.")
    expect(page.get_by_label("Other missing information")).to_have_value("Who may sign?")
    expect(letter(page, "Who may sign?")).to_be_visible()
    assert_sound(page)
    form = page.get_by_role("region", name="Request information")
    form.get_by_role("button", name="Discard it").click()
    expect(page.get_by_label("Other missing information")).to_have_value("")
    expect(restored.filter(visible=True)).to_have_count(1)

    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("Note added.")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).to_have_value("")
    expect(restored).to_have_count(0)


def test_what_was_typed_is_not_there_again_once_it_was_sent(desk):
    first, _second = files(2)
    page = desk()
    page.goto(f"{QUEUE}{first.pk}/request-information/")
    page.get_by_label("Other missing information").press_sequentially("Who may sign?")
    expect(letter(page, "Who may sign?")).to_be_visible()
    page.get_by_role("button", name="Request information", exact=True).click()
    expect(page.get_by_text("Information requested.", exact=False).first).to_be_visible()
    first.refresh_from_db()
    record_answer(member=first, answer="I may.", by=UserFactory(), at=timezone.now())

    page.goto(f"{QUEUE}{first.pk}/decline/")

    expect(page.get_by_role("region", name="Email")).to_be_visible()
    expect(page.get_by_text("Restored what you typed at")).to_have_count(0)


@pytest.fixture
def _of_every_kind():
    """Members of every kind, with long names and right-to-left names among them."""
    members = files(42)
    for n, member in enumerate(members):
        member.organisation_name = NAMES[n % 4]
        member.acronym = "MoP" if n % 2 else ""
        member.category = Category.values[n % 6]
        member.country = ("CH", "TT", "GL")[n % 3]
        member.spam_signal = SpamSignal.TOO_FAST if n % 5 == 0 else ""
        member.submitted_at -= timedelta(days=n % 30)
        member.status = MemberStatus.INFORMATION_REQUESTED if n % 7 == 0 else MemberStatus.PENDING
        if n % 3 == 0:
            MessageFactory(reference=member.reference, status=MessageStatus.FAILED)
    fields = ("organisation_name", "acronym", "category", "country", "spam_signal", "submitted_at")
    Member.objects.bulk_update(members, [*fields, "status"])


@pytest.mark.usefixtures("_of_every_kind")
def test_queue_of_files_of_every_kind_is_accessible_and_fits(desk, assert_sound):
    page = desk()

    page.goto(QUEUE)
    expect(page.get_by_role("link", name="Ministry of Posts").first).to_be_visible()
    assert_sound(page)


def test_queue_narrowed_empty_and_with_what_is_similar_is_accessible(desk, assert_sound):
    files(1, organisation_name="Ministry of Posts")
    page = desk()

    for query in (
        "region=EUR&q=ministry&o=1",
        "region=AFR",
        "q=minsitry",
        "view=all&taken_by=me",
        *(f"view={view}" for view in VIEWS),
    ):
        page.goto(f"{QUEUE}?{query}")
        assert_sound(page)


def test_file_is_accessible_also_where_a_note_is_refused_and_the_keys_are_shown(desk, assert_sound):
    member = files(3, organisation_name=NAMES[3], replied_at=timezone.now())[1]
    TimelineEntryFactory(member=member, kind=TimelineKind.NOTE_ADDED, note="x" * 300)
    for language in ("en", "ar"):
        MessageFactory(
            reference=member.reference,
            status=MessageStatus.FAILED,
            language=language,
            server_response=f"550 5.1.1 <{'x' * 90}@example.org> no such user",
        )
    page = desk()
    page.goto(f"{QUEUE}{member.pk}/change/")
    for message in page.get_by_role("region", name="Conversation").get_by_role("group").all():
        message.get_by_text("A subject").click()
    assert_sound(page)

    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("Enter a note.")).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="Keyboard shortcuts").click()
    assert_sound(page)


def test_row_of_the_queue_is_one_line_where_the_name_permits(desk):
    files(5, organisation_name="Ministry of Posts", acronym="MoP", category=Category.SECTOR_MEMBER)
    page = desk()
    page.goto(QUEUE)

    heights = [
        row.bounding_box()["height"] for row in page.get_by_role("row").filter(has_text="MoP").all()
    ]

    assert len(heights) == 5
    assert max(heights) < 45


def test_file_on_paper_has_every_letter_and_no_button(desk):
    [member] = files(1)
    MessageFactory(reference=member.reference, body="The first letter.")
    page = desk()
    page.goto(f"{QUEUE}{member.pk}/change/")
    message = page.get_by_text("The first letter.")
    expect(message).to_be_hidden()

    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    expect(message).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("link", name="Admit")).to_have_count(0)
    expect(page.get_by_role("link", name="Next", exact=True)).to_have_count(0)

    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(message).to_be_hidden()
