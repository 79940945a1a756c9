"""The file: what an organisation sent, what became of it, and what was written to it."""

from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.admin.decisions import decisions_on
from members.admin.pages import StaffRequest, file_or_404, focal_points_of, page
from members.admin.waiting import waiting_in_words
from members.as_sent import Fact, answers_of, people_of
from members.follow_up import letter_language
from members.models import CorrespondenceLanguage, FocalPoint, Member, Successor
from members.timeline import as_told
from outbox.models import FINISHED, Message


@dataclass(frozen=True)
class PersonOfTheFile:
    """One focal point: the facts about it, the language of its letters, and who is to follow."""

    focal_point: FocalPoint
    successor: Successor | None
    facts: list[Fact]
    letter_language: str


@require_safe
@permission_required("members.view_member", raise_exception=True)
def show_file(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one file: header, EOI, focal points, timeline, messages, and what may be decided."""
    member = file_or_404(request, pk)
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
        others=member.others_of_the_organisation()
        .within_reach_of(request.user)
        .order_by("submitted_at", "pk"),
        timeline=as_told(member).order_by("-at", "-pk"),
        messages_of_file=messages if request.user.has_perm("outbox.view_message") else None,
        finished=FINISHED,
    )


def _facts_of_the_organisation(member: Member) -> list[Fact]:
    """Return what was answered, with what follows from the country, as one list."""
    answers = answers_of(member)
    return [
        *answers.organisation,
        answers.region_and_groups,
        *answers.interest,
        *answers.consents,
    ]


def _people(focal_points: list[FocalPoint]) -> list[PersonOfTheFile]:
    """Return the people of a file, each with the language that letters to them are in."""
    return [
        PersonOfTheFile(
            focal_point=person.focal_point,
            successor=getattr(person.focal_point, "successor", None),
            facts=person.facts,
            letter_language=str(CorrespondenceLanguage(letter_language(person.focal_point)).label),
        )
        for person in people_of(focal_points)
    ]
