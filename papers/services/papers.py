"""Service functions for papers. No other code changes a paper.

A paper is created with its first file. Later files are new versions, or the same version in another
language; none is changed or replaced. A paper is withdrawn, never deleted, and can be restored.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict, NothingChanged, Refused, lock
from core.dates import GENEVA, format_datetime
from core.history import MAX_NAME_LENGTH, set_history_actor
from focus_areas.models import FocusArea
from meetings.models import AgendaItem, Meeting
from papers.models import Paper, PaperKind, PaperVersion, name_of_file
from papers.services.file_types import ValidFile
from papers.services.stored_files import stored_file

# Called with a new version before the transaction ends.
AfterAdding = Callable[[PaperVersion], None]


def nothing_more(_version: PaperVersion) -> None:
    """Do nothing after a version was added."""


class PaperConflict(Conflict):
    """Another user changed the paper after the person opened it."""

    def __init__(self, latest: Any) -> None:
        super().__init__(
            _(
                "%(name)s changed this paper on %(when)s, after you opened it. Your changes were "
                "not saved."
            )
            % {
                "name": latest.history_by_name or _("The portal"),
                "when": format_datetime(latest.history_date, GENEVA),
            }
        )


class VersionConflict(Refused):
    """Another user added a version after the person opened the page."""

    def __init__(self, version: PaperVersion) -> None:
        super().__init__(
            _(
                "%(name)s added version %(number)d on %(when)s, after you opened this page. Your "
                "changes were not saved. Check that version, then choose the version of your file."
            )
            % {
                "name": version.uploaded_by_name or _("The portal"),
                "number": version.number,
                "when": format_datetime(version.uploaded_at, GENEVA),
            }
        )


class AlreadyWithdrawn(Refused):
    """The paper is withdrawn. It must be restored before any other change."""

    def __init__(self) -> None:
        super().__init__(_("This paper is withdrawn. Restore it first."))


class LanguageExists(Refused):
    """The version already exists in this language. Published files are not replaced."""

    def __init__(self, number: int, language: str) -> None:
        super().__init__(
            _(
                "Version %(number)d already exists in this language: %(language)s. Add a new "
                "version instead."
            )
            % {
                "number": number,
                "language": get_language_info(language)["name_translated"],
            }
        )


class _AlreadyAdded(Exception):
    """The version has the same file already, so the one that was just stored is removed."""

    def __init__(self, version: PaperVersion) -> None:
        self.version = version
        super().__init__()


def add_paper(
    *,
    title: str,
    kind: PaperKind,
    meeting: Meeting | None,
    focus_area: FocusArea | None,
    agenda_item: AgendaItem | None = None,
    language: str,
    file: ValidFile,
    note: str = "",
    form_key: UUID | None = None,
    by: User | None,
    at: datetime,
    organisation_name: str = "",
    then: AfterAdding = nothing_more,
) -> Paper:
    """Publish a paper with the first file of its first version.

    The paper is for a meeting, for a focus area, or, with neither, for the whole coalition. It is
    listed under `agenda_item`, which must be of the meeting. Members see it at once, unless its
    meeting is a draft. `form_key` is different for each form that was opened: if the same form
    sends the same file twice, the second call returns the paper of the first. `organisation_name`
    is that of a co-lead. `then` runs last in the transaction, and may refuse the paper.

    Raises NotStored and Refused (no_such_item).
    """
    paper = Paper(
        title=title,
        kind=kind,
        meeting=meeting,
        focus_area=focus_area,
        agenda_item=agenda_item,
    )
    if form_key:
        # After Back, the same form may send another paper.
        sent = (title, kind, meeting and meeting.pk, focus_area and focus_area.pk, language)
        paper.submission_key = uuid5(form_key, repr((*map(str, sent), file.sha256)))
    try:
        with _kept_with_its_row(file, at) as name, transaction.atomic():
            _check_item(paper, agenda_item)
            set_history_actor(paper, by, at)
            paper.save()
            then(_add(paper, 1, language, file, name, note, organisation_name, by, at))
    except IntegrityError:
        added = form_key and Paper.objects.filter(submission_key=paper.submission_key).first()
        if not added:
            raise
        return added
    return paper


def add_version(
    *,
    paper: Paper,
    number: int,
    seen: int,
    language: str,
    file: ValidFile,
    note: str = "",
    by: User | None,
    at: datetime,
    organisation_name: str = "",
    then: AfterAdding = nothing_more,
) -> PaperVersion:
    """Add the next version of a paper, or another language of an existing version.

    `seen` is the number of the newest version that the person saw. If the version has the same file
    in the same language already, because a form was sent twice, that one is returned.
    `organisation_name` is that of a co-lead. `then` runs last in the transaction, and may refuse
    the version.

    Raises NotStored, AlreadyWithdrawn, VersionConflict, LanguageExists, and Refused
    (no_such_version).
    """
    try:
        return _add_next(paper, number, seen, language, file, note, organisation_name, by, at, then)
    except _AlreadyAdded as added:
        return added.version


def _add_next(
    paper: Paper,
    number: int,
    seen: int,
    language: str,
    file: ValidFile,
    note: str,
    organisation_name: str,
    by: User | None,
    at: datetime,
    then: AfterAdding,
) -> PaperVersion:
    with _kept_with_its_row(file, at) as name, transaction.atomic():
        lock(paper)
        if paper.is_withdrawn:
            raise AlreadyWithdrawn
        same = paper.versions.filter(number=number, language=language, sha256=file.sha256).first()
        if same:
            raise _AlreadyAdded(same)
        newest = newest_number(paper)
        if newest != seen:
            raise VersionConflict(paper.versions.latest("number", "pk"))
        if not 1 <= number <= newest + 1:
            raise Refused(_("Choose an existing version or the next one."), code="no_such_version")
        if paper.versions.filter(number=number, language=language).exists():
            raise LanguageExists(number, language)
        version = _add(paper, number, language, file, name, note, organisation_name, by, at)
        then(version)
        return version


@transaction.atomic
def correct_paper(
    *,
    paper: Paper,
    title: str,
    kind: PaperKind,
    is_public: bool | None = None,
    agenda_item: AgendaItem | None = None,
    by: User | None,
    at: datetime,
    seen: int | None = None,
) -> Paper:
    """Correct the title, kind and agenda item of a paper, and make it public or not.

    With None, `is_public` stays as it is, and the paper is under no item. `seen` is the ID of the
    latest history row that the person saw, if any.

    Raises PaperConflict, AlreadyWithdrawn, NothingChanged, and Refused (meeting_paper_not_public,
    no_such_item).
    """
    lock(paper)
    _check_seen(paper, seen)
    if paper.is_withdrawn:
        raise AlreadyWithdrawn
    if is_public and paper.meeting_id:
        raise Refused(
            _("The paper of a meeting cannot be public."), code="meeting_paper_not_public"
        )
    if is_public is None:
        is_public = paper.is_public
    facts = {
        "title": title,
        "kind": kind,
        "is_public": is_public,
        "agenda_item_id": agenda_item and agenda_item.pk,
    }
    if all(getattr(paper, name) == value for name, value in facts.items()):
        raise NothingChanged

    _check_item(paper, agenda_item)
    for name, value in facts.items():
        setattr(paper, name, value)
    _save(paper, "title", "kind", "is_public", "agenda_item", by=by, at=at)
    return paper


@transaction.atomic
def withdraw_paper(
    *, paper: Paper, by: User | None, at: datetime, seen: int | None = None
) -> Paper:
    """Hide a paper and all its versions from members; staff still see it.

    Raises PaperConflict, AlreadyWithdrawn.
    """
    lock(paper)
    if paper.is_withdrawn:
        raise AlreadyWithdrawn
    _check_seen(paper, seen)

    paper.is_withdrawn = True
    _save(paper, "is_withdrawn", by=by, at=at)
    return paper


@transaction.atomic
def restore_paper(*, paper: Paper, by: User | None, at: datetime, seen: int | None = None) -> Paper:
    """Show a withdrawn paper to members again.

    Raises PaperConflict and Refused (not_withdrawn).
    """
    lock(paper)
    if not paper.is_withdrawn:
        raise Refused(_("This paper is not withdrawn."), code="not_withdrawn")
    _check_seen(paper, seen)

    paper.is_withdrawn = False
    _save(paper, "is_withdrawn", by=by, at=at)
    return paper


def newest_number(paper: Paper) -> int:
    """Return the number of the newest version of a paper."""
    newest: int = paper.versions.aggregate(newest=Max("number"))["newest"] or 0
    return newest


def languages_by_number(paper: Paper) -> dict[int, list[str]]:
    """Return the languages of each version of a paper, by the number of the version."""
    there: dict[int, list[str]] = defaultdict(list)
    for version in paper.versions.order_by("number", "language"):
        there[version.number].append(version.language)
    return dict(there)


def latest_change(paper: Paper) -> Any:
    """Return the latest row of a paper's history."""
    # Ordered by ID, because the clocks of servers may differ.
    return paper.history.latest("history_id")


@contextmanager
def _kept_with_its_row(file: ValidFile, at: datetime) -> Iterator[str]:
    """Store a file, and remove it again if its row is not saved.

    This wraps the transaction: storing may be slow, and no row must be locked meanwhile.
    """

    def has_a_row(name: str) -> bool:
        return PaperVersion.objects.filter(file=name).exists()

    name = name_of_file(PaperVersion(), file.name)
    with stored_file(file, name, is_wanted=has_a_row, at=at) as stored:
        yield stored


def _add(
    paper: Paper,
    number: int,
    language: str,
    file: ValidFile,
    name: str,
    note: str,
    organisation_name: str,
    by: User | None,
    at: datetime,
) -> PaperVersion:
    version: PaperVersion = paper.versions.create(
        number=number,
        language=language,
        file=name,
        file_name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        note=note,
        uploaded_by=by,
        uploaded_by_name=str(by)[:MAX_NAME_LENGTH] if by else "",
        organisation_name=organisation_name,
        uploaded_at=at,
    )
    return version


def _check_item(paper: Paper, item: AgendaItem | None) -> None:
    """Lock the agenda that a paper is added to, and check that the item is on it.

    Raises Refused (no_such_item), also if a colleague deleted the item in the meantime.
    """
    if item is None:
        return
    if paper.meeting:
        lock(paper.meeting)
    if not AgendaItem.objects.filter(pk=item.pk, meeting=paper.meeting_id).exists():
        raise Refused(
            _("This item is not, or no longer, on the agenda of the meeting. Choose another one."),
            code="no_such_item",
        )


def _check_seen(paper: Paper, seen: int | None) -> None:
    """Compare the history of a locked paper with the row that the person saw, if any.

    Raises PaperConflict if there is a newer row.
    """
    latest = latest_change(paper)
    if seen is not None and latest.history_id != seen:
        raise PaperConflict(latest)


def _save(paper: Paper, *fields: str, by: User | None, at: datetime) -> None:
    """Save some fields of a locked paper, with `by` as the user in its history."""
    set_history_actor(paper, by, at)
    paper.save(update_fields=fields)
