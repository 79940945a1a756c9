"""The letter that an officer has begun on a decision page: kept, put back, or thrown away."""

from django.contrib import messages
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import StaffRequest
from members.models import DecisionWithLetter, LetterDraft, Member
from members.services.letter_drafts import discard_letter_draft, save_letter_draft
from triage.decisions.forms.letters import LetterForm

DRAFT_SAVED = _("Your draft is saved. Nothing was decided, and nobody was written to.")
DRAFT_GONE = _("Your draft was thrown away.")


def save_or_discard(request: StaffRequest, decision: str, letter: LetterForm) -> bool:
    """Keep the letter as typed or delete what was kept, and say whether either was asked for.

    Raises what keep_letter_draft raises.
    """
    member, name = letter.form.member, DecisionWithLetter(decision)
    if "save_draft" in request.POST:
        save_letter_draft(
            member=member,
            decision=name,
            typed=letter.as_posted,
            in_place_of=letter.draft_in_place_of,
            by=request.user,
            at=now(),
        )
        messages.success(request, str(DRAFT_SAVED))
        return True
    if "throw_away" in request.POST:
        discard_letter_draft(member=member, decision=name, by=request.user)
        messages.success(request, str(DRAFT_GONE))
        return True
    return False


def saved_letter(request: StaffRequest, decision: str, member: Member) -> LetterDraft | None:
    """Return what the person has kept of the letter of a decision."""
    own = LetterDraft.objects.filter(member=member, decision=decision, by=request.user)
    return own.first()


def drafts_of_colleagues(request: StaffRequest, decision: str, member: Member) -> list[LetterDraft]:
    """Return who else has a draft for a decision, whoever began first at the head."""
    drafts = LetterDraft.objects.filter(member=member, decision=decision)
    return list(drafts.exclude(by=request.user).select_related("by").order_by("saved_at", "pk"))
