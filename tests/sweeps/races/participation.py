"""Two concurrent calls about one meeting's RSVPs or attendance, preferences, or accounts."""

from functools import partial

from accounts.models import User
from focus_areas.models import FocusArea
from meetings.models import Meeting, Part
from meetings.services.meetings import MeetingConflict, cancel_meeting, move_meeting
from members.models import FocalPoint, MemberStatus, TimelineEntry
from members.services.decisions import withdraw
from members.services.focal_points import accept_role_transfer
from members.services.private_links import InvalidLink
from members.services.search import write_search_entry
from outbox.models import Message
from participation.models import (
    ActionPoint,
    Attendance,
    CalendarChoice,
    CalendarFeed,
    DeclinedMeetings,
    FeedReminder,
    MailPreferences,
    MemberAccount,
    PaperOpening,
    PartMember,
    Presence,
    Rsvp,
    RsvpChoice,
)
from participation.services.attendance import AttendanceConflict, record_attendance
from participation.services.feeds import choose_feed, note_fetch
from participation.services.meeting_links import MeetingLink, reply_by_link
from participation.services.member_accounts import sync_member_account, sync_member_accounts
from participation.services.my_papers import note_opening
from participation.services.outcomes import mark_as_done, set_outcomes
from participation.services.parts import PartConflict, add_part, change_part
from participation.services.preferences import save_mail_preferences
from participation.services.rsvps import (
    MeetingCancelled,
    MeetingMoved,
    NotInvited,
    SameRsvp,
    record_rsvp,
    record_series_rsvp,
)
from tests.factories import (
    NOON,
    ActionPointFactory,
    FocalPointFactory,
    PaperVersionFactory,
    RoleTransferFactory,
    SeriesFactory,
    UserFactory,
)
from tests.participation.notices import DAY, HOUR, told_meeting
from tests.participation.people import account_of, focal_point_in, meeting_of
from tests.sweeps.races.race import Race, own, twice

MESSAGE, MEETING, ANSWER = "outbox_message", "meetings_meeting", "participation_rsvp"


def area():
    return FocusArea.objects.get(number=2)


def invited():
    return focal_point_in(area()), meeting_of(area(), starts_at=NOON + HOUR)


def answering(person, meeting, **seen):
    focal_point = FocalPoint.objects.select_related("member").get(pk=person.pk)
    return partial(
        record_rsvp,
        meeting=own(meeting),
        focal_point=focal_point,
        choice=RsvpChoice.YES,
        by=account_of(person),
        at=NOON,
        **seen,
    )


def two_answer():
    person, meeting = invited()
    return answering(person, meeting), answering(person, meeting)


def invited_to_series():
    """A person and two meetings of a series."""
    series = SeriesFactory()
    starts = (NOON + HOUR, NOON + HOUR + 7 * DAY)
    return focal_point_in(area()), [
        meeting_of(area(), starts_at=start, series=series, occurrence=start.date())
        for start in starts
    ]


def answering_series(person, meetings):
    focal_point = FocalPoint.objects.select_related("member").get(pk=person.pk)
    read, by = [own(meeting) for meeting in meetings], account_of(person)

    def step():
        given = record_series_rsvp(
            meetings=read,
            focal_point=focal_point,
            choice=RsvpChoice.YES,
            starts={meeting.pk: meeting.starts_at for meeting in meetings},
            by=by,
            at=NOON,
        )
        return len(given)

    return step


def two_mark_as_done():
    """Two focal points of an organisation mark its action point as done."""
    point, steps = point_and_marking()
    return *steps, lambda: own(point).history.count() == 2


def point_and_marking():
    person = focal_point_in(area())
    other = FocalPointFactory(member=person.member, is_alternate=True)
    point = ActionPointFactory(
        meeting=meeting_of(area(), starts_at=NOON - DAY), owner=person.member
    )
    steps = [
        partial(mark_as_done, point=own(point), person=each, by=account_of(each), at=NOON)
        for each in (person, other)
    ]
    return point, steps


def done_and_typed_again():
    """An organisation marks its action point as done while staff have the outcomes open."""
    point, steps = point_and_marking()
    typing = partial(
        set_outcomes,
        meeting=own(point.meeting),
        decisions=[],
        action_points=[],
        by=None,
        at=NOON,
        version=1,
    )
    return steps[0], typing, lambda: own(point).done_at == NOON


def two_answer_series():
    person, meetings = invited_to_series()
    return twice(answering_series(person, meetings))


def two_people_answer_series():
    """The page of one lists the meetings in another order."""
    person, meetings = invited_to_series()
    other = focal_point_in(area())
    return answering_series(person, meetings), answering_series(other, meetings[::-1])


def series_and_one_of_it():
    person, meetings = invited_to_series()
    return answering_series(person, meetings), answering(person, meetings[1])


def series_answered_after(call):
    """A person answers for a series while its second meeting or their role changes."""

    def arrange():
        person, meetings = invited_to_series()
        return call(person, meetings[1]), answering_series(person, meetings)

    return arrange


def two_open_a_paper():
    user = account_of(focal_point_in(area()))
    version = PaperVersionFactory(paper__focus_area=area())
    return twice(partial(note_opening, user=user, version=version, at=NOON))


def answering_by_link(person, meeting):
    link = MeetingLink(
        FocalPoint.objects.select_related("member").get(pk=person.pk), own(meeting), NOON
    )
    return partial(
        reply_by_link, link=link, choice=RsvpChoice.YES, starts_at=meeting.starts_at, at=NOON
    )


def two_answer_by_link():
    person, meeting = invited()
    account_of(person)
    return answering_by_link(person, meeting), answering_by_link(person, meeting)


def handed_over_and_answered_by_link():
    person, meeting = invited()
    account_of(person)
    answer = answering_by_link(person, meeting)
    return taking_over(person), answer


def two_answer_two_sittings():
    person, meeting = invited()
    other = meeting_of(area(), starts_at=NOON + 2 * HOUR, sitting_of=meeting)

    def they_attend_one():
        return Rsvp.objects.get().meeting in (meeting, other)

    return answering(person, meeting), answering(person, other), they_attend_one


def answered_after(call):
    """A person answers while the meeting or their role changes."""

    def arrange():
        person, meeting = invited()
        answer = answering(person, meeting, starts_at=meeting.starts_at)
        return call(person, meeting), answer

    return arrange


def moving(meeting, starts_at=NOON + 2 * HOUR, at=NOON):
    times = {"starts_at": starts_at, "ends_at": starts_at + HOUR}
    return partial(move_meeting, meeting=own(meeting), by=None, at=at, **times)


def cancelling(meeting, at=NOON):
    return partial(cancel_meeting, meeting=own(meeting), by=None, at=at)


def taken_out_and_answered():
    """A person answers a meeting for a part while their organisation leaves the part."""
    person, other = focal_point_in(area()), focal_point_in(area())
    by = UserFactory()
    part = add_part(focus_area=area(), name="-", members=[person.member_id], by=by, at=NOON - DAY)
    meeting = meeting_of(area(), starts_at=NOON + HOUR, part=part)
    taking_out = partial(
        change_part,
        part=own(part),
        name="-",
        members=[other.member_id],
        version=None,
        by=by,
        at=NOON,
    )
    return taking_out, answering(person, meeting, starts_at=meeting.starts_at)


def two_change_a_part():
    people = [focal_point_in(area()) for _number in range(3)]
    by = UserFactory()
    part = add_part(
        focus_area=area(), name="-", members=[people[0].member_id], by=by, at=NOON - DAY
    )

    def adding(person):
        members = [people[0].member_id, person.member_id]
        return partial(
            change_part, part=own(part), name="-", members=members, version=1, by=by, at=NOON
        )

    return adding(people[1]), adding(people[2])


def withdrawing(member):
    return partial(withdraw, member=member, by=UserFactory(), at=NOON)


def taking_over(person):
    return partial(
        accept_role_transfer, role_transfer=RoleTransferFactory(focal_point=person), at=NOON
    )


def two_take_attendance():
    person, meeting = focal_point_in(area()), meeting_of(area(), starts_at=NOON)

    def taking(presence):
        presences = {person.pk: presence}
        by = {"by": UserFactory(), "at": NOON + HOUR}
        return partial(record_attendance, meeting=own(meeting), presences=presences, seen=0, **by)

    def first_stays():
        return Attendance.objects.get().presence == Presence.ONSITE

    return taking(Presence.ONSITE), taking(Presence.ABSENT), first_stays


def one_told():
    Meeting.objects.all().delete()
    return focal_point_in(area()), told_meeting(area())


def two_choose():
    person, _meeting = one_told()
    user = account_of(person)

    def choosing(**facts):
        focal_point = FocalPoint.objects.select_related("member").get(pk=person.pk)
        return partial(
            save_mail_preferences,
            user=user,
            people=[focal_point],
            new_papers=True,
            calendar=CalendarChoice.FEED,
            day_before=False,
            language=focal_point.language,
            time_zone=focal_point.time_zone,
            at=NOON,
            **facts,
        )

    return choosing(hour_before=False), choosing(hour_before=True)


def chosen_while_fetched():
    user = account_of(one_told()[0])

    def choice_and_day_are_kept():
        feed = CalendarFeed.objects.get()
        return (feed.declined, feed.fetched_on) == ("omit", NOON.date())

    choosing = partial(
        choose_feed,
        user=user,
        declined=DeclinedMeetings.OMIT,
        reminder=FeedReminder.NONE,
        at=NOON,
    )
    return choosing, partial(note_fetch, user_pk=user.pk, at=NOON), choice_and_day_are_kept


def admitted():
    return FocalPointFactory(member__status=MemberStatus.ADMITTED, email="wanjiku@example.org")


def two_make_accounts():
    person = admitted()
    return (
        lambda: sync_member_accounts(at=NOON) is None,
        partial(sync_member_account, focal_point=person, at=NOON),
    )


def two_sync_accounts(*, is_ended):
    """An account is deactivated or reactivated twice after its holder's address has changed."""

    def arrange():
        person = admitted()

        def moves_to(email):
            person.email = email
            person.save()
            write_search_entry(person.member)

        sync_member_accounts(at=NOON)
        moves_to("next@example.org")
        if is_ended:
            sync_member_accounts(at=NOON)
            moves_to("wanjiku@example.org")
            sync_member_account(focal_point=FocalPointFactory(email="next@example.org"), at=NOON)
        user = User.objects.get(email="wanjiku@example.org")
        before = user.history.count()

        def is_changed_once():
            return (own(user).is_active, user.history.count()) == (is_ended, before + 1)

        return *twice(lambda: sync_member_accounts(at=NOON) is None), is_changed_once

    return arrange


RACES = {
    "mark an action point as done": Race(
        two_mark_as_done, "participation_actionpoint", (ActionPoint, "already_done")
    ),
    "mark as done, and type the outcomes": Race(
        done_and_typed_again, "participation_actionpoint", (ActionPoint, MeetingConflict)
    ),
    "answer": Race(two_answer, ANSWER, (Rsvp, SameRsvp), {Rsvp: 1}),
    "answer by link": Race(two_answer_by_link, ANSWER, (Rsvp, SameRsvp), {Rsvp: 1}),
    "hand a role over, and answer by link": Race(
        handed_over_and_answered_by_link,
        "members_focalpoint",
        (FocalPoint, InvalidLink),
        {TimelineEntry: 1, Message: 3, Rsvp: 0},
    ),
    "answer two sittings": Race(two_answer_two_sittings, ANSWER, (Rsvp, Rsvp), {Rsvp: 1}),
    "move a meeting, and answer": Race(
        answered_after(lambda _person, meeting: moving(meeting)),
        MEETING,
        (Meeting, MeetingMoved),
        {Rsvp: 0},
    ),
    "cancel a meeting, and answer": Race(
        answered_after(lambda _person, meeting: cancelling(meeting)),
        MEETING,
        (Meeting, MeetingCancelled),
        {Rsvp: 0},
    ),
    "take out of a part, and answer": Race(
        taken_out_and_answered, MEETING, (Part, NotInvited), {Rsvp: 0, PartMember: 1}
    ),
    "change a part": Race(
        two_change_a_part, "meetings_part", (Part, PartConflict), {PartMember: 1}
    ),
    "withdraw, and answer": Race(
        answered_after(lambda person, _meeting: withdrawing(person.member)),
        "members_member",
        (TimelineEntry, NotInvited),
        {TimelineEntry: 1, Rsvp: 0},
    ),
    "hand a role over, and answer": Race(
        answered_after(lambda person, _meeting: taking_over(person)),
        "members_focalpoint",
        (FocalPoint, NotInvited),
        {TimelineEntry: 1, Message: 3, Rsvp: 0},
    ),
    "answer for a series": Race(two_answer_series, ANSWER, (2, SameRsvp), {Rsvp: 2}),
    "answer for a series in another order": Race(
        two_people_answer_series, ANSWER, (2, 2), {Rsvp: 4}, needs_lock=False
    ),
    "answer for a series, and to one of its meetings": Race(
        series_and_one_of_it, ANSWER, (2, SameRsvp), {Rsvp: 2}
    ),
    "move a meeting, and answer for its series": Race(
        series_answered_after(lambda _person, meeting: moving(meeting, NOON + 2 * DAY)),
        MEETING,
        (Meeting, MeetingMoved),
        {Rsvp: 0},
    ),
    "cancel a meeting, and answer for its series": Race(
        series_answered_after(lambda _person, meeting: cancelling(meeting)),
        MEETING,
        (Meeting, MeetingCancelled),
        {Rsvp: 0},
    ),
    "withdraw, and answer for a series": Race(
        series_answered_after(lambda person, _meeting: withdrawing(person.member)),
        "members_member",
        (TimelineEntry, NotInvited),
        {TimelineEntry: 1, Rsvp: 0},
    ),
    "hand a role over, and answer for a series": Race(
        series_answered_after(lambda person, _meeting: taking_over(person)),
        "members_focalpoint",
        (FocalPoint, NotInvited),
        {TimelineEntry: 1, Message: 3, Rsvp: 0},
    ),
    "open a paper": Race(
        two_open_a_paper,
        "participation_paperopening",
        (None, None),
        {PaperOpening: 1},
        needs_lock=False,
    ),
    "take attendance": Race(
        two_take_attendance,
        "participation_attendance",
        (1, AttendanceConflict),
        {Attendance: 1},
    ),
    "choose what is mailed": Race(
        two_choose,
        "participation_mailpreferences",
        (MailPreferences, MailPreferences),
        {MailPreferences: 1},
        needs_lock=False,
    ),
    "choose what a feed shows while it is first fetched": Race(
        chosen_while_fetched,
        "participation_calendarfeed",
        (CalendarFeed, None),
        {CalendarFeed: 1},
        is_either_first=True,
        needs_lock=False,
    ),
    "make an account": Race(
        two_make_accounts,
        "accounts_user",
        (False, None),
        {User: 1, MemberAccount: 1},
        needs_lock=False,
    ),
    "end an account": Race(
        two_sync_accounts(is_ended=False), "after accounts_user", (False, False), needs_lock=False
    ),
    "open an account": Race(
        two_sync_accounts(is_ended=True), "after accounts_user", (False, False), needs_lock=False
    ),
}
