"""Converts amounts again to US dollars, after a wrong rate was corrected. It is never undone."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    Amount,
    Commitment,
    CommitmentVersion,
    EventKind,
    ExchangeRate,
)
from commitments.services.conversion import convert
from commitments.services.events import save_with_event
from commitments.services.figures import refresh_figures_after_commit
from commitments.services.money import differing_amounts
from commitments.services.money_in_words import US_DOLLAR, money_in_words
from commitments.services.publication import add_version
from commitments.services.rates import RatesConflict
from core.conflicts import Refused, lock_rows


class NoPublicNote(Refused):
    """The public note is empty."""

    def __init__(self) -> None:
        super().__init__(_("Write the note that everybody will read."))


class NothingToConvert(Refused):
    """All amounts of the currency and month have the present rate, or a colleague was faster."""

    def __init__(self) -> None:
        super().__init__(_("All amounts of this currency and month have the present rate already."))


@transaction.atomic
def convert_again(
    rate: ExchangeRate, *, seen: Decimal, note: str, by: User, at: datetime
) -> list[Commitment]:
    """Convert the amounts of the currency and month of a rate again, and return the commitments.

    `seen` is the rate that the person read. Each commitment gets a new version, with the note as
    its public reason; its event also has the amounts before and after. Snapshots of the open data
    stay as they are.

    Raises NoPublicNote, RatesConflict if the rate has changed since, and NothingToConvert.
    """
    note = note.strip()
    if not note:
        raise NoPublicNote
    # Locked before the amounts, as an import of rates does.
    rate.refresh_from_db(from_queryset=ExchangeRate.objects.select_for_update(no_key=True))
    if rate.rate != seen:
        raise RatesConflict
    differing = differing_amounts().filter(currency=rate.currency, rate_month=rate.month)
    keys = lock_rows(Commitment.objects.filter(pk__in=differing.values("commitment")))
    amounts: dict[int, list[Amount]] = defaultdict(list)
    for amount in differing.filter(commitment__in=keys).order_by("position", "pk"):
        amounts[amount.commitment_id].append(amount)
    if not amounts:
        raise NothingToConvert

    commitments = list(Commitment.objects.filter(pk__in=amounts).order_by("reference"))
    latest = dict(
        CommitmentVersion.objects.filter(commitment__in=amounts)
        .order_by("commitment")
        .values_list("commitment")
        .annotate(latest=Max("number"))
    )
    for commitment in commitments:
        lines = [_convert(amount, rate) for amount in amounts[commitment.pk]]
        save_with_event(commitment, EventKind.CHANGED, by=by, at=at, note="\n".join([note, *lines]))
        add_version(commitment, number=latest.get(commitment.pk, 1) + 1, reason=note, at=at)
    refresh_figures_after_commit(at=at)
    return commitments


def _convert(amount: Amount, rate: ExchangeRate) -> str:
    """Convert one amount again, and return a sentence that says what it was before."""
    before = amount.usd or Decimal(0)
    convert(amount, rate)
    amount.save(update_fields=["usd", "rate", "rate_month", "rate_source"])
    return _("%(amount)s: %(before)s became %(after)s.") % {
        "amount": money_in_words(amount.original, amount.currency),
        "before": money_in_words(before, US_DOLLAR),
        "after": money_in_words(amount.usd or Decimal(0), US_DOLLAR),
    }
