"""The file: what an organisation sent, what became of it, and what was written to it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from focus_areas.models import FocusArea
from members.admin.decisions import decisions_on
from members.admin.pages import StaffRequest, file_or_404, focal_points_of, page
from members.admin.waiting import waiting_in_words
from members.countries import groups_of, name_of, region_of
from members.follow_up import letter_language
from members.models import ALSO, CONTRIBUTES, CorrespondenceLanguage, FocalPoint, Member, Successor
from outbox.models import FINISHED, Message


@dataclass(frozen=True)
class Fact:
    """One fact of the file: as it is now, and as it was sent where that differs."""

    label: str
    now: str
    sent: str
    is_corrected: bool


@dataclass(frozen=True)
class Person:
    """One focal point: the facts about it, the language of its letters, and who is to follow."""

    focal_point: FocalPoint
    successor: Successor | None
    facts: list[Fact]
    letter_language: str


@require_safe
@permission_required("members.view_member", raise_exception=True)
def show_file(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one file: header, EOI, focal points, timeline, messages, and what may be decided."""
    member = file_or_404(pk)
    messages = Message.objects.filter(reference=member.reference).order_by("-queued_at", "-pk")
    return page(
        request,
        "file",
        title=_("File %(reference)s") % {"reference": member.reference},
        member=member,
        waiting=waiting_in_words(member, now()),
        decisions=decisions_on(member, request.user),
        facts=_facts_of_the_organisation(member),
        people=_people(focal_points_of(member)),
        timeline=member.timeline.order_by("-at", "-pk"),
        messages_of_file=messages if request.user.has_perm("outbox.view_message") else None,
        finished=FINISHED,
    )


def _facts_of_the_organisation(member: Member) -> list[Fact]:
    """Compare the EOI as it is with the first row of its history: the EOI as it was sent."""
    areas = {area.pk: area for area in FocusArea.objects.order_by("number")}
    sent = member.history.order_by("history_id").first()
    return _compared(_organisation(member, areas), _organisation(sent or member, areas))


def _people(focal_points: list[FocalPoint]) -> list[Person]:
    """Compare each focal point with the first row of its history."""
    history = FocalPoint.history.filter(
        id__in=[focal_point.pk for focal_point in focal_points], history_type="+"
    )
    sent = {row.id: row for row in history}
    return [
        Person(
            focal_point=focal_point,
            successor=getattr(focal_point, "successor", None),
            facts=_compared(_person(focal_point), _person(sent.get(focal_point.pk, focal_point))),
            letter_language=str(CorrespondenceLanguage(letter_language(focal_point)).label),
        )
        for focal_point in focal_points
    ]


def _compared(now: dict[str, str], sent: dict[str, str]) -> list[Fact]:
    return [
        Fact(label=label, now=value, sent=sent[label], is_corrected=value != sent[label])
        for label, value in now.items()
    ]


def _organisation(eoi: Any, areas: dict[int, FocusArea]) -> dict[str, str]:
    """Return the words of an EOI by their labels, from a member or from a row of its history."""
    further = [
        f"{area.number} · {area}" for area in areas.values() if getattr(eoi, ALSO[area.slug])
    ]
    contributions = [
        str(contribution.label)
        for contribution, column in CONTRIBUTES.items()
        if getattr(eoi, column)
    ]
    first_choice = areas[eoi.first_choice_id]
    return {
        _("Organisation"): eoi.organisation_name,
        _("Acronym"): eoi.acronym,
        _("Category"): str(eoi.get_category_display()),
        _("Country"): name_of(eoi.country),
        _("ITU region and groups"): _region_and_groups(eoi.country),
        _("Website"): eoi.website,
        _("About the organisation"): eoi.about,
        _("First choice"): f"{first_choice.number} · {first_choice}",
        _("Also interested in"): "\n".join(further),
        _("Role sought"): str(eoi.get_role_display()),
        _("Contribution"): ", ".join(contributions),
        _("Motivation"): eoi.motivation,
        _("May be listed publicly"): _yes_or_no(eoi.publication_consent),
        _("Wants the newsletter"): _yes_or_no(eoi.newsletter),
        _("Agreed to the privacy notice"): eoi.privacy_version,
    }


def _person(focal_point: Any) -> dict[str, str]:
    """Return the words about a person by their labels, from a focal point or its history."""
    names = (focal_point.get_title_display(), focal_point.given_name, focal_point.family_name)
    phone = focal_point.phone
    return {
        _("Name"): " ".join(str(name) for name in names if name),
        _("Position"): focal_point.position,
        _("Email"): focal_point.email,
        _("Phone"): getattr(phone, "as_international", None) or str(phone),
        _("Language of correspondence"): str(focal_point.get_language_display()),
        _("Time zone"): focal_point.time_zone,
    }


def _region_and_groups(country: str) -> str:
    """Return the ITU region of a country and the groups that it is in, one a line."""
    region, groups = region_of(country), groups_of(country)
    words = [str(region.label) if region else _("In no ITU region")]
    if groups.is_ldc:
        words.append(_("Least developed country (LDC)"))
    elif groups.was_ldc_in_2021:
        words.append(_("Least developed country (LDC) in 2021, no longer today"))
    if groups.is_lldc:
        words.append(_("Landlocked developing country (LLDC)"))
    if groups.is_sids:
        words.append(_("Small island developing State (SIDS)"))
    return "\n".join(words)


def _yes_or_no(answer: bool) -> str:  # noqa: FBT001
    return _("Yes") if answer else _("No")
