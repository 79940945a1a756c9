"""Possible duplicates: members that may be one organisation or person, and their fingerprints.

The portal computes these rows (triage/duplicates/services/matching.py). They are not facts, so they
have no history.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, nullable_user_key
from core.constraints import both_or_neither, known_value, not_empty
from focus_areas.models import EVERY_AREA
from members.models.choices import (
    ACTIVE_STATUSES,
    ENDED_STATUSES,
    SIGNALS_HOLDING_ACKNOWLEDGEMENT,
    UNDECIDED_STATUSES,
    MemberStatus,
)
from members.models.member import Member
from members.models.member_queryset import MemberQuerySet


class FingerprintKind(models.TextChoices):
    DOMAIN = "domain"
    NAME = "name"
    # The beginning of a word of the name.
    WORD = "word"
    EMAIL = "email"
    PERSON = "person"


class Fingerprint(models.Model):
    """One value by which a member is recognised, in normalised spelling.

    Only the matching service writes these rows, for all members. Members with the same value are
    found with an index, which is fast for any number of members.
    """

    LONGEST = 300

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=FingerprintKind)
    value = models.CharField(max_length=LONGEST)

    class Meta:
        verbose_name = _("trait")
        verbose_name_plural = _("traits")
        default_permissions = ()
        constraints = [
            # Its index is used to find the members with a fingerprint.
            models.UniqueConstraint(
                fields=["kind", "value", "member"],
                name="%(app_label)s_%(class)s_once_in_a_file",
            ),
            known_value("kind", FingerprintKind),
            not_empty("value", fact="has_a_value"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"


class FingerprintedMember(models.Model):
    """The state of the search for duplicates of one member. Before the search, there is no row."""

    member = models.OneToOneField(
        Member, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    # The version that was matched; empty if the member must be matched again.
    matched_version = models.PositiveIntegerField(null=True)
    # When earlier EOIs of the same organisation were searched for and notified.
    compared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("fingerprinted member")
        verbose_name_plural = _("fingerprinted members")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.member_id)


class PossibleDuplicateQuerySet(models.QuerySet["PossibleDuplicate"]):
    """Queries about pairs of members."""

    def of(self, member: Member) -> "PossibleDuplicateQuerySet":
        return self.filter(Q(earlier=member) | Q(later=member))

    def between(self, one: int, other: int) -> "PossibleDuplicateQuerySet":
        earlier, later = sorted((one, other))
        return self.filter(earlier=earlier, later=later)

    def open(self) -> "PossibleDuplicateQuerySet":
        """Return the pairs that nobody has dismissed."""
        return self.filter(dismissed_at__isnull=True)

    def within(self, members: MemberQuerySet) -> "PossibleDuplicateQuerySet":
        return self.filter(earlier__in=members.values("pk"), later__in=members.values("pk"))

    def visible_to(self, reader: User) -> "PossibleDuplicateQuerySet":
        """Return the pairs of members that a staff user may see."""
        if reader.has_perm(EVERY_AREA):
            return self
        return self.within(Member.objects.visible_to(reader))


class PossibleDuplicate(models.Model):
    """Two members that may be one organisation or person, and the reasons.

    The portal finds them. `dismissed_at` and `dismissed_by` are set if staff dismissed the pair.
    """

    # Ordered by primary key, so that two members form only one pair.
    earlier = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    later = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    same_domain = models.BooleanField(_("same domain"), default=False)
    same_name = models.BooleanField(_("same name or acronym"), default=False)
    similar_name = models.BooleanField(_("similar name"), default=False)
    same_person = models.BooleanField(_("same person"), default=False)
    found_at = models.DateTimeField(_("found at"))
    dismissed_at = models.DateTimeField(_("dismissed at"), null=True, blank=True)
    dismissed_by = nullable_user_key(_("dismissed by"))

    REASONS = ("same_domain", "same_name", "similar_name", "same_person")

    objects = PossibleDuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["earlier", "later"], name="%(app_label)s_%(class)s_once"
            ),
            models.CheckConstraint(
                condition=Q(earlier__lt=F("later")),
                name="%(app_label)s_%(class)s_two_files_in_order",
            ),
            models.CheckConstraint(
                condition=Q(same_domain=True)
                | Q(same_name=True)
                | Q(similar_name=True)
                | Q(same_person=True),
                name="%(app_label)s_%(class)s_has_a_reason",
            ),
            both_or_neither("dismissed_at", "dismissed_by", fact="dismissed_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.earlier_id} · {self.later_id}"

    @property
    def is_dismissed(self) -> bool:
        """Whether staff have dismissed the pair."""
        return self.dismissed_at is not None

    @property
    def reasons(self) -> list[str]:
        """The reasons for proposing the pair, as text."""
        return [
            str(self._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            for name in self.REASONS
            if getattr(self, name)
        ]

    def other_than(self, member: Member) -> Member:
        return self.later if self.earlier_id == member.pk else self.earlier


def to_match(members: MemberQuerySet) -> MemberQuerySet:
    """Return the members that were not matched yet, or have changed since."""
    matched = FingerprintedMember.objects.filter(
        member=OuterRef("pk"), matched_version=OuterRef("version")
    )
    return members.filter(~Exists(matched))


def to_compare(members: MemberQuerySet) -> MemberQuerySet:
    """Return the members not yet compared with earlier EOIs of the same organisation.

    Suspected spam is left out until staff have cleared it.
    """
    compared = FingerprintedMember.objects.filter(member=OuterRef("pk"), compared_at__isnull=False)
    may_be_a_robots = Q(
        spam_signal__in=SIGNALS_HOLDING_ACKNOWLEDGEMENT, status__in=UNDECIDED_STATUSES
    )
    return members.filter(~Exists(compared)).exclude(may_be_a_robots)


def with_possible_duplicates(members: MemberQuerySet, reader: User) -> MemberQuerySet:
    """Annotate whether a member and another active one that the reader sees may be duplicates.

    A member is active while it waits for a decision or is admitted. Declined, closed and withdrawn
    members are never counted as duplicates, nor do they have any.
    """
    if reader.has_perm(EVERY_AREA):
        return members.annotate(has_possible_duplicates=_has_possible_duplicates_among_all())
    visible = Member.objects.visible_to(reader)
    return members.annotate(has_possible_duplicates=_has_possible_duplicates(visible))


@cache
def _has_possible_duplicates_among_all() -> "ExpressionWrapper[Any]":
    """Return the annotation for readers who see all members. It is built once."""
    return _has_possible_duplicates(Member.objects.all())


def _has_possible_duplicates(visible: MemberQuerySet) -> "ExpressionWrapper[Any]":
    others = visible.filter(status__in=ACTIVE_STATUSES)
    pairs, this = PossibleDuplicate.objects.open(), OuterRef("pk")
    # Finds the other member of each pair by key: with "in", SQLite would list all active members.
    earlier_stands = Exists(others.filter(pk=OuterRef("earlier")))
    later_stands = Exists(others.filter(pk=OuterRef("later")))
    # Two subqueries instead of one with "or", for which PostgreSQL compares all with all.
    is_one_of_a_pair = Exists(pairs.filter(later_stands, earlier=this)) | (
        Exists(pairs.filter(earlier_stands, later=this))
    )
    return ExpressionWrapper(
        Q(status__in=ACTIVE_STATUSES) & is_one_of_a_pair,
        output_field=models.BooleanField(),
    )


def possible_duplicates_q(reader: User, *, statuses: Sequence[MemberStatus] = ACTIVE_STATUSES) -> Q:
    """Return the condition that `with_possible_duplicates` annotates, for lists of visible members.

    `statuses` are those of the members, which are active ones. The members are found from the few
    pairs. Two subqueries instead of their union: PostgreSQL then finds a page without finding all
    members first.
    """
    if reader.has_perm(EVERY_AREA):
        return _possible_duplicates_among_all(tuple(statuses))
    pairs = PossibleDuplicate.objects.open().visible_to(reader)
    return _possible_duplicates_among(pairs, statuses)


@cache
def _possible_duplicates_among_all(statuses: tuple[MemberStatus, ...]) -> Q:
    """Return the condition for readers who see all members. It is built once."""
    return _possible_duplicates_among(PossibleDuplicate.objects.open(), statuses)


def _possible_duplicates_among(
    pairs: PossibleDuplicateQuerySet, statuses: Sequence[MemberStatus]
) -> Q:
    # Leaves out pairs by the ended members, because the active ones are many more.
    ended = Member.objects.filter(status__in=ENDED_STATUSES)
    earlier = pairs.exclude(Exists(ended.filter(pk=OuterRef("later")))).values("earlier")
    later = pairs.exclude(Exists(ended.filter(pk=OuterRef("earlier")))).values("later")
    if statuses != ACTIVE_STATUSES:
        # Fewer pairs, each of which is compared with the ended members.
        earlier = earlier.filter(earlier__status__in=statuses)
        later = later.filter(later__status__in=statuses)
    return Q(status__in=statuses) & (Q(pk__in=earlier) | Q(pk__in=later))
