"""What coordinators answer to amendments, and what co-leads recommend.

Nobody is told before the next draft opens. Until then an answer can be changed.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict, Refused, check_version, lock
from core.dates import GENEVA, format_datetime
from core.history import MAX_NAME_LENGTH, set_history_actor
from framework.models import (
    TAKING,
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    Answer,
    AnswerKind,
    Draft,
    Paragraph,
    Recommendation,
)
from framework.services.drafts import draft_in_preparation
from framework.services.texts import check_reason, clean_text
from members.models import FocalPoint
from members.services.co_leads import NotCoLead
from members.services.participants import lock_participant


class AnswerConflict(Conflict):
    """A colleague answered the amendment after the page was opened."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(
            _("%(name)s answered this proposal on %(when)s: %(answer)s. Your answer is not saved.")
            % {
                "name": answer.answered_by_name,
                "when": format_datetime(answer.answered_at, GENEVA),
                "answer": answer.get_kind_display(),
            }
        )


@transaction.atomic
def answer_amendment(
    *,
    amendment: Amendment,
    kind: AnswerKind,
    reason: str,
    merged_with: Amendment | None = None,
    paragraph: Paragraph | None = None,
    version: int,
    by: User,
    at: datetime,
) -> Answer:
    """Answer an amendment of a closed draft, or change the answer.

    `version` is that of the answer that the page showed, or 0 without one. `paragraph` is the one
    that shows what came of it in the next draft; by default that of the amendment. An addition that
    is taken has none before, so it must be named.

    Raises AnswerConflict, and Refused (withdrawn, open, opened, no_reason, not_merged, chain,
    not_shown, and those of `check_reason`).
    """
    _lock_answerable(amendment, at)
    answer = Answer.objects.filter(amendment=amendment).first()
    if answer is None:
        answer = Answer(amendment=amendment, version=0)
    check_version(answer, version, AnswerConflict)
    reason = _checked_reason(kind, reason)
    _check_merged(amendment, kind, merged_with)
    answer.kind, answer.reason, answer.merged_with = kind, reason, merged_with
    answer.paragraph = _shown_in(amendment, kind, paragraph)
    answer.answered_at, answer.answered_by = at, by
    answer.answered_by_name = str(by)[:MAX_NAME_LENGTH]
    answer.version += 1
    set_history_actor(answer, by, at)
    answer.save()
    return answer


@transaction.atomic
def recommend_answer(
    *, amendment: Amendment, kind: AnswerKind, note: str, by: FocalPoint, at: datetime
) -> Recommendation:
    """Recommend an answer to an amendment of another organisation, or change the recommendation.

    Raises NotCoLead, and Refused (own, answered, withdrawn, and those of `check_reason`).
    """
    note = clean_text(note)
    if note:
        check_reason(note)
    person = lock_participant(by, at=at)
    lock(amendment.draft.framework)
    if person is None or not _leads(person, amendment.draft):
        raise NotCoLead
    lock(amendment)
    if amendment.status != AmendmentStatus.SENT:
        raise Refused(_("This proposal was withdrawn."), code="withdrawn")
    if amendment.member_id == by.member_id:
        raise Refused(_("Your own organisation sent this proposal."), code="own")
    if Answer.objects.filter(amendment=amendment).exists():
        raise Refused(_("This proposal has an answer already."), code="answered")
    found = Recommendation.objects.filter(amendment=amendment, member=by.member_id).first()
    recommendation = found or Recommendation(amendment=amendment, member_id=by.member_id)
    recommendation.kind, recommendation.note, recommendation.at = kind, note, at
    recommendation.by, recommendation.by_name = by, by.full_name[:MAX_NAME_LENGTH]
    recommendation.save()
    return recommendation


def _leads(person: FocalPoint, draft: Draft) -> bool:
    member = person.member
    return member.is_co_lead and member.focus_area_id == draft.framework.focus_area_id


def _checked_reason(kind: AnswerKind, reason: str) -> str:
    reason = clean_text(reason)
    if reason:
        check_reason(reason)
    elif kind != AnswerKind.TAKEN:
        raise Refused(_("Give a reason. The organisation reads it."), code="no_reason")
    return reason


def _check_merged(amendment: Amendment, kind: AnswerKind, other: Amendment | None) -> None:
    """Check with which other amendment of the draft one is merged, so that no chain begins."""
    if kind != AnswerKind.MERGED and other is None:
        return
    if (
        kind != AnswerKind.MERGED
        or other is None
        or other.pk == amendment.pk
        or not Amendment.objects.sent().filter(pk=other.pk, draft=amendment.draft_id).exists()
    ):
        raise Refused(_("Choose the proposal that it is merged with."), code="not_merged")
    merged = Answer.objects.filter(kind=AnswerKind.MERGED)
    if merged.filter(amendment=other).exists():
        raise Refused(
            _("That proposal is itself merged with another one. Choose the other one."),
            code="chain",
        )
    if merged.filter(merged_with=amendment).exists():
        raise Refused(_("Other proposals are merged with this one."), code="chain")


def _shown_in(
    amendment: Amendment, kind: AnswerKind, paragraph: Paragraph | None
) -> Paragraph | None:
    """Return the paragraph of the next draft that shows what came of an amendment."""
    is_addition = amendment.kind == AmendmentKind.ADD
    is_taken = kind in TAKING
    if paragraph is None and not (is_addition and is_taken):
        return None if is_addition else amendment.paragraph
    if paragraph == amendment.paragraph and not is_addition:
        return paragraph
    draft = draft_in_preparation(amendment.draft.framework)
    if draft is None or not draft.wordings.filter(paragraph=paragraph).exists():
        raise Refused(_("Choose the paragraph of the next draft that shows it."), code="not_shown")
    return paragraph


def _lock_answerable(amendment: Amendment, at: datetime) -> None:
    draft = amendment.draft
    lock(draft.framework)
    draft.refresh_from_db(fields=["status", "opens_at", "closes_at"])
    lock(amendment)
    if amendment.status != AmendmentStatus.SENT:
        raise Refused(_("This proposal was withdrawn."), code="withdrawn")
    if draft.is_open_at(at):
        raise Refused(_("Proposals are answered when the draft has closed."), code="open")
    if draft.framework.drafts.shown().filter(number__gt=draft.number).exists():
        raise Refused(
            _("The next draft is open, and the organisations have read their answers."),
            code="opened",
        )
