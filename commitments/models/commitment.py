"""Commitments of members, with their targets, places, amounts and partners."""

import uuid
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from commitments.models.choices import (
    COUNTED_ELSEWHERE,
    PUBLIC,
    STATUSES_IN_FORCE,
    UNDECIDED,
    CommitmentStatus,
    CommitmentType,
    Condition,
    CountingBy,
    Instrument,
    NotCounted,
    Novelty,
    PartnerAnswer,
    PartnerRole,
    Stage,
)
from core.history import MAX_NAME_LENGTH, history_field
from focus_areas.models import EVERY_AREA, FocusArea, Pillar
from members.models import CorrespondenceLanguage, Member, is_shown_as_admitted
from members.models.focal_point import new_link_secret

# The longest statement, in words. The form says so, and counts.
STATEMENT_WORDS: Final = 150


def quantity_field(
    verbose_name: Any, *, is_optional: bool = True
) -> "models.DecimalField[Any, Any]":
    """Return a field for an amount of money or a value of a target.

    Three digits after the point are for dinars; no currency has more.
    """
    return models.DecimalField(
        verbose_name, max_digits=18, decimal_places=3, null=is_optional, blank=is_optional
    )


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """Queries for commitments."""

    def public(self) -> "CommitmentQuerySet":
        """Return those that the register shows: published once, with consent."""
        return self.filter(status__in=PUBLIC, published_at__isnull=False)

    def in_force(self) -> "CommitmentQuerySet":
        """Return those that figures count: published or ended, not withdrawn or superseded."""
        return self.filter(status__in=STATUSES_IN_FORCE)

    def undecided(self) -> "CommitmentQuerySet":
        """Return those that wait for a decision of staff or an answer, the oldest first."""
        return self.filter(status__in=UNDECIDED).order_by("submitted_at", "pk")

    def due_for_announcement(self, at: datetime) -> "CommitmentQuerySet":
        """Return the approved ones whose announcement has come, the earliest first.

        Those without consent, or of a lead that is no longer a member, are left out.
        """
        return self.filter(
            is_shown_as_admitted("lead__"),
            status=CommitmentStatus.APPROVED,
            announce_at__lte=at,
            publication_consent=True,
        ).order_by("announce_at", "pk")

    def visible_to(self, user: User) -> "CommitmentQuerySet":
        """Return those that a staff user may see: all that were sent, or those of their areas."""
        sent = self.exclude(submitted_at=None)
        if user.has_perm(EVERY_AREA):
            return sent
        return sent.filter(focus_area__in=FocusArea.objects.visible_to(user))


class Commitment(models.Model):
    """What a member promises, by when, and how it stands.

    Until it is sent, it is a draft: `typed` has what the lead typed, and the other fields of the
    content are empty. After publication, its content changes
    only with a new `CommitmentVersion`. `version` increases with every change of the row or its
    parts; a page that shows them sends it back.
    """

    # C- and six random characters.
    reference = models.CharField(_("reference"), max_length=8, unique=True, editable=False)
    lead = models.ForeignKey(
        Member, verbose_name=_("lead"), on_delete=models.PROTECT, related_name="commitments"
    )
    status = models.CharField(
        _("status"), max_length=30, choices=CommitmentStatus, default=CommitmentStatus.DRAFT
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    # The form that began it, so that a second click begins one draft.
    submission_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    # What is promised. services/content.py lists these fields.
    type = models.CharField(_("type"), max_length=20, choices=CommitmentType, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    statement = models.TextField(_("statement"), blank=True)
    # Of title, statement, and all other typed text.
    language = models.CharField(
        _("language"), max_length=7, choices=CorrespondenceLanguage, blank=True
    )
    focus_area = models.ForeignKey(
        FocusArea,
        verbose_name=_("focus area"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    pillar = models.ForeignKey(
        Pillar,
        verbose_name=_("pillar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    starts = models.DateField(_("starts"), null=True, blank=True)
    ends = models.DateField(_("ends"), null=True, blank=True)
    novelty = models.CharField(_("new or not"), max_length=20, choices=Novelty, blank=True)
    announced_before = models.CharField(_("announced where and when"), max_length=300, blank=True)
    conditions = models.TextField(_("conditions"), blank=True)
    beneficiaries = models.TextField(_("who benefits"), blank=True)
    # Numbers 1 to 17, at most three; codes of Topic.
    sdgs = models.JSONField(_("Sustainable Development Goals"), default=list, blank=True)
    topics = models.JSONField(_("topics"), default=list, blank=True)
    amount_not_disclosed = models.BooleanField(_("amount not disclosed"), default=False)
    publication_consent = models.BooleanField(_("may be published"), default=False)
    # The fields of the form as they were last typed, also wrong ones, until they are sent: of a
    # draft, and later of a correction or a change. services/drafts.py describes it.
    typed = models.JSONField(default=dict, blank=True, editable=False)

    # Its way through the desk
    created_at = models.DateTimeField(_("created at"), editable=False)
    saved_at = models.DateTimeField(_("saved at"), editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assignee"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    # When an approved one is published, and at which event; both optional.
    announce_at = models.DateTimeField(_("announcement"), null=True, blank=True)
    announced_at_event = models.CharField(_("announced at"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # Why it was declined (the lead reads it), or withdrawn (everybody reads it).
    reason = models.TextField(_("reason"), blank=True)
    superseded_by = models.ForeignKey(
        "self",
        verbose_name=_("superseded by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supersedes",
    )

    # Derived. services/conditions.py writes these two after every change, and every day.
    condition = models.CharField(
        _("condition"), max_length=20, choices=Condition, blank=True, editable=False
    )
    next_report_on = models.DateField(_("next report"), null=True, blank=True, editable=False)
    last_report_at = models.DateTimeField(_("last report"), null=True, blank=True, editable=False)
    # Title and reference as they are searched, folded (core/folding.py). A search reads the names
    # of the lead from the member.
    search_text = models.TextField(blank=True, editable=False)

    history = history_field(excluded_fields=["submission_key", "typed", "search_text"])

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        # Members write them, and none is deleted once it was sent.
        default_permissions = ("view",)
        permissions = [
            ("decide_commitment", _("Can decide on commitments")),
            ("count_commitment", _("Can say which amounts count")),
        ]
        indexes = [
            models.Index(fields=["status", "-published_at"], name="commitments_by_status"),
            models.Index(fields=["next_report_on"], name="commitments_by_next_report"),
            # All that the tabs and the order of the register read, so that they read no row.
            models.Index(
                fields=["status", "condition", "published_at", "last_report_at", "id"],
                name="commitments_register",
            ),
            models.Index(
                fields=["status"],
                condition=Q(amount_not_disclosed=True),
                name="commitments_not_disclosed",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=CommitmentStatus.values),
                name="%(app_label)s_%(class)s_known_status",
            ),
            models.CheckConstraint(
                condition=Q(type__in=["", *CommitmentType.values]),
                name="%(app_label)s_%(class)s_known_type",
            ),
            models.CheckConstraint(
                condition=Q(novelty__in=["", *Novelty.values]),
                name="%(app_label)s_%(class)s_known_novelty",
            ),
            models.CheckConstraint(
                condition=Q(language__in=["", *CorrespondenceLanguage.values]),
                name="%(app_label)s_%(class)s_known_language",
            ),
            models.CheckConstraint(
                condition=Q(condition__in=["", *Condition.values]),
                name="%(app_label)s_%(class)s_known_condition",
            ),
            models.CheckConstraint(
                condition=Q(starts=None) | Q(ends=None) | Q(ends__gt=F("starts")),
                name="%(app_label)s_%(class)s_ends_after_it_starts",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(status=CommitmentStatus.DRAFT)
                | Q(submitted_at__isnull=False, focus_area__isnull=False, ends__isnull=False)
                & ~Q(type="")
                & ~Q(title="")
                & ~Q(statement=""),
                name="%(app_label)s_%(class)s_complete_when_sent",
            ),
            models.CheckConstraint(
                # The lead can withdraw it before it was published, too.
                condition=Q(status=CommitmentStatus.WITHDRAWN)
                | Q(status__in=PUBLIC, published_at__isnull=False)
                | ~Q(status__in=PUBLIC) & Q(published_at=None),
                name="%(app_label)s_%(class)s_published_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(status=CommitmentStatus.SUPERSEDED) | Q(superseded_by__isnull=False),
                name="%(app_label)s_%(class)s_superseded_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[CommitmentStatus.DECLINED, CommitmentStatus.WITHDRAWN])
                | ~Q(reason=""),
                name="%(app_label)s_%(class)s_refused_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} · {self.title}"

    @property
    def is_undecided(self) -> bool:
        """Whether it waits for a decision of staff, or for an answer."""
        return self.status in UNDECIDED

    @property
    def is_public(self) -> bool:
        """Whether the register shows it."""
        return self.status in PUBLIC and self.published_at is not None


class Target(models.Model):
    """One figure that a commitment wants to reach by a day, or a yes by a day (`is_yes_no`).

    `key` stays the same in all versions, so that reports keep their target. `is_current` is false
    for a target that a later version left out: its reports stay.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="targets")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_current = models.BooleanField(default=True)
    indicator = models.CharField(_("indicator"), max_length=200)
    is_yes_no = models.BooleanField(_("yes or no"), default=False)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    baseline = quantity_field(_("value at the start"))
    baseline_on = models.DateField(_("day of this value"), null=True, blank=True)
    value = quantity_field(_("target value"))
    by = models.DateField(_("by"))

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


class Amount(models.Model):
    """Money, or something in kind with its value, at one stage, as the contributor stated it.

    Without a contributor it is the lead's. US dollars, rate, month and source are frozen when the
    commitment is published (services/money.py). Without a rate, `usd` is empty and `rate_month` is
    the month whose rate it waits for. `portions` has [year, amount] pairs. Whether an amount counts
    in totals also depends on other rows: services/counting.py answers that.
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
        _("not counted because"), max_length=20, choices=NotCounted, blank=True
    )
    # Empty if `not_counted` is what the lead states.
    counting_by = models.CharField(
        _("counting decided by"), max_length=10, choices=CountingBy, blank=True, editable=False
    )
    # For JOINT and DUPLICATE: the commitment in which this money counts.
    counted_in = models.ForeignKey(
        Commitment,
        verbose_name=_("counted in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # The report that said so; empty for what the commitment itself states.
    report = models.ForeignKey(
        "commitments.Report", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

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
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values),
                name="%(app_label)s_%(class)s_known_stage",
            ),
            models.CheckConstraint(
                condition=Q(instrument__in=["", *Instrument.values]),
                name="%(app_label)s_%(class)s_known_instrument",
            ),
            models.CheckConstraint(
                condition=Q(not_counted__in=["", *NotCounted.values]),
                name="%(app_label)s_%(class)s_known_reason",
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
    invited_at = models.DateTimeField(_("invited at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by_name = models.CharField(_("answered by"), max_length=MAX_NAME_LENGTH, blank=True)
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)

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
            models.CheckConstraint(
                condition=Q(role__in=PartnerRole.values),
                name="%(app_label)s_%(class)s_known_role",
            ),
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
        ]

    def __str__(self) -> str:
        return self.name


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


def day_of(anniversary: int, published_on: date) -> date:
    """Return the day `anniversary` years after a publication; of 29 February, the 28th."""
    try:
        return published_on.replace(year=published_on.year + anniversary)
    except ValueError:
        return published_on.replace(year=published_on.year + anniversary, day=28)
