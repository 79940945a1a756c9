"""Creates every mail about meetings, in one language and with given titles."""

from datetime import timedelta

from django.test import override_settings

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meetings import cancel_meeting
from outbox.models import Message
from participation.models import CalendarChoice, MailPreferences, RsvpChoice
from participation.services.missing_documents import remind_of_missing_documents
from participation.services.notices import send_notices
from participation.services.preferences import save_mail_preferences
from participation.services.reminders import send_reminders
from participation.services.reply_requests import ask_for_replies
from tests.factories import NOON, MailPreferencesFactory, RsvpFactory
from tests.participation.date_polls import asked_for_a_date
from tests.participation.notices import DAY, HOUR, THEN, changed, moved, told_meeting, told_series
from tests.participation.people import LINK, account_of, focal_point_in, meeting_of
from tests.triage.staff import coordinator

A_LONG_TIME = timedelta(days=400)


def begin_and_end_invitations(person, meeting):
    """Queue an invitation to a meeting, and its cancellation for a person who wants none."""
    user = account_of(person)
    MailPreferences.objects.filter(user=user).delete()
    wishes = {"day_before": False, "hour_before": False, "new_papers": False}
    with override_settings(MAIL_RETURN_DOMAIN="replies.example.org"):
        for calendar in (CalendarChoice.INVITATIONS, CalendarChoice.MAILS):
            save_mail_preferences(
                user=user,
                people=[person],
                calendar=calendar,
                language=person.language,
                time_zone=person.time_zone,
                at=NOON,
                **wishes,
            )


def write_every_notice(called, language):
    """Queue every mail about upcoming meetings, and return the messages."""
    Meeting.objects.all().delete()
    before = set(Message.objects.values_list("pk", flat=True))
    areas = [FocusArea.objects.get(number=number) for number in range(1, 5)]
    area, elsewhere, *_others = areas
    facts = {"language": language, "time_zone": "Africa/Nairobi"}
    person = focal_point_in(area, called, **facts)
    for other in areas:
        focal_point_in(other, called, **facts)
    told = {"title": called, "place": "Kigali"}

    # One notice for each change, and one about many changes at the same time.
    changed(told_meeting(area, **told), focus_area=elsewhere, reason=called)
    send_notices(at=NOON + HOUR)
    changed(told_meeting(area, **told | {"join_link": ""}), place="", join_link=LINK)
    send_notices(at=NOON + HOUR)
    changed(told_meeting(area, **told | {"place": ""}), place="Kigali", join_link="")
    send_notices(at=NOON + HOUR)
    changed(told_meeting(area, **told | {"title": "Drafts"}), title=called)
    send_notices(at=NOON + HOUR)
    cancel_meeting(meeting=told_meeting(None, **told), by=None, at=NOON, reason=called)
    send_notices(at=NOON + HOUR)
    told_meeting(area, **told, status=MeetingStatus.CANCELLED)
    Meeting.objects.filter(status=MeetingStatus.CANCELLED, version=1).update(
        status=MeetingStatus.SCHEDULED, version=2, changed_at=NOON
    )
    send_notices(at=NOON + HOUR)
    changed(told_meeting(area, **told, is_tentative=True), is_tentative=False)
    send_notices(at=NOON + HOUR)
    # More than are told in full.
    called_off = told_series(area, 8, **told)
    kept = [told_meeting(area, **told, is_tentative=True) for _number in range(7)]
    for meeting in called_off:
        cancel_meeting(meeting=meeting, by=None, at=NOON, reason=called)
    for meeting in kept:
        changed(meeting, is_tentative=False)
    send_notices(at=NOON + HOUR)
    for number in (7, 8):
        for meeting in told_series(area, number, **told):
            RsvpFactory(meeting=meeting, focal_point=person)
            moved(meeting, to=meeting.starts_at + DAY)
        send_notices(at=NOON + HOUR)
    meeting_of(area, starts_at=THEN, title=called, is_tentative=True, changed_at=NOON)
    send_notices(at=NOON + HOUR)

    MailPreferencesFactory(user=account_of(person), hour_before=True)
    yes, no, remote, _deadline = (
        told_meeting(area, **told, starts_at=THEN + A_LONG_TIME, **more)
        for more in ({}, {}, {}, {"kind": MeetingKind.DEADLINE})
    )
    focal_point_in(area, f"{called} 2", email=person.email, **facts)
    for meeting, choice in (
        (yes, RsvpChoice.YES),
        (no, RsvpChoice.NO),
        (remote, RsvpChoice.REMOTE),
    ):
        RsvpFactory(meeting=meeting, focal_point=person, choice=choice)
    send_reminders(at=THEN + A_LONG_TIME - DAY)
    send_reminders(at=THEN + A_LONG_TIME - HOUR)

    asked_for_a_date(area, title=called, place=called)
    begin_and_end_invitations(person, told_meeting(area, **told))
    staff = coordinator(area, language=language)
    ask_for_replies(meeting=told_meeting(area, **told), by=staff, at=NOON)
    remind_of_missing_documents(at=THEN + A_LONG_TIME - DAY)
    remind_of_missing_documents(at=THEN + A_LONG_TIME + 11 * DAY)
    return list(Message.objects.exclude(pk__in=before).order_by("pk"))
