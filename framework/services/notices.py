"""Tells the working group what happens to its drafts: opened, closing soon, answered, adopted.

Code that opens or adopts a draft does not send mail. A task compares the last draft with the
notices: each organisation has one of each kind, written in the transaction of its letters. A letter
that was not sent before its draft closed or its closing moved is cancelled, and its organisation
counts as not told: it is told the new closing, or gets its answers with the next draft.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, QuerySet

from core.addresses import normalise_address
from core.conflicts import lock
from framework.models import (
    Amendment,
    AmendmentStatus,
    Draft,
    Framework,
    Notice,
    NoticeKind,
    Support,
)
from framework.services.drafts import latest_draft
from framework.services.letters import ADOPTION_TOLD_FOR, Answered, Letters, topic_of
from members.models import FocalPoint, GrantedRole, area_shown, role_shown
from members.services.participants import (
    focal_points_to_mail,
    participants,
    with_member_as_shown,
)
from outbox.models import Message, MessageStatus
from outbox.services.queue import cancel_unsent, post_all

REMIND_BEFORE: Final = timedelta(days=3)
# An organisation that was told less than this ago that a draft is open is not reminded of it yet.
QUIET_FOR: Final = timedelta(days=1)
# The organisations that are told in one transaction, and of each framework in one run.
BATCH_SIZE, MAX_PER_RUN = 50, 1000
TOPIC: Final = re.compile(
    r"framework-\d+/draft-\d+/(?P<kind>\w+)/version-\d+/\d+/focal-point-(?P<person>\d+)"
)


def send_notices(*, at: datetime) -> int:
    """Tell the organisations what is new, and return how many were told something.

    The task may run twice, at the same time as another, or be killed: what is told is read again
    once the framework is locked, and a batch is told wholly or not at all.
    """
    told = 0
    for framework in Framework.objects.select_related("focus_area").order_by("pk"):
        for _batch in range(MAX_PER_RUN // BATCH_SIZE):
            now = _tell_some(framework, at)
            told += now
            if not now:
                break
    return told


def number_of_readers(framework: Framework) -> int:
    """Return how many organisations are told when a draft opens."""
    return _readers(framework).values("member").distinct().count()


@transaction.atomic
def _tell_some(framework: Framework, at: datetime) -> int:
    """Tell the next organisations, and return how many."""
    lock(framework)
    draft = latest_draft(framework)
    if draft is None:
        return 0
    _take_back_outdated(draft, at)
    news = _news_of(draft, at)
    told = _tell(draft, news, _untold(draft, news), at) if news else 0
    if not told and draft.closes_at and at < draft.closes_at <= at + REMIND_BEFORE:
        told = _tell(draft, NoticeKind.CLOSES_SOON, _silent(draft, at), at)
    return told


def _tell(draft: Draft, kind: NoticeKind, people: QuerySet[Any], at: datetime) -> int:
    members = people.order_by("member").values_list("member", flat=True).distinct()[:BATCH_SIZE]
    found: dict[int, list[FocalPoint]] = {pk: [] for pk in members}
    if not found:
        return 0
    for person in with_member_as_shown(
        people.filter(member__in=[*found]).select_related("member"), at=at
    ):
        found[person.member_id].append(person)
    is_news = kind != NoticeKind.CLOSES_SOON
    answered = _answered(draft, [*found]) if is_news else defaultdict(Answered)
    Notice.objects.bulk_create(Notice(draft=draft, member_id=pk, kind=kind, at=at) for pk in found)
    letters = Letters.about(draft, kind, at=at)
    post_all(
        (
            letters.to(person, answered[member])
            for member, focal_points in found.items()
            for person in focal_points_to_mail(focal_points)
        ),
        at=at,
        may_repeat=False,
    )
    return len(found)


def _news_of(draft: Draft, at: datetime) -> NoticeKind | None:
    """Return what there is to tell everybody about the last draft."""
    if draft.is_open_at(at):
        return NoticeKind.OPENED
    is_new = draft.adopted_at and draft.adopted_at + ADOPTION_TOLD_FOR > at
    return NoticeKind.ADOPTED if is_new else None


def _readers(framework: Framework) -> QuerySet[Any]:
    """Return the focal points of the working group, observers too."""
    people: QuerySet[Any] = participants().alias(area=area_shown("member__"))
    return people.filter(area=framework.focus_area_id)


def _untold(draft: Draft, kind: NoticeKind) -> QuerySet[Any]:
    """Return the focal points of the organisations that do not have a notice yet."""
    told = Notice.objects.filter(draft=draft, kind=kind)
    return _readers(draft.framework).exclude(member__in=told.values("member"))


def _silent(draft: Draft, at: datetime) -> QuerySet[Any]:
    """Return the focal points of organisations that proposed and supported nothing in a draft.

    They may propose, have not been reminded yet, and were told long enough ago that it is open.
    """
    opened = Notice.objects.filter(draft=draft, kind=NoticeKind.OPENED, at__lte=at - QUIET_FOR)
    sent = Amendment.objects.filter(draft=draft).exclude(status=AmendmentStatus.DRAFT)
    supports = Support.objects.filter(amendment__draft=draft)
    people = _untold(draft, NoticeKind.CLOSES_SOON).filter(member__in=opened.values("member"))
    if not draft.framework.observers_may_propose:
        people = people.alias(role=role_shown("member__")).exclude(role=GrantedRole.OBSERVER)
    return people.exclude(member__in=sent.values("member")).exclude(
        member__in=supports.values("member")
    )


def _answered(draft: Draft, members: Collection[int]) -> Mapping[int, Answered]:
    """Return the answers that some members have not read: since the last draft they were told of.

    They are to amendments of that draft and later ones.
    """
    earlier = {"draft__framework": draft.framework, "draft__number__lt": draft.number}
    told = Notice.objects.filter(**earlier, member__in=members).exclude(kind=NoticeKind.CLOSES_SOON)
    since = dict(told.values_list("member").annotate(last=Max("draft__number")))
    found: dict[int, Answered] = defaultdict(Answered)
    sent = Amendment.objects.sent().filter(**earlier, answer__isnull=False)
    sent = sent.select_related("draft", "paragraph", "answer__merged_with__member")
    sent = sent.select_related("answer__paragraph")
    for amendment in sent.filter(member__in=members):
        if amendment.draft.number >= since.get(amendment.member_id, 0):
            found[amendment.member_id].amendments.append(amendment)
    supports = Support.objects.filter(member__in=members, amendment__in=sent)
    for support in supports.select_related("amendment__draft", "amendment__answer"):
        if support.amendment.draft.number >= since.get(support.member_id, 0):
            found[support.member_id].supported.append(support.amendment)
    return found


def _take_back_outdated(draft: Draft, at: datetime) -> None:
    """Cancel unsent letters about another draft or closing, or to somebody who left the group.

    An organisation of which no letter was sent counts as not told.
    """
    topic, news = topic_of(draft.framework), _news_of(draft, at)
    waiting = Message.objects.waiting().filter(topic__startswith=f"{topic}/", cancel_reason="")
    found = [
        (pk, match, recipient)
        for pk, name, recipient in waiting.values_list("pk", "topic", "recipient")
        if (match := TOPIC.match(name))
    ]
    if not found:
        return
    people = _readers(draft.framework).filter(pk__in={int(m["person"]) for _pk, m, _to in found})
    addresses = dict(people.values_list("pk", "address"))
    outdated = [
        pk
        for pk, match, recipient in found
        if not news
        or not match[0].startswith(f"{topic_of(draft.framework, draft, match['kind'])}/")
        or addresses.get(int(match["person"])) != normalise_address(recipient)
    ]
    if not outdated:
        return
    cancel_unsent(messages=Message.objects.filter(pk__in=outdated), at=at)
    about: dict[tuple[str, str], set[str]] = defaultdict(set)
    cancelled = Message.objects.filter(pk__in=outdated, status=MessageStatus.CANCELLED)
    for name, reference in cancelled.values_list("topic", "reference"):
        _framework, number, kind, *_rest = name.split("/")
        about[number, kind].add(reference)
    for (number, kind), references in about.items():
        letters = Message.objects.filter(topic__startswith=f"{topic}/{number}/{kind}/")
        sent = letters.exclude(status=MessageStatus.CANCELLED).values_list("reference", flat=True)
        untold = references.difference(sent.filter(reference__in=references))
        Notice.objects.filter(
            draft__framework=draft.framework,
            draft__number=number.removeprefix("draft-"),
            kind=kind,
            member__reference__in=untold,
        ).delete()
