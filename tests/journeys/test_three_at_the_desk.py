"""Two officers and a manager at sixty applicants, each in a browser of their own."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from members.models import GrantedRole, Member, MemberStatus, SoughtRole
from tests.factories import CallFactory, FocalPointFactory, MemberFactory
from tests.journeys.steps import press
from tests.triage.staff import QUEUE, desk_manager, officer
from triage.holds.models import Hold

DESK = {"viewport": {"width": 1280, "height": 720}}
# An officer decides on so many, of whom those are willing to lead. The others are one chord each.
MIX, LEADERS, MOST_KEYS = 28, (5, 17), 62


class Person:
    """Somebody at a keyboard, whose keys and page loads are counted."""

    def __init__(self, page):
        self.page, self.keys, self.loads = page, 0, 0
        page.on("load", self.note_load)

    def note_load(self, _page):
        self.loads += 1

    def press(self, *chords):
        """Press keys. Those that are held together count as one each."""
        for chord in chords:
            self.page.keyboard.press(chord)
            self.keys += len(chord.split("+"))

    @property
    def heading(self):
        return self.page.get_by_role("heading", level=1)

    @property
    def open_file(self):
        """The key of the open applicant."""
        return int(re.search(r"/member/(\d+)/", self.page.url)[1])

    def wait_for_another_than(self, name):
        """Wait until another applicant is open."""
        expect(self.heading).not_to_have_text(name)
        self.page.wait_for_load_state()


@pytest.fixture(autouse=True)
def _undo_is_on(settings):
    settings.UNDO_SECONDS = 120
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person_of(page_of):
    """Open a browser for somebody who has signed in once."""
    return lambda user, **options: Person(page_of(user, **{**DESK, **options}))


@pytest.fixture
def call():
    return CallFactory(closes_at=timezone.now() + timedelta(days=7))


def arrive(call, numbers):
    """Let applicants arrive, each with a focal point, an hour after the one before."""
    began_at = timezone.now() - timedelta(hours=70)
    for number in numbers:
        member = MemberFactory(
            call=call,
            organisation_name=f"Office {number}",
            role=(SoughtRole.PARTICIPANT, SoughtRole.OBSERVER)[number % 2],
            submitted_at=began_at + timedelta(hours=number),
        )
        FocalPointFactory(member=member, given_name="Ada")


def decide_mix(amina, bo):
    """Let an officer admit the mix of applicants, while a colleague decides on others."""
    for number in range(MIX):
        names = [person.heading.inner_text() for person in (amina, bo)]
        assert amina.open_file != bo.open_file
        if number in LEADERS:
            # A co-lead is never proposed: the second role is chosen.
            amina.press("2")
            # What is sent is what was read.
            letter = amina.page.get_by_role("region", name="Email")
            expect(letter.get_by_text("role there: Co-lead")).to_be_visible()
        for person in (amina, bo):
            person.press("Control+Enter")
        for person, name in zip((amina, bo), names, strict=True):
            person.wait_for_another_than(name)


def share_out_evenly(manager):
    """Let the manager share out among the others all that is unassigned."""
    manager.page.goto(f"{QUEUE}?view=unassigned")
    manager.page.get_by_role("link", name="Share out 40", exact=True).click()
    manager.page.get_by_label("Mira Sol").uncheck()
    press(manager.page, "Show the shares")
    for name in ("Amina Diallo", "Bo Lind"):
        shares = manager.page.get_by_role("listitem").filter(has_text=f"{name}: 20 applicants")
        expect(shares).to_be_visible()
    press(manager.page, "Assign 40 applicants")
    expect(manager.page.get_by_text("40 applicants assigned.")).to_be_visible()


def hold_and_undo(person):
    """Let somebody put the open applicant on hold, undo it, and hold it all the same."""
    decision = person.page.get_by_role("heading", level=2, name="Hold", exact=True)
    name = person.heading.inner_text()
    person.press("h")
    expect(decision).to_be_focused()
    person.page.get_by_label("Regional office").check()
    person.page.get_by_label("Reason, for colleagues").fill("Lagos knows them.")
    person.press("Control+Enter")
    person.wait_for_another_than(name)
    assert Hold.objects.in_force(timezone.now()).count() == 1

    person.press("z")
    expect(person.heading).to_have_text(name)
    expect(decision).to_be_visible()
    expect(person.page.get_by_label("Regional office")).to_be_checked()
    expect(person.page.get_by_label("Reason, for colleagues")).to_have_value("Lagos knows them.")
    person.page.wait_for_load_state()
    person.press("Control+Enter")
    person.wait_for_another_than(name)


def undo_by_key(person):
    """Let somebody undo their last decision, and see the one who is waiting again."""
    name = person.heading.inner_text()
    # The second press is one too many.
    person.press("z", "z")
    person.wait_for_another_than(name)
    expect(person.page.get_by_text("The decision is undone. No letter is sent.")).to_be_visible()
    expect(person.page.get_by_text("Pending", exact=True).first).to_be_visible()


@pytest.mark.both_databases
def test_sixty_are_shared_out_held_decided_and_undone_and_no_two_people_have_the_same(
    person_of, call
):
    here = {"signed_in_at": timezone.now()}
    amina_diallo = officer(name="Amina Diallo", **here)
    amina = person_of(amina_diallo)
    bo = person_of(officer(name="Bo Lind", **here))
    manager = person_of(desk_manager(name="Mira Sol", **here))
    arrive(call, range(40))
    share_out_evenly(manager)
    own = Member.objects.filter(assignee=amina_diallo).order_by("submitted_at")
    for place in LEADERS:
        Member.objects.filter(pk=own[place].pk).update(role=SoughtRole.LEAD)
    # They have twenty each, and then go on with what is of nobody.
    arrive(call, range(40, 60))
    for person in (amina, bo):
        person.page.goto(QUEUE)

    amina.loads = 0
    for person in (amina, bo):
        person.press("n")
        person.wait_for_another_than("Applicants")
    decide_mix(amina, bo)

    admitted = Member.objects.filter(decided_by=amina_diallo, status=MemberStatus.ADMITTED)
    assert (admitted.count(), Member.objects.undecided().count()) == (MIX, 60 - 2 * MIX)
    assert admitted.filter(granted_role=GrantedRole.CO_LEAD).count() == len(LEADERS)
    print(f"\n{MIX} admissions: {amina.keys} keys, {amina.loads} page loads")  # noqa: T201
    assert amina.keys <= MOST_KEYS
    # The page after each decision is the next applicant, and nothing else is loaded.
    assert amina.loads == MIX + 1

    manager.page.goto(QUEUE)
    manager.press("n")
    manager.wait_for_another_than("Applicants")
    assert len({person.open_file for person in (amina, bo, manager)}) == 3

    hold_and_undo(amina)
    undo_by_key(bo)
    assert Hold.objects.in_force(timezone.now()).count() == 1
    assert Member.objects.undecided().count() == 60 - 2 * MIX + 1


@pytest.mark.both_databases
def test_next_pressed_by_two_at_once_gives_each_another_applicant(person_of, call):
    arrive(call, range(12))
    both = [person_of(officer(), is_new=True) for _person in range(2)]
    for person in both:
        person.page.goto(QUEUE)
        person.page.wait_for_load_state()

    given = []
    for _round in range(5):
        names = [person.heading.inner_text() for person in both]
        for person in both:
            person.press("n")
        for person, name in zip(both, names, strict=True):
            person.wait_for_another_than(name)
        given.append([person.open_file for person in both])

    assert all(first != second for first, second in given)
    # Nobody gets again what they have passed over.
    assert [len(set(of_one)) for of_one in zip(*given, strict=True)] == [5, 5]
