"""What the front page of the administration shows about people's data."""

from typing import Any

from accounts.models import User
from privacy.models import ErasureRequest

CONSENT_PERMISSION = "privacy.consent_to_erasure"


def front_page_erasures(user: User) -> dict[str, Any]:
    """Return how many erasures wait for a user: those that somebody else requested."""
    if not user.has_perm(CONSENT_PERMISSION):
        return {}
    waiting = ErasureRequest.objects.open().exclude(requested_by=user)
    return {"erasures_waiting": waiting.count()}
