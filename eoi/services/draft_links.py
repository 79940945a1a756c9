"""Private links to drafts."""

from datetime import datetime

from eoi.models import EoiDraft
from members.services.private_links import private_address, row_of, token_for_object


def draft_of(token: str, *, at: datetime) -> EoiDraft:
    """Return the draft of a token, with its call. Raises InvalidLink, also once it has expired."""
    return row_of(token, EoiDraft.objects.kept_at(at).select_related("call"))


def draft_address(draft: EoiDraft) -> str:
    """Return the absolute private URL of a draft."""
    return private_address("eoi:draft", token_for_object(draft), draft.language)
