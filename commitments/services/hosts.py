"""Asks the host of a commitment about it: the Member State of each country that it is made for.

Hosts are asked once, for each published commitment that names their country. A commitment for a
region or for the world names no country, so nobody is asked. However many countries it names, each
host gets a mail of its own. A member that is admitted later is not asked about what was published
before: a new member would get dozens of mails at once. It is asked if a later version is published.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, Expression, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from commitments.models import (
    Acknowledgement,
    Commitment,
    CommitmentStatus,
    CommitmentVersion,
    EventKind,
    HostAnswer,
    Place,
)
from commitments.services.events import add_event, lock_commitment
from commitments.services.private_pages import host_address
from commitments.services.report_letters import letter_about
from commitments.services.report_types import HOST_ASKED
from commitments.services.topics import topic_of
from core.conflicts import Refused, lock
from core.history import MAX_NAME_LENGTH
from members.models import Category, FocalPoint, Member, is_shown_as_admitted
from members.services.conflicts import WrongStatus
from members.services.countries import name_of
from members.services.participants import focal_points_to_mail
from members.services.undo import end_of_undo_period
from outbox.models import Queue
from outbox.services.letters import texts_of
from outbox.services.queue import Envelope, cancel, post_all
from outbox.services.template_rendering import TemplateSet

# How many commitments a run asks about; the next run continues.
MAX_PER_RUN: Final = 200
HOSTS: Final = "host-asked"


class SameAnswer(Refused):
    """The host gave this answer before."""

    def __init__(self) -> None:
        super().__init__(_("This answer is already recorded."))


def ask_hosts(commitment: Commitment, *, at: datetime, words: TemplateSet | None = None) -> int:
    """Ask the hosts of a published commitment that were not asked yet; return how many.

    Does nothing if the commitment is no longer published, or while its publication can be undone. A
    second run at the same time waits for the lock, and finds nobody left to ask.
    """
    with transaction.atomic():
        try:
            lock_commitment(commitment, CommitmentStatus.PUBLISHED)
        except WrongStatus:
            return 0
        if commitment.published_at and end_of_undo_period(commitment.published_at) > at:
            return 0
        hosts = list(hosts_to_ask(commitment).prefetch_related("focal_points"))
        if not hosts:
            return 0
        words = words or texts_of(HOST_ASKED)
        Acknowledgement.objects.bulk_create(
            Acknowledgement(commitment=commitment, member=host, country=host.country, asked_at=at)
            for host in hosts
        )
        names = ", ".join(host.organisation_name for host in hosts)
        add_event(commitment, EventKind.HOST_ASKED, by=None, at=at, note=names)
        letters = [
            _letter(commitment, host, person, words)
            for host in hosts
            for person in focal_points_to_mail(host.focal_points.all())
        ]
        post_all(letters, at=at, may_repeat=False)
        return len(hosts)


def ask_all_hosts(*, at: datetime) -> int:
    """Ask the hosts of all published commitments that were not asked yet; return how many.

    It finds them by the missing rows, so whatever publishes a commitment need not call it.
    """
    words = texts_of(HOST_ASKED)
    found = Commitment.objects.filter(
        pk__in=Place.objects.filter(Exists(_hosts_of_place()))
        .filter(commitment__status=CommitmentStatus.PUBLISHED)
        .values("commitment")
    )
    return sum(
        ask_hosts(commitment, at=at, words=words)
        for commitment in found.select_related("lead").order_by("published_at", "pk")[:MAX_PER_RUN]
    )


def hosts_to_ask(commitment: Commitment) -> QuerySet[Member]:
    """Return the members to ask about a commitment that were not asked yet."""
    countries = commitment.places.exclude(country="").values("country")
    asked = commitment.acknowledgements.values("member")
    latest = commitment.versions.order_by("-number").first()
    return (
        _hosts(Value(latest.published_at if latest else commitment.published_at))
        .filter(country__in=countries)
        .exclude(pk=commitment.lead_id)
        .exclude(pk__in=asked)
        .order_by("pk")
    )


def _hosts(published_at: Expression) -> QuerySet[Member]:
    """Return the Member States that were admitted when a commitment was published."""
    return Member.objects.filter(
        is_shown_as_admitted(), category=Category.MEMBER_STATE, decided_at__lte=published_at
    )


def _hosts_of_place() -> QuerySet[Member]:
    """Return, for a place of a commitment, the members to ask that were not asked yet."""
    versions = CommitmentVersion.objects.filter(commitment=OuterRef(OuterRef("commitment")))
    asked = Acknowledgement.objects.filter(
        member=OuterRef("pk"), commitment=OuterRef(OuterRef("commitment"))
    )
    latest = Subquery(versions.order_by("-number").values("published_at")[:1])
    return (
        _hosts(Coalesce(latest, OuterRef("commitment__published_at")))
        .filter(~Exists(asked), country=OuterRef("country"))
        .exclude(pk=OuterRef("commitment__lead"))
    )


@transaction.atomic
def answer_as_host(
    *,
    acknowledgement: Acknowledgement,
    answer: HostAnswer,
    note: str,
    by: FocalPoint,
    at: datetime,
) -> Acknowledgement:
    """Record what a host says of a commitment. It can be changed while the commitment is published.

    The lead and the public do not learn of a host that does not know of it, nor of the note.

    Raises WrongStatus and SameAnswer.
    """
    commitment = acknowledgement.commitment
    lock_commitment(commitment, CommitmentStatus.PUBLISHED)
    lock(acknowledgement)
    acknowledgement.commitment = commitment
    if (acknowledgement.answer, acknowledgement.note) == (answer, note):
        raise SameAnswer
    acknowledgement.answer, acknowledgement.note = answer, note
    acknowledgement.answered_at = at
    acknowledgement.answered_by_name = str(by)[:MAX_NAME_LENGTH]
    acknowledgement.save(update_fields=["answer", "note", "answered_at", "answered_by_name"])
    add_event(
        commitment,
        EventKind.HOST_ANSWERED,
        by=by,
        at=at,
        is_shared=answer != HostAnswer.DOES_NOT_KNOW,
    )
    cancel(topic=topic_of(commitment, HOSTS, by.member_id), at=at)
    return acknowledgement


def _letter(
    commitment: Commitment, host: Member, person: FocalPoint, words: TemplateSet
) -> Envelope:
    person.member = host
    return letter_about(
        commitment,
        person,
        HOST_ASKED,
        {"country": lambda: name_of(host.country)},
        topic=topic_of(commitment, HOSTS, host.pk),
        link=host_address,
        words=words,
        queue=Queue.BULK,
    )
