"""What may wait at the desk, in words, and the list that has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy


@dataclass(frozen=True)
class Waiting:
    """What may wait: how it is said, and the list that has it, by what the list is asked for."""

    some: Promise
    none: Promise
    asks: str
    of_list: str = "admin:members_member_changelist"


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
    "to_close": Waiting(
        ngettext_lazy(
            "It is proposed to close %(number)s file",
            "It is proposed to close %(number)s files",
            "number",
        ),
        gettext_lazy("No file is proposed for closing"),
        "status=information_requested&to_close=yes",
    ),
    "mail_failed": Waiting(
        ngettext_lazy(
            "Mail to %(number)s organisation failed",
            "Mail to %(number)s organisations failed",
            "number",
        ),
        gettext_lazy("No file that you see has failed mail to deal with"),
        "status=all&mail_failed=yes",
    ),
    "messages_failed": Waiting(
        ngettext_lazy(
            "%(number)s message did not arrive", "%(number)s messages did not arrive", "number"
        ),
        gettext_lazy("There is no failed mail to deal with"),
        "arrival=failed",
        of_list="admin:outbox_message_changelist",
    ),
}


def address_of(waiting: Waiting) -> str:
    """Return the address of the list that has what waits, without the host."""
    return f"{reverse(waiting.of_list)}?{waiting.asks}"


def list_in_markdown(counts: Mapping[str, int]) -> str:
    """List what waits at the desk, each with a link to the list that has it."""
    return "\n".join(
        f"- [{WAITING[name].some % {'number': number}}]"
        f"(<{settings.SITE_URL}{address_of(WAITING[name])}>)"
        for name, number in counts.items()
    )
