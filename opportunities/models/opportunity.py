"""Needs and offers, where and of what kind they are."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User, nullable_user_key
from commitments.models import Commitment
from core.constraints import known_value
from core.history import MAX_NAME_LENGTH, history_field
from focus_areas.models import EVERY_AREA, FocusArea, Pillar
from members.models import FocalPoint, Member
from members.services.countries import CountryGroup, Region
from opportunities.models.choices import (
    ENDED,
    PUBLIC,
    UNDECIDED,
    ContactStatus,
    OpportunityKind,
    OpportunityStatus,
    SupportKind,
)


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    """Queries for needs and offers."""

    def public(self) -> "OpportunityQuerySet":
        """Return those that everybody reads. No other code says what is public."""
        return self.filter(status__in=PUBLIC, published_at__isnull=False)

    def open(self) -> "OpportunityQuerySet":
        """Return those that are matched, and that members write about."""
        return self.filter(status=OpportunityStatus.OPEN)

    def needs(self) -> "OpportunityQuerySet":
        return self.filter(kind=OpportunityKind.NEED)

    def offers(self) -> "OpportunityQuerySet":
        return self.filter(kind=OpportunityKind.OFFER)

    def unanswered(self) -> "OpportunityQuerySet":
        """Return those to whom no contact was accepted. A declined one is no answer."""
        return self.exclude(contacts__status=ContactStatus.ACCEPTED)

    def visible_to(self, user: User) -> "OpportunityQuerySet":
        """Return those that a staff user may see: all that were sent, or those of their areas."""
        sent = self.exclude(sent_at=None)
        if user.has_perm(EVERY_AREA):
            return sent
        return sent.filter(focus_area__in=FocusArea.objects.visible_to(user))


class Opportunity(models.Model):
    """What a member needs, or what it offers.

    Until it is sent, `typed` has what was typed and the other fields of the content are empty; a
    member has one unsent of each kind. After publication, `proposed` has the content of a change
    that waits for staff. `version` increases with every change; a page that shows the row sends it
    back. Waiting time counts from `published_at`, which a renewal does not change.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=OpportunityKind)
    # N- or O- and six characters.
    reference = models.CharField(_("reference"), max_length=8, unique=True, editable=False)
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="opportunities"
    )
    status = models.CharField(
        _("status"), max_length=20, choices=OpportunityStatus, default=OpportunityStatus.DRAFT
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    # The content. services/content.py lists these fields, and the places and kinds of support.
    title = models.CharField(_("title"), max_length=150, blank=True)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=7, blank=True)
    # Of one in another language.
    title_en = models.CharField(_("title in English"), max_length=150, blank=True)
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
    # The key of a paragraph of an adopted Action Framework.
    action = models.CharField(_("action of the framework"), max_length=36, blank=True)
    # Of a need: by when, and what exists already. Of an offer: until when, and conditions.
    until = models.DateField(_("by or until when"), null=True, blank=True)
    details = models.TextField(_("what exists already, or conditions"), blank=True)

    # As it was typed last, until it is sent (core/autosave.py).
    typed = models.JSONField(default=dict, blank=True, editable=False)
    saved_at = models.DateTimeField(_("saved at"), editable=False)
    saved_by_name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True, editable=False)
    # A change that waits for staff, as services/content.py writes it; None without one.
    proposed = models.JSONField(null=True, blank=True, editable=False)

    # Its way
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    sent_by = models.ForeignKey(
        FocalPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_by_name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    decided_by = nullable_user_key(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    # The first time.
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    open_until = models.DateTimeField(_("open until"), null=True, blank=True)
    # When the member was asked whether it is still open, since the last renewal.
    renewal_asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # Why staff closed it; its member reads it.
    reason = models.TextField(_("reason"), blank=True)
    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Title, English and reference as they are searched, folded (core/folding.py).
    search_text = models.TextField(blank=True, editable=False)

    history = history_field(excluded_fields=["typed", "search_text", "saved_at", "saved_by_name"])

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("need or offer")
        verbose_name_plural = _("needs and offers")
        # Members write them, and none is deleted once it was sent.
        default_permissions = ("view",)
        permissions = [
            ("decide_opportunity", _("Can decide on needs and offers, and enter a need")),
        ]
        indexes = [
            # The order of the list, and of matches: those that wait longest first.
            models.Index(fields=["kind", "status", "published_at", "id"]),
        ]
        constraints = [
            known_value("kind", OpportunityKind),
            known_value("status", OpportunityStatus),
            models.UniqueConstraint(
                fields=["member", "kind"],
                condition=Q(status=OpportunityStatus.DRAFT),
                name="%(app_label)s_%(class)s_one_unsent_of_each_kind",
            ),
            models.CheckConstraint(
                condition=Q(status=OpportunityStatus.DRAFT, sent_at=None)
                | ~Q(status=OpportunityStatus.DRAFT)
                & Q(sent_at__isnull=False, focus_area__isnull=False)
                & ~Q(title="")
                & ~Q(text=""),
                name="%(app_label)s_%(class)s_complete_when_sent",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[OpportunityStatus.DRAFT, *UNDECIDED], published_at=None)
                | Q(status__in=[OpportunityStatus.WITHDRAWN, OpportunityStatus.CLOSED_BY_STAFF])
                | Q(
                    status__in=[each for each in PUBLIC if each != OpportunityStatus.WITHDRAWN],
                    published_at__isnull=False,
                    open_until__isnull=False,
                ),
                name="%(app_label)s_%(class)s_published_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, ended_at__isnull=False)
                | ~Q(status__in=ENDED) & Q(ended_at=None),
                name="%(app_label)s_%(class)s_ended_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(status=OpportunityStatus.COMMITTED, commitment__isnull=False)
                | ~Q(status=OpportunityStatus.COMMITTED) & Q(commitment=None),
                name="%(app_label)s_%(class)s_committed_names_the_commitment",
            ),
            models.CheckConstraint(
                condition=~Q(status=OpportunityStatus.CLOSED_BY_STAFF) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_closed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(proposed=None) | Q(status=OpportunityStatus.OPEN),
                name="%(app_label)s_%(class)s_change_of_an_open_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} · {self.title}"

    @property
    def is_need(self) -> bool:
        return self.kind == OpportunityKind.NEED

    @property
    def is_open(self) -> bool:
        return self.status == OpportunityStatus.OPEN

    @property
    def is_public(self) -> bool:
        """Whether everybody reads it."""
        return self.status in PUBLIC and self.published_at is not None

    def waiting_days(self, at: datetime) -> int:
        """Return for how many whole days it waits, or waited until it ended."""
        if self.published_at is None:
            return 0
        return ((self.ended_at or at) - self.published_at).days


class Support(models.Model):
    """A kind of support that a need asks for, or that an offer gives."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="supports")
    kind = models.CharField(_("support"), max_length=20, choices=SupportKind)

    class Meta:
        verbose_name = _("support")
        verbose_name_plural = _("support")
        default_permissions = ()
        constraints = [
            known_value("kind", SupportKind),
            models.UniqueConstraint(
                fields=["opportunity", "kind"], name="%(app_label)s_%(class)s_each_once"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Place(models.Model):
    """Where: a country, or of an offer also an ITU region or a group of countries."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="places")
    # ISO 3166-1 alpha-2.
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=3, choices=Region, blank=True)
    group = models.CharField(
        pgettext_lazy("of countries", "group"), max_length=4, choices=CountryGroup, blank=True
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        default_permissions = ()
        indexes = [models.Index(fields=["country"])]
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "country", "region", "group"],
                name="%(app_label)s_%(class)s_each_once",
            ),
            models.CheckConstraint(
                condition=~Q(country="") & Q(region="", group="")
                | Q(country="", group="", region__in=Region.values)
                | Q(country="", region="", group__in=CountryGroup.values),
                name="%(app_label)s_%(class)s_is_one_place",
            ),
        ]

    def __str__(self) -> str:
        return self.country or self.region or self.group
