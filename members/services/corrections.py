"""Corrections of an EOI and its focal points, by staff or by the focal points."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from core.conflicts import NothingChanged, Refused, check_version, lock, save_next_version
from core.folding import fold
from core.history import set_history_actor
from members.models import (
    NOTE_LANGUAGE,
    FocalPoint,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)
from members.services.conflicts import member_conflict
from members.services.countries import name_of
from members.services.exceptions import check_has_personal_data
from members.services.letters.composing import cancel_link_letters
from members.services.letters.decisions import acknowledge, notify_former_address
from members.services.letters.role_transfers import welcome_alternate
from members.services.names import give_slug, set_name_columns
from members.services.private_links import check_unrevoked, end_links
from members.services.question import CorrectableBy, Kind
from members.services.questions import CORRECTABLE_QUESTIONS, PERSON_FIELDS, QUESTIONS
from members.services.search import write_search_entry
from members.services.timeline import add_entry

# The answers about the organisation. Other fields of a member are set by decisions only.
CORRECTABLE: Final = frozenset(
    column
    for question in CORRECTABLE_QUESTIONS
    if not question.is_about_person
    for column in question.column_names
)
# Focal points can correct these. A change of the person is in focal_points.py.
SELF_CORRECTABLE_PERSON_FIELDS: Final = frozenset(
    question.column_name
    for question in QUESTIONS
    if question.is_about_person and question.correctable_by is CorrectableBy.APPLICANT_AND_STAFF
)
LONG_TEXTS: Final = frozenset(
    question.column_name for question in QUESTIONS if question.kind is Kind.LONG_TEXT
)
# Messages for focal points, by the status of the decided EOI.
CORRECTION_CLOSED_MESSAGES: Final = {
    MemberStatus.ADMITTED: gettext_lazy(
        "The organisation has been admitted, so its expression of interest can no longer be "
        "changed here."
    ),
    MemberStatus.DECLINED: gettext_lazy(
        "We have decided on this expression of interest, so it can no longer be changed here."
    ),
    MemberStatus.CLOSED: gettext_lazy(
        "This expression of interest is closed, so it can no longer be changed here."
    ),
    MemberStatus.WITHDRAWN: gettext_lazy(
        "This expression of interest was withdrawn, so it can no longer be changed here."
    ),
}


class CorrectionClosed(Refused):
    """Focal points can no longer correct the EOI; the message says what was decided."""

    def __init__(self, member: Member) -> None:
        super().__init__(str(CORRECTION_CLOSED_MESSAGES[MemberStatus(member.status)]))


class AnswersConflict(Refused):
    """Somebody changed the answers or the focal points after a focal point opened the form."""

    def __init__(self) -> None:
        super().__init__(_("These answers were changed after you opened the page."))


class AddressSettled(Refused):
    """The address was confirmed or corrected meanwhile, or the EOI is decided."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The address can no longer be corrected here. Use the page of the expression of "
                "interest: our email has the link to it."
            )
        )


class WrongFamilyName(Refused):
    """The family name is not that of the focal point whose address would be corrected."""

    def __init__(self) -> None:
        super().__init__(_("This is not the family name that was entered in the form."))


@dataclass(frozen=True)
class Correction:
    """A corrected member or focal point, and the previous values by field."""

    row: Member | FocalPoint
    was: Mapping[str, object]


@transaction.atomic
def correct_answers(
    *,
    member: Member,
    facts: Mapping[str, object],
    focal_points: Mapping[int, Mapping[str, object]],
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> TimelineEntry:
    """Correct the answers about the organisation and its focal points, in any status.

    `focal_points` has the answers by the primary key of the focal point. A new email address is
    not confirmed, and the private links that were sent to the old one are revoked. The timeline
    records the reason, the history the values.

    Raises NothingChanged, Refused (personal_data_deleted) and Conflict, and KeyError for an unknown
    field.
    """
    lock(member)
    check_has_personal_data(member)
    check_version(member, version, member_conflict)

    if not _correct(member, facts, focal_points, PERSON_FIELDS, by, at):
        raise NothingChanged

    return add_entry(member, TimelineKind.CORRECTED, by=by, at=at, note=reason)


@transaction.atomic
def correct_own_answers(
    *,
    member: Member,
    facts: Mapping[str, object],
    focal_points: Mapping[int, Mapping[str, object]],
    alternate: Mapping[str, Any] | None = None,
    seen: str,
    by: FocalPoint,
    at: datetime,
) -> TimelineEntry:
    """Correct the answers of an undecided EOI on behalf of one of its focal points.

    `seen` is the fingerprint of the answers that the form showed; it does not depend on who is
    assigned. `alternate` is a person to add if there is no alternate yet; they get a letter. The
    changes are on the timeline, where the organisation can read them.

    Raises CorrectionClosed, AnswersConflict and NothingChanged with a message for the focal point,
    InvalidLink if the links were revoked meanwhile, and KeyError for a field that they may not
    correct.
    """
    lock(member)
    check_unrevoked(by)
    check_correctable(member, list(member.focal_points.all()), seen)

    corrections = _correct(
        member, facts, focal_points, SELF_CORRECTABLE_PERSON_FIELDS, by, at, alternate
    )
    if not corrections:
        raise NothingChanged

    entry = add_entry(
        member, TimelineKind.CORRECTED, by=by, at=at, note=_corrections_in_words(corrections)
    )
    if alternate:
        welcome_alternate(member, entry, by=by)
    return entry


@transaction.atomic
def correct_unconfirmed_address(
    *, focal_point: FocalPoint, family_name: str, email: str, link_version: int, at: datetime
) -> TimelineEntry:
    """Correct an address that nobody has confirmed, for the person who has just sent the EOI.

    Others may use the same device, so the family name of the focal point is asked for, in any
    spelling. The links that were sent to the old address stop working, and it is told. The new one
    gets the acknowledgement. Neither is written to if that waits for an officer. `link_version` is
    the version that the page showed.

    Raises AddressSettled, WrongFamilyName and NothingChanged.
    """
    member = focal_point.member
    lock(member)
    focal_point.refresh_from_db()
    is_settled = focal_point.confirmed_at or focal_point.link_version != link_version
    if is_settled or not member.is_undecided:
        raise AddressSettled
    if fold(family_name) != fold(focal_point.family_name):
        raise WrongFamilyName
    address, former = {"email": email}, focal_point.email
    corrections = _correct(member, {}, {focal_point.pk: address}, address, focal_point, at)
    if not corrections:
        raise NothingChanged

    focal_point.refresh_from_db()
    note = _corrections_in_words(corrections)
    entry = add_entry(member, TimelineKind.CORRECTED, by=focal_point, at=at, note=note)
    if not member.is_unacknowledged:
        notify_former_address(focal_point, former, entry)
        acknowledge(member, [focal_point], entry)
    return entry


@transaction.atomic
def change_language_and_time_zone(
    *, focal_point: FocalPoint, language: str, time_zone: str, by: FocalPoint, at: datetime
) -> TimelineEntry:
    """Change a focal point's language and time zone on their own request.

    This is possible in any status, because it only concerns their mail. It is on the timeline,
    and it causes an edit conflict in an officer's form that was opened before.

    Raises NothingChanged, and InvalidLink if the role was handed over meanwhile.
    """
    member = focal_point.member
    lock(member)
    check_unrevoked(by)
    reading = {"language": language, "time_zone": time_zone}
    corrections = _correct(member, {}, {focal_point.pk: reading}, reading, by, at)
    if not corrections:
        raise NothingChanged

    note = _corrections_in_words(corrections)
    return add_entry(member, TimelineKind.CORRECTED, by=by, at=at, note=note)


@transaction.atomic
def change_publication_consent(
    *, member: Member, consent: bool, by: FocalPoint, at: datetime
) -> TimelineEntry:
    """Give or take back the consent to be listed publicly, on a focal point's own request.

    This is possible in any status. It is on the timeline, and it causes an edit conflict in an
    officer's form that was opened before.

    Raises NothingChanged, and InvalidLink if the role was handed over meanwhile.
    """
    lock(member)
    check_unrevoked(by)
    corrections = _correct(member, {"publication_consent": consent}, {}, (), by, at)
    if not corrections:
        raise NothingChanged

    note = _corrections_in_words(corrections)
    return add_entry(member, TimelineKind.CORRECTED, by=by, at=at, note=note)


def check_correctable(member: Member, focal_points: Iterable[FocalPoint], seen: str) -> None:
    """Raise CorrectionClosed, or AnswersConflict if the answers changed since `seen`."""
    if not member.is_undecided:
        raise CorrectionClosed(member)
    if fingerprint(member, focal_points) != seen:
        raise AnswersConflict


def fingerprint(member: Member, focal_points: Iterable[FocalPoint]) -> str:
    """Return a hash of the answers of an EOI and of its focal points."""
    people = sorted(focal_points, key=lambda person: person.is_alternate)
    facts = [
        {name: str(getattr(member, name)) for name in sorted(CORRECTABLE - {"first_choice"})},
        member.first_choice_id,
        [[person.pk, *(str(getattr(person, name)) for name in PERSON_FIELDS)] for person in people],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _correct(
    member: Member,
    facts: Mapping[str, object],
    focal_points: Mapping[int, Mapping[str, object]],
    of_a_person: Collection[str],
    by: User | FocalPoint,
    at: datetime,
    alternate: Mapping[str, Any] | None = None,
) -> list[Correction]:
    """Save the changes of a locked member and its focal points, and return them."""
    _only(facts, CORRECTABLE)
    of_the_member = Correction(member, _apply(member, facts))
    corrections = [of_the_member]
    for person in member.focal_points.order_by("is_alternate"):
        theirs = focal_points.get(person.pk, {})
        _only(theirs, of_a_person)
        corrections.append(Correction(person, _correct_person(person, theirs, by, at)))
    if alternate:
        given = {name: "" for name, value in alternate.items() if value}
        added = FocalPoint(member=member, is_alternate=True, **alternate)
        set_history_actor(added, by, at)
        added.save(force_insert=True)
        corrections.append(Correction(added, given))
    corrections = [correction for correction in corrections if correction.was]
    if corrections:
        give_slug(member)
        save_next_version(member, *of_the_member.was, *set_name_columns(member), by=by, at=at)
        write_search_entry(member)
    return corrections


def _correct_person(
    focal_point: FocalPoint, facts: Mapping[str, object], by: User | FocalPoint, at: datetime
) -> dict[str, object]:
    """Save the changes of one focal point, and return the previous values."""
    was = _apply(focal_point, facts)
    if not was:
        return was
    changed = [*was]
    if "email" in was:
        focal_point.confirmed_at = None
        changed += ["confirmed_at", *end_links(focal_point)]
        cancel_link_letters(focal_point, at=at)
    set_history_actor(focal_point, by, at)
    focal_point.save(update_fields=changed)
    return was


def _apply(row: models.Model, facts: Mapping[str, object]) -> dict[str, object]:
    """Set the changed fields of a row, and return the previous values."""
    was = {name: getattr(row, name) for name, value in facts.items() if getattr(row, name) != value}
    for name in was:
        setattr(row, name, facts[name])
    return was


def _only(facts: Mapping[str, object], allowed: Collection[str]) -> None:
    """Raise KeyError for a field that is not allowed."""
    for name in facts:
        if name not in allowed:
            raise KeyError(name)


def _corrections_in_words(corrections: Iterable[Correction]) -> str:
    """Return the old and new values, one change per line, in English for staff."""
    with override(NOTE_LANGUAGE):
        return "\n".join(
            line for correction in corrections for line in _correction_in_words(correction)
        )


def _correction_in_words(correction: Correction) -> list[str]:
    """Return a line for each field; long texts are only in the history."""
    row, lines = correction.row, []
    for name, was in correction.was.items():
        column: Any = row._meta.get_field(name)
        what = str(column.verbose_name)
        if isinstance(row, FocalPoint):
            what = f"{row.role_name}, {what}"
        if name in LONG_TEXTS:
            lines.append(_("%(what)s: changed") % {"what": capfirst(what)})
        else:
            now = _in_words(row, name, getattr(row, name))
            lines.append(f"{capfirst(what)}: {_in_words(row, name, was)} → {now}")
    return lines


def _in_words(row: Member | FocalPoint, name: str, value: object) -> str:
    """Return the label of a field's value."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "country":
        return name_of(str(value))
    column: Any = row._meta.get_field(name)
    return str(dict(column.flatchoices).get(value, value)) or "–"
