"""The columns of the open data about the coalition: focus areas, members, meetings, calls."""

from typing import Final

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from commitments.services.open_data.columns import Column, ForeignKey, Kind, Resource
from focus_areas.models import FOCUS_AREA_NAMES, FocusArea
from meetings.models import Meeting, MeetingKind, MeetingStatus
from members.models import Call, Category, Member, area_shown
from members.services.countries import Region, region_of

COUNTRY_DESCRIPTION: Final = _("The country, by its code in ISO 3166-1 alpha-2.")


def english_name(number: int) -> str:
    """Return the English name of a focus area."""
    with override("en"):
        return str(FOCUS_AREA_NAMES[number])


def region_code(country: str) -> str:
    """Return the code of the ITU region of a country; empty if it is in none."""
    region = region_of(country)
    return region.value if region else ""


def address_of(path: str) -> str:
    """Return the address of an English page."""
    return f"{settings.SITE_URL}/en/{path}/"


def _members() -> "QuerySet[Member]":
    return Member.objects.listed_publicly().alias(area=area_shown())


def _calls() -> "QuerySet[Call]":
    return Call.objects.filter(opens_at__lte=Now())


# Nobody but staff sees drafts.
SHOWN: Final = (MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED)
FOCUS_AREA_KEY: Final = ForeignKey(("focus_area",), "focus_areas", ("number",))
FOCUS_AREAS = Resource(
    name="focus_areas",
    title=_("Focus areas"),
    description=_("The four focus areas of the coalition."),
    columns=(
        Column("number", Kind.INTEGER, _("The number of the focus area."), is_required=True),
        Column("slug", Kind.TEXT, _("The last part of the address of its page."), is_required=True),
        Column("short_name", Kind.TEXT, _("The short name that ITU uses.")),
        Column("name", Kind.TEXT, _("The name, in English."), "number", english_name),
        Column("summary", Kind.TEXT, _("One sentence about it, in English."), "summary_en"),
        Column(
            "page",
            Kind.TEXT,
            _("The address of its page."),
            "slug",
            lambda slug: address_of(f"focus-areas/{slug}"),
        ),
    ),
    key=("number",),
    rows=FocusArea.objects.all,
)
MEMBERS = Resource(
    name="members",
    title=_("Members"),
    description=_("The admitted members that agreed to be listed."),
    columns=(
        Column(
            "member",
            Kind.TEXT,
            _("The last part of the address of its page. It stays when the name changes."),
            "slug",
            is_required=True,
        ),
        Column("organisation", Kind.TEXT, _("The name of the organisation."), "organisation_name"),
        Column("acronym", Kind.TEXT, _("Its acronym.")),
        Column("category", Kind.TEXT, _("Its category."), choices=Category),
        Column("country", Kind.TEXT, COUNTRY_DESCRIPTION),
        Column(
            "region",
            Kind.TEXT,
            _("The ITU region of the country. Some countries are in none."),
            "country",
            region_code,
            choices=Region,
        ),
        Column(
            "focus_area",
            Kind.INTEGER,
            _("The number of the focus area to which it is admitted."),
            Subquery(FocusArea.objects.filter(pk=OuterRef("area")).values("number")),
        ),
        Column(
            "page",
            Kind.TEXT,
            _("The address of its page."),
            "slug",
            lambda slug: address_of(f"members/{slug}"),
        ),
    ),
    key=("member",),
    rows=_members,
    foreign_keys=(FOCUS_AREA_KEY,),
)
MEETINGS = Resource(
    name="meetings",
    title=_("Meetings"),
    description=_("The public meetings, with those that were cancelled."),
    columns=(
        Column(
            "uid",
            Kind.TEXT,
            _("The number of the meeting in calendar feeds. It never changes."),
            convert=str,
            is_required=True,
        ),
        Column("title", Kind.TEXT, _("The title.")),
        Column("language", Kind.TEXT, _("The language of the title.")),
        Column("kind", Kind.TEXT, _("The kind of meeting."), choices=MeetingKind),
        Column("status", Kind.TEXT, _("Whether it is cancelled."), choices=SHOWN),
        Column(
            "focus_area",
            Kind.INTEGER,
            _("The number of the focus area; empty for the whole coalition."),
            "focus_area__number",
        ),
        Column("starts_at", Kind.INSTANT, _("The start, in UTC."), is_required=True),
        Column("ends_at", Kind.INSTANT, _("The end, in UTC."), is_required=True),
        Column("time_zone", Kind.TEXT, _("The time zone in which it takes place.")),
        Column("is_all_day", Kind.BOOLEAN, _("Whether it lasts whole days in its time zone.")),
        Column("is_tentative", Kind.BOOLEAN, _("Whether the time is still to be confirmed.")),
        Column("place", Kind.TEXT, _("The place.")),
        Column(
            "page",
            Kind.TEXT,
            _("The address of its page."),
            "uid",
            lambda uid: address_of(f"calendar/{uid}"),
        ),
    ),
    key=("uid",),
    rows=Meeting.objects.public,
    foreign_keys=(FOCUS_AREA_KEY,),
)
CALLS = Resource(
    name="calls",
    title=_("Calls"),
    description=_("The calls for expressions of interest that have opened."),
    columns=(
        Column("call", Kind.INTEGER, _("The number of the call."), "pk", is_required=True),
        Column("title", Kind.TEXT, _("The title, in English."), "title_en"),
        Column("opens_at", Kind.INSTANT, _("When it opened, in UTC.")),
        Column("closes_at", Kind.INSTANT, _("The deadline, in UTC.")),
        Column(
            "grace_ends_at",
            Kind.INSTANT,
            _("When the day of the deadline is over everywhere on earth, in UTC."),
        ),
    ),
    key=("call",),
    rows=_calls,
)
