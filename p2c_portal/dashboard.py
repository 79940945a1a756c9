"""The admin's front page in words: what waits, with the list that has it, and the figures."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import User
from focus_areas.languages import language_shown
from focus_areas.times import GENEVA, moment_in_words
from members.figures import Figures, areas_of, figures_of, what_waits
from members.models import OUTCOMES, Call, TallyKind
from p2c_portal.drawing import charts_of, kinds_of


@dataclass(frozen=True)
class Waiting:
    """What may wait: how it is said, and the list that has it, by what the list is asked for."""

    some: Promise
    none: Promise
    asks: str


# In the order in which they are shown, by the names that members/figures.py counts them under.
WAITING: Final = {
    "on_us": Waiting(
        ngettext_lazy(
            "%(number)s expression of interest waits on us",
            "%(number)s expressions of interest wait on us",
            "number",
        ),
        gettext_lazy("Nothing waits on us"),
        "status=pending",
    ),
    "overdue": Waiting(
        ngettext_lazy("%(number)s file is overdue", "%(number)s files are overdue", "number"),
        gettext_lazy("Nothing is overdue"),
        "waiting_on=overdue",
    ),
    "replied": Waiting(
        ngettext_lazy(
            "%(number)s has replied to our question",
            "%(number)s have replied to our question",
            "number",
        ),
        gettext_lazy("No reply waits to be read"),
        "replied=yes",
    ),
    "nobodys": Waiting(
        ngettext_lazy(
            "%(number)s file is taken by nobody", "%(number)s files are taken by nobody", "number"
        ),
        gettext_lazy("Every file that waits is taken"),
        "status=waiting&taken_by=nobody",
    ),
    "mine": Waiting(
        ngettext_lazy("You have %(number)s file", "You have %(number)s files", "number"),
        gettext_lazy("You have no file that waits"),
        "status=waiting&taken_by=me",
    ),
    "on_them": Waiting(
        ngettext_lazy(
            "%(number)s waits on its organisation",
            "%(number)s wait on their organisations",
            "number",
        ),
        gettext_lazy("Nothing waits on an organisation"),
        "status=information_requested",
    ),
    "mail_failed": Waiting(
        ngettext_lazy(
            "Mail to %(number)s organisation failed",
            "Mail to %(number)s organisations failed",
            "number",
        ),
        gettext_lazy("No mail to an organisation has failed"),
        "status=all&mail_failed=yes",
    ),
}


def dashboard_of(user: User, *, asked_for: str, at: datetime) -> dict[str, Any]:
    """Return what the front page shows somebody who may see files, and nothing to anybody else.

    `asked_for` is the key of a call that has opened; of any other text the latest is shown.
    """
    areas = areas_of(user) if user.has_perm("members.view_member") else []
    if areas == []:
        return {}
    calls = list(Call.objects.order_by("-opens_at", "-pk"))
    opened = [call for call in calls if call.opens_at <= at]
    shown = [call for call in opened if str(call.pk) == asked_for] or opened[:1]
    counts = what_waits(user=user, calls=calls, at=at)
    return {
        "waiting": [_waiting(name, counts[name]) for name in WAITING if name in counts],
        "waiting_as_of": moment_in_words(at, GENEVA),
        "calls": opened,
        "figures": [_in_words(figures_of(call, areas=areas, at=at)) for call in shown],
    }


def _waiting(name: str, number: int) -> dict[str, Any]:
    """Say how many wait for something, and where to find them."""
    waiting = WAITING[name]
    if not number:
        return {"name": name, "number": 0, "text": waiting.none, "address": ""}
    queue = reverse("admin:members_member_changelist")
    return {
        "name": name,
        "number": number,
        "text": waiting.some % {"number": number},
        "address": f"{queue}?{waiting.asks}",
    }


def _in_words(figures: Figures) -> dict[str, Any]:
    """Say the figures of a call, and draw them."""
    kinds = kinds_of(figures)
    totals = [(str(kind.label), figures.totals[kind]) for kind in kinds]
    if figures.is_of_every_area:
        decided = sum(figures.totals[kind] for kind in OUTCOMES)
        undecided = figures.totals[TallyKind.ARRIVED] - decided
        totals.append((_("Not decided yet"), undecided))
    return {
        "call": figures.call,
        "language": language_shown(figures.call, "title"),
        "is_of_every_area": figures.is_of_every_area,
        "as_of": moment_in_words(figures.as_of, GENEVA) if figures.as_of else "",
        "totals": totals,
        "pace": figures.pace,
        "charts": charts_of(figures),
    }
