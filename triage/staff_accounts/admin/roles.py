"""What each role of staff may do, in words."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.services.staff_roles import StaffRole

READS_EVERYTHING: Final = _(
    "Reads everything: members, timelines, messages, mailings, meetings, papers and the audit."
)
ROLE_DUTIES: Final = {
    StaffRole.ADMINISTRATOR: (
        _("Does everything that the administration offers."),
        _("Gives and takes every role, including this one."),
        _("Changes groups and single permissions, addresses and passwords of accounts."),
    ),
    StaffRole.DESK_MANAGER: (
        _("Does everything that a triage officer does."),
        _("Declines Member States."),
        _("Invites staff, changes their role, and deactivates and reactivates their accounts."),
        _("Resets the two-factor authentication of colleagues who lost their device."),
        _("Erases people and organisations, exports a person's data, and sets retention periods."),
        _("Imports rates of exchange, and releases email that is held."),
    ),
    StaffRole.OFFICER: (
        READS_EVERYTHING,
        _("Assigns members and decides on them: admits, declines, asks for information."),
        _("Corrects answers, adds notes, imports and exports lists of members."),
        _("Decides on commitments, and whether their amounts are counted."),
        _("Opens and closes calls, and edits reasons, email templates and the home page."),
        _("Writes mailings, and runs meetings and papers of every focus area."),
    ),
    StaffRole.COORDINATOR: (
        _("Reads the members and the letters of their own focus areas, and adds notes."),
        _("Writes mailings to these members."),
        _("Runs the meetings and papers of these focus areas, with the attendance."),
    ),
    StaffRole.OBSERVER: (READS_EVERYTHING, _("Changes nothing.")),
}
