"""The text in which the register and staff search commitments."""

from commitments.models import Commitment
from core.folding import fold


def write_search_text(commitment: Commitment) -> None:
    """Write the title and the reference of a commitment, folded, and save them.

    The name of the lead is not part of it: a search reads it from `Member.search_text`, so that a
    commitment is found by the new name as soon as its lead is renamed.
    """
    commitment.search_text = fold(f"{commitment.title} {commitment.reference}")
    commitment.save(update_fields=["search_text"])
