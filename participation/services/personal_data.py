"""The personal data in the participation in meetings, and in the accounts of focal points."""

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.personal_data import (
    ERASED_NAME,
    ERASED_TEXT,
    DataSubject,
    PersonalTable,
    acted,
    any_of,
    has_account,
    nobody,
)


def _of_holder(person: DataSubject) -> Q:
    return person.held_role("focal_point")


def _replied(person: DataSubject) -> Q:
    return any_of(
        Q(reply__focal_point=role, reply__link_version__in=versions)
        for role, versions in person.link_versions.items()
    )


PERSONAL_TABLES: Final = (
    PersonalTable(
        model="participation.Rsvp",
        name=_("answers to meetings"),
        purpose="meetings",
        retention="members",
        about=lambda person: person.has_account("by") | _of_holder(person),
        exported=("choice", "starts_at", "responded_at"),
        member="focal_point__member",
        kept_because=_("The number of answers stays. The role that answered has no name."),
    ),
    PersonalTable(
        model="participation.Attendance",
        name=_("attendance"),
        purpose="meetings",
        retention="members",
        about=acted(role="focal_point", name="name"),
        fields={"name": ERASED_NAME},
        exported=("name", "organisation_name", "presence", "recorded_at"),
        member="focal_point__member",
        organisation_fields={"organisation_name": ERASED_NAME},
    ),
    PersonalTable(
        model="participation.MeetingProposal",
        name=_("proposed meetings"),
        purpose="meetings",
        retention="members",
        about=acted(role="focal_point", name="proposed_by_name"),
        fields={"proposed_by_name": ERASED_NAME},
        free_text=("title", "place", "agenda", "reason"),
        exported=("proposed_by_name", "proposed_at", "title", "agenda"),
        member="focal_point__member",
        organisation_fields={"organisation_name": ERASED_NAME},
        not_personal=("language", "time_zone"),
    ),
    PersonalTable(
        model="participation.Decision",
        name=_("decisions of meetings"),
        purpose="meetings",
        retention="members",
        is_statement=True,
        about=nobody,
        free_text=("text",),
        kept_because=_("Meetings are the record of the coalition. Names in texts are replaced."),
    ),
    PersonalTable(
        model="participation.ActionPoint",
        name=_("action points"),
        purpose="meetings",
        retention="members",
        about=has_account("done_by"),
        free_text=("text",),
        exported=("text", "due_on", "done_at"),
        member="owner",
        kept_because=_("Meetings are the record of the coalition. Names in texts are replaced."),
    ),
    PersonalTable(
        model="participation.DatePoll",
        name=_("date polls"),
        purpose="meetings",
        retention="members",
        is_statement=True,
        about=lambda person: person.has_account("asked_by") | person.has_account("settled_by"),
        free_text=("title", "place"),
        not_personal=("language", "time_zone", "join_link"),
        kept_because=_("Meetings are the record of the coalition. Names in texts are replaced."),
    ),
    PersonalTable(
        model="participation.DateReply",
        name=_("replies to date polls"),
        purpose="meetings",
        retention="members",
        about=_of_holder,
        fields={"word": ERASED_TEXT},
        free_text=("word",),
        exported=("word", "replied_at"),
        member="focal_point__member",
    ),
    PersonalTable(
        model="participation.DateAnswer",
        name=_("answers about dates"),
        purpose="meetings",
        retention="members",
        about=_replied,
        exported=("choice",),
        member="reply__focal_point__member",
        kept_because=_("The number of answers stays. The role that answered has no name."),
    ),
    PersonalTable(
        model="participation.EmailConsent",
        name=_("consents to show the address"),
        purpose="meetings",
        retention="members",
        about=_of_holder,
        exported=("agreed_at",),
        member="focal_point__member",
        is_deleted_with_organisation=True,
    ),
    PersonalTable(
        model="participation.PartMember",
        name=_("members of parts of groups"),
        purpose="meetings",
        retention="members",
        about=lambda person: person.has_account("added_by") | person.has_account("removed_by"),
        exported=("added_at", "removed_at"),
        member="member",
        kept_because=_("It says for whom meetings were. The organisation that was in it stays."),
    ),
    PersonalTable(
        model="participation.MailPreferences",
        name=_("email preferences"),
        purpose="meetings",
        retention="member_accounts",
        about=has_account("user"),
        exported=("day_before", "hour_before", "new_papers", "calendar"),
    ),
    PersonalTable(
        model="participation.CalendarFeed",
        name=_("calendar feeds"),
        purpose="meetings",
        retention="member_accounts",
        about=has_account("user"),
        exported=("declined", "reminder", "changed_at", "fetched_on"),
    ),
    PersonalTable(
        model="participation.PaperOpening",
        name=_("opened papers"),
        purpose="meetings",
        retention="member_accounts",
        about=has_account("user"),
        exported=("opened_at",),
    ),
    PersonalTable(
        model="participation.MemberAccount",
        name=_("accounts of focal points"),
        purpose="accounts",
        retention="member_accounts",
        about=has_account("user"),
        exported=("made_at", "ended_at"),
    ),
)
