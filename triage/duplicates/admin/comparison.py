"""Two Expressions of Interest side by side, which may be from one organisation."""

from dataclasses import dataclass
from itertools import zip_longest

from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from members.models import Member
from members.services.answers import AnswerRow, answers_of, people_of
from triage.duplicates.models import PossibleDuplicate
from triage.staff_pages.pages import focal_points_of, get_member_or_404, member_page

ROLES: tuple[str | Promise, ...] = (
    gettext_lazy("Focal point"),
    gettext_lazy("Alternate focal point"),
)


@dataclass(frozen=True)
class ComparisonRow:
    """One fact of two members, with their current values."""

    label: str
    here: str
    there: str

    @property
    def differs(self) -> bool:
        """Whether the values of the two members differ."""
        return self.here != self.there


@dataclass(frozen=True)
class ComparisonSection:
    """A group of facts with its heading."""

    heading: str
    rows: list[ComparisonRow]


@require_safe
@needs("members.view_member")
def compare(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    """Show two members side by side, fact by fact, with the differences marked."""
    here, there = get_pair_or_404(request, pk, other)
    return member_page(
        request,
        "compare",
        {
            "files": [here, there],
            "other": there,
            "pair": PossibleDuplicate.objects.between(pk, other).first(),
            "parts": parts_of(here, there),
        },
        title=_("Compare with %(reference)s") % {"reference": there.reference},
        member=here,
    )


def get_pair_or_404(request: StaffRequest, pk: int, other: int) -> tuple[Member, Member]:
    """Return two members that the user may see. Raises Http404 if they are the same."""
    if pk == other:
        raise Http404
    return get_member_or_404(request, pk), get_member_or_404(request, other)


def parts_of(here: Member, there: Member) -> list[ComparisonSection]:
    """Return the facts of two members side by side, in groups with headings."""
    parts = [ComparisonSection(_("Expression of interest"), _rows(_answers(here), _answers(there)))]
    nothing: list[AnswerRow] = []
    people = zip_longest(_people(here), _people(there), fillvalue=nothing)
    for role, (one, another) in zip(ROLES, people, strict=False):
        parts.append(ComparisonSection(str(role), _rows(one, another)))
    return parts


def _answers(member: Member) -> list[AnswerRow]:
    answers = answers_of(member)
    return [*answers.organisation, *answers.interest, *answers.consents]


def _people(member: Member) -> list[list[AnswerRow]]:
    return [person.facts for person in people_of(focal_points_of(member))]


def _rows(here: list[AnswerRow], there: list[AnswerRow]) -> list[ComparisonRow]:
    """Return the facts of two members side by side, if at least one of them has a value."""
    said_here = {fact.label: fact.now for fact in here}
    said_there = {fact.label: fact.now for fact in there}
    labels = dict.fromkeys([*said_here, *said_there])
    rows = [
        ComparisonRow(label, said_here.get(label, ""), said_there.get(label, ""))
        for label in labels
    ]
    return [row for row in rows if row.here or row.there]
