"""The bar of the desk: who has which links, what they count, and which one is current."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from commitments.models import CommitmentStatus
from focus_areas.models import FocusArea
from members.models import MemberStatus
from outbox.models import MessageStatus
from p2c_portal.desk_bar import waiting_counts
from tests.factories import CommitmentFactory, FocalPointFactory, MemberFactory, MessageFactory
from tests.triage.staff import (
    QUEUE,
    address,
    coordinator,
    desk_manager,
    may,
    observer,
    officer,
    read,
    signed_in,
)

COORDINATOR = ["Members", "Commitments", "Meetings", "Mail", "Figures"]
WORK = ["Applicants", *COORDINATOR]
MORE = ["Needs and offers", "Frameworks", "Papers", "Date polls", "Mailings"]
SET_UP = ["Email templates", "Follow-up rules", "Calls", "Staff", "Audit", "Personal data"]


def links_in(markup):
    return [
        " ".join(re.sub(r"<[^>]+>.*", "", each).split())
        for each in re.findall(r"<a [^>]*>(.*?)</a>", markup)
    ]


def bar_of(user, page="/admin/help/"):
    """The links of the bar, of each of its menus, and those that are current."""
    header = read(signed_in(user).get(page)).split("<header")[1].split("</header>")[0]
    work, *menus = header.split("</nav>")[0].split('<details class="drop">')
    current = re.findall(r'aria-current="true">([^<]*)', header.split("</nav>")[0])
    return [links_in(part) for part in (work.split("<nav")[1], *menus)], [
        each.strip() for each in current
    ]


@pytest.mark.parametrize("role", [officer, desk_manager, observer])
def test_bar_has_the_work_and_the_menus_for_who_sees_every_area(role):
    assert bar_of(role())[0] == [WORK, MORE, SET_UP]


def test_bar_of_a_coordinator_has_no_applicants_and_only_what_is_theirs():
    assert bar_of(coordinator(FocusArea.objects.get(number=1)))[0] == [COORDINATOR, MORE]


def test_bar_without_permissions_has_nothing_of_the_desk(staff_user):
    assert bar_of(staff_user)[0] == [[]]


@pytest.fixture
def staff_user():
    return may(officer(), "view_member").__class__.objects.create_user(
        "nobody@p2c.example", "a long password", name="Nobody", is_staff=True
    )


@pytest.mark.parametrize(
    ("page", "current"),
    [
        (QUEUE, "Applicants"),
        (f"{QUEUE}?view=members", "Members"),
        ("/admin/commitments/report/", "Commitments"),
        ("/admin/outbox/message/", "Mail"),
        ("/admin/outbox/messagetemplate/", "Email templates"),
        ("/admin/audit/", "Audit"),
        ("/admin/figures/", "Figures"),
        ("/admin/privacy/", "Personal data"),
    ],
)
def test_bar_marks_the_section_of_the_page_and_no_other(page, current):
    assert bar_of(desk_manager(), page)[1] == [current]


def test_bar_and_steps_name_the_list_that_a_member_was_opened_from():
    member = FocalPointFactory(member=MemberFactory()).member
    pages = [
        address("change", member),
        f"{address('change', member)}?_changelist_filters=view%3Dmembers",
    ]

    assert [bar_of(officer(), page)[1] for page in pages] == [["Applicants"], ["Members"]]
    for page, name in zip(pages, ("Applicants", "Members"), strict=True):
        correct = read(signed_in(officer()).get(page.replace("/change/", "/correct/")))
        assert f">{name}</a>" in correct.split('class="breadcrumbs"')[1].split("</div>")[0]


def test_bar_counts_what_waits_with_one_query_and_shows_no_zero():
    me = officer()
    MemberFactory.create_batch(2)
    MemberFactory(status=MemberStatus.INFORMATION_REQUESTED)
    CommitmentFactory(status=CommitmentStatus.SUBMITTED)
    CommitmentFactory(status=CommitmentStatus.DRAFT)
    client = signed_in(me)

    before = read(client.get("/admin/help/"))
    MessageFactory(status=MessageStatus.FAILED)
    MessageFactory(status=MessageStatus.SENT, sent_at=now())
    me = type(me).objects.get(pk=me.pk)
    me.get_all_permissions()
    with CaptureQueriesContext(connection) as queries:
        counts = waiting_counts(me, at=now())
    number = len(queries)
    after = read(client.get("/admin/help/"))

    assert number == 1
    assert [*counts.values()] == [2, 1, 1, 0]
    assert 'Applicants <span class="count">2</span>' in before
    assert 'Commitments <span class="count">1</span>' in before
    assert "Mail</a>" in before
    assert 'Mail <span class="count">1</span>' in after


def test_coordinator_counts_the_commitments_of_their_area_and_no_applicant():
    area, other = FocusArea.objects.filter(number__in=(1, 2)).order_by("number")
    MemberFactory()
    for each in (area, other):
        CommitmentFactory(status=CommitmentStatus.SUBMITTED, focus_area=each)

    counts = waiting_counts(coordinator(area), at=now())

    assert counts == {"/admin/commitments/commitment/": 1}


def test_menu_of_the_person_has_what_is_theirs():
    header = read(signed_in(officer(name="Amina Diallo")).get(QUEUE)).split("</header>")[0]
    menu = header.split('id="user-tools"')[1]

    assert "<summary><bdi>Amina Diallo</bdi></summary>" in menu
    for link in ("Help", "Preferences", "Two-factor authentication", "View site", "Français"):
        assert f">{link}</" in menu
    assert ">Log out</button>" in menu
    assert 'name="q" id="find"' in header
