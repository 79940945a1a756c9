"""Commitments of members."""

import uuid
from datetime import date, datetime
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User, nullable_user_key
from commitments.models.choices import (
    KNOWN_BEFORE,
    PUBLIC,
    STATUSES_IN_FORCE,
    UNDECIDED,
    CommitmentStatus,
    CommitmentType,
    Condition,
    EnglishBy,
    Novelty,
)
from core.constraints import known_value
from core.history import history_field
from focus_areas.models import EVERY_AREA, FocusArea, Pillar
from members.models import Member, is_shown_as_admitted

# A code of CLDR as the pages write it, like "ur" or "zh-hant".
LANGUAGE_CODE: Final = r"^[a-z]{2,3}(-[a-z]{4})?$"
# The longest statement, in words. The form says so, and counts.
STATEMENT_WORDS: Final = 150


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """Queries for commitments."""

    def public(self) -> "CommitmentQuerySet":
        """Return those that everybody reads: published once, with consent.

        No other code says what is public.
        """
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
    type = models.CharField(
        pgettext_lazy("of a commitment", "type"), max_length=20, choices=CommitmentType, blank=True
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    statement = models.TextField(_("statement"), blank=True)
    # Of title, statement, and all other typed text: any language that CLDR knows.
    language = models.CharField(_("language"), max_length=7, blank=True)
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
    # Keys of paragraphs of the Action Framework, at most three.
    actions = models.JSONField(
        _("actions of the framework"), default=list, db_default=[], blank=True
    )
    # Of a commitment in another language: by the lead, or by staff.
    title_en = models.CharField(
        _("title in English"), max_length=200, blank=True, default="", db_default=""
    )
    summary_en = models.CharField(
        _("sentence in English"), max_length=300, blank=True, default="", db_default=""
    )
    english_by = models.CharField(
        _("English by"),
        max_length=10,
        choices=EnglishBy,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    amount_not_disclosed = models.BooleanField(_("amount not disclosed"), default=False)
    publication_consent = models.BooleanField(_("may be published"), default=False)
    # The fields of the form as they were last typed, also wrong ones, until they are sent: of a
    # draft, and later of a correction or a change. services/drafts.py describes it.
    typed = models.JSONField(default=dict, blank=True, editable=False)

    # Its way through the desk
    created_at = models.DateTimeField(_("created at"), editable=False)
    saved_at = models.DateTimeField(_("saved at"), editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    assignee = nullable_user_key(_("assignee"))
    decided_by = nullable_user_key(_("decided by"))
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

    # Derived. services/conditions.py writes these after every change, and every hour.
    present_condition = models.CharField(
        _("condition"),
        max_length=20,
        choices=Condition,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    # The same for version 1.0, which may run beside and knows fewer. Nothing else reads it.
    condition = models.CharField(
        _("condition"),
        max_length=20,
        choices=[(each.value, each.label) for each in KNOWN_BEFORE],
        blank=True,
        editable=False,
    )
    next_report_on = models.DateField(_("next report"), null=True, blank=True, editable=False)
    last_report_at = models.DateTimeField(_("last report"), null=True, blank=True, editable=False)
    # What it promises, not binding and binding together. services/register_order.py writes it.
    promised_usd = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, editable=False
    )
    # Title, English and reference as they are searched, folded (core/folding.py). A search reads
    # the names of the lead from the member.
    search_text = models.TextField(blank=True, editable=False)

    history = history_field(
        excluded_fields=[
            *("submission_key", "typed", "search_text", "present_condition", "promised_usd"),
        ]
    )

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
                fields=["status", "present_condition", "published_at", "last_report_at", "id"],
                name="commitments_by_condition",
            ),
            models.Index(
                fields=["status"],
                condition=Q(amount_not_disclosed=True),
                name="commitments_not_disclosed",
            ),
        ]
        constraints = [
            known_value("status", CommitmentStatus),
            models.CheckConstraint(
                condition=Q(type__in=["", *CommitmentType.values]),
                name="%(app_label)s_%(class)s_known_type",
            ),
            models.CheckConstraint(
                condition=Q(novelty__in=["", *Novelty.values]),
                name="%(app_label)s_%(class)s_known_novelty",
            ),
            models.CheckConstraint(
                condition=Q(language="") | Q(language__regex=LANGUAGE_CODE),
                name="%(app_label)s_%(class)s_language_is_a_code",
            ),
            models.CheckConstraint(
                condition=Q(title_en="", summary_en="", english_by="")
                | ~Q(title_en="", summary_en="") & Q(english_by__in=EnglishBy.values),
                name="%(app_label)s_%(class)s_english_has_an_author",
            ),
            models.CheckConstraint(
                condition=Q(condition__in=["", *KNOWN_BEFORE]),
                name="%(app_label)s_%(class)s_known_condition",
            ),
            models.CheckConstraint(
                condition=Q(present_condition__in=["", *Condition.values]),
                name="%(app_label)s_%(class)s_known_present_condition",
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


def day_of(anniversary: int, published_on: date) -> date:
    """Return the day `anniversary` years after a publication; of 29 February, the 28th."""
    try:
        return published_on.replace(year=published_on.year + anniversary)
    except ValueError:
        return published_on.replace(year=published_on.year + anniversary, day=28)
