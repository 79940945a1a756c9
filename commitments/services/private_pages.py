"""The private links of focal points to the pages of one commitment: its report, its host's answer.

A link is for one role and one commitment. It ends with the other private links of the role, and
when the organisation leaves the coalition.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from commitments.models import Acknowledgement, Commitment
from members.models import FocalPoint
from members.services.participants import participants, with_member_as_shown
from members.services.private_links import (
    InvalidLink,
    LinkPurpose,
    focal_point_and_commitment_of,
    private_address,
    token_about_commitment,
)

REPORT_PAGE: Final = "commitments:report_by_link"
HOST_PAGE: Final = "commitments:host"


@dataclass(frozen=True)
class CommitmentLink:
    """What a private link about a commitment opens."""

    focal_point: FocalPoint
    commitment: Commitment


def report_address(focal_point: FocalPoint, commitment: Commitment) -> str:
    """Return the full private URL on which a focal point of the lead reports."""
    return _address(REPORT_PAGE, LinkPurpose.REPORT, focal_point, commitment)


def host_address(focal_point: FocalPoint, commitment: Commitment) -> str:
    """Return the full private URL on which a focal point of a host answers."""
    return _address(HOST_PAGE, LinkPurpose.HOST, focal_point, commitment)


def report_link_of(token: str, *, at: datetime) -> CommitmentLink:
    """Return what a link to report opens. Raises InvalidLink."""
    link = _link_of(token, LinkPurpose.REPORT, at)
    if link.commitment.lead_id != link.focal_point.member_id or not link.commitment.is_public:
        raise InvalidLink
    return link


def acknowledgement_of(token: str, *, at: datetime) -> tuple[FocalPoint, Acknowledgement]:
    """Return the focal point of a host's link, and what their organisation is asked.

    Raises InvalidLink.
    """
    link = _link_of(token, LinkPurpose.HOST, at)
    asked = Acknowledgement.objects.filter(
        commitment=link.commitment, member=link.focal_point.member_id
    ).first()
    if asked is None or not link.commitment.is_public:
        raise InvalidLink
    asked.commitment = link.commitment
    return link.focal_point, asked


def _link_of(token: str, purpose: LinkPurpose, at: datetime) -> CommitmentLink:
    focal_point, reference = focal_point_and_commitment_of(token, purpose)
    people = participants().filter(pk=focal_point.pk, link_version=focal_point.link_version)
    shown = with_member_as_shown(people.select_related("member"), at=at)
    commitment = (
        Commitment.objects.select_related("lead", "focus_area").filter(reference=reference).first()
    )
    if not shown or commitment is None:
        raise InvalidLink
    return CommitmentLink(shown[0], commitment)


def _address(
    page: str, purpose: LinkPurpose, focal_point: FocalPoint, commitment: Commitment
) -> str:
    token = token_about_commitment(focal_point, purpose, reference=commitment.reference)
    return private_address(page, token, focal_point.language)
