"""The private links in one mail about meetings or a poll, and the markers that stand for them."""

from dataclasses import dataclass, field
from typing import Final

from meetings.models import Meeting, MeetingKind
from members.models import FocalPoint
from members.services.private_links import (
    LinkPurpose,
    private_address,
    token_about_meeting,
    token_about_poll,
)
from outbox.services.rendering import private_link_marker
from participation.models import DatePoll
from participation.services.rsvp_buttons import rsvp_choices

REPLY_PAGE: Final = "participation:reply_by_link"
JOIN_PAGE: Final = "participation:join_by_link"
POLL_PAGE: Final = "participation:answer_poll"


@dataclass
class LinksOfMail:
    """The private links of one mail, and the markers in its text that stand for them."""

    language: str
    addresses: list[str] = field(default_factory=list)

    def reply(self, role: FocalPoint, meeting: Meeting) -> list[tuple[str, str]]:
        """Return the possible answers, as pairs of a label and the marker of a link."""
        if meeting.kind == MeetingKind.DEADLINE:
            return []
        token = token_about_meeting(
            role, LinkPurpose.RSVP, meeting=meeting.uid, starts_at=meeting.starts_at
        )
        return [
            (label, self._marker(private_address(REPLY_PAGE, token, self.language, choice)))
            for choice, label in rsvp_choices(meeting)
        ]

    def join(self, role: FocalPoint, meeting: Meeting) -> str:
        """Return the marker of the link to join a meeting; empty if it has no join link."""
        if meeting.kind == MeetingKind.DEADLINE or not meeting.usable_join_link:
            return ""
        token = token_about_meeting(
            role, LinkPurpose.JOIN, meeting=meeting.uid, starts_at=meeting.starts_at
        )
        return self._marker(private_address(JOIN_PAGE, token, self.language))

    def answer_poll(self, role: FocalPoint, poll: DatePoll) -> str:
        """Return the marker of the link to answer a date poll."""
        token = token_about_poll(role, LinkPurpose.DATE_POLL, poll=poll.uid)
        return self._marker(private_address(POLL_PAGE, token, self.language))

    def as_lines(self) -> str:
        """Return the addresses as the outbox stores them."""
        return "\n".join(self.addresses)

    def _marker(self, address: str) -> str:
        self.addresses.append(address)
        return private_link_marker(len(self.addresses))
