"""The decisions and action points of a meeting: who types them, sees them and does them."""

from datetime import date, timedelta

import pytest

from core.conflicts import NothingChanged, Refused
from meetings.models import MeetingStatus
from meetings.services.meetings import AlreadyCancelled, MeetingConflict
from outbox.models import Message
from participation.models import ActionPoint, Decision
from participation.services.outcomes import (
    from_the_last_meeting,
    mark_as_done,
    my_action_points,
    owners_for,
    set_outcomes,
)
from participation.services.reminders import send_reminders
from tests.factories import (
    NOON,
    ActionPointFactory,
    DecisionFactory,
    MeetingFactory,
    MemberFactory,
    UserFactory,
)
from tests.meetings.desk import staff_with, staff_within_reach
from tests.participation.notices import DAY, HOUR, THEN, text_of, told_meeting
from tests.participation.people import account_of, focal_point_in, meeting_of, withdrawn

pytestmark = pytest.mark.django_db
DUE = date(2021, 11, 10)
A_WEEK = timedelta(days=7)


def own(row):
    return type(row).objects.get(pk=row.pk)


def held(area, **facts):
    return meeting_of(area, **{"starts_at": NOON - A_WEEK, **facts})


def decision(text, key=None):
    return {"key": key, "text": text}


def action(text, owner, key=None):
    return {"key": key, "text": text, "owner": owner, "due_on": DUE}


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Decision, ActionPoint)]


def test_outcomes_are_saved_in_their_order_as_a_version_of_the_meeting(area, focal_point):
    meeting, officer, owner = held(area), UserFactory(), focal_point.member

    set_outcomes(
        meeting=meeting,
        decisions=[decision("Targets by year"), decision("A range is allowed")],
        action_points=[action("Send the number", owner)],
        by=officer,
        at=NOON,
        version=1,
    )

    texts = Decision.objects.order_by("position").values_list("text", flat=True)
    assert list(texts) == ["Targets by year", "A range is allowed"]
    point = ActionPoint.objects.get()
    assert (point.text, point.owner, point.due_on, point.done_at) == (
        "Send the number",
        owner,
        DUE,
        None,
    )
    assert (own(meeting).version, own(meeting).history.latest("history_id").history_user) == (
        2,
        officer,
    )
    assert list(Message.objects.all()) == []


def test_outcomes_that_are_missing_are_deleted_and_what_is_done_stays_done(area, focal_point):
    meeting, user = held(area), UserFactory()
    gone = DecisionFactory(meeting=meeting)
    done = ActionPointFactory(meeting=meeting, owner=focal_point.member, done_at=NOON, done_by=user)

    set_outcomes(
        meeting=meeting,
        decisions=[],
        action_points=[action("Said better", focal_point.member, key=done.pk)],
        by=None,
        at=NOON,
    )

    assert not Decision.objects.filter(pk=gone.pk).exists()
    assert (own(done).text, own(done).done_by) == ("Said better", user)


def test_outcomes_are_refused_and_nothing_is_written(area, focal_point):
    def refusal_of(meeting, key=None, **seen):
        before = everything()
        with pytest.raises(Refused) as refused:
            set_outcomes(
                meeting=meeting,
                decisions=[decision("Now", key)],
                action_points=[],
                by=None,
                at=NOON,
                **seen,
            )
        assert everything() == before
        return refused.value.code or refused.type

    same = held(area)
    key = DecisionFactory(meeting=same, text="Now").pk

    assert refusal_of(same, key) == NothingChanged
    assert refusal_of(held(area), version=7) == MeetingConflict
    assert refusal_of(held(area, status=MeetingStatus.CANCELLED)) == AlreadyCancelled
    assert refusal_of(meeting_of(area, starts_at=NOON + DAY)) == "not_begun"
    assert refusal_of(held(area, status=MeetingStatus.DRAFT)) == "not_begun"


def test_organisations_of_the_group_and_those_that_own_a_point_can_be_chosen(
    area, other_area, focal_point
):
    meeting, left = held(area), MemberFactory()
    ActionPointFactory(meeting=meeting, owner=left)
    focal_point_in(other_area, "Elsewhere")

    assert set(owners_for(meeting)) == {focal_point.member, left}


def done_by(person, point, at=NOON):
    user = account_of(person)
    return mark_as_done(point=own(point), person=person, by=user, at=at)


def test_owner_marks_an_action_point_as_done_once(area, focal_point):
    point = ActionPointFactory(meeting=held(area), owner=focal_point.member)

    done_by(focal_point, point)

    saved = own(point)
    assert (saved.done_at, saved.done_by) == (NOON, account_of(focal_point))
    assert (own(point.meeting).version, saved.history.count()) == (2, 2)
    with pytest.raises(Refused) as refused:
        done_by(focal_point, point, at=NOON + HOUR)
    assert refused.value.code == "already_done"
    assert own(point).done_at == NOON


def test_others_and_those_who_left_cannot_mark_it_as_done(area, focal_point):
    point = ActionPointFactory(meeting=held(area), owner=focal_point.member)
    other = focal_point_in(area, "Other")
    before = everything()

    with pytest.raises(Refused) as by_another:
        done_by(other, point)
    user = account_of(focal_point)
    withdrawn(focal_point)
    with pytest.raises(Refused) as by_one_who_left:
        mark_as_done(point=own(point), person=focal_point, by=user, at=NOON)

    codes = [refused.value.code for refused in (by_another, by_one_who_left)]
    assert (codes, everything()) == (["not_yours", "not_yours"], before)


def test_last_meeting_gives_its_points_and_what_is_still_open_of_earlier_ones(
    area, other_area, focal_point
):
    owner = {"owner": focal_point.member}
    done = {"done_at": NOON, "done_by": UserFactory()}
    older, last = held(area, starts_at=NOON - 2 * A_WEEK), held(area)
    meeting = meeting_of(area, starts_at=NOON + A_WEEK)
    still_open = ActionPointFactory(meeting=older, **owner)
    of_last = ActionPointFactory(meeting=last, due_on=DUE, **owner)
    done_since = ActionPointFactory(meeting=last, due_on=DUE + DAY, **owner, **done)
    ActionPointFactory(meeting=older, **owner, **done)
    ActionPointFactory(meeting=held(other_area), **owner)
    ActionPointFactory(meeting=meeting, **owner)

    assert list(from_the_last_meeting(meeting)) == [still_open, of_last, done_since]
    assert not my_action_points([focal_point]).exclude(done_at=None).exists()


def test_reminder_a_day_before_tells_the_owner_and_nobody_else(area, focal_point):
    other = focal_point_in(area, "Other")
    ActionPointFactory(meeting=held(area), owner=focal_point.member, text="Send the number")
    told_meeting(area)

    send_reminders(at=THEN - DAY)

    texts = {message.recipient: text_of(message) for message in Message.objects.all()}
    assert "Send the number (by Monday 25 October 2021)" in texts[focal_point.email]
    assert "Send the number" not in texts[other.email]


# Pages.


def test_members_see_outcomes_and_the_owner_marks_one_as_done(mine, area, focal_point):
    meeting = held(area)
    DecisionFactory(meeting=meeting, text="Targets by year")
    point = ActionPointFactory(meeting=meeting, owner=focal_point.member, text="Send it")
    others = ActionPointFactory(meeting=meeting, owner=focal_point_in(area, "Other").member)
    address = f"/en/my/action-points/{point.pk}/done/"

    page = mine.get(f"/en/my/meetings/{meeting.uid}/").text
    start = mine.get("/en/my/").text
    assert "Targets by year" in page
    assert ("Send it" in start, others.text in start) == (True, False)
    assert (page.count("/done/"), start.count("/done/")) == (1, 1)

    assert mine.get(address).url == "/en/my/"
    assert own(point).done_at is None
    back = mine.post(address, {"back": meeting.pk})
    assert back.url == f"/en/my/meetings/{meeting.uid}/"
    assert own(point).done_by == account_of(focal_point)
    assert "already done" in mine.post(address, follow=True).text
    assert mine.post(f"/en/my/action-points/{others.pk}/done/").status_code == 404
    assert "Your action points" not in mine.get("/en/my/").text


def page_of(meeting):
    return f"/admin/meetings/meeting/{meeting.pk}/outcomes/"


def sent(meeting, owner, **more):
    return {
        "version": meeting.version,
        "decision-0-key": "",
        "decision-0-text": "Targets by year",
        "action-0-key": "",
        "action-0-text": "Send the number",
        "action-0-owner": owner.pk,
        "action-0-due_on": "2021-11-10",
        **more,
    }


def test_staff_type_outcomes(client, area, focal_point):
    client.force_login(staff_with("change_meeting", "view_meeting"))
    meeting = held(area)

    client.post(page_of(meeting), sent(meeting, focal_point.member))

    assert Decision.objects.get().text == "Targets by year"
    assert ActionPoint.objects.get().owner == focal_point.member
    shown = client.get(page_of(meeting)).text
    assert f'<option value="{focal_point.member_id}" selected>' in shown


def test_wrong_moved_or_conflicting_outcomes_are_shown_as_typed(client, area, focal_point):
    client.force_login(staff_with("change_meeting", "view_meeting"))
    meeting = held(area)
    whole = sent(meeting, focal_point.member)

    wrong = client.post(page_of(meeting), {**whole, "action-0-owner": ""})
    moved = client.post(page_of(meeting), {**whole, "move": "decision add"})
    conflict = client.post(page_of(meeting), {**whole, "version": 7})

    statuses = [response.status_code for response in (wrong, moved, conflict)]
    assert statuses == [422, 200, 409]
    for response in (wrong, moved, conflict):
        assert "Targets by year" in response.text
        assert "Send the number" in response.text
    assert "Choose who does it." in wrong.text
    assert everything() == [[], []]


def test_only_staff_who_may_change_the_meeting_type_its_outcomes(client, area, focal_point):
    meeting = held(area)
    client.force_login(staff_with("view_meeting"))
    assert client.post(page_of(meeting), sent(meeting, focal_point.member)).status_code == 403
    client.force_login(staff_within_reach("change_meeting", "view_meeting"))
    assert client.post(page_of(meeting), sent(meeting, focal_point.member)).status_code == 404
    assert everything() == [[], []]


def test_meeting_that_has_not_begun_has_no_form(client, area):
    client.force_login(staff_with("change_meeting", "view_meeting"))
    meeting = MeetingFactory(focus_area=area, starts_at=THEN + 9999 * DAY)

    assert "The meeting has not begun." in client.get(page_of(meeting)).text
