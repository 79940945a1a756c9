"""Private links to drafts."""

from datetime import datetime

from eoi.models import EoiDraft
from members.services.private_links import is_for_row_of, private_address, row_of, token_for_object


def is_of_a_draft(token: str) -> bool:
    """Return whether a token was made for a draft, which may be deleted."""
    return is_for_row_of(token, EoiDraft)


def draft_of(token: str, *, at: datetime) -> EoiDraft:
    """Return the draft of a token, with its call. Raises InvalidLink, also once it has expired."""
    return row_of(token, EoiDraft.objects.kept_at(at).select_related("call"))


def draft_address(draft: EoiDraft) -> str:
    """Return the absolute private URL of a draft."""
    return private_address("eoi:draft", token_for_object(draft), draft.language)
