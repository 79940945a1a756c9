"""Members: an organisation's Expression of Interest (EOI) and the decision on it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.history import history_field
from core.personal_data import ERASED_NAME
from focus_areas.models import EVERY_AREA, FocusArea
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
from members.models.timeline import TimelineEntry, TimelineKind
from outbox.models import Message, MessageQuerySet
from outbox.models.delivery_event import SuppressedAddress

# The part of a message's topic, after the start, that shows that the message is for the assigned
# officer or for a former focal point.
OFFICER_TOPIC = "/user-"
FORMER_FOCAL_POINT_TOPIC = "/former-focal-point-"
# What the lists and figures of everybody read besides the decision.
UNDO_FIELDS = ("settles_at", "shown_area")


def letters_to_organisations() -> MessageQuerySet:
    """Return all messages except those to officers and to former focal points."""
    return Message.objects.exclude(topic__contains=OFFICER_TOPIC).exclude(
        topic__contains=FORMER_FOCAL_POINT_TOPIC
    )


def is_shown_as_admitted(prefix: str = "") -> Q:
    """Return the condition that the organisation and the public see a member as admitted.

    `prefix` is the path to the member. An admission shows when it can no longer be undone; after a
    move, the earlier place shows until then. The clock is that of the database, so that all figures
    and lists of a page agree, and no caller can forget it.
    """
    return Q(**{f"{prefix}status": MemberStatus.ADMITTED}) & (
        Q(**{f"{prefix}settles_at": None})
        | Q(**{f"{prefix}settles_at__lte": Now()})
        | Q(**{f"{prefix}shown_area__isnull": False})
    )


def area_shown(prefix: str = "") -> Case:
    """Return the focus area in which everybody sees an admitted member, as a key."""
    return _shown(prefix, "shown_area_id", "focus_area_id")


def role_shown(prefix: str = "") -> Case:
    """Return the granted role in which everybody sees an admitted member."""
    return _shown(prefix, "shown_role", "granted_role")


def _shown(prefix: str, before_move: str, now: str) -> Case:
    is_moving = Q(**{f"{prefix}settles_at__gt": Now(), f"{prefix}shown_area__isnull": False})
    return Case(When(is_moving, then=f"{prefix}{before_move}"), default=f"{prefix}{now}")


class MemberQuerySet(models.QuerySet["Member"]):
    """Queries for members."""

    def undecided(self) -> "MemberQuerySet":
        """Return the members that wait for a decision, the oldest first."""
        return self.filter(status__in=UNDECIDED_STATUSES).order_by("submitted_at", "pk")

    def with_waiting_since(self) -> "MemberQuerySet":
        """Annotate each member with `waiting_since`.

        If information was requested, this is the time of the latest request. Otherwise it is the
        time of the reply or, without a reply, of submission. It has no meaning for decided
        members.
        """
        requests = TimelineEntry.objects.filter(
            member=OuterRef("pk"), kind=TimelineKind.INFORMATION_REQUESTED, is_void=False
        )
        asked_at = Subquery(requests.order_by("-at", "-pk").values("at")[:1])
        return self.annotate(
            waiting_since=Case(
                When(
                    status=MemberStatus.INFORMATION_REQUESTED,
                    then=Coalesce(asked_at, "submitted_at"),
                ),
                default=Coalesce("replied_at", "submitted_at"),
            )
        )

    def with_same_answers(self, call: Call, digest: str) -> "MemberQuerySet":
        """Return the active member that an organisation sent with the same answers."""
        return self.filter(
            call=call, answers_digest=digest, origin=Origin.FORM, status__in=ACTIVE_STATUSES
        )

    def with_failed_mail(self) -> "MemberQuerySet":
        """Annotate with `has_failed_mail`, and with `failed_answer` of the latest failed letter.

        Mail has failed if a letter did not arrive and was not sent again, or if the address of a
        focal point is suppressed.
        """
        letters = letters_to_organisations().filter(reference=OuterRef("reference"))
        failed = letters.undelivered()
        answer = Case(
            When(bounced_at__isnull=False, then="bounce_response"), default="server_response"
        )
        answers = failed.order_by("-queued_at", "-pk").annotate(answer=answer).values("answer")
        with_suppressed = self.model.objects.with_suppressed_address().filter(pk=OuterRef("pk"))
        return self.annotate(
            has_failed_mail=Exists(failed) | Exists(with_suppressed),
            failed_answer=Subquery(answers[:1]),
        )

    def with_suppressed_address(self) -> "MemberQuerySet":
        """Return the members that have a focal point with a suppressed address."""
        suppressed = SuppressedAddress.objects.in_force().values("address")
        return self.alias(address=Lower("focal_points__email")).filter(address__in=suppressed)

    def keys_with_mail_failed(self) -> models.QuerySet["Member", Any]:
        """Return the keys of the members with failed mail, as defined in `with_failed_mail()`.

        The query starts from the failed letters and suppressed addresses, because they are few,
        and does not scan all members.
        """
        failed = letters_to_organisations().references_of_failed()
        by_letter = self.model.objects.filter(reference__in=failed)
        # The query starts from the focal points: if it started from the members, SQLite would scan
        # them all. Lower() is needed for the index, although the addresses are lower case already.
        people = self.model._meta.get_field("focal_points").related_model._default_manager
        suppressed = SuppressedAddress.objects.in_force().values_list(Lower("address"))
        by_address = people.alias(address=Lower("email")).filter(address__in=suppressed)
        return by_letter.values("pk").union(by_address.values("member"))

    def with_last_message(self) -> "MemberQuerySet":
        """Annotate with `last_message`: the latest letter's status, or "returned" if it bounced.

        It is None if there is no letter.
        """
        letters = letters_to_organisations().filter(reference=OuterRef("reference"))
        status = Case(
            When(bounced_at__isnull=False, then=models.Value("returned")), default="status"
        )
        latest = letters.order_by("-queued_at", "-pk").annotate(became=status)
        return self.annotate(last_message=Subquery(latest.values("became")[:1]))

    def with_unconfirmed_address(self) -> "MemberQuerySet":
        """Annotate with whether a member is undecided and its primary address not confirmed."""
        return self.annotate(
            has_unconfirmed_address=Case(
                When(status__in=UNDECIDED_STATUSES, then=self._address_is_unconfirmed()),
                default=False,
            )
        )

    def unconfirmed(self) -> "MemberQuerySet":
        """Return the undecided members whose primary focal point's address is not confirmed."""
        return self.filter(self._address_is_unconfirmed(), status__in=UNDECIDED_STATUSES)

    def _address_is_unconfirmed(self) -> Exists:
        people = self.model._meta.get_field("focal_points").related_model._default_manager
        return Exists(
            people.filter(member=OuterRef("pk"), is_alternate=False, confirmed_at__isnull=True)
        )

    def visible_to(self, user: User) -> "MemberQuerySet":
        """Return the members that a staff user may see: all, or those of the user's focus areas.

        A colleague who is asked for an opinion sees that member on the page of the request only
        (`OpinionRequestQuerySet.asked_of()`), so it is not one of these. A member that withdrew
        after admission still belongs to its focus area.
        """
        if user.has_perm(EVERY_AREA):
            return self
        return self.filter(focus_area__in=FocusArea.objects.visible_to(user))

    def admitted(self) -> "MemberQuerySet":
        """Return the members that are admitted for everybody, not for staff only."""
        return self.filter(is_shown_as_admitted())

    def of_working_group(self, focus_area: FocusArea) -> "MemberQuerySet":
        """Return the members admitted to one focus area."""
        return self.admitted().in_area(focus_area)

    def in_area(self, *areas: FocusArea) -> "MemberQuerySet":
        """Return the members that everybody sees in one of these focus areas."""
        shown = self.alias(area_shown=area_shown())
        return shown.filter(area_shown__in=[area.pk for area in areas])

    def listed_publicly(self) -> "MemberQuerySet":
        """Return the admitted members who agreed to be listed."""
        return self.admitted().filter(publication_consent=True)


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
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assignee"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
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
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__in=Category.values),
                name="%(app_label)s_%(class)s_known_category",
            ),
            models.CheckConstraint(
                condition=Q(role__in=SoughtRole.values),
                name="%(app_label)s_%(class)s_known_role",
            ),
            models.CheckConstraint(
                condition=Q(spam_signal__in=["", *SpamSignal.values]),
                name="%(app_label)s_%(class)s_known_spam_signal",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=Origin.values),
                name="%(app_label)s_%(class)s_known_origin",
            ),
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
        return (
            Member.objects.annotate(name=Lower("organisation_name"))
            .filter(name=Lower(models.Value(self.organisation_name)), country=self.country)
            .exclude(Q(pk=self.pk) | Q(organisation_name=ERASED_NAME))
        )

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
