"""How a decision about a row with a status, a version and a timeline is declared.

The URL, the page, the button and the permission of each decision come from its declaration. Members
and commitments use it; the `Desk` says what their pages need to know of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Model, QuerySet
from django.template.response import TemplateResponse
from django.utils.functional import Promise

from accounts.admin.base import StaffRequest
from accounts.models import User
from core.admin.history import HistoryChange
from core.conflicts import Conflict, Refused
from members.models import FocalPoint
from outbox.models import MessageQuerySet
from outbox.services.letters import EditableLetter
from triage.decisions.forms.decisions import DecisionForm

Words = str | Promise


class UndoService(Protocol):
    """What a module has that undoes decisions, as members/services/undo.py does."""

    def undoable_decisions(self, rows: Iterable[Any], /, *, at: datetime) -> list[Any]:
        """Return the timeline entries that an undo of these rows would undo, the oldest first."""

    def may_undo(self, entry: Any, by: User, /) -> bool:
        """Return whether a user may undo a decision."""

    def letters_of(self, entries: Iterable[Any], /) -> MessageQuerySet:
        """Return the letters about some timeline entries."""

    @property
    def undo_decision(self) -> Callable[..., Any]:
        """The step. It takes the row by the name of its desk, `by`, `at` and `version`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Desk:
    """What the pages of decisions know about the rows of a model.

    `name` is the argument for a row in services, letters and `page`, and the variable of templates.
    `permissions` are needed besides that of the decision. `readers` are the focal points who get
    its letters, the primary one first.
    """

    model: type[Model]
    name: str
    permissions: tuple[str, ...] = ()
    get_or_404: Callable[[StaffRequest, int], Any]
    page: Callable[..., TemplateResponse]
    timeline: Callable[[Any], QuerySet[Any]]
    changes_since: Callable[[Any, int], list[HistoryChange]]
    wrong_status: Callable[[Any], Refused]
    conflict: Callable[[Any], Conflict]
    readers: Callable[[Any], list[FocalPoint]]
    undo: UndoService
    # Whether its pages list the person's last decisions, each with a button to undo it.
    has_last_decisions: bool = False
    # Returns who asks for a second person to make a decision of a kind.
    first_person: Callable[[Any, str], User | None] = lambda _row, _kind: None
    # Said if a saved draft is older than the row, and if nobody would get the letter.
    draft_is_outdated: Words
    no_readers: Words = ""
    # Said if `is_possible` of a decision no longer holds.
    not_possible: Words = ""

    def url_name(self, page: str) -> str:
        """Return the name of the URL of a page of the model."""
        return f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_{page}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Decision:
    """One decision about a row, with its page.

    `kind` is the timeline entry that `service` creates. `sentence` says what the decision will do,
    `notice` is a warning about this row, and `done` says what was done. `letter` drafts the letter
    that can be edited on the page, for a kind that may have drafts of letters. If it is
    `one_click`, a button on the row's page makes it; its own page shows only a refusal.

    It is offered if the status, `is_possible` and `is_useful` agree. Its page refuses what is not
    possible, but not what would only be of no use to this person.
    """

    desk: Desk
    name: str
    label: Words
    permission: str
    from_statuses: Sequence[str]
    kind: str
    service: Callable[..., object]
    done: Words
    sentence: Words | Callable[[Any], Words] = ""
    notice: Callable[[Any, User], str] = lambda _row, _by: ""
    form: type[DecisionForm] = DecisionForm
    # The keyboard shortcut on the row's page that opens this page, or presses the button.
    key: str = ""
    one_click: bool = False
    letter: Callable[..., EditableLetter] | None = None
    # Further permissions for some rows.
    also_needs: Callable[[Any], Sequence[str]] = lambda _row: ()
    is_possible: Callable[[Any], bool] = lambda _row: True
    is_useful: Callable[[Any, User], bool] = lambda _row, _by: True
    # The text of the button, if it is not the label.
    button: Words = ""
    # What was chosen and is in the row alone, as the query of the page that an undo leads to.
    chosen: Callable[[Any], Mapping[str, str]] = lambda _row: {}

    @property
    def url_name(self) -> str:
        return self.desk.url_name(self.name)

    def sentence_for(self, row: Any) -> str:
        """Return what the decision will do to a row."""
        return str(self.sentence(row) if callable(self.sentence) else self.sentence)

    def permissions_for(self, row: Any) -> list[str]:
        """Return the permissions that the decision needs."""
        return [self.permission, *self.also_needs(row)]


def possible_on(decisions: Iterable[Decision], row: Any, by: User) -> list[Decision]:
    """Return the decisions that a row allows now, for users with permission."""
    return [
        each
        for each in decisions
        if row.status in each.from_statuses and each.is_possible(row) and each.is_useful(row, by)
    ]


def decisions_on(decisions: Iterable[Decision], row: Any, by: User) -> list[Decision]:
    """Return the decisions that a row allows now and that a user may make."""
    return [
        each for each in possible_on(decisions, row, by) if by.has_perms(each.permissions_for(row))
    ]


def can_be_made_again(decision: Decision, row: Any, by: User) -> bool:
    """Return whether a user may make a decision on a row on which it was just undone."""
    is_possible = row.status in decision.from_statuses and decision.is_possible(row)
    return is_possible and by.has_perms(decision.permissions_for(row))
