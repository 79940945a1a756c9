"""Members: an organisation's Expression of Interest (EOI) and the decision on it."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from accounts.models import nullable_user_key
from core.constraints import known_value
from core.history import history_field
from core.personal_data import ERASED_NAME
from focus_areas.models import FocusArea
from members.models.call import Call
from members.models.choices import (
    ACTIVE_STATUSES,
    ENDED_STATUSES,
    HAS_FOCUS_AREA,
    HAS_NO_FOCUS_AREA,
    IS_DECIDED,
    IS_UNDECIDED,
    SIGNALS_HOLDING_ACKNOWLEDGEMENT,
    UNDECIDED_STATUSES,
    Category,
    ClosingReason,
    GrantedRole,
    MemberStatus,
    Origin,
    SoughtRole,
    SpamSignal,
)
from members.models.member_queryset import MemberQuerySet

# What the lists and figures of everybody read besides the decision.
UNDO_FIELDS = ("settles_at", "shown_area")
MAX_SUMMARY_LENGTH = 400


class Member(models.Model):
    """One organisation's EOI and the decision on it.

    A second EOI of the same organisation is a second row. The first row of the history is the
    EOI as it was sent.
    """

    # P2C- and six random characters.
    reference = models.CharField(_("reference"), max_length=10, unique=True, editable=False)
    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="+"
    )
    # The key of the form, so that a form that is sent twice creates one member.
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    # SHA-256 of the answers as sent, with the addresses in their normal form. With the same key,
    # another digest means other answers.
    answers_digest = models.CharField(max_length=64, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), editable=False)
    origin = models.CharField(
        _("origin"), max_length=20, choices=Origin, default=Origin.FORM, editable=False
    )

    # The EOI
    organisation_name = models.CharField(_("organisation"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    # How the name is sorted, and name and acronym as they are searched (members/services/names.py).
    sort_key = models.BinaryField()
    search_text = models.TextField(editable=False)
    category = models.CharField(_("category"), max_length=40, choices=Category)
    # ISO 3166-1 alpha-2; region and groups follow from it (members/services/countries.py).
    country = models.CharField(_("country"), max_length=2)
    website = models.URLField(_("website"), max_length=300, blank=True)
    about = models.TextField(_("about the organisation"), blank=True)
    first_choice = models.ForeignKey(
        FocusArea,
        verbose_name=_("first choice"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    also_connecting_people_everywhere = models.BooleanField(
        _("also interested in Connecting People Everywhere"), default=False
    )
    also_empowering_communities = models.BooleanField(
        _("also interested in Empowering Communities"), default=False
    )
    also_building_digital_ecosystems = models.BooleanField(
        _("also interested in Building Digital Ecosystems"), default=False
    )
    also_incentivizing_investments = models.BooleanField(
        _("also interested in Incentivizing Investments"), default=False
    )
    role = models.CharField(_("role sought"), max_length=20, choices=SoughtRole)
    contributes_financial = models.BooleanField(_("financial contribution"), default=False)
    contributes_programmatic = models.BooleanField(_("programmatic contribution"), default=False)
    contributes_policy = models.BooleanField(_("policy contribution"), default=False)
    contributes_advocacy = models.BooleanField(_("advocacy contribution"), default=False)
    contributes_knowledge = models.BooleanField(_("knowledge or in kind"), default=False)
    contributes_undecided = models.BooleanField(_("contribution not decided yet"), default=False)
    motivation = models.TextField(_("motivation"))
    is_authorised = models.BooleanField(_("authorised to express the interest"))
    privacy_version = models.CharField(
        _("version of the privacy notice agreed to"), max_length=40, editable=False
    )
    publication_consent = models.BooleanField(_("may be listed publicly"), default=False)
    newsletter = models.BooleanField(_("wants the newsletter"), default=False)
    # A suspected EOI is stored and marked, never dropped. Empty if nothing is suspected.
    spam_signal = models.CharField(
        _("reason for possible spam"), max_length=20, choices=SpamSignal, blank=True
    )

    # What staff say about the organisation in few words of English. It binds nobody.
    summary = models.CharField(
        _("summary by staff"), max_length=MAX_SUMMARY_LENGTH, blank=True, db_default=""
    )
    summary_is_public = models.BooleanField(
        _("summary may be public"), default=False, db_default=False
    )

    # The decision
    status = models.CharField(
        _("status"), max_length=30, choices=MemberStatus, default=MemberStatus.PENDING
    )
    focus_area = models.ForeignKey(
        FocusArea,
        verbose_name=_("focus area"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    granted_role = models.CharField(
        _("role granted"), max_length=20, choices=GrantedRole, blank=True
    )
    assignee = nullable_user_key(_("assignee"))
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = nullable_user_key(_("decided by"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    closing_reason = models.CharField(
        _("reason for closing"), max_length=20, choices=ClosingReason, blank=True
    )
    duplicate_of = models.ForeignKey(
        "self",
        verbose_name=_("duplicate of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="duplicates",
    )
    # Incremented with every change; a page that shows the member sends it back.
    version = models.PositiveIntegerField(default=1, editable=False)
    # Until this time the latest decision can be undone, and its letter waits. The organisation and
    # the public see the member as it was in `shown_version` of its history.
    settles_at = models.DateTimeField(_("settles at"), null=True, blank=True, editable=False)
    shown_version = models.PositiveIntegerField(null=True, blank=True, editable=False)
    # The place before a move, because lists of members cannot read the history.
    shown_area = models.ForeignKey(
        FocusArea,
        verbose_name=_("focus area shown"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    shown_role = models.CharField(
        _("role shown"), max_length=20, choices=GrantedRole, blank=True, editable=False
    )
    # The last part of the address of its public page. It is given once, when the member is first
    # listed, and stays when the name is corrected.
    slug = models.SlugField(
        _("address"), max_length=100, blank=True, editable=False, db_index=False
    )
    # When its retention period ended, and what it said about people and itself was deleted.
    personal_data_deleted_at = models.DateTimeField(
        _("personal data deleted at"), null=True, blank=True, editable=False
    )

    history = history_field(
        excluded_fields=[
            "sort_key",
            "search_text",
            "settles_at",
            "shown_version",
            "shown_area",
            "shown_role",
        ]
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        # Members are created by intake and changed by services, so only "view" is needed.
        default_permissions = ("view",)
        permissions = [
            ("take_member", _("Can assign, unassign and reassign members")),
            ("reassign_all_member", _("Can reassign all members of a colleague")),
            ("admit_member", _("Can admit a member to a focus area and move it")),
            ("decline_member", _("Can decline a member")),
            ("decline_member_state", _("Can decline a Member State")),
            ("request_information_member", _("Can request information and record the reply")),
            ("close_member", _("Can close a member without notification")),
            ("withdraw_member", _("Can withdraw a member at its request")),
            ("reopen_member", _("Can reopen a member")),
            ("correct_member", _("Can correct the answers of a member")),
            ("summarise_member", _("Can summarise a member in English")),
            ("clear_suspicion_member", _("Can mark a member as genuine")),
            ("note_member", _("Can add internal notes to a member")),
            ("ask_opinion_member", _("Can ask colleagues for an opinion on a member")),
            ("settle_duplicate_member", _("Can mark members as duplicates")),
            ("export_member", _("Can export lists of members")),
            ("import_member", _("Can import expressions of interest")),
        ]
        # The indexes of the search differ by database: see the migration that creates them.
        indexes = [
            models.Index(fields=["status", "submitted_at"]),
            models.Index(fields=["organisation_name"]),
            # The search for a country.
            models.Index(fields=["country"], name="members_member_country"),
            # The default queue, which has few of the members, and the queue of all statuses.
            models.Index(
                fields=["replied_at", "submitted_at", "id", "status"],
                name="members_member_waiting",
                condition=Q(status__in=["pending", "information_requested"]),
            ),
            models.Index(fields=["submitted_at", "id"], name="members_member_oldest_first"),
            # Finds the members that changed since another table was updated, without reading rows.
            models.Index(
                fields=["id", "version", "status", "spam_signal"], name="members_member_versions"
            ),
            # Counts and filters the queue without reading the rows. It has no condition, because
            # SQLite does not compare a condition with the parameters of a query.
            models.Index(
                fields=[
                    "status",
                    "assignee",
                    "call",
                    "replied_at",
                    "submitted_at",
                    "category",
                    "country",
                    "first_choice",
                    "spam_signal",
                    "id",
                ],
                name="members_member_what_waits",
            ),
            # The members by first choice, in the order of the queue. With the foreign key's own
            # index, SQLite would read a quarter of all rows.
            models.Index(
                fields=[
                    "first_choice",
                    "status",
                    "replied_at",
                    "submitted_at",
                    "id",
                    "category",
                    "country",
                ],
                name="members_member_first_choice",
            ),
            # The other EOIs of the same organisation.
            models.Index(Lower("organisation_name"), "country", name="members_member_same_name"),
            # The public list in its order, so that a page is found without reading other rows.
            models.Index(
                fields=[
                    "status",
                    "sort_key",
                    "id",
                    "focus_area",
                    "category",
                    "country",
                    "search_text",
                    "publication_consent",
                    *UNDO_FIELDS,
                ],
                name="members_member_listed",
                condition=Q(publication_consent=True),
            ),
            # The public figures are counted from this index alone.
            models.Index(
                fields=[
                    "status",
                    "publication_consent",
                    "category",
                    "country",
                    "focus_area",
                    *UNDO_FIELDS,
                ],
                name="members_member_figures",
            ),
            # The same for the list of a working group.
            models.Index(
                fields=["focus_area", "status", "organisation_name", "id", "granted_role"],
                name="members_member_group",
            ),
            # The members that were decided on, or withdrew, in a period.
            models.Index(Coalesce("withdrawn_at", "decided_at"), name="members_member_outcome_at"),
            # The members of each origin, in the order of the list of all.
            models.Index(fields=["origin", "submitted_at", "id"], name="members_member_origin"),
            # The same for those who seek a role, and for those on whom a person decided.
            models.Index(fields=["role", "submitted_at", "id"], name="members_member_role"),
            models.Index(
                fields=["decided_by", "submitted_at", "id"], name="members_member_decided_by"
            ),
        ]
        constraints = [
            known_value("category", Category),
            known_value("role", SoughtRole),
            models.CheckConstraint(
                condition=Q(spam_signal__in=["", *SpamSignal.values]),
                name="%(app_label)s_%(class)s_known_spam_signal",
            ),
            known_value("origin", Origin),
            models.CheckConstraint(
                condition=~Q(sort_key=b"") & ~Q(search_text=""),
                name="%(app_label)s_%(class)s_name_can_be_found",
            ),
            models.CheckConstraint(
                condition=Q(is_authorised=True) & ~Q(privacy_version=""),
                name="%(app_label)s_%(class)s_authorised_and_agreed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNDECIDED_STATUSES) & HAS_NO_FOCUS_AREA & IS_UNDECIDED
                | Q(status=MemberStatus.ADMITTED) & HAS_FOCUS_AREA & IS_DECIDED
                | Q(status__in=(MemberStatus.DECLINED, MemberStatus.CLOSED))
                & HAS_NO_FOCUS_AREA
                & IS_DECIDED
                | Q(status=MemberStatus.WITHDRAWN)
                & (HAS_NO_FOCUS_AREA & IS_UNDECIDED | HAS_FOCUS_AREA & IS_DECIDED),
                name="%(app_label)s_%(class)s_status_agrees_with_decision",
            ),
            models.CheckConstraint(
                condition=~Q(status=MemberStatus.INFORMATION_REQUESTED)
                | Q(replied_at__isnull=True),
                name="%(app_label)s_%(class)s_asked_has_no_reply",
            ),
            models.CheckConstraint(
                condition=Q(status=MemberStatus.WITHDRAWN, withdrawn_at__isnull=False)
                | ~Q(status=MemberStatus.WITHDRAWN) & Q(withdrawn_at__isnull=True),
                name="%(app_label)s_%(class)s_withdrawn_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(status=MemberStatus.CLOSED, closing_reason__in=ClosingReason.values)
                | ~Q(status=MemberStatus.CLOSED) & Q(closing_reason=""),
                name="%(app_label)s_%(class)s_closed_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(closing_reason=ClosingReason.DUPLICATE, duplicate_of__isnull=False)
                | ~Q(closing_reason=ClosingReason.DUPLICATE) & Q(duplicate_of__isnull=True),
                name="%(app_label)s_%(class)s_duplicate_names_the_other",
            ),
            models.CheckConstraint(
                condition=Q(personal_data_deleted_at__isnull=True) | Q(status__in=ENDED_STATUSES),
                name="%(app_label)s_%(class)s_only_ended_loses_its_data",
            ),
            models.CheckConstraint(
                condition=~Q(duplicate_of=F("id")),
                name="%(app_label)s_%(class)s_no_duplicate_of_itself",
            ),
            # An EOI that is sent twice is one. Ended ones may be sent again, and imported rows may
            # be equal.
            models.UniqueConstraint(
                fields=["call", "answers_digest"],
                condition=Q(origin=Origin.FORM, status__in=ACTIVE_STATUSES),
                name="%(app_label)s_%(class)s_same_answers_once",
            ),
            models.UniqueConstraint(
                fields=["slug"],
                condition=~Q(slug=""),
                name="%(app_label)s_%(class)s_one_address_each",
            ),
            models.CheckConstraint(
                condition=~Q(status=MemberStatus.ADMITTED, publication_consent=True) | ~Q(slug=""),
                name="%(app_label)s_%(class)s_listed_has_address",
            ),
            models.CheckConstraint(
                condition=Q(settles_at__isnull=True, shown_version__isnull=True)
                | Q(
                    settles_at__isnull=False,
                    shown_version__isnull=False,
                    shown_version__lt=F("version"),
                ),
                name="%(app_label)s_%(class)s_shows_earlier_version",
            ),
            models.CheckConstraint(
                condition=Q(shown_area__isnull=True, shown_role="")
                | Q(
                    shown_area__isnull=False,
                    shown_role__in=GrantedRole.values,
                    status=MemberStatus.ADMITTED,
                    settles_at__isnull=False,
                ),
                name="%(app_label)s_%(class)s_moved_shows_earlier_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} · {self.organisation_name}"

    def others_of_the_organisation(self) -> MemberQuerySet:
        """Return the other EOIs with the same name (case-insensitive) and country.

        Those whose name was deleted have nothing in common.
        """
        return Member.objects.filter(self.is_another_of_the_organisation)

    @property
    def is_another_of_the_organisation(self) -> Q:
        """The condition of the other EOIs of the same organisation."""
        same = Exact(Lower("organisation_name"), Lower(models.Value(self.organisation_name)))
        return Q(same, country=self.country) & ~Q(pk=self.pk) & ~Q(organisation_name=ERASED_NAME)

    def earlier_ones(self) -> MemberQuerySet:
        """Return the earlier, still active EOIs of the same organisation, latest first."""
        before = Q(submitted_at__lt=self.submitted_at) | Q(
            submitted_at=self.submitted_at, pk__lt=self.pk
        )
        return (
            self.others_of_the_organisation()
            .filter(before, status__in=ACTIVE_STATUSES)
            .order_by("-submitted_at", "-pk")
        )

    @property
    def is_suspect(self) -> bool:
        """Whether the EOI is marked as suspected spam."""
        return bool(self.spam_signal)

    @property
    def is_unacknowledged(self) -> bool:
        """Whether the acknowledgement waits until an officer has checked the EOI."""
        return self.spam_signal in SIGNALS_HOLDING_ACKNOWLEDGEMENT

    def is_undoable(self, at: datetime) -> bool:
        """Whether the latest decision can still be undone, so that only staff know it."""
        return self.settles_at is not None and self.settles_at > at

    @property
    def is_listed_publicly(self) -> bool:
        """Whether the member is admitted and agreed to be listed, and so has a public page."""
        return self.status == MemberStatus.ADMITTED and self.publication_consent

    @property
    def is_co_lead(self) -> bool:
        """Whether the role granted to the member is that of a co-lead."""
        return self.granted_role == GrantedRole.CO_LEAD

    @property
    def is_undecided(self) -> bool:
        """Whether the member waits for a decision."""
        return self.status in UNDECIDED_STATUSES
