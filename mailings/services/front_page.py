"""What the front page of the administration shows about letters of co-leads."""

from typing import Any

from accounts.models import User
from mailings.models import GroupLetter
from mailings.services.group_letters import LETTERS


def front_page_letters(user: User) -> dict[str, Any]:
    """Return how many letters of co-leads wait for a user, who may release them."""
    if not user.has_perm(LETTERS.may_release):
        return {}
    return {"letters_waiting": GroupLetter.objects.waiting().visible_to(user).count()}
