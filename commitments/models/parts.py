"""The parts of a commitment: its targets, places, amounts and partners, and what hosts answered."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from commitments.models.choices import (
    COUNTED_ELSEWHERE,
    STORED_REASONS,
    ContributorAnswer,
    CountingBy,
    Instrument,
    PartnerAnswer,
    PartnerRole,
    Stage,
)
from commitments.models.commitment import Commitment
from core.constraints import known_value
from core.history import MAX_NAME_LENGTH
from members.models import Member
from members.models.focal_point import new_link_secret


def quantity_field(
    verbose_name: Any, *, is_optional: bool = True
) -> "models.DecimalField[Any, Any]":
    """Return a field for an amount of money or a value of a target.

    Three digits after the point are for dinars; no currency has more.
    """
    return models.DecimalField(
        verbose_name, max_digits=18, decimal_places=3, null=is_optional, blank=is_optional
    )


class Milestone(NamedTuple):
    """A value that a target is to have reached on a day before its last one."""

    on: date
    value: Decimal


def milestones_from(pairs: Iterable[Sequence[str]]) -> tuple[Milestone, ...]:
    """Return milestones from how JSON keeps them: [day, value] pairs of text."""
    return tuple(Milestone(date.fromisoformat(on), Decimal(value)) for on, value in pairs)


class Target(models.Model):
    """One figure that a commitment wants to reach by a day, or a yes by a day (`is_yes_no`).

    `key` stays the same in all versions, so that reports keep their target. `is_current` is false
    for a target that a later version left out: its reports stay. `milestones` has [day, value]
    pairs of text, the earliest first. `indicator_code` follows from indicator and unit
    (services/indicators.py); it is empty for other words.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="targets")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_current = models.BooleanField(default=True)
    indicator = models.CharField(_("indicator"), max_length=200)
    indicator_code = models.CharField(
        max_length=30, blank=True, default="", db_default="", editable=False
    )
    is_yes_no = models.BooleanField(_("yes or no"), default=False)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    baseline = quantity_field(_("value at the start"))
    baseline_on = models.DateField(_("day of this value"), null=True, blank=True)
    value = quantity_field(_("target value"))
    by = models.DateField(_("by"))
    milestones = models.JSONField(_("milestones"), default=list, db_default=[], blank=True)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "key"], name="%(app_label)s_%(class)s_key_once"
            ),
            models.CheckConstraint(
                condition=Q(is_yes_no=True, unit="", value=None, baseline=None)
                | Q(is_yes_no=False, value__isnull=False) & ~Q(unit=""),
                name="%(app_label)s_%(class)s_quantity_has_a_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.indicator

    @property
    def path(self) -> tuple[Milestone, ...]:
        """The milestones, the earliest first."""
        return milestones_from(self.milestones)


class Place(models.Model):
    """Where a commitment has an effect: a country, an ITU region, or (both empty) the world.

    The groups of a country are those of the day of publication.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="places")
    # ISO 3166-1 alpha-2.
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=3, blank=True)
    share = models.DecimalField(
        _("share in per cent"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    is_ldc = models.BooleanField(default=False)
    is_lldc = models.BooleanField(default=False)
    is_sids = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        default_permissions = ()
        indexes = [models.Index(fields=["country"], name="commitments_place_by_country")]
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "country", "region"],
                name="%(app_label)s_%(class)s_each_once",
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(region=""),
                name="%(app_label)s_%(class)s_is_one_place",
            ),
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gt=0, share__lte=100),
                name="%(app_label)s_%(class)s_share_of_the_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.country or self.region or "global"


# The condition that an amount is of the lead, or that its contributor need not confirm any more.
IS_CONFIRMED: Final = (
    Q(contributor=None, contributor_name="")
    | Q(contributor=F("commitment__lead"))
    | Q(contributor_answer__in=[ContributorAnswer.CONFIRMED, ContributorAnswer.NOT_ASKED])
)


class AmountQuerySet(models.QuerySet["Amount"]):
    """Queries for amounts."""

    def shown(self) -> "AmountQuerySet":
        """Return the current ones that everybody may see: those that their contributors give."""
        return self.filter(IS_CONFIRMED, is_current=True)

    def unconfirmed(self) -> "AmountQuerySet":
        """Return the current ones that wait for the word of their contributor."""
        return self.filter(is_current=True, contributor_answer="").exclude(IS_CONFIRMED)


class Amount(models.Model):
    """Money, or something in kind with its value, at one stage, as the contributor stated it.

    Without a contributor it is the lead's. US dollars, rate, month and source are frozen when the
    commitment is published (services/money.py). Without a rate, `usd` is empty and `rate_month` is
    the month whose rate it waits for. `portions` has [year, amount] pairs. services/counting.py
    says which amounts count in totals.
    """

    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.PROTECT,
        related_name="amounts",
    )
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_current = models.BooleanField(pgettext_lazy("an amount", "current"), default=True)
    contributor = models.ForeignKey(
        Member,
        verbose_name=_("contributor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    contributor_name = models.CharField(_("contributor"), max_length=200, blank=True)
    # What the contributor answered as a partner of the commitment. It is empty if the lead gives
    # the amount, and while nobody has answered. services/contributors.py writes it.
    contributor_answer = models.CharField(
        _("answer of the contributor"),
        max_length=10,
        choices=ContributorAnswer,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    label = models.CharField(_("what for"), max_length=200, blank=True)
    instrument = models.CharField(_("instrument"), max_length=20, choices=Instrument, blank=True)
    original = quantity_field(_("amount"), is_optional=False)
    currency = models.CharField(_("currency"), max_length=3)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    decided_on = models.DateField(_("day of the decision"), null=True, blank=True)
    portions = models.JSONField(_("portions by year"), default=list, blank=True)
    usd = models.DecimalField(
        _("US dollars"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    # Units of the currency for one US dollar.
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=6, null=True, blank=True)
    rate_month = models.DateField(_("month of the rate"), null=True, blank=True)
    rate_source = models.CharField(_("source of the rate"), max_length=100, blank=True)
    not_counted = models.CharField(
        _("not counted because"),
        max_length=20,
        choices=[(reason.value, reason.label) for reason in STORED_REASONS],
        blank=True,
    )
    # Empty if `not_counted` is what the lead states.
    counting_by = models.CharField(
        _("counting decided by"), max_length=10, choices=CountingBy, blank=True, editable=False
    )
    # For JOINT and DUPLICATE: the commitment in which this money counts. It is its own one if the
    # commitment states the same money twice.
    counted_in = models.ForeignKey(
        Commitment,
        verbose_name=_("counted in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Amounts that look like the same money, and of which staff said that they are not.
    differs_from = models.ManyToManyField("self", blank=True, editable=False)
    # The report that said so; empty for what the commitment itself states.
    report = models.ForeignKey(
        "commitments.Report", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AmountQuerySet.as_manager()

    class Meta:
        verbose_name = _("amount")
        verbose_name_plural = _("amounts")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "key"], name="%(app_label)s_%(class)s_key_once"
            ),
            models.CheckConstraint(
                condition=Q(original__gte=0) & ~Q(currency=""),
                name="%(app_label)s_%(class)s_has_value_and_currency",
            ),
            known_value("stage", Stage),
            models.CheckConstraint(
                condition=Q(instrument__in=["", *Instrument.values]),
                name="%(app_label)s_%(class)s_known_instrument",
            ),
            models.CheckConstraint(
                condition=Q(not_counted__in=["", *STORED_REASONS]),
                name="%(app_label)s_%(class)s_known_reason",
            ),
            models.CheckConstraint(
                condition=Q(contributor_answer__in=["", *ContributorAnswer.values]),
                name="%(app_label)s_%(class)s_known_contributor_answer",
            ),
            models.CheckConstraint(
                condition=Q(counting_by__in=["", *CountingBy.values]),
                name="%(app_label)s_%(class)s_counting_by_known",
            ),
            models.CheckConstraint(
                condition=Q(usd=None, rate=None, rate_source="")
                | Q(usd__isnull=False, rate__isnull=False, rate__gt=0, rate_month__isnull=False)
                & ~Q(rate_source=""),
                name="%(app_label)s_%(class)s_converted_by_a_rate",
            ),
            models.CheckConstraint(
                condition=Q(counted_in=None) | Q(not_counted__in=COUNTED_ELSEWHERE),
                name="%(app_label)s_%(class)s_counted_elsewhere_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.original}"


class PartnerQuerySet(models.QuerySet["Partner"]):
    """Queries for partners."""

    def shown(self) -> "PartnerQuerySet":
        """Return the current ones that may be named: those for which `has_declined` is false."""
        was_declined = Q(declined_before=True) & ~Q(answer=PartnerAnswer.CONFIRMED)
        return self.filter(is_current=True).exclude(Q(answer=PartnerAnswer.DECLINED) | was_declined)


class Partner(models.Model):
    """A member or a named organisation that takes part in a commitment.

    A member is asked through its focal points, another organisation through `contact_email`, which
    is never public. A link contains `link_secret`; a new one revokes the links sent before.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="partners")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_current = models.BooleanField(default=True)
    member = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("organisation"), max_length=200)
    contact_email = models.EmailField(_("email of a contact"), max_length=254, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=PartnerRole)
    answer = models.CharField(
        _("answer"), max_length=20, choices=PartnerAnswer, default=PartnerAnswer.NOT_INVITED
    )
    # The lead names an organisation again that has declined. It is not shown until it confirms.
    declined_before = models.BooleanField(default=False, db_default=False, editable=False)
    invited_at = models.DateTimeField(_("invited at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by_name = models.CharField(_("answered by"), max_length=MAX_NAME_LENGTH, blank=True)
    # It has confirmed, and is asked about sums that it has not confirmed. Empty without a question.
    asked_again_at = models.DateTimeField(_("asked again at"), null=True, blank=True)
    # A digest of the sums about which it was asked last (services/given_sums.py).
    asked_sums = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "key"], name="%(app_label)s_%(class)s_key_once"
            ),
            models.UniqueConstraint(
                fields=["commitment", "member"],
                condition=Q(member__isnull=False, is_current=True),
                name="%(app_label)s_%(class)s_member_once",
            ),
            known_value("role", PartnerRole),
            models.CheckConstraint(
                condition=Q(answer=PartnerAnswer.NOT_INVITED, invited_at=None, answered_at=None)
                | Q(answer=PartnerAnswer.INVITED, invited_at__isnull=False, answered_at=None)
                | Q(
                    answer__in=[PartnerAnswer.CONFIRMED, PartnerAnswer.DECLINED],
                    invited_at__isnull=False,
                    answered_at__isnull=False,
                ),
                name="%(app_label)s_%(class)s_answer_agrees_with_times",
            ),
            models.CheckConstraint(
                condition=Q(asked_again_at=None) | Q(answer=PartnerAnswer.CONFIRMED),
                name="%(app_label)s_%(class)s_asked_again_if_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_asked(self) -> bool:
        """Whether a question waits for its answer."""
        return self.answer == PartnerAnswer.INVITED or self.asked_again_at is not None

    @property
    def has_declined(self) -> bool:
        """Whether the organisation has declined, and has not confirmed since."""
        if self.answer == PartnerAnswer.CONFIRMED:
            return False
        return self.answer == PartnerAnswer.DECLINED or self.declined_before


class ConfirmedSum(models.Model):
    """The word of a partner for one amount: how much it gives, and how binding.

    `key` is that of the amount. It is no longer current once the partner has answered again; the
    versions published before then still show it. The answer of the partner says who and when.
    """

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="confirmed_sums")
    key = models.UUIDField(_("number of the amount"), editable=False)
    original = quantity_field(_("amount"), is_optional=False)
    currency = models.CharField(_("currency"), max_length=3)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    is_current = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("confirmed sum")
        verbose_name_plural = _("confirmed sums")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "key", "original", "currency", "stage"],
                name="%(app_label)s_%(class)s_once",
            ),
            models.UniqueConstraint(
                fields=["partner", "key"],
                condition=Q(is_current=True),
                name="%(app_label)s_%(class)s_one_word_for_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(original__gte=0) & ~Q(currency=""),
                name="%(app_label)s_%(class)s_has_value_and_currency",
            ),
            known_value("stage", Stage),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.original}"


class Acknowledgement(models.Model):
    """What the member of a host country answered about a commitment for that country."""

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="acknowledgements"
    )
    country = models.CharField(_("country"), max_length=2)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.CharField(pgettext_lazy("of a host", "answer"), max_length=20, blank=True)
    note = models.TextField(_("note"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by_name = models.CharField(_("answered by"), max_length=MAX_NAME_LENGTH, blank=True)

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "member"], name="%(app_label)s_%(class)s_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None)
                | ~Q(answer="") & Q(answered_at__isnull=False),
                name="%(app_label)s_%(class)s_answer_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}: {self.answer or 'asked'}"
