"""Private links: signed, revocable keys to one thing each, and a code for who cannot click.

Links of focal points carry a version: raising it revokes them. That of a feed has one more, which
its owner raises. The others open a row that is
deleted when the link is to end.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import override

from accounts.readable import code_as_typed, readable_code
from members.models import EoiDraft, FocalPoint, Member, MemberStatus, Successor

# How long the page of an EOI opens after nothing can be done on it any more.
OPEN_AFTER_THE_END: Final = timedelta(days=90)
ENDED: Final = (MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.WITHDRAWN)


class Purpose(StrEnum):
    """What a focal point's private link opens."""

    WORKING_GROUP = "working-group"
    FEED = "feed"
    EOI = "expression-of-interest"
    BULLETINS = "bulletins"


class LinkRefused(Exception):
    """The token is altered, revoked, ended, or made for something else."""


def token_for(focal_point: FocalPoint, purpose: Purpose) -> str:
    """Return the token that opens one thing for one focal point, until its version rises."""
    facts = [focal_point.pk, focal_point.link_version]
    if purpose is Purpose.FEED and focal_point.feed_version:
        facts.append(focal_point.feed_version)
    return signing.Signer(salt=f"members.links.{purpose}").sign_object(facts, compress=True)


def focal_point_of(
    token: str, purpose: Purpose, *, among: QuerySet[FocalPoint] | None = None
) -> FocalPoint:
    """Return the focal point that a token was made for, with its member.

    `among` may add columns to it. Raises LinkRefused.
    """
    focal_points = FocalPoint.objects.all() if among is None else among
    try:
        signer = signing.Signer(salt=f"members.links.{purpose}")
        pk, link_version, *feed_version = signer.unsign_object(token)
        facts = {"pk": pk, "link_version": link_version}
        if purpose is Purpose.FEED:
            # Not in the token where the feed was never given a new address.
            facts["feed_version"] = feed_version[0] if feed_version else 0
        return focal_points.select_related("member__focus_area").get(**facts)
    except (signing.BadSignature, FocalPoint.DoesNotExist) as refused:
        raise LinkRefused from refused


def focal_point_of_eoi(token: str, *, at: datetime) -> FocalPoint:
    """Return the focal point whose EOI a token opens, with its member and call.

    Raises LinkRefused, also where the page has ended.
    """
    focal_points = FocalPoint.objects.select_related("member__call", "member__first_choice")
    focal_point = focal_point_of(token, Purpose.EOI, among=focal_points)
    if page_has_ended(focal_point.member, at=at):
        raise LinkRefused
    return focal_point


def check_unrevoked(focal_point: FocalPoint) -> None:
    """Raise LinkRefused where a focal point's links were revoked since its row was read."""
    facts = {"pk": focal_point.pk, "link_version": focal_point.link_version}
    if not FocalPoint.objects.filter(**facts).exists():
        raise LinkRefused


def page_has_ended(member: Member, *, at: datetime) -> bool:
    """Tell whether the page of an EOI opens no more: nothing could be done on it for long."""
    if member.status not in ENDED:
        return False
    ended_at = member.withdrawn_at or member.decided_at
    return ended_at is not None and ended_at + OPEN_AFTER_THE_END <= at


def pages_open_at(focal_points: QuerySet[FocalPoint], at: datetime) -> QuerySet[FocalPoint]:
    """Keep the focal points whose EOI's page has not ended; as `page_has_ended` tells of one."""
    return focal_points.alias(
        ended_at=Coalesce("member__withdrawn_at", "member__decided_at")
    ).exclude(member__status__in=ENDED, ended_at__lte=at - OPEN_AFTER_THE_END)


def token_for_row(row: EoiDraft | Successor) -> str:
    """Return the token that opens one draft, or one proposal to take a role over."""
    return _signer_of(type(row)).sign_object([row.pk], compress=True)


def draft_key_of(token: str) -> int:
    """Return the key of the draft that a token was made for, whether or not it is still there.

    Raises LinkRefused.
    """
    return _key_in(token, EoiDraft)


def successor_of(token: str, *, at: datetime) -> Successor:
    """Return the successor that a token was made for, with the member.

    Raises LinkRefused, also where it was answered, taken back, or is too late.
    """
    successors = Successor.objects.select_related("focal_point__member__call", "named_by")
    try:
        return successors.get(pk=_key_in(token, Successor), expires_at__gt=at)
    except Successor.DoesNotExist as refused:
        raise LinkRefused from refused


def confirmation_code(focal_point: FocalPoint) -> str:
    """Return the short code in the mail, for those who cannot click: eight letters and digits.

    It is made from the address and the version of the links, and changes with either.
    """
    facts = f"{focal_point.pk} {focal_point.link_version} {focal_point.email}"
    return readable_code("members.links.code", facts)


def is_code_of(focal_point: FocalPoint, typed: str) -> bool:
    """Tell whether a code is a focal point's, in whatever case and however it is parted."""
    return constant_time_compare(code_as_typed(typed), confirmation_code(focal_point))


def focal_point_of_code(reference: str, code: str, *, at: datetime) -> FocalPoint:
    """Return the focal point whose code was typed with the reference of its EOI.

    Raises LinkRefused for whatever is wrong, also where the page has ended.
    """
    people = FocalPoint.objects.select_related("member").filter(member__reference=reference)
    # Each is compared, so that it takes as long whoever it is.
    theirs = [person for person in people if is_code_of(person, code)]
    if not theirs or page_has_ended(theirs[0].member, at=at):
        raise LinkRefused
    return theirs[0]


def working_group_address(focal_point: FocalPoint, language: str) -> str:
    """Return the full private address of the focal point's working group page."""
    token = token_for(focal_point, Purpose.WORKING_GROUP)
    # The page stands in an app above: letters lead to it, and know no more than its name.
    return _page("participation:working_group", token, language)


def feed_address(focal_point: FocalPoint) -> str:
    """Return the full private address of the focal point's calendar feed."""
    token = token_for(focal_point, Purpose.FEED)
    return settings.SITE_URL + reverse("participation:private_feed", args=[token])


def eoi_address(focal_point: FocalPoint, language: str) -> str:
    """Return the full private address of the EOI's own page, for one focal point."""
    return _page("members:eoi_status", token_for(focal_point, Purpose.EOI), language)


def draft_address(draft: EoiDraft) -> str:
    """Return the full private address at which a draft is gone on with."""
    return _page("members:eoi_draft", token_for_row(draft), draft.language)


def take_over_address(successor: Successor, language: str) -> str:
    """Return the full private address at which a successor says whether they take over."""
    return _page("members:eoi_take_over", token_for_row(successor), language)


def _page(name: str, token: str, language: str) -> str:
    with override(language):
        return settings.SITE_URL + reverse(name, args=[token])


def _signer_of(model: Any) -> signing.Signer:
    return signing.Signer(salt=f"members.links.{model._meta.model_name}")


def _key_in(token: str, model: Any) -> int:
    try:
        (pk,) = _signer_of(model).unsign_object(token)
    except signing.BadSignature as refused:
        raise LinkRefused from refused
    return int(pk)
