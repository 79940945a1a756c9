"""Needs and offers as members write them: kept as they are typed, sent, and changed.

Every function locks the member first, so that a second click finds what the first one sent.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.autosave import Outcome, Page, as_json, autosave, draft_in
from core.codes import new_reference
from core.conflicts import Conflict, NothingChanged, Refused, lock
from core.history import MAX_NAME_LENGTH, set_history_actor
from members.models import Category, FocalPoint, Member, is_shown_as_admitted
from members.services.conflicts import first_version
from opportunities.models import (
    UNDECIDED,
    EventKind,
    Opportunity,
    OpportunityKind,
    OpportunityStatus,
)
from opportunities.services.content import Content, content_from, content_of, write_content
from opportunities.services.desk_letters import cancel_desk_letters
from opportunities.services.events import LOG
from opportunities.services.reader import lock_member
from opportunities.services.template_types import QUESTION
from opportunities.services.texts import (
    MAX_DETAILS_WORDS,
    MAX_TEXT_WORDS,
    check_no_address,
    check_words,
)

# Of each kind, that are open or wait for staff, of one organisation.
MAX_AT_ONCE: Final = 10
MAX_COUNTRIES: Final = 10
PREFIXES: Final = {OpportunityKind.NEED: "N", OpportunityKind.OFFER: "O"}
REFERENCE_ATTEMPTS: Final = 5
# What is saved when one is sent, beside its content.
SENT_FIELDS: Final = ("status", "sent_at", "sent_by", "sent_by_name", "typed", "saved_at")


def unsent(kind: str, member_id: int, *, at: datetime) -> Opportunity:
    """Return what a member has typed and not sent of a kind, or a new row, of version 0."""
    own = Opportunity.objects.filter(member=member_id, kind=kind, status=OpportunityStatus.DRAFT)
    return own.first() or Opportunity(member_id=member_id, kind=kind, version=0, saved_at=at)


@transaction.atomic
def save_typed(
    *, kind: str, typed: Mapping[str, str], page: Page, by: FocalPoint, at: datetime
) -> tuple[Opportunity, Outcome]:
    """Keep what a focal point typed about a need or an offer that is not sent.

    Raises Refused (not_a_member), ThirdVersion, and Conflict if it was sent or deleted meanwhile.
    """
    person = lock_member(by, at=at)
    row = _locked_unsent(kind, person.member_id, at)
    if not row.pk and page.version:
        raise _gone()
    draft, outcome = autosave(draft_in(row), dict(typed), page=page, at=at)
    if outcome is Outcome.OUTDATED:
        return row, outcome
    row.typed, row.saved_at = as_json(draft), draft.saved_at
    if outcome is Outcome.SAVED:
        row.saved_by_name = person.full_name[:MAX_NAME_LENGTH]
    if not row.pk:
        # Higher than that of any deleted one, which a page may still show.
        row.version = first_version(at)
        _insert(row, by=person, at=at)
        return row, outcome
    row.version = draft.version
    names = ("typed", "version", "saved_at", "saved_by_name")
    # No history: it would have a row for every few seconds of typing, without what was typed.
    Opportunity.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})
    return row, outcome


@transaction.atomic
def discard_typed(*, kind: str, version: int, by: FocalPoint, at: datetime) -> None:
    """Delete what is typed and not sent, as the page showed it.

    Raises Refused (not_a_member), NothingChanged after a second click, and Conflict if a colleague
    typed more.
    """
    person = lock_member(by, at=at)
    row = _locked_unsent(kind, person.member_id, at)
    if not row.pk:
        raise NothingChanged
    if row.version != version:
        raise LOG.conflict(row)
    row.delete()


@transaction.atomic
def send(*, kind: str, content: Content, version: int, by: FocalPoint, at: datetime) -> Opportunity:
    """Send a need or an offer to staff. `version` is that of the row which the page showed.

    Raises NothingChanged if the member has the same one already, Conflict, and Refused
    (not_a_member, too_many, and those of `check_content`).
    """
    person = lock_member(by, at=at)
    check_content(kind, content)
    _check_new(person.member_id, kind, content)
    row = _locked_unsent(kind, person.member_id, at)
    if row.version != version:
        raise LOG.conflict(row) if row.pk else _gone()
    return _store_sent(row, content, EventKind.SENT, by=person, at=at)


@transaction.atomic
def send_change(
    *, opportunity: Opportunity, content: Content, version: int, by: FocalPoint, at: datetime
) -> Opportunity:
    """Change a need or an offer that was sent.

    One that waits for staff is sent again, also unchanged if they asked a question. The change of
    an open one waits for them in `proposed`, and the published text stays.

    Raises NothingChanged, WrongStatus, Conflict, and Refused (not_a_member, not_theirs, and those
    of `check_content`).
    """
    person = lock_member(by, at=at)
    check_content(opportunity.kind, content)
    LOG.lock(opportunity, *UNDECIDED, OpportunityStatus.OPEN)
    if opportunity.member_id != person.member_id:
        raise Refused(_("This is of another organisation."), code="not_theirs")
    is_asked = opportunity.status == OpportunityStatus.QUESTION_ASKED
    # Also with an earlier version, which a second click has.
    if not is_asked and content == shown_content(opportunity):
        raise NothingChanged
    if opportunity.version != version:
        raise LOG.conflict(opportunity)
    if opportunity.is_open:
        is_as_published = content == content_of(opportunity)
        opportunity.proposed = None if is_as_published else content.as_json()
        fields = ["proposed"]
    else:
        # Its letter may not be sent yet.
        cancel_desk_letters(opportunity, QUESTION, at=at)
        opportunity.status = OpportunityStatus.SENT
        fields = [*write_content(opportunity, content), "status"]
    LOG.save(opportunity, EventKind.CHANGED, *fields, by=person, at=at)
    return opportunity


@transaction.atomic
def enter_for_member(*, member: Member, content: Content, by: User, at: datetime) -> Opportunity:
    """Enter a need for a country whose ministry is a member. It waits for staff as any other.

    Raises NothingChanged if the member has the same one already, and Refused (not_a_country,
    too_many, and those of `check_content`).
    """
    lock(member)
    countries = Member.objects.filter(is_shown_as_admitted(), category=Category.MEMBER_STATE)
    if not countries.filter(pk=member.pk).exists():
        raise Refused(
            _("A need can be entered for a Member State that belongs to the coalition."),
            code="not_a_country",
        )
    kind = OpportunityKind.NEED
    check_content(kind, content)
    _check_new(member.pk, kind, content)
    row = Opportunity(member=member, kind=kind, version=first_version(at))
    return _store_sent(row, content, EventKind.ENTERED, by=by, at=at)


def shown_content(opportunity: Opportunity) -> Content:
    """Return what a member stated last: the change that waits for staff, or what was sent."""
    if opportunity.proposed:
        return content_from(opportunity.proposed)
    return content_of(opportunity)


def check_content(kind: str, content: Content) -> None:
    """Raise Refused (not_complete, places, too_long, address) if a content cannot be sent."""
    if not (content.title and content.text and content.supports and content.places):
        raise Refused(_("Something is missing. Check your answers."), code="not_complete")
    if kind == OpportunityKind.NEED and (
        len(content.places) > MAX_COUNTRIES or not all(place.country for place in content.places)
    ):
        sentence = _("A need is about one to %(number)d countries.")
        raise Refused(sentence % {"number": MAX_COUNTRIES}, code="places")
    check_words(content.text, MAX_TEXT_WORDS)
    check_words(content.details, MAX_DETAILS_WORDS)
    for text in (content.title, content.title_en, content.text, content.details):
        check_no_address(text)


def _locked_unsent(kind: str, member_id: int, at: datetime) -> Opportunity:
    row = unsent(kind, member_id, at=at)
    if row.pk:
        lock(row)
    return row


def _gone() -> Conflict:
    return Conflict(_("It was sent or deleted in another window, or by a colleague."))


def _check_new(member_id: int, kind: str, content: Content) -> None:
    """Check that a member has not the same already, and not too many."""
    statuses = (*UNDECIDED, OpportunityStatus.OPEN)
    own = Opportunity.objects.filter(member=member_id, kind=kind, status__in=statuses)
    rows = list(own.prefetch_related("supports", "places"))
    if any(shown_content(row) == content for row in rows):
        raise NothingChanged
    if len(rows) >= MAX_AT_ONCE:
        sentence = _(
            "An organisation can have %(number)d needs and %(number)d offers at once. Close one "
            "first."
        )
        raise Refused(sentence % {"number": MAX_AT_ONCE}, code="too_many")


def _store_sent(
    row: Opportunity,
    content: Content,
    kind: EventKind,
    *,
    by: User | FocalPoint,
    at: datetime,
) -> Opportunity:
    row.title, row.text, row.focus_area_id = content.title, content.text, content.focus_area
    row.status, row.sent_at, row.saved_at = OpportunityStatus.SENT, at, at
    row.sent_by = by if isinstance(by, FocalPoint) else None
    row.sent_by_name = str(by)[:MAX_NAME_LENGTH]
    row.typed = {}
    if not row.pk:
        row.version = row.version or first_version(at)
        _insert(row, by=by, at=at)
    fields = write_content(row, content)
    LOG.save(row, kind, *fields, *SENT_FIELDS, by=by, at=at)
    return row


def _insert(row: Opportunity, *, by: User | FocalPoint, at: datetime) -> None:
    """Store a new row under a free reference."""
    for attempt in range(1, REFERENCE_ATTEMPTS + 1):
        row.reference = new_reference(PREFIXES[OpportunityKind(row.kind)])
        set_history_actor(row, by, at)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if attempt == REFERENCE_ATTEMPTS:
                raise
        else:
            return
