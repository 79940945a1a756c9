"""Freezes amounts in US dollars, decides which of them count, and records what was paid.

US dollars are frozen with their rate, its month and its source. If the rate is corrected, they stay
until staff convert them again (reconversion.py). An amount whose money changes is converted again.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    COUNTED_ELSEWHERE,
    PUBLIC,
    STATUSES_IN_FORCE,
    UNDECIDED,
    Amount,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    CountingBy,
    EventKind,
    ExchangeRate,
    NotCounted,
    Novelty,
    Report,
    Stage,
)
from commitments.services.content import Content
from commitments.services.contributors import write_contributor_answers
from commitments.services.conversion import convert, month_of, rate_of
from commitments.services.counting import can_count_in, leads_to, with_givers
from commitments.services.events import lock_commitment, save_with_event
from commitments.services.figures import refresh_figures_after_commit
from commitments.services.money_in_words import money_in_words
from commitments.services.second_person import ask_second_person
from core.conflicts import NothingChanged, Refused, lock_rows

# Staff say what counts in these; the amounts of others are in no total.
COUNTABLE: Final = (*UNDECIDED, CommitmentStatus.APPROVED, *STATUSES_IN_FORCE)


class WrongCounting(Refused):
    """An amount cannot count, or not count, as staff chose; the text says why."""


def freeze_amounts(commitment: Commitment, *, at: datetime) -> None:
    """Convert the amounts of a locked commitment that have no US dollars yet.

    The month is that of the decision; without a day of decision, that of the publication, or of the
    new version that brings the amount. An amount without a rate stays in its own currency, and
    keeps the month whose rate it waits for. US dollars are rounded to the cent, half to even.
    """
    for amount in commitment.amounts.filter(is_current=True, usd=None):
        month = month_of(amount, at=at)
        if amount.rate_month is None or amount.decided_on is not None:
            amount.rate_month = month
        rate = rate_of(amount.currency, amount.rate_month)
        if rate is not None:
            convert(amount, rate)
        amount.save(update_fields=["usd", "rate", "rate_month", "rate_source"])


@transaction.atomic
def freeze_waiting(*, at: datetime) -> int:
    """Convert the amounts that waited for a rate which is known now, and return their number.

    Only amounts of commitments that were published, and without US dollars, are read. It may run
    twice, also at the same time.
    """
    rates: dict[tuple[str, date | None], ExchangeRate] = {
        (rate.currency, rate.month): rate for rate in _rates_of_waiting()
    }
    waiting = waiting_amounts().select_related("commitment").order_by("pk")
    converted = 0
    for amount in waiting.select_for_update(of=("self",), no_key=True):
        rate = rates.get((amount.currency, amount.rate_month))
        if rate is not None and amount.usd is None:
            convert(amount, rate)
            amount.save(update_fields=["usd", "rate", "rate_source"])
            converted += 1
    return converted


def waiting_amounts() -> QuerySet[Amount]:
    """Return the current amounts of published commitments that no rate converts."""
    return Amount.objects.filter(
        commitment__status__in=PUBLIC, is_current=True, usd=None, rate_month__isnull=False
    )


def differing_amounts() -> QuerySet[Amount]:
    """Return the current amounts whose frozen rate is not the present rate of their month.

    `present_rate` is the present one, and `present_rate_key` its key.
    """
    present = ExchangeRate.objects.filter(
        currency=OuterRef("currency"), month=OuterRef("rate_month")
    )
    return (
        Amount.objects.filter(commitment__status__in=PUBLIC, is_current=True, usd__isnull=False)
        .annotate(
            present_rate=Subquery(present.values("rate")[:1]),
            present_rate_key=Subquery(present.values("pk")[:1]),
        )
        .exclude(Q(present_rate=None) | Q(present_rate=F("rate")))
    )


def _rates_of_waiting() -> QuerySet[ExchangeRate]:
    waiting = waiting_amounts()
    return ExchangeRate.objects.filter(
        currency__in=waiting.values("currency"), month__in=waiting.values("rate_month")
    )


def _forget_conversion(amount: Amount) -> None:
    amount.usd = amount.rate = amount.rate_month = None
    amount.rate_source = ""


def decide_counting(commitment: Commitment, *, at: datetime) -> None:
    """Say which amounts of a locked commitment do not count, from facts.

    It also writes what their contributors answered. What staff set stays, and so does a reason that
    the lead states. Otherwise the reasons are, in this order: the commitment was announced before,
    and no amount states which part was; it depends on others, and the amount is not paid yet. Only
    staff say that money counts in another commitment.
    """
    write_contributor_answers(commitment)
    stated = list(_stated(commitment).order_by("position", "pk"))
    for amount, reason in decided_counting(stated, commitment):
        _save_counting(amount, reason, None, CountingBy.PORTAL if reason else "")
    reported = commitment.amounts.filter(is_current=True, report__isnull=False).first()
    if reported is not None:
        _replace_paid_before(commitment, reported)
        _count_like_stated(commitment, reported)
    refresh_figures_after_commit(at=at)


def decided_counting(
    stated: Sequence[Amount], facts: Commitment | Content
) -> Iterator[tuple[Amount, NotCounted | str]]:
    """Yield the amounts about which the portal decides, each with the reason not to count it.

    `facts` has the novelty and the conditions.
    """
    says_which_part = any(
        amount.not_counted == NotCounted.ANNOUNCED_BEFORE
        and amount.counting_by != CountingBy.PORTAL
        for amount in stated
    )
    for amount in stated:
        is_by_portal = amount.counting_by == CountingBy.PORTAL and amount.counted_in_id is None
        if amount.counting_by == CountingBy.STAFF or (amount.not_counted and not is_by_portal):
            continue
        if facts.novelty == Novelty.ANNOUNCED and not says_which_part:
            yield amount, NotCounted.ANNOUNCED_BEFORE
        elif facts.conditions and amount.stage != Stage.PAID:
            yield amount, NotCounted.CONDITIONAL
        else:
            yield amount, ""


@transaction.atomic
def set_counting(
    amount: Amount,
    *,
    not_counted: NotCounted | str,
    counted_in: Commitment | None = None,
    by: User,
    at: datetime,
    note: str = "",
    version: int | None = None,
) -> CommitmentEvent:
    """Say whether an amount counts, as staff see it. The portal does not change it afterwards.

    Without `not_counted` it counts; if it is large and did not count, that needs a second person.
    `counted_in` is needed for money that counts in another commitment, and only then. Raises
    WrongCounting, NothingChanged, WrongStatus, Conflict and Refused (second_person_needed).
    """
    commitment = amount.commitment
    # Both commitments are locked, so that two colleagues cannot close a circle.
    lock_rows(Commitment.objects.filter(pk__in=[commitment.pk, counted_in and counted_in.pk]))
    lock_commitment(commitment, *COUNTABLE, version=version)
    amount.refresh_from_db()
    if counted_in is not None:
        counted_in.refresh_from_db()
    _check_counting(amount, not_counted, counted_in)
    if amount.not_counted and not not_counted and commitment.status in STATUSES_IN_FORCE:
        kind = EventKind.COUNTING_CHANGED
        request = ask_second_person(commitment, kind, [amount], amount=amount, by=by, at=at)
        if request is not None:
            return request

    _save_counting(amount, not_counted, counted_in, CountingBy.STAFF)
    text = _in_words(amount)
    refresh_figures_after_commit(at=at)
    return save_with_event(
        commitment,
        EventKind.COUNTING_CHANGED,
        by=by,
        at=at,
        note=f"{text}\n{note}" if note else text,
    )


@transaction.atomic
def settle_pair(
    first: Amount,
    second: Amount,
    *,
    versions: tuple[int, int],
    counts_first: bool,
    counts_second: bool,
    by: User,
    at: datetime,
) -> None:
    """Say of two amounts that may be the same money which of them count: one, or both.

    `versions` are those of their commitments. Raises what `set_counting()` raises.
    """
    # All rows are locked in one order, so that two colleagues do not wait for each other.
    lock_rows(Commitment.objects.filter(pk__in=[first.commitment_id, second.commitment_id]))
    if counts_first and counts_second:
        _keep_both(first, second, versions=versions, by=by, at=at)
        return
    amount, other, version = (
        (second, first, versions[1]) if counts_first else (first, second, versions[0])
    )
    set_counting(
        amount,
        not_counted=NotCounted.DUPLICATE,
        counted_in=other.commitment,
        by=by,
        at=at,
        version=version,
    )


def _keep_both(
    first: Amount, second: Amount, *, versions: tuple[int, int], by: User, at: datetime
) -> None:
    """Record that two amounts are not the same money, in the history of their commitments."""
    if first.differs_from.filter(pk=second.pk).exists():
        raise NothingChanged
    first.differs_from.add(second)
    sides = {first.commitment_id: (first, versions[0]), second.commitment_id: (second, versions[1])}
    for amount, version in sides.values():
        other = second if amount == first else first
        lock_commitment(amount.commitment, *COUNTABLE, version=version)
        note = _("%(amount)s is not the same money as that of %(reference)s. Both count.") % {
            "amount": money_in_words(amount.original, amount.currency),
            "reference": other.commitment.reference,
        }
        save_with_event(amount.commitment, EventKind.COUNTING_CHANGED, by=by, at=at, note=note)


def record_paid(report: Report, *, at: datetime) -> Amount | None:
    """Record what a published report says was paid since the beginning.

    The commitment is locked by the caller. The amount replaces all that the lead stated or
    reported as paid before, also if it is lower or in another currency. A report that was sent
    before the one that counts now replaces nothing. A report that says nothing about payments
    changes nothing; None is returned.
    """
    if report.paid is None:
        return None
    commitment = report.commitment
    amounts = commitment.amounts
    amount = amounts.filter(report=report).first() or Amount(commitment=commitment, report=report)
    last = amounts.aggregate(last=Max("position"))["last"]
    said = report.paid, report.paid_currency, report.paid_until
    if said != (amount.original, amount.currency, amount.decided_on):
        _forget_conversion(amount)
    amount.original, amount.currency, amount.decided_on = said
    amount.stage = Stage.PAID
    amount.position = amount.position if amount.pk else 0 if last is None else last + 1
    later = amounts.filter(report__sent_at__gt=report.sent_at, is_current=True)
    amount.is_current = not later.exists()
    amount.save()
    if amount.is_current:
        _replace_paid_before(commitment, amount)
        _count_like_stated(commitment, amount)
        freeze_amounts(commitment, at=at)
        amount.refresh_from_db()
    return amount


def _stated(commitment: Commitment) -> QuerySet[Amount]:
    """Return the current amounts that the commitment itself states."""
    return commitment.amounts.filter(is_current=True, report=None)


def _of_lead(commitment: Commitment) -> Q:
    return Q(contributor=None, contributor_name="") | Q(contributor=commitment.lead_id)


def _replace_paid_before(commitment: Commitment, reported: Amount) -> None:
    """Let only one amount say what the lead has paid: that of the latest report."""
    commitment.amounts.filter(_of_lead(commitment), stage=Stage.PAID).exclude(
        pk=reported.pk
    ).update(is_current=False)


def _count_like_stated(commitment: Commitment, reported: Amount) -> None:
    """Count what was paid like the money that the lead states, if all of it is treated alike.

    What was paid of money that was announced before, or that counts in another commitment, does not
    count here either. If the stated amounts differ, the payment counts.
    """
    lead = _of_lead(commitment)
    by_staff = [
        amount
        for amount in commitment.amounts.filter(
            lead, stage=Stage.PAID, counting_by=CountingBy.STAFF
        ).select_related("counted_in", "report")
        if _sent_at(amount) <= _sent_at(reported)
    ]
    if by_staff:
        latest = max(by_staff, key=_sent_at)
        _save_counting(reported, latest.not_counted, latest.counted_in, CountingBy.STAFF)
        return
    stated = list(_stated(commitment).filter(lead)) or list(
        commitment.amounts.filter(lead, report=None, stage=Stage.PAID).order_by("-pk")[:1]
    )
    reasons = {(amount.not_counted, amount.counted_in) for amount in stated}
    if not reasons and commitment.novelty == Novelty.ANNOUNCED:
        reasons = {(NotCounted.ANNOUNCED_BEFORE, None)}
    (reason, counted_in), *others = reasons or {("", None)}
    if others or reason == NotCounted.CONDITIONAL:
        reason, counted_in = "", None
    _save_counting(reported, reason, counted_in, CountingBy.PORTAL if reason else "")


def _sent_at(paid: Amount) -> datetime:
    """Return when the report that states an amount was sent; the commitment states it before."""
    sent_at = paid.report.sent_at if paid.report else None
    return sent_at or datetime.min.replace(tzinfo=UTC)


def _save_counting(
    amount: Amount, reason: str, counted_in: Commitment | None, decided_by: str
) -> None:
    amount.not_counted, amount.counted_in, amount.counting_by = reason, counted_in, decided_by
    amount.save(update_fields=["not_counted", "counted_in", "counting_by"])


def _check_counting(amount: Amount, reason: str, counted_in: Commitment | None) -> None:
    """Raise WrongCounting or NothingChanged if staff may not set this."""
    if not amount.is_current:
        raise WrongCounting(_("This amount is no longer part of the commitment."))
    before = amount.not_counted, amount.counted_in_id, amount.counting_by
    if before == (reason, counted_in and counted_in.pk, CountingBy.STAFF):
        raise NothingChanged
    if reason not in COUNTED_ELSEWHERE:
        if counted_in is not None:
            raise WrongCounting(
                _("Only money that counts in another commitment needs the other commitment.")
            )
        return
    if counted_in is None:
        raise WrongCounting(_("Say in which commitment this money counts."))
    names = {"reference": counted_in.reference}
    is_own = counted_in.pk == amount.commitment_id
    if counted_in.status not in STATUSES_IN_FORCE and not is_own:
        raise WrongCounting(
            _("%(reference)s is not published, or no longer in force, so nothing counts in it.")
            % names
        )
    if not is_own and leads_to(counted_in, amount.commitment):
        raise WrongCounting(
            _("Money of %(reference)s already counts in this commitment. It cannot count in both.")
            % names
        )
    if not can_count_in(amount, with_givers(counted_in.amounts.all())):
        raise WrongCounting(
            _("%(reference)s has no other amount of this contributor that can be the same money.")
            % names
        )


def _in_words(amount: Amount) -> str:
    """Return a sentence that says whether an amount counts."""
    facts = {
        "amount": money_in_words(amount.original, amount.currency),
        "stage": amount.get_stage_display(),
        "reason": amount.get_not_counted_display(),
        "reference": amount.counted_in and amount.counted_in.reference,
    }
    if amount.counted_in is not None:
        return _("%(amount)s, %(stage)s: counts in %(reference)s (%(reason)s).") % facts
    if amount.not_counted:
        return _("%(amount)s, %(stage)s: does not count (%(reason)s).") % facts
    return _("%(amount)s, %(stage)s: counts.") % facts
