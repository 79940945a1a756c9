"""The life of a draft: prepared, opened, closed, and followed by the next one or adopted.

Who reads the drafts of a framework, and who proposes changes, is set here too.

Every function locks the framework first, and so do those that change paragraphs and amendments.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict, NothingChanged, Refused, check_version, lock, save_next_version
from core.dates import GENEVA, format_datetime
from core.history import set_history_actor
from core.languages import with_commas
from framework.models import (
    TAKING,
    Amendment,
    AmendmentKind,
    Answer,
    Draft,
    DraftState,
    DraftStatus,
    Framework,
    Wording,
)


class DraftConflict(Conflict):
    """Somebody changed the draft after the page was opened."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            _("Draft %(number)s was changed after you opened the page. Look at it again.")
            % {"number": draft.number}
        )


class Unanswered(Refused):
    """Some amendments of the former draft have no answer. `amendments` are these."""

    def __init__(self, amendments: list[Amendment]) -> None:
        self.amendments = amendments
        super().__init__(
            _("Every amendment of the last draft needs an answer first. Without one: %(count)s.")
            % {"count": len(amendments)}
        )


class NotShown(Refused):
    """No paragraph shows some additions that were taken. `amendments` are these."""

    def __init__(self, amendments: list[Amendment]) -> None:
        self.amendments = amendments
        members = with_commas(dict.fromkeys(str(each.member) for each in amendments))
        super().__init__(
            _(
                "You answered that these proposed paragraphs are taken, but the draft does not "
                "have them any more. Proposed by: %(members)s."
            )
            % {"members": members}
        )


def latest_draft(framework: Framework) -> Draft | None:
    """Return the last draft that the working group can read, or None if there is none yet."""
    return framework.drafts.shown().first()


def draft_in_preparation(framework: Framework) -> Draft | None:
    """Return the draft that staff prepare, or None."""
    return framework.drafts.filter(status=DraftStatus.PREPARATION).first()


def unanswered_amendments(framework: Framework) -> list[Amendment]:
    """Return the amendments of all opened drafts that have no answer yet."""
    return list(
        Amendment.objects.unanswered()
        .filter(draft__framework=framework)
        .select_related("member", "paragraph", "draft")
    )


@transaction.atomic
def change_settings(
    *,
    framework: Framework,
    is_public: bool,
    observers_may_propose: bool,
    by: User,
    at: datetime,
) -> Framework:
    """Change whether everybody reads the drafts, and whether observers propose changes."""
    lock(framework)
    framework.is_public = is_public
    framework.observers_may_propose = observers_may_propose
    save_next_version(framework, "is_public", "observers_may_propose", by=by, at=at)
    return framework


@transaction.atomic
def prepare_next_draft(*, framework: Framework, by: User, at: datetime) -> Draft:
    """Begin the next draft with the text of the last one; draft 0 is empty.

    Raises Refused (in_preparation) if there is one already, and (open) while the last one is open.
    """
    lock(framework)
    if draft_in_preparation(framework):
        raise Refused(_("The next draft is in preparation already."), code="in_preparation")
    last = latest_draft(framework)
    if last is not None and last.state_at(at) == DraftState.OPEN:
        raise Refused(
            _("The next draft can be prepared when draft %(number)s has closed: %(when)s.")
            % {"number": last.number, "when": _in_words(last.closes_at)},
            code="open",
        )
    draft = Draft(framework=framework, number=0 if last is None else last.number + 1)
    _save_first(draft, by, at)
    if last is not None:
        _copy_wordings(last, draft)
    return draft


@transaction.atomic
def open_draft(*, draft: Draft, closes_at: datetime, version: int, by: User, at: datetime) -> Draft:
    """Open a draft in preparation for amendments, until `closes_at`.

    Raises DraftConflict, Unanswered, NotShown, and Refused (not_in_preparation, empty,
    in_the_past).
    """
    _lock_in_preparation(draft, version)
    if closes_at <= at:
        raise Refused(_("The draft must close in the future."), code="in_the_past")
    draft.status, draft.opens_at, draft.closes_at = DraftStatus.OPENED, at, closes_at
    save_next_version(draft, "status", "opens_at", "closes_at", by=by, at=at)
    return draft


@transaction.atomic
def move_closing(
    *, draft: Draft, closes_at: datetime, version: int, by: User, at: datetime
) -> Draft:
    """Change when an open draft closes; the present moment closes it.

    A closed draft can be opened again, until the next one is in preparation or an amendment has an
    answer.

    Raises DraftConflict, NothingChanged, and Refused (not_opened, followed, answered, in_the_past).
    """
    lock(draft.framework)
    lock(draft)
    check_version(draft, version, DraftConflict)
    if draft.status != DraftStatus.OPENED:
        raise Refused(_("This draft is not open."), code="not_opened")
    if draft.framework.drafts.filter(number__gt=draft.number).exists():
        raise Refused(_("The next draft is in preparation already."), code="followed")
    if Answer.objects.filter(amendment__draft=draft).exists():
        raise Refused(_("Amendments of this draft have answers already."), code="answered")
    if closes_at == draft.closes_at:
        raise NothingChanged
    if closes_at < at or (closes_at == at and not draft.is_open_at(at)):
        raise Refused(_("The draft must close in the future."), code="in_the_past")
    draft.closes_at = closes_at
    save_next_version(draft, "closes_at", by=by, at=at)
    return draft


@transaction.atomic
def adopt_draft(*, draft: Draft, version: int, by: User, at: datetime) -> Draft:
    """Adopt a draft in preparation: it is the framework until a later draft is adopted.

    Raises DraftConflict, Unanswered, NotShown, and Refused (not_in_preparation, empty).
    """
    _lock_in_preparation(draft, version)
    draft.status, draft.adopted_at = DraftStatus.ADOPTED, at
    save_next_version(draft, "status", "adopted_at", by=by, at=at)
    return draft


def _lock_in_preparation(draft: Draft, version: int) -> None:
    """Lock a draft that can be shown to the working group now."""
    lock(draft.framework)
    lock(draft)
    check_version(draft, version, DraftConflict)
    if draft.status != DraftStatus.PREPARATION:
        raise Refused(_("This draft is not in preparation."), code="not_in_preparation")
    if not draft.wordings.exists():
        raise Refused(_("This draft has no text yet."), code="empty")
    if found := unanswered_amendments(draft.framework):
        raise Unanswered(found)
    if found := _additions_not_shown(draft):
        raise NotShown(found)


def _additions_not_shown(draft: Draft) -> list[Amendment]:
    """Return the additions to the former draft that were taken, and of which nothing is left."""
    additions = Amendment.objects.sent().filter(
        kind=AmendmentKind.ADD,
        answer__kind__in=TAKING,
        draft__framework=draft.framework_id,
        draft__number=draft.number - 1,
    )
    shown = draft.wordings.values("paragraph")
    return list(additions.exclude(answer__paragraph__in=shown).select_related("member"))


def _save_first(draft: Draft, by: User, at: datetime) -> None:
    set_history_actor(draft, by, at)
    draft.save()


def _copy_wordings(last: Draft, draft: Draft) -> None:
    """Copy the text of a draft into the next one, in every language."""
    copies = []
    for wording in last.wordings.order_by("position", "pk"):
        wording.pk, wording.draft, wording.version = None, draft, 1
        wording._state.adding = True
        copies.append(wording)
    Wording.objects.bulk_create(copies)


def _in_words(moment: datetime | None) -> str:
    return format_datetime(moment, GENEVA) if moment else ""
