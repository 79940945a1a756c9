from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from focus_areas.models import FocusArea
from members.admin.waiting import waiting_in_words
from members.models import (
    Category,
    Member,
    MemberStatus,
    Suspicion,
    TimelineEntry,
    TimelineKind,
)
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    MessageFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members.desk import QUEUE, observer, officer, run, signed_in


def listed(response):
    return [member.organisation_name for member in response.context["cl"].result_list]


def test_queue_shows_the_undecided_the_oldest_first():
    client = signed_in(officer())
    MemberFactory(organisation_name="New", submitted_at=NOON)
    MemberFactory(organisation_name="Old", submitted_at=NOON - timedelta(days=2))
    MemberFactory(
        organisation_name="Asked",
        submitted_at=NOON - timedelta(days=1),
        status=MemberStatus.INFORMATION_REQUESTED,
    )
    MemberFactory(organisation_name="Admitted", status=MemberStatus.ADMITTED)

    response = client.get(QUEUE)

    assert listed(response) == ["Old", "Asked", "New"]


@pytest.mark.parametrize("status", ["", "waiting", "pending"])
def test_queue_shows_what_has_replied_ahead_the_longest_waiting_first(status):
    client = signed_in(officer())
    hour = timedelta(hours=1)
    MemberFactory(organisation_name="Old", submitted_at=NOON - 9 * hour)
    MemberFactory(
        organisation_name="Replied later", submitted_at=NOON - 8 * hour, replied_at=NOON - hour
    )
    MemberFactory(
        organisation_name="Replied first", submitted_at=NOON - 3 * hour, replied_at=NOON - 2 * hour
    )

    response = client.get(QUEUE, {"status": status} if status else {})

    assert listed(response) == ["Replied first", "Replied later", "Old"]


@pytest.mark.parametrize("query", [{"status": "all"}, {"q": "Member"}])
def test_list_of_more_than_the_queue_is_in_the_order_in_which_they_came(query):
    client = signed_in(officer())
    MemberFactory(organisation_name="Member 1", submitted_at=NOON - timedelta(hours=2))
    MemberFactory(
        organisation_name="Member 2", submitted_at=NOON - timedelta(hours=1), replied_at=NOON
    )

    response = client.get(QUEUE, query)

    assert listed(response) == ["Member 1", "Member 2"]


def test_queue_and_file_say_at_once_that_a_mail_was_refused_until_it_is_written_again():
    client = signed_in(observer())
    member = MemberFactory(reference="P2C-REFUS2")
    MemberFactory()
    FocalPointFactory(member=member)
    failed = MessageFactory(reference="P2C-REFUS2", status=MessageStatus.FAILED)
    mark = '<span class="mark mark-alarm">mail failed</span>'
    file = reverse("admin:members_member_change", args=[member.pk])

    told = [client.get(page).content.decode().count(mark) for page in (QUEUE, file)]
    MessageFactory(reference="P2C-REFUS2", written_again_from=failed)
    told_again = [client.get(page).content.decode().count(mark) for page in (QUEUE, file)]

    assert told == [1, 1]
    assert told_again == [0, 0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "all"}, ["Ministry", "University", "Agency"]),
        ({"status": "waiting"}, ["Ministry", "University"]),
        ({"status": "admitted"}, ["Agency"]),
        ({"category": "academia"}, ["University"]),
        ({"region": "ASP"}, ["Ministry"]),
        ({"group": "is_lldc"}, ["Ministry"]),
        ({"group": "is_sids"}, []),
        ({"first_choice": "2"}, ["University"]),
        ({"status": "all", "focus_area": "3"}, ["Agency"]),
        ({"taken_by": "me"}, ["University"]),
        ({"taken_by": "colleagues"}, []),
        ({"taken_by": "nobody"}, ["Ministry"]),
        ({"q": "minis"}, ["Ministry"]),
        ({"q": "UoM"}, ["University"]),
        ({"q": "P2C-AGENCY"}, ["Agency"]),
        ({"q": "Hopper"}, ["Ministry"]),
        ({"q": "grace@example.org"}, ["Ministry"]),
        ({"q": "minis", "status": "admitted"}, []),
    ],
)
def test_queue_is_narrowed_by_filters_and_search(query, found):
    me = officer()
    one, two, three = (FocusArea.objects.get(number=number) for number in (1, 2, 3))
    ministry = MemberFactory(
        organisation_name="Ministry",
        category=Category.MEMBER_STATE,
        country="NP",
        first_choice=one,
        submitted_at=NOON,
    )
    FocalPointFactory(member=ministry, family_name="Hopper", email="grace@example.org")
    MemberFactory(
        organisation_name="University",
        acronym="UoM",
        category=Category.ACADEMIA,
        country="FR",
        first_choice=two,
        assignee=me,
        submitted_at=NOON + timedelta(hours=1),
    )
    MemberFactory(
        organisation_name="Agency",
        reference="P2C-AGENCY",
        category=Category.OTHER,
        country="CH",
        first_choice=one,
        status=MemberStatus.ADMITTED,
        focus_area=three,
        submitted_at=NOON + timedelta(hours=2),
    )

    response = signed_in(me).get(QUEUE, query)

    assert listed(response) == found


def test_queue_shows_marks_of_what_is_worth_knowing():
    client = signed_in(observer())
    MemberFactory(suspicion=Suspicion.HASTE, replied_at=NOON)

    page = client.get(QUEUE).content.decode()

    assert '<span class="mark">suspected: filled in too fast</span>' in page
    assert '<span class="mark">replied</span>' in page


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ("yes", ["Robot", "Crowd"]),
        ("no", ["Ministry"]),
        ("trap", ["Robot"]),
        ("network", ["Crowd"]),
        ("haste", []),
        ("nonsense", ["Robot", "Crowd", "Ministry"]),
    ],
)
def test_queue_is_narrowed_by_what_is_suspected(chosen, found):
    named = [("Robot", Suspicion.TRAP), ("Crowd", Suspicion.NETWORK), ("Ministry", "")]
    for hours, (name, suspicion) in enumerate(named):
        MemberFactory(
            organisation_name=name,
            suspicion=suspicion,
            submitted_at=NOON + timedelta(hours=hours),
        )

    response = signed_in(observer()).get(QUEUE, {"suspected": chosen})

    assert listed(response) == found


@pytest.mark.parametrize(
    ("category", "words"),
    [
        (Category.MEMBER_STATE, "Member State"),
        (Category.SECTOR_MEMBER, "Sector Member"),
        (Category.ACADEMIA, "Academia"),
        (Category.REGIONAL_INTERNATIONAL_ORGANISATION, "Regional / int’l"),
        (Category.UN_SPECIALIZED_AGENCY, "UN agency"),
        (Category.OTHER, "Other"),
    ],
)
def test_queue_names_the_category_on_one_line(category, words):
    client = signed_in(observer())
    MemberFactory(category=category)

    page = client.get(QUEUE).content.decode()

    assert f'<td class="field-category_in_short">{words}</td>' in page


def test_queue_shows_what_was_typed_as_text():
    client = signed_in(observer())
    MemberFactory(organisation_name="<b>Bold</b> & Co")

    page = client.get(QUEUE).content.decode()

    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Co" in page
    assert "<b>Bold" not in page


def test_queue_asks_the_same_queries_for_one_row_and_for_three():
    me = officer()
    client = signed_in(me)
    FocalPointFactory(member=MemberFactory(assignee=UserFactory()))
    client.get(QUEUE)
    with CaptureQueriesContext(connection) as for_one:
        client.get(QUEUE)
    for number in (2, 3):
        area = FocusArea.objects.get(number=number)
        FocalPointFactory(member=MemberFactory(assignee=UserFactory(), first_choice=area))

    with CaptureQueriesContext(connection) as for_three:
        client.get(QUEUE)

    assert len(for_three) == len(for_one)


@pytest.mark.parametrize(
    ("status", "days", "words"),
    [
        (MemberStatus.PENDING, 0, "today, on us"),
        (MemberStatus.PENDING, 1, "1 day, on us"),
        (MemberStatus.PENDING, 3, "3 days, on us"),
        (MemberStatus.INFORMATION_REQUESTED, 0, "today, on them"),
        (MemberStatus.INFORMATION_REQUESTED, 1, "1 day, on them"),
        (MemberStatus.INFORMATION_REQUESTED, 3, "3 days, on them"),
        (MemberStatus.ADMITTED, 3, ""),
    ],
)
def test_waiting_is_said_in_words(status, days, words):
    MemberFactory(status=status, submitted_at=NOON)

    member = Member.objects.with_waiting_since().get()

    assert waiting_in_words(member, NOON + timedelta(days=days)) == words


def test_waiting_counts_the_days_of_geneva():
    # Half past midnight in Geneva, which was still the day before in UTC.
    MemberFactory(submitted_at=NOON.replace(hour=22, minute=30))

    member = Member.objects.with_waiting_since().get()

    assert waiting_in_words(member, NOON + timedelta(days=1)) == "today, on us"


def test_queue_and_file_say_how_long_they_were_asked_and_not_how_old_the_file_is():
    client = signed_in(observer())
    today = now()
    old = MemberFactory(
        status=MemberStatus.INFORMATION_REQUESTED, submitted_at=today - timedelta(days=9)
    )
    FocalPointFactory(member=old)
    TimelineEntryFactory(
        member=old, kind=TimelineKind.INFORMATION_REQUESTED, at=today - timedelta(days=2)
    )
    MemberFactory(submitted_at=today - timedelta(days=5), organisation_name="Younger")

    queue = client.get(QUEUE)
    file = client.get(reverse("admin:members_member_change", args=[old.pk]))

    assert listed(queue) == [old.organisation_name, "Younger"]
    for response in (queue, file):
        assert "2 days, on them" in response.content.decode()
        assert "9 days" not in response.content.decode()


def test_observer_is_offered_no_action_and_can_run_none():
    client = signed_in(observer())
    member = MemberFactory()

    page = client.get(QUEUE)
    run(client, "take", [member])

    member.refresh_from_db()
    assert page.context["action_form"] is None
    assert member.assignee is None
    assert list(TimelineEntry.objects.all()) == []


@pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
def test_nobody_adds_or_deletes_a_file(page):
    client = signed_in(UserFactory(is_superuser=True))
    member = MemberFactory()

    responses = [
        client.get(QUEUE + page.format(pk=member.pk)),
        client.post(QUEUE + page.format(pk=member.pk), {"post": "yes"}),
    ]

    assert [response.status_code for response in responses] == [403, 403]
    assert list(Member.objects.all()) == [member]


def test_queue_sends_a_stranger_to_sign_in(client):
    response = client.get(QUEUE, follow=True)

    assert response.redirect_chain[-1][0] == f"{reverse('accounts:sign_in')}?next={QUEUE}"


def test_queue_refuses_staff_without_the_permission():
    response = signed_in(UserFactory()).get(QUEUE)

    assert response.status_code == 403


def test_front_page_says_what_waits():
    MemberFactory()
    MemberFactory()
    MemberFactory(status=MemberStatus.INFORMATION_REQUESTED)
    MemberFactory(status=MemberStatus.ADMITTED)

    page = " ".join(signed_in(observer()).get("/admin/").content.decode().split())

    assert "2 expressions of interest wait on us" in page
    assert "1 waits on its organisation" in page


@pytest.mark.parametrize(
    "lookup", ["submission_key__startswith", "answers_digest__regex", "focal_points__email__regex"]
)
def test_queue_tells_nothing_of_a_column_to_whoever_guesses_at_it(lookup):
    MemberFactory()

    response = signed_in(observer()).get(QUEUE, {lookup: "a"})

    assert response.status_code == 400
