"""Why a decision on a commitment is refused, in words for staff."""

from django.utils.translation import gettext as _

from core.conflicts import Refused


class NotAMember(Refused):
    """The lead is no longer a member, so nobody can answer and nothing can be published."""

    def __init__(self) -> None:
        super().__init__(_("This is not possible: the lead is not a member of the coalition now."))


class NoConsent(Refused):
    """The lead has not agreed to the publication."""

    def __init__(self) -> None:
        super().__init__(_("This is not possible: the lead has not agreed to the publication."))


class AnnouncementInThePast(Refused):
    """The time of an announcement must be in the future."""

    def __init__(self) -> None:
        super().__init__(
            _("The announcement must be in the future. To publish now, choose “Publish now”.")
        )


class AlreadyAssigned(Refused):
    """The commitment is already assigned to this person."""

    def __init__(self) -> None:
        super().__init__(_("The commitment is already assigned to you."))


class NotAssigned(Refused):
    """The commitment is assigned to nobody."""

    def __init__(self) -> None:
        super().__init__(_("The commitment is not assigned to anybody."))


class NotAReplacement(Refused):
    """Only another commitment of the same lead, in force, can replace one."""

    def __init__(self) -> None:
        super().__init__(_("Choose another published commitment of the same lead."))


class ChangeNotWaiting(Refused):
    """The proposed change was decided or withdrawn in the meantime."""

    def __init__(self) -> None:
        super().__init__(_("This proposed change no longer waits for a decision."))
