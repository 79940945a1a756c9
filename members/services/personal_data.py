"""The personal data in members, their focal points and their timelines."""

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
    erased_address,
    has_account,
    has_address,
    nobody,
)
from members.services.question import Kind
from members.services.questions import QUESTIONS

PERSON_COLUMNS: Final = (
    "title",
    "given_name",
    "family_name",
    "position",
    "email",
    "phone",
    "language",
    "time_zone",
)
# The answers of an organisation that are typed. The others are choices.
TYPED_ANSWERS: Final = tuple(
    question
    for question in QUESTIONS
    if question.kind in (Kind.NAME, Kind.TEXT, Kind.LONG_TEXT, Kind.WEBSITE)
    and not question.is_about_person
)


def _is_asked_or_replaced(person: DataSubject) -> Q:
    return has_address("email")(person) | Q(focal_point__in=person.keys("members.FocalPoint"))


PERSONAL_TABLES: Final = (
    PersonalTable(
        model="members.FocalPoint",
        name=_("focal points"),
        purpose="membership",
        retention="members",
        about=has_address("email"),
        fields={
            "title": "",
            "given_name": "",
            "family_name": ERASED_NAME,
            "position": "",
            "email": erased_address(),
            "phone": "",
            "time_zone": "UTC",
        },
        exported=(*PERSON_COLUMNS, "is_alternate", "confirmed_at"),
        member="member",
        not_personal=("link_secret", "feed_secret"),
        kept_because=_("The role of the member stays, without its holder."),
    ),
    PersonalTable(
        model="members.RoleTransfer",
        name=_("role transfers"),
        purpose="membership",
        retention="drafts",
        about=_is_asked_or_replaced,
        exported=(*PERSON_COLUMNS, "named_at", "expires_at"),
        # Not those whom this person asked.
        exported_about=has_address("email"),
        member="focal_point__member",
        is_deleted_with_organisation=True,
    ),
    PersonalTable(
        model="members.Member",
        name=_("members"),
        purpose="applications",
        retention="members",
        is_statement=True,
        about=nobody,
        free_text=(
            *(each.column_name for each in TYPED_ANSWERS if each.kind is Kind.LONG_TEXT),
            "summary",
        ),
        # What a focal point typed about the organisation, while they hold the role.
        exported=(
            "reference",
            "submitted_at",
            *(question.column_name for question in TYPED_ANSWERS),
            "summary",
        ),
        exported_about=lambda person: any_of(
            Q(focal_points__email__iexact=address) for address in person.addresses
        ),
        member="id",
        organisation_fields={
            **{
                question.column_name: ERASED_TEXT if question.required else ""
                for question in TYPED_ANSWERS
            },
            "organisation_name": ERASED_NAME,
            "answers_digest": "",
            "summary": "",
            # Not in the history.
            "slug": "",
        },
        # The name in other forms, which the erasure of an organisation writes again.
        not_personal=(
            "reference",
            "submission_key",
            "country",
            "privacy_version",
            "search_text",
            "sort_key",
        ),
        kept_because=_("Status, country, category and decision stay, so that figures stay."),
    ),
    PersonalTable(
        model="members.TimelineEntry",
        name=_("timeline entries"),
        purpose="accountability",
        retention="members",
        about=acted(account="by_user", role="by_focal_point", name="by_name"),
        fields={"by_name": ERASED_NAME},
        free_text=("note",),
        exported=("kind", "at", "by_name", "note"),
        # The others are internal notes of staff.
        exported_if={"note": "is_public"},
        member="member",
        organisation_fields={"note": ""},
        kept_because=_("What happened and when stays, without the name of the person."),
    ),
    PersonalTable(
        model="members.AnswerFile",
        name=_("files of answers"),
        purpose="applications",
        retention="members",
        about=acted(role="entry__by_focal_point", name="entry__by_name"),
        exported=("file_name", "content_type", "size"),
        member="entry__member",
        is_deleted_with_organisation=True,
        not_personal=("file_name", "file", "content_type", "sha256"),
        kept_because=_("A file of the organisation. What it contains cannot be searched."),
    ),
    PersonalTable(
        model="members.LetterDraft",
        name=_("letter drafts"),
        purpose="applications",
        retention="work",
        about=has_account("by"),
        free_text=("form_data",),
        exported=("kind", "saved_at"),
        member="member",
        is_deleted_with_organisation=True,
    ),
    PersonalTable(
        model="members.Mention",
        name=_("mentions in notes"),
        purpose="accountability",
        retention="members",
        about=has_account("colleague"),
        member="entry__member",
        is_deleted_with_organisation=True,
    ),
    PersonalTable(
        model="members.OpinionRequest",
        name=_("requests for an opinion"),
        purpose="applications",
        retention="members",
        about=acted(account="asked_of"),
        free_text=("question", "answer"),
        # An opinion of staff is about the organisation.
        exported=("asked_at",),
        member="member",
        is_deleted_with_organisation=True,
        kept_because=_("An opinion is part of the decision. Names in it are replaced."),
    ),
    PersonalTable(
        model="members.PublicProfile",
        name=_("public profiles"),
        purpose="membership",
        retention="members",
        is_statement=True,
        about=nobody,
        free_text=("about",),
        member="member",
        is_deleted_with_organisation=True,
        not_personal=("website", "logo"),
        kept_because=_("Words of the organisation. Names in them are replaced."),
    ),
    PersonalTable(
        model="members.SearchEntry",
        name=_("search entries"),
        purpose="applications",
        retention="members",
        about=lambda person: Q(
            member__focal_points__in=person.keys("members.FocalPoint"),
        ),
        member="member",
        is_deleted_with_organisation=True,
        not_personal=("text",),
        kept_because=_("They are written again from what remains."),
    ),
)
