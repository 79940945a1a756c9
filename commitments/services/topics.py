"""The topics of mail about commitments: what each message is about, once for each occasion."""

from typing import Final

from commitments.models import Commitment

# The prefix of the topic of each message about a commitment.
COMMITMENT_TOPIC: Final = "commitment-"


def topic_of(commitment: Commitment, *parts: object) -> str:
    """Return the beginning of the topics of messages about a commitment."""
    return "/".join([f"{COMMITMENT_TOPIC}{commitment.reference}", *map(str, parts)])
