import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from focus_areas.models import FocusArea
from members import triage
from members.models import (
    ClosingReason,
    Member,
    MemberStatus,
    Suspicion,
    TimelineEntry,
)
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    UserFactory,
)
from tests.members.desk import coordinator, may, observer, officer, reasons, run, signed_in, told


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
        ("request_information", "request_information_several"),
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
    "page",
    [
        "admit_several",
        "hand_several",
        "release_several",
        "request_information_several",
        "close_several",
    ],
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


def ask(client, members, **more):
    """Ask some files for the same, each in the version that was shown."""
    page = reverse("admin:members_member_request_information_several")
    versions = {f"version-{member.pk}": member.version for member in members}
    return client.post(page, {"file": [member.pk for member in members], **versions, **more})


def test_request_several_asks_each_in_its_own_language_and_says_what_was_written():
    asked_for = reasons("what-it-does", "which-focus-area")
    english = FocalPointFactory(language="en", email="ada@example.org").member
    french = FocalPointFactory(language="fr", email="zoe@example.org").member
    me = officer()

    response = ask(
        signed_in(me),
        [english, french],
        reasons=[reason.pk for reason in asked_for],
        missing="And the date.",
    )

    letters = {message.recipient: message for message in Message.objects.all()}
    entry = english.timeline.get()
    given = [told.text for told in entry.reasons_given.order_by("position")]
    members = Member.objects.all()
    assert {member.status for member in members} == {MemberStatus.INFORMATION_REQUESTED}
    assert {member.assignee for member in members} == {me}
    assert (entry.note, given) == ("And the date.", [each.snippet for each in asked_for])
    assert asked_for[0].snippet_en in letters["ada@example.org"].body
    assert asked_for[0].snippet_fr in letters["zoe@example.org"].body
    assert "And the date." in letters["zoe@example.org"].body
    written = [outcome.written for outcome in response.context["outcomes"]]
    assert sorted(written, key=str) == sorted([[each] for each in letters.values()], key=str)
    words = " ".join(response.content.decode().split())
    assert "Written in French to" in words
    assert "&lt;<bdi>zoe@example.org</bdi>&gt;" in words


def test_request_several_sent_twice_says_row_by_row_that_it_was_done():
    me = officer(name="Amina Diallo")
    members = [FocalPointFactory().member for _number in range(2)]
    client = signed_in(me)

    first = ask(client, members, missing="The date.")
    second = ask(client, members, missing="The date.")

    assert [outcome.refusal for outcome in first.context["outcomes"]] == ["", ""]
    assert [outcome.refusal.split(",")[0] for outcome in second.context["outcomes"]] == [
        "This member was asked for information. Information requested: Amina Diallo"
    ] * 2
    assert TimelineEntry.objects.count() == 2
    assert Message.objects.count() == 2


def test_hand_several_sent_twice_says_that_the_colleague_has_them():
    grace = officer(name="Grace Hopper")
    member = MemberFactory()
    client = signed_in(officer())
    page = reverse("admin:members_member_hand_several")
    sent = {"file": member.pk, f"version-{member.pk}": 1, "to": grace.pk}

    client.post(page, sent)
    second = client.post(page, sent)

    assert [outcome.refusal for outcome in second.context["outcomes"]] == [
        "Grace Hopper has this file already."
    ]
    assert TimelineEntry.objects.count() == 1


def test_request_several_leaves_what_a_colleague_changed_and_does_the_rest():
    good, stale = (FocalPointFactory().member for _number in range(2))
    triage.take(member=Member.objects.get(pk=stale.pk), by=officer(name="Grace Hopper"), at=NOON)

    response = ask(signed_in(officer()), [good, stale], missing="The date.")

    statuses = {member.pk: member.status for member in Member.objects.all()}
    assert statuses == {
        good.pk: MemberStatus.INFORMATION_REQUESTED,
        stale.pk: MemberStatus.PENDING,
    }
    assert "The file has changed since you opened it. Taken: Grace Hopper" in (
        response.content.decode()
    )
    assert [message.reference for message in Message.objects.all()] == [good.reference]


def test_request_several_asks_for_something():
    member = FocalPointFactory().member

    response = ask(signed_in(officer()), [member])

    assert response.status_code == 422
    assert "Tick a reason above, or say what is missing." in response.content.decode()
    assert list(TimelineEntry.objects.all()) == []


def test_request_several_tells_before_that_each_letter_is_the_standard_one():
    member = FocalPointFactory().member

    response = signed_in(officer()).get(
        reverse("admin:members_member_request_information_several"), {"file": member.pk}
    )

    assert "an edited letter would fit one language only" in response.content.decode()


def test_results_of_several_are_found_with_the_same_queries_for_one_letter_and_three():
    client = signed_in(officer())

    def queries_of_results(number):
        members = [FocalPointFactory().member for _number in range(number)]
        with CaptureQueriesContext(connection) as queries:
            ask(client, members, missing="The date.")
        return [
            query
            for query in queries.captured_queries
            if query["sql"].startswith("SELECT")
            and '"outbox_message"."reference" IN' in query["sql"]
        ]

    assert len(queries_of_results(1)) == len(queries_of_results(3)) == 1


@pytest.mark.parametrize(
    ("page", "permission"),
    [
        ("admit_several", "admit_member"),
        ("hand_several", "take_member"),
        ("release_several", "take_member"),
        ("request_information_several", "request_information_member"),
        ("close_several", "close_member"),
    ],
)
def test_pages_of_several_have_no_file_beyond_a_persons_reach(page, permission):
    area = FocusArea.objects.get(number=1)
    client = signed_in(may(coordinator(area), permission))
    foreign = FocalPointFactory(member__organisation_name="Foreign").member
    address, before = reverse(f"admin:members_member_{page}"), foreign.history.count()

    shown = client.get(address, {"file": foreign.pk}, follow=True)
    posted = client.post(address, {"file": foreign.pk, "role": "participant"}, follow=True)

    for response in (shown, posted):
        assert told(response) == ["Choose at least one file in the queue."]
        assert "Foreign" not in response.content.decode()
    assert foreign.history.count() == before
