"""Private links: signed, revocable tokens for one page each, and a code for people who can't click.

A token names its signing key, and contains the primary key and the random secret of a row. The
secret is needed because primary keys repeat after a database restore. Links of focal points also
contain a version: a higher version with a new secret revokes them. The link of a feed has a second
version and secret, which its owner can renew. Other links end when their row is deleted.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, TypeVar
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Model, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import override

from core.codes import make_code, normalise_code
from members.models import FocalPoint, Member, MemberStatus, RoleTransfer
from members.models.focal_point import new_link_secret

logger = logging.getLogger(__name__)

# How long the page of an EOI stays open after the EOI has ended.
PAGE_EXPIRES_AFTER: Final = timedelta(days=90)
ENDED: Final = (MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.WITHDRAWN)


class LinkPurpose(StrEnum):
    """What a focal point's private link opens."""

    WORKING_GROUP = "working-group"
    FEED = "feed"
    EOI = "expression-of-interest"
    BULLETINS = "bulletins"
    OPPORTUNITIES = "opportunities"
    # These two also name a meeting.
    RSVP = "rsvp"
    JOIN = "join"
    # This one also names a date poll.
    DATE_POLL = "date-poll"
    # These two also name a commitment, by its reference.
    REPORT = "commitment-report"
    HOST = "commitment-host"
    # This one also names a focus area, by its number.
    FRAMEWORK = "action-framework"


Row = TypeVar("Row", bound=Model)
# The fields of a row that a token contains, in this order.
ROW_FACTS: Final = ("pk", "link_secret")
FOCAL_POINT_FACTS: Final = ("pk", "link_version", "link_secret")
FEED_FACTS: Final = (*FOCAL_POINT_FACTS, "feed_version", "feed_secret")
# What a link about a meeting contains as well: the meeting and its start when the link was made.
MEETING_FACTS: Final = ("meeting", "starts_at")
# What a link to a date poll contains as well.
POLL_FACTS: Final = ("poll",)
# What a link about a commitment contains as well.
COMMITMENT_FACTS: Final = ("commitment",)
# What a link to an Action Framework contains as well.
AREA_FACTS: Final = ("focus_area",)


class InvalidLink(Exception):
    """The token is altered, revoked, expired, or made for another purpose."""


def token_for(focal_point: FocalPoint, purpose: LinkPurpose) -> str:
    """Return a focal point's token for one purpose. It is valid until the version rises."""
    return _signed(purpose, focal_point, _columns_of(purpose))


def focal_point_of(
    token: str, purpose: LinkPurpose, *, among: QuerySet[FocalPoint] | None = None
) -> FocalPoint:
    """Return the focal point of a token, with its member.

    `among` is the queryset to search. Raises InvalidLink.
    """
    focal_points = FocalPoint.objects.all() if among is None else among
    try:
        key, facts = read_token(token, purpose)
        focal_point = focal_points.select_related("member__focus_area").get(**facts)
    except FocalPoint.DoesNotExist as refused:
        raise InvalidLink from refused
    note_key(key, purpose, focal_point.pk)
    return focal_point


def token_about_meeting(
    focal_point: FocalPoint, purpose: LinkPurpose, *, meeting: UUID, starts_at: datetime
) -> str:
    """Return a focal point's token for one meeting. It is valid until their version rises.

    Starts of meetings have no fractions of a second.
    """
    about = meeting.hex, int(starts_at.timestamp())
    return _signed(purpose, focal_point, FOCAL_POINT_FACTS, *about)


def focal_point_and_meeting_of(
    token: str, purpose: LinkPurpose
) -> tuple[FocalPoint, UUID, datetime]:
    """Return the focal point of a token about a meeting, the meeting's UID, and its start then.

    Raises InvalidLink.
    """
    key, facts = _read(token, purpose, (*FOCAL_POINT_FACTS, *MEETING_FACTS))
    uid, starts_at = UUID(facts.pop("meeting")), facts.pop("starts_at")
    people = FocalPoint.objects.select_related("member__focus_area")
    focal_point = people.filter(**facts).first()
    if focal_point is None:
        raise InvalidLink
    note_key(key, purpose, focal_point.pk)
    return focal_point, uid, datetime.fromtimestamp(starts_at, tz=UTC)


def token_about_poll(focal_point: FocalPoint, purpose: LinkPurpose, *, poll: UUID) -> str:
    """Return a focal point's token for one date poll. It is valid until their version rises."""
    return _signed(purpose, focal_point, FOCAL_POINT_FACTS, poll.hex)


def focal_point_and_poll_of(token: str, purpose: LinkPurpose) -> tuple[FocalPoint, UUID]:
    """Return the focal point of a token about a date poll, and the UID of that.

    Raises InvalidLink.
    """
    focal_point, about = _focal_point_and(token, purpose, *POLL_FACTS)
    return focal_point, UUID(about["poll"])


def token_about_commitment(focal_point: FocalPoint, purpose: LinkPurpose, *, reference: str) -> str:
    """Return a focal point's token for one commitment. It is valid until their version rises."""
    return _signed(purpose, focal_point, FOCAL_POINT_FACTS, reference)


def focal_point_and_commitment_of(token: str, purpose: LinkPurpose) -> tuple[FocalPoint, str]:
    """Return the focal point of a token about a commitment, and the reference of that.

    Raises InvalidLink.
    """
    focal_point, about = _focal_point_and(token, purpose, *COMMITMENT_FACTS)
    return focal_point, about["commitment"]


def token_about_area(focal_point: FocalPoint, purpose: LinkPurpose, *, number: int) -> str:
    """Return a focal point's token for one focus area. It is valid until their version rises."""
    return _signed(purpose, focal_point, FOCAL_POINT_FACTS, number)


def focal_point_and_area_of(token: str, purpose: LinkPurpose) -> tuple[FocalPoint, int]:
    """Return the focal point of a token about a focus area, and the number of that.

    Raises InvalidLink.
    """
    focal_point, about = _focal_point_and(token, purpose, *AREA_FACTS)
    return focal_point, int(about["focus_area"])


def focal_point_of_eoi(token: str, *, at: datetime) -> FocalPoint:
    """Return the focal point whose EOI a token opens, with its member and call.

    Raises InvalidLink, also if the page has expired.
    """
    focal_points = FocalPoint.objects.select_related("member__call", "member__first_choice")
    focal_point = focal_point_of(token, LinkPurpose.EOI, among=focal_points)
    if is_page_expired(focal_point.member, at=at):
        raise InvalidLink
    return focal_point


def read_token(token: str, purpose: LinkPurpose) -> tuple[str, dict[str, Any]]:
    """Return the name of the key that signed a focal point's token, and its values by field.

    Raises InvalidLink if it is altered or made for another purpose. It may have been revoked.
    """
    return _read(token, purpose, _columns_of(purpose))


def note_key(key: str, purpose: str, pk: int) -> None:
    """Log the use of a link that a former key signed, so that such links can be counted."""
    if key != name_of_key(settings.SECRET_KEY):
        logger.info("Private link of former key %s in use: %s %s", key, purpose, pk)


def end_links(focal_point: FocalPoint) -> list[str]:
    """Revoke all links of a focal point without saving; return the names of the changed fields."""
    focal_point.link_version += 1
    focal_point.link_secret = new_link_secret()
    return ["link_version", "link_secret"]


def end_feed(focal_point: FocalPoint) -> list[str]:
    """Revoke the address of a feed without saving; return the names of the changed fields."""
    focal_point.feed_version += 1
    focal_point.feed_secret = new_link_secret()
    return ["feed_version", "feed_secret"]


def check_unrevoked(focal_point: FocalPoint) -> None:
    """Raise InvalidLink if a focal point's links were revoked after its row was read."""
    facts = {"pk": focal_point.pk, "link_version": focal_point.link_version}
    if not FocalPoint.objects.filter(**facts).exists():
        raise InvalidLink


def is_page_expired(member: Member, *, at: datetime) -> bool:
    """Return whether the page of an EOI has expired, PAGE_EXPIRES_AFTER its end."""
    if member.status not in ENDED:
        return False
    ended_at = member.withdrawn_at or member.decided_at
    return ended_at is not None and ended_at + PAGE_EXPIRES_AFTER <= at


def with_open_pages(focal_points: QuerySet[FocalPoint], at: datetime) -> QuerySet[FocalPoint]:
    """Return the focal points whose page has not expired, as in `is_page_expired()`."""
    return focal_points.alias(
        ended_at=Coalesce("member__withdrawn_at", "member__decided_at")
    ).exclude(member__status__in=ENDED, ended_at__lte=at - PAGE_EXPIRES_AFTER)


def token_for_object(row: Model) -> str:
    """Return the token that opens one row of a model with a `link_secret`."""
    return _signed(_purpose_of(type(row)), row, ROW_FACTS)


def row_of(token: str, rows: QuerySet[Row]) -> Row:
    """Return the row in `rows` that a token was made for.

    Raises InvalidLink.
    """
    purpose = _purpose_of(rows.model)
    key, facts = _read(token, purpose, ROW_FACTS)
    row = rows.filter(**facts).first()
    if row is None:
        raise InvalidLink
    note_key(key, purpose, row.pk)
    return row


def successor_of(token: str, *, at: datetime) -> RoleTransfer:
    """Return the role transfer of a token, with the member.

    Raises InvalidLink, also if it was answered or cancelled or has expired.
    """
    role_transfers = RoleTransfer.objects.filter(expires_at__gt=at)
    return row_of(token, role_transfers.select_related("focal_point__member__call", "named_by"))


def confirmation_code(focal_point: FocalPoint, *, key: str | None = None) -> str:
    """Return the short code in the mail for people who cannot click: eight letters and digits.

    It depends on the email address and on the version and secret of the links. `key` is the
    secret key, by default the current one.
    """
    facts = [str(getattr(focal_point, name)) for name in (*FOCAL_POINT_FACTS, "email")]
    return make_code("members.services.private_links.code", " ".join(facts), key=key)


def is_valid_code(focal_point: FocalPoint, typed: str) -> bool:
    """Return whether a code is the focal point's. Case and separators are ignored."""
    code = normalise_code(typed)
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if constant_time_compare(code, confirmation_code(focal_point, key=key)):
            note_key(name_of_key(key), "code", focal_point.pk)
            return True
    return False


def focal_point_of_code(reference: str, code: str, *, at: datetime) -> FocalPoint:
    """Return the focal point with this code and this reference of the EOI.

    Raises InvalidLink for any error, also if the page has expired.
    """
    people = FocalPoint.objects.select_related("member").filter(member__reference=reference)
    # All are compared, so that the time does not depend on which one matches.
    theirs = [person for person in people if is_valid_code(person, code)]
    if not theirs or is_page_expired(theirs[0].member, at=at):
        raise InvalidLink
    return theirs[0]


def working_group_url(focal_point: FocalPoint, language: str) -> str:
    """Return the full private URL of the focal point's working group page."""
    token = token_for(focal_point, LinkPurpose.WORKING_GROUP)
    # The page is in an app that depends on this one, so only its URL name is used here.
    return private_address("participation:working_group", token, language)


def feed_url(focal_point: FocalPoint) -> str:
    """Return the full private URL of the focal point's calendar feed."""
    token = token_for(focal_point, LinkPurpose.FEED)
    return settings.SITE_URL + reverse("participation:private_feed", args=[token])


def status_page_url(focal_point: FocalPoint, language: str) -> str:
    """Return the full private URL of the EOI's page for one focal point."""
    return private_address("eoi:status", token_for(focal_point, LinkPurpose.EOI), language)


def role_transfer_url(role_transfer: RoleTransfer, language: str) -> str:
    """Return the full private URL where a successor accepts or declines."""
    return private_address("eoi:accept_handover", token_for_object(role_transfer), language)


def private_address(name: str, token: str, language: str, *before: str) -> str:
    """Return the full URL of a private page in a language. `before` comes before the token."""
    with override(language):
        return settings.SITE_URL + reverse(name, args=[*before, token])


def name_of_key(key: str) -> str:
    """Return a short hash that identifies a secret key without disclosing it."""
    return sha256(key.encode()).hexdigest()[:8]


def _columns_of(purpose: LinkPurpose) -> tuple[str, ...]:
    return FEED_FACTS if purpose is LinkPurpose.FEED else FOCAL_POINT_FACTS


def _purpose_of(model: type[Model]) -> str:
    return str(model._meta.model_name)


def _signer_for(purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"members.services.private_links.{purpose}")


def _signed(purpose: str, row: Model, columns: Sequence[str], *about: str | int) -> str:
    """Return a token with the name of the current key, some fields of a row, and other values."""
    facts = [*(getattr(row, column) for column in columns), *about]
    return _signer_for(purpose).sign_object([name_of_key(settings.SECRET_KEY), *facts])


def _focal_point_and(
    token: str, purpose: LinkPurpose, *about: str
) -> tuple[FocalPoint, dict[str, Any]]:
    """Return the focal point of a token, with the member, and what else the token contains.

    Raises InvalidLink.
    """
    key, facts = _read(token, purpose, (*FOCAL_POINT_FACTS, *about))
    others = {name: facts.pop(name) for name in about}
    focal_point = FocalPoint.objects.select_related("member").filter(**facts).first()
    if focal_point is None:
        raise InvalidLink
    note_key(key, purpose, focal_point.pk)
    return focal_point, others


def _read(token: str, purpose: str, columns: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the name of the key that signed a token, and the token's values by field.

    Raises InvalidLink if it is altered or made for another purpose.
    """
    try:
        key, *facts = _signer_for(purpose).unsign_object(token)
        return key, dict(zip(columns, facts, strict=True))
    except (signing.BadSignature, ValueError) as refused:
        raise InvalidLink from refused
