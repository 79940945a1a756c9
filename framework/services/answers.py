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
    Amendment,
    AmendmentStatus,
    Answer,
    AnswerKind,
    Paragraph,
    Recommendation,
)
from members.models import FocalPoint
from members.services.co_leads import NotCoLead, is_co_lead


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
    that shows what came of it in the next draft; by default that of the amendment.

    Raises AnswerConflict, and Refused (withdrawn, open, opened, no_reason, not_merged).
    """
    _lock_answerable(amendment, at)
    answer = Answer.objects.filter(amendment=amendment).first()
    if answer is None:
        answer = Answer(amendment=amendment, version=0)
    check_version(answer, version, AnswerConflict)
    if kind != AnswerKind.TAKEN and not reason:
        raise Refused(_("Give a reason. The organisation reads it."), code="no_reason")
    if (kind == AnswerKind.MERGED) != (merged_with is not None) or merged_with == amendment:
        raise Refused(_("Choose the proposal that it is merged with."), code="not_merged")
    answer.kind, answer.reason, answer.merged_with = kind, reason, merged_with
    answer.paragraph = paragraph or amendment.paragraph
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

    Raises NotCoLead, and Refused (own, answered, withdrawn).
    """
    lock(by.member)
    lock(amendment.draft.framework)
    if not is_co_lead(by, amendment.draft.framework.focus_area, at=at):
        raise NotCoLead
    lock(amendment)
    if amendment.status != AmendmentStatus.SENT:
        raise Refused(_("This proposal was withdrawn."), code="withdrawn")
    if amendment.member_id == by.member_id:
        raise Refused(_("Your own organisation sent this proposal."), code="own")
    if Answer.objects.filter(amendment=amendment).exists():
        raise Refused(_("This proposal has an answer already."), code="answered")
    found = Recommendation.objects.filter(amendment=amendment, member=by.member).first()
    recommendation = found or Recommendation(amendment=amendment, member=by.member)
    recommendation.kind, recommendation.note, recommendation.at = kind, note, at
    recommendation.by, recommendation.by_name = by, by.full_name[:MAX_NAME_LENGTH]
    recommendation.save()
    return recommendation


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
