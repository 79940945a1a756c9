"""Attach a reply that belongs to nobody to the member or commitment that it is about."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from focus_areas.models import EVERY_AREA
from inbox.models import CORRESPONDENCE, OWNER_KINDS, IncomingMail, OwnerKind
from inbox.services.replies import notify_assignee_of_reply
from outbox.services.queue import AlreadyQueued

logger = logging.getLogger(__name__)

VIEW_PERMISSION: Final = "inbox.view_incomingmail"
MAX_FOUND: Final = 10


@dataclass(frozen=True)
class Owner:
    """A member or commitment that mail belongs to, and its page."""

    reference: str
    name: str
    url: str


def find_owners(typed: str, user: User) -> list[Owner]:
    """Return what a person may mean, among what they may see: at most MAX_FOUND of each kind.

    A whole reference finds nothing else.
    """
    if exact := _attachable_owner(typed, user):
        return [exact]
    return [
        _owner(kind, row)
        for kind in OWNER_KINDS
        for row in kind.find(kind.attachable_by(user), typed).order_by("-pk")[:MAX_FOUND]
    ]


def owner_of(mail: IncomingMail, user: User) -> Owner | None:
    """Return what a mail belongs to, if there is such a record and the user may see it."""
    if not mail.reference:
        return None
    return _with_reference(mail.reference, [(kind, kind.seen_by(user)) for kind in OWNER_KINDS])


@transaction.atomic
def attach_mail(*, mail: IncomingMail, reference: str, by: User, at: datetime) -> Owner:
    """Attach a reply to a member or commitment that the user may see, and notify the assignee.

    Raises Refused (already_attached, not_a_reply, unknown_reference).
    """
    lock(mail)
    if mail.reference:
        raise _already_attached(mail)
    if mail.kind not in CORRESPONDENCE:
        raise Refused(
            _("Only replies belong to an organisation or a commitment."), code="not_a_reply"
        )
    owner = _attachable_owner(reference, by)
    if owner is None:
        raise Refused(
            _("There is nothing that you can attach it to with this reference: %(reference)s.")
            % {"reference": reference.strip()[:20]},
            code="unknown_reference",
        )
    mail.reference = owner.reference
    mail.attached_at, mail.attached_by = at, by
    mail.attached_by_name = by.get_full_name()
    _save(mail)
    # Attached once before, and the assignee knows.
    with suppress(AlreadyQueued):
        notify_assignee_of_reply(mail)
    logger.info("Incoming mail %s attached by user %s", mail.pk, by.pk)
    return owner


@transaction.atomic
def detach_mail(*, mail: IncomingMail, by: User) -> None:
    """Take a reply that was attached by mistake from its member or commitment.

    Raises Refused (not_attached), also if it came to the address of a letter to them.
    """
    lock(mail)
    if not is_detachable(mail):
        raise Refused(_("Nobody has attached this email."), code="not_attached")
    mail.reference = ""
    mail.attached_at = mail.attached_by = None
    mail.attached_by_name = ""
    _save(mail)
    logger.info("Incoming mail %s detached by user %s", mail.pk, by.pk)


def is_detachable(mail: IncomingMail) -> bool:
    """Return whether a colleague, or only the text of its subject, says where it belongs."""
    was_guessed = bool(mail.reference) and mail.message_id is None
    return mail.attached_at is not None or was_guessed


def front_page_mail(user: User) -> dict[str, Any]:
    """Return how many replies belong to nobody, for those who may see all of them."""
    if not (user.has_perm(VIEW_PERMISSION) and user.has_perm(EVERY_AREA)):
        return {}
    return {"mail_without_a_member": IncomingMail.objects.unmatched().count()}


def _attachable_owner(typed: str, user: User) -> Owner | None:
    attachable = [(kind, kind.attachable_by(user)) for kind in OWNER_KINDS]
    return _with_reference(typed.strip().upper(), attachable)


def _with_reference(
    reference: str, rows: Iterable[tuple[OwnerKind, "QuerySet[Any]"]]
) -> Owner | None:
    """Return the record with a reference; a reference is unique among all kinds."""
    for kind, among in rows:
        row = among.filter(reference=reference).first()
        if row is not None:
            return _owner(kind, row)
    return None


def _owner(kind: OwnerKind, row: Any) -> Owner:
    return Owner(row.reference, str(row), reverse(kind.url_name, args=[row.pk]))


def _save(mail: IncomingMail) -> None:
    mail.save(update_fields=["reference", "attached_at", "attached_by", "attached_by_name"])


def _already_attached(mail: IncomingMail) -> Refused:
    words = _("This email was already attached to %(reference)s by %(name)s.")
    if not mail.attached_by_name:
        words = _("This email already belongs to %(reference)s.")
    return Refused(
        words % {"reference": mail.reference, "name": mail.attached_by_name},
        code="already_attached",
    )
