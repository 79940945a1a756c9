"""The text in which the register and staff search commitments."""

from commitments.models import Commitment
from core.folding import fold


def write_search_text(commitment: Commitment) -> None:
    """Write the title, the reference and the lead's name, folded, to a commitment, and save it."""
    lead = commitment.lead
    words = (
        commitment.title,
        commitment.reference,
        lead.organisation_name,
        lead.acronym,
    )
    commitment.search_text = "\n".join(fold(each) for each in words)
    commitment.save(update_fields=["search_text"])
