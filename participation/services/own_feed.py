"""What the calendar feed of a person contains: the meetings of all their roles, as they answered.

All that the feed depends on is read with its roles, in one query, so that a program that already
has the feed costs no other query.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from meetings.models import Meeting
from meetings.services.ical import (
    OwnEvent,
    feed_columns,
    feed_state,
    name_of_feed,
    write_calendar,
    write_notice,
)
from members.models import FocalPoint, area_shown
from members.services.feed_links import EndedFeed, FeedToken
from members.services.participants import participants, with_member_as_shown
from members.services.private_links import InvalidLink
from participation.models import (
    CalendarChoice,
    CalendarFeed,
    DeclinedMeetings,
    FeedReminder,
    MailPreferences,
    PartMember,
    Rsvp,
)
from participation.services.calendar_choices import calendar_choice
from participation.services.chosen_sittings import Presentation, ShownMeeting, shown_meetings
from participation.services.invited import is_invited, load_parts
from participation.services.my_meetings import meetings_of

# The choices of the person and the day of the last fetch.
CHOICES: Final = ("declined", "reminder", "changed_at", "fetched_on")

NOT_ANSWERED: Final = ShownMeeting(Presentation.SHOWN, 0, None, is_declined=False)
# Each answer is a row of its own here, so their number shows whether any answer changed.
RSVP_HISTORY: Any = Rsvp.history


@dataclass(frozen=True)
class OwnFeed:
    """The feed of one person: their roles, and what they chose for it."""

    # With their members as shown, and with the columns of `roles_of()`. At least one.
    people: Sequence[Any]
    choices: CalendarFeed
    # The day of the request, in UTC.
    today: date
    # Whether the meetings come by the feed. It is empty if they come by invitations or not at all.
    has_meetings: bool = True
    # MailPreferences.invitation_revision.
    revision: int = 0

    @property
    def language(self) -> str:
        """The language in which it is written."""
        return str(self.people[0].language)

    @property
    def name(self) -> str:
        """The name of the calendar, in the active language."""
        areas = {person.member.focus_area for person in self.people}
        return name_of_feed(areas.pop() if len(areas) == 1 else None)

    @property
    def state(self) -> tuple[object, ...]:
        """All that the feed depends on, except the language; the same for people with the same."""
        if not self.has_meetings:
            return (sorted({person.area for person in self.people}),)
        meetings = {(person.area, feed_state(person)) for person in self.people}
        answers = [(person.pk, person.link_version, person.answer_count) for person in self.people]
        return (
            sorted(meetings, key=repr),
            (str(self.choices.reminder), self.choices.changed_at),
            (str(self.choices.declined), answers) if self._has_answered else None,
            self.revision,
            [(each.member_id, each.part_count) for each in self.people if each.part_count],
            self.today if self.choices.reminder != FeedReminder.NONE else None,
        )

    @property
    def _has_answered(self) -> bool:
        return any(person.answer_count for person in self.people)

    def _meetings(self) -> list[Meeting]:
        meetings = list(meetings_of(self.people).for_a_feed())
        load_parts(meetings)
        return [each for each in meetings if any(is_invited(each, one) for one in self.people)]

    def write(self) -> bytes:
        """Return the feed as a calendar in the active language."""
        meetings = self._meetings() if self.has_meetings else []
        shown: Mapping[int, ShownMeeting] = {}
        if self._has_answered or any(meeting.sitting_of_id for meeting in meetings):
            shown = shown_meetings(meetings, people=self.people)
            meetings = [meeting for meeting in meetings if is_kept(shown[meeting.pk], self.choices)]
        return write_calendar(
            meetings,
            name=self.name,
            with_join_links=True,
            page=settings.SITE_URL + reverse("participation:my_calendar"),
            own={
                meeting.pk: own_event(
                    meeting,
                    shown.get(meeting.pk, NOT_ANSWERED),
                    self.choices,
                    today=self.today,
                    revision=self.revision,
                )
                for meeting in meetings
            },
        )


def is_kept(shown: ShownMeeting, choices: CalendarFeed) -> bool:
    """Return whether a meeting is in the feed of a person.

    It is not if the person attends another sitting of it, or wants no declined meetings.
    """
    if shown.is_declined:
        return choices.declined == DeclinedMeetings.FREE
    return shown.presentation != Presentation.LEFT_OUT


def own_event(
    meeting: Meeting,
    shown: ShownMeeting,
    choices: CalendarFeed,
    *,
    today: date,
    revision: int,
) -> OwnEvent:
    """Return how a meeting looks in the feed of a person, with its page in the active language.

    Invitations use it too, so that they agree with the feed. `revision` is that of the invitations
    of the person.
    """
    changes = [choices.changed_at, shown.answered_at]
    # Programs would show all reminders of past meetings at once.
    is_to_come = meeting.ends_at.date() >= today
    return OwnEvent(
        page=my_meeting_url(meeting),
        is_declined=shown.is_declined,
        is_tentative=shown.presentation == Presentation.TENTATIVE,
        reminder=FeedReminder(choices.reminder).before if is_to_come else None,
        revision=shown.revision + revision,
        changed_at=max((at for at in changes if at), default=None),
    )


def own_event_of_user(
    meeting: Meeting, *, user: User, people: Sequence[FocalPoint], at: datetime
) -> OwnEvent:
    """Return how a meeting looks in the feed of a user with these roles, in five queries."""
    choices = CalendarFeed.objects.filter(user=user).first() or CalendarFeed()
    shown = shown_meetings([meeting], people=people)
    preferences = MailPreferences.objects.filter(user=user).first() or MailPreferences()
    return own_event(
        meeting,
        shown[meeting.pk],
        choices,
        today=at.date(),
        revision=preferences.invitation_revision or 0,
    )


def own_feed(token: FeedToken, *, at: datetime) -> OwnFeed:
    """Return the feed of the person to whom a token belongs, in one query.

    The token of any of their roles opens the whole feed, also after that member has withdrawn.

    Raises InvalidLink if it was revoked, or if no member of the person is admitted.
    """
    people = with_member_as_shown(roles_of(token.holders()), at=at)
    if not people:
        raise InvalidLink
    token.note_use()
    first: Any = people[0]
    choices = {
        name: getattr(first, f"chosen_{name}")
        for name in CHOICES
        if getattr(first, f"chosen_{name}") is not None
    }
    return OwnFeed(
        people=people,
        choices=CalendarFeed(user_id=first.account, **choices),
        today=at.date(),
        has_meetings=calendar_choice(first.calendar_choice) is CalendarChoice.FEED,
        revision=first.invitation_revision or 0,
    )


def roles_of(holders: QuerySet[FocalPoint]) -> QuerySet[Any]:
    """Return all roles at the address of a focal point, with all that their feed depends on."""
    meetings = Meeting.objects.scheduled_or_cancelled().of_focus_area(OuterRef("area"))
    answers = RSVP_HISTORY.filter(focal_point_id=OuterRef("pk")).order_by()
    answers = answers.values("focal_point_id").annotate(number=Count("history_id"))
    # Each change of who belongs to a part is a new version of its meetings, which the feed counts.
    of_member = PartMember.objects.filter(member=OuterRef("member")).order_by()
    parts = of_member.values("member").annotate(number=Count("pk"))
    account = User.objects.alias(address=Lower("email")).filter(address=OuterRef("address"))
    chosen = CalendarFeed.objects.alias(address=Lower("user__email")).filter(
        address=OuterRef("address")
    )
    preferences = MailPreferences.objects.alias(address=Lower("user__email")).filter(
        address=OuterRef("address")
    )
    address = holders.annotate(holder_address=Lower("email")).values("holder_address")[:1]
    roles: QuerySet[Any] = (
        participants()
        .filter(address=Subquery(address))
        .select_related("member__focus_area")
        .annotate(area=area_shown("member__"))
        .annotate(
            **feed_columns(meetings),
            answer_count=Subquery(answers.values("number")),
            part_count=Subquery(parts.values("number")),
            account=Subquery(account.values("pk")[:1]),
            invitation_revision=Subquery(preferences.values("invitation_revision")[:1]),
            calendar_choice=Coalesce(
                Subquery(preferences.values("calendar")[:1]), Value(CalendarChoice.FEED)
            ),
            **{f"chosen_{name}": Subquery(chosen.values(name)[:1]) for name in CHOICES},
        )
        .order_by("is_alternate", "pk")
    )
    return roles


def write_ended_feed(ended: EndedFeed, *, token: str) -> bytes:
    """Return the calendar of a revoked feed: one event, on the day on which it was revoked.

    It is the same whatever the reason was, and says nothing about the person or their roles: others
    may have the address.
    """
    with override(ended.language):
        page = settings.SITE_URL + reverse("participation:my_feed")
        return write_notice(
            name=name_of_feed(None),
            uid=str(UUID(bytes=hashlib.sha256(token.encode()).digest()[:16])),
            day=ended.ended_at.astimezone(ZoneInfo(ended.time_zone)).date(),
            title=_("This Partner2Connect calendar link no longer works"),
            text=_(
                "This calendar no longer shows meetings, because its link was reset or the role "
                "to which it belonged has ended. If you still take part in the coalition, sign in "
                "and subscribe with your new link: %(link)s\n\nThen remove this calendar."
            )
            % {"link": page},
            page=page,
            at=ended.ended_at,
        )


def my_meeting_url(meeting: Meeting) -> str:
    """Return the full URL of the page of a meeting for invited people, in the active language."""
    return settings.SITE_URL + reverse("participation:my_meeting", args=[meeting.uid])
