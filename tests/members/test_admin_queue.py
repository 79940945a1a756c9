from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from focus_areas.models import FocusArea
from members import triage
from members.admin.waiting import waiting_in_words
from members.models import (
    Category,
    ClosingReason,
    Member,
    MemberStatus,
    Suspicion,
    TimelineEntry,
    TimelineKind,
)
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members.desk import observer, officer, signed_in

QUEUE = "/admin/members/member/"


def listed(response):
    return [member.organisation_name for member in response.context["cl"].result_list]


def run(client, action, members, **more):
    return client.post(
        QUEUE,
        {"action": action, "index": 0, "_selected_action": [m.pk for m in members], **more},
        follow=True,
    )


def told(response):
    return [str(message) for message in response.context["messages"]]


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


def test_take_takes_each_file_that_nobody_has():
    me = officer()
    free = MemberFactory()
    taken = MemberFactory(assignee=UserFactory(name="Ada"))

    response = run(signed_in(me), "take", [free, taken])

    free.refresh_from_db()
    taken.refresh_from_db()
    assert (free.assignee, taken.assignee.name) == (me, "Ada")
    assert told(response) == [f"{taken}: Ada has this file already.", "You have taken 1 file."]


def test_release_several_gives_each_file_back_and_tells_of_each():
    client = signed_in(officer())
    held = MemberFactory(assignee=officer(name="Grace Hopper"))
    free = MemberFactory()
    page = reverse("admin:members_member_release_several")

    shown = client.get(page, {"file": [held.pk, free.pk]})
    response = client.post(page, {"file": [held.pk, free.pk]})

    held.refresh_from_db()
    assert "Grace Hopper" in shown.content.decode()
    assert held.assignee is None
    assert [outcome.refusal for outcome in response.context["outcomes"]] == [
        "",
        "Nobody has this file.",
    ]


def test_release_in_the_queue_leaves_what_a_colleague_was_handed_since():
    me, grace = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    mine = MemberFactory(assignee=me)
    opened = run(client, "release", [mine])
    sent = {"file": [mine.pk], f"version-{mine.pk}": opened.context["members"][0].version}
    triage.hand_to(member=mine, to=grace, by=me, at=NOON)

    response = client.post(reverse("admin:members_member_release_several"), sent)

    mine.refresh_from_db()
    assert mine.assignee == grace
    assert "The file has changed since you opened it." in response.content.decode()


@pytest.mark.parametrize(
    ("action", "page"),
    [
        ("admit_to_first_choice", "admit_several"),
        ("hand_to", "hand_several"),
        ("release", "release_several"),
        ("close_as_not_genuine", "close_several"),
    ],
)
def test_actions_on_several_lead_to_a_page_and_change_nothing(action, page):
    member = FocalPointFactory().member

    response = run(signed_in(officer()), action, [member])

    assert response.redirect_chain == [
        (f"{reverse(f'admin:members_member_{page}')}?file={member.pk}", 302)
    ]
    member.refresh_from_db()
    assert (member.status, member.assignee) == (MemberStatus.PENDING, None)


def test_actions_on_several_refuse_more_than_a_page_can_do():
    members = MemberFactory.create_batch(101)

    response = run(signed_in(officer()), "admit_to_first_choice", members)

    assert told(response) == ["Choose at most 100 files at once."]


def test_take_refuses_all_of_more_files_than_may_be_chosen():
    members = MemberFactory.create_batch(101)

    response = run(signed_in(officer()), "take", members[:1], select_across=1)

    assert told(response) == ["Choose at most 100 files at once."]
    assert Member.objects.exclude(assignee=None).count() == 0
    assert list(TimelineEntry.objects.all()) == []


def test_admit_several_refuses_all_of_more_files_than_may_be_chosen():
    members = [focal_point.member for focal_point in FocalPointFactory.create_batch(101)]
    page = reverse("admin:members_member_admit_several")

    response = signed_in(officer()).post(
        page, {"file": [member.pk for member in members], "role": "participant"}, follow=True
    )

    assert told(response) == ["Choose at most 100 files at once."]
    assert Member.objects.exclude(status=MemberStatus.PENDING).count() == 0
    assert list(Message.objects.all()) == []


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


def test_admit_several_shows_what_will_happen_and_does_nothing():
    member = FocalPointFactory(email="ada@example.org").member

    response = signed_in(officer()).get(
        reverse("admin:members_member_admit_several"), {"file": member.pk}
    )

    assert "ada@example.org" in response.content.decode()
    member.refresh_from_db()
    assert member.status == MemberStatus.PENDING


def test_admit_several_admits_each_and_says_what_was_refused():
    me = officer()
    two = FocusArea.objects.get(number=2)
    good = FocalPointFactory(member=MemberFactory(first_choice=two)).member
    stale = FocalPointFactory(member=MemberFactory(version=2, submitted_at=now())).member

    response = signed_in(me).post(
        reverse("admin:members_member_admit_several"),
        {
            "file": [good.pk, stale.pk],
            f"version-{good.pk}": 1,
            f"version-{stale.pk}": 1,
            "role": "observer",
        },
    )

    good.refresh_from_db()
    stale.refresh_from_db()
    assert (good.status, good.focus_area, good.granted_role, good.decided_by) == (
        MemberStatus.ADMITTED,
        two,
        "observer",
        me,
    )
    assert stale.status == MemberStatus.PENDING
    assert [bool(outcome.refusal) for outcome in response.context["outcomes"]] == [False, True]
    assert "The file has changed since you opened it." in response.content.decode()
    assert [message.reference for message in Message.objects.all()] == [good.reference]


def test_admit_several_asks_the_same_queries_to_show_one_file_and_three():
    client = signed_in(officer())
    page = reverse("admin:members_member_admit_several")
    pks = [FocalPointFactory().member.pk for _number in range(3)]
    client.get(page, {"file": pks[:1]})

    with CaptureQueriesContext(connection) as for_one:
        client.get(page, {"file": pks[:1]})
    with CaptureQueriesContext(connection) as for_three:
        client.get(page, {"file": pks})

    assert len(for_three) == len(for_one)


def test_hand_several_hands_each_to_the_colleague():
    colleague = officer(name="Ada")
    members = [MemberFactory(), MemberFactory()]

    response = signed_in(officer()).post(
        reverse("admin:members_member_hand_several"),
        {"file": [member.pk for member in members], "to": colleague.pk},
    )

    assert [member.assignee for member in Member.objects.all()] == [colleague, colleague]
    assert response.status_code == 200


def test_hand_several_asks_for_a_colleague():
    member = MemberFactory()

    response = signed_in(officer()).post(
        reverse("admin:members_member_hand_several"), {"file": member.pk}
    )

    assert response.status_code == 422
    assert "Choose a colleague." in response.content.decode()
    assert list(TimelineEntry.objects.all()) == []


def test_close_several_closes_each_as_not_genuine_and_writes_to_nobody():
    me = officer()
    robots = [FocalPointFactory(member__suspicion=Suspicion.TRAP).member for _n in range(2)]
    decided = FocalPointFactory(member__status=MemberStatus.ADMITTED).member
    page = reverse("admin:members_member_close_several")
    shown = signed_in(me).get(page, {"file": [robot.pk for robot in robots]})

    response = signed_in(me).post(page, {"file": [each.pk for each in [*robots, decided]]})

    assert "Each file will leave the queue as not genuine" in shown.content.decode()
    assert shown.content.decode().count("suspected: hidden field filled in") == 2
    closed = Member.objects.filter(status=MemberStatus.CLOSED).order_by("pk")
    assert list(closed) == robots
    assert {(member.closing_reason, member.decided_by) for member in closed} == {
        (ClosingReason.NOT_GENUINE, me)
    }
    assert [bool(outcome.refusal) for outcome in response.context["outcomes"]] == [
        outcome.member == decided for outcome in response.context["outcomes"]
    ]
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize(
    "page", ["admit_several", "hand_several", "release_several", "close_several"]
)
def test_pages_of_several_refuse_an_observer(page):
    member = FocalPointFactory().member
    address = reverse(f"admin:members_member_{page}")

    response = signed_in(observer()).post(address, {"file": member.pk, "role": "participant"})

    assert response.status_code == 403
    assert list(TimelineEntry.objects.all()) == []


def test_pages_of_several_without_a_file_lead_back_to_the_queue():
    response = signed_in(officer()).get(reverse("admin:members_member_admit_several"), follow=True)

    assert told(response) == ["Choose at least one file in the queue."]


@pytest.mark.parametrize(
    "lookup", ["submission_key__startswith", "answers_digest__regex", "focal_points__email__regex"]
)
def test_queue_tells_nothing_of_a_column_to_whoever_guesses_at_it(lookup):
    MemberFactory()

    response = signed_in(observer()).get(QUEUE, {lookup: "a"})

    assert response.status_code == 400


@pytest.mark.parametrize("version", ["9" * 5000, "-1", "one"])
def test_admit_several_leaves_a_file_whose_version_is_none(version):
    member = FocalPointFactory().member

    response = signed_in(officer()).post(
        reverse("admin:members_member_admit_several"),
        {"file": member.pk, "role": "participant", f"version-{member.pk}": version},
    )

    assert response.status_code == 200
    member.refresh_from_db()
    assert member.status == MemberStatus.PENDING
