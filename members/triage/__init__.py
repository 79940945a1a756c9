"""What staff decide about a member: the only code that changes a member's status.

Each function locks the file, refuses with a sentence for the person, changes, writes the
timeline entry, and queues the letter where there is one, in one transaction. `version` is what
the person had on screen: if the file has changed since, the function refuses. `message` is the
letter as edited, None for no letter, left out for the standard text. Only `note` changes nothing
of the file, and needs no version.
"""

from members.triage.deciding import (
    CAN_BE_REOPENED,
    PROPOSED_ROLES,
    TAKES_PART_OR_WANTS_TO,
    admit_to_focus_area,
    close,
    decline,
    move_to_focus_area,
    record_answer,
    reopen,
    request_information,
    withdraw,
)
from members.triage.holding import (
    clear_suspicion,
    hand_to,
    release,
    take,
)
from members.triage.noting import NOTE_AT_MOST, NoteTooLong, NothingNoted, note
from members.triage.refusals import (
    AskedSomethingElse,
    CannotTake,
    DecidedAlready,
    DuplicateItself,
    NoDuplicate,
    NothingToMove,
    NotSuspected,
    NotTaken,
    TakenAlready,
    WrongStatus,
)

__all__ = [
    "CAN_BE_REOPENED",
    "NOTE_AT_MOST",
    "PROPOSED_ROLES",
    "TAKES_PART_OR_WANTS_TO",
    "AskedSomethingElse",
    "CannotTake",
    "DecidedAlready",
    "DuplicateItself",
    "NoDuplicate",
    "NotSuspected",
    "NotTaken",
    "NoteTooLong",
    "NothingNoted",
    "NothingToMove",
    "TakenAlready",
    "WrongStatus",
    "admit_to_focus_area",
    "clear_suspicion",
    "close",
    "decline",
    "hand_to",
    "move_to_focus_area",
    "note",
    "record_answer",
    "release",
    "reopen",
    "request_information",
    "take",
    "withdraw",
]
