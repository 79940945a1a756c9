"""How unassigned members are shared out among colleagues. `share_out()` assigns them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from members.models import FocalPoint, Member
from members.services.countries import region_of
from triage.desk.services.workload import possible_assignees

# Members who were sent in this language are read by everybody.
READ_BY_ALL = "en"


class ShareOutBy(TextChoices):
    """What members of one share have in common."""

    NOTHING = "evenly", _("Evenly")
    LANGUAGE = "language", _("By language: to those who read it")
    REGION = "region", _("By region: one person for each")
    FIRST_CHOICE = "first_choice", _("By first choice: one person for each focus area")


Shares = dict[User, list[Member]]


def colleagues_here(*, today: date) -> QuerySet[User]:
    """Return the colleagues who may get members: who has signed in once, and is not away."""
    is_here = Q(away_until=None) | Q(away_until__lt=today)
    able = possible_assignees().filter(is_here, is_active=True, signed_in_at__isnull=False)
    return able.prefetch_related("read_languages")


def unassigned() -> QuerySet[Any]:
    """Return the undecided members of nobody, the oldest first, each with its `language`."""
    people = FocalPoint.objects.filter(member=OuterRef("pk"), is_alternate=False)
    members = Member.objects.undecided().filter(assignee=None, spam_signal="")
    return members.annotate(language=Subquery(people.values("language")[:1]))


def shares_of(members: Iterable[Any], colleagues: Sequence[User], by: ShareOutBy) -> Shares:
    """Return the members that each colleague gets. The same arguments give the same shares.

    Each goes to the colleague with the fewest so far. A language that nobody reads goes to anybody.
    """
    shares: Shares = {colleague: [] for colleague in colleagues}
    if not colleagues:
        return shares
    if by == ShareOutBy.LANGUAGE:
        readers = {
            colleague: {READ_BY_ALL, *(read.language for read in colleague.read_languages.all())}
            for colleague in colleagues
        }

        def able(member: Any) -> list[User]:
            readers_of = [each for each in colleagues if member.language in readers[each]]
            return readers_of or list(colleagues)

        # First those that few can read: the others then make the shares even.
        for member in sorted(members, key=lambda member: len(able(member))):
            shares[_least(shares, able(member))].append(member)
        return shares
    for group in _groups(members, by):
        shares[_least(shares, colleagues)] += group
    return shares


def _groups(members: Iterable[Any], by: ShareOutBy) -> list[list[Member]]:
    """Return the members that stay together, the largest groups first."""
    keys: dict[ShareOutBy, Callable[[Any], object]] = {
        ShareOutBy.NOTHING: lambda member: member.pk,
        ShareOutBy.REGION: lambda member: region_of(member.country),
        ShareOutBy.FIRST_CHOICE: lambda member: member.first_choice_id,
    }
    groups: dict[object, list[Member]] = {}
    for member in members:
        groups.setdefault(keys[by](member), []).append(member)
    return sorted(groups.values(), key=len, reverse=True)


def _least(shares: Shares, colleagues: Iterable[User]) -> User:
    return min(colleagues, key=lambda colleague: len(shares[colleague]))
