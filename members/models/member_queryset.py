"""The queries for members: who waits, whose mail failed, and what everybody sees."""

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Lower, Now

from accounts.models import User
from focus_areas.models import EVERY_AREA, FocusArea
from members.models.call import Call
from members.models.choices import ACTIVE_STATUSES, UNDECIDED_STATUSES, MemberStatus, Origin
from members.models.timeline import TimelineEntry, TimelineKind
from outbox.models import Message, MessageQuerySet
from outbox.models.delivery_event import SuppressedAddress

if TYPE_CHECKING:
    from members.models.member import Member

# The part of a message's topic, after the start, that shows that the message is for the assigned
# officer or for a former focal point.
OFFICER_TOPIC = "/user-"
FORMER_FOCAL_POINT_TOPIC = "/former-focal-point-"


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
        return self.annotate(waiting_since=_waiting_since())

    def with_same_answers(self, call: Call, digest: str) -> "MemberQuerySet":
        """Return the active member that an organisation sent with the same answers."""
        return self.filter(
            call=call, answers_digest=digest, origin=Origin.FORM, status__in=ACTIVE_STATUSES
        )

    def with_failed_mail(self) -> "MemberQuerySet":
        """Annotate with `has_failed_mail`.

        Mail has failed if a letter did not arrive and was not sent again, or if the address of a
        focal point is suppressed.
        """
        return self.annotate(has_failed_mail=_has_failed_mail(self.model))

    def with_failed_answer(self) -> "MemberQuerySet":
        """Annotate with `failed_answer`: the mail server's answer to the latest failed letter."""
        return self.annotate(failed_answer=_failed_answer())

    def with_last_message(self) -> "MemberQuerySet":
        """Annotate with `last_message`: the latest letter's status, None if there is no letter."""
        return self.annotate(last_message=_last_message())

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

    def with_language(self) -> "MemberQuerySet":
        """Annotate with `language`: in which the primary focal point is written to, or None."""
        return self.annotate(language=_language(self.model))

    def with_unconfirmed_address(self) -> "MemberQuerySet":
        """Annotate with whether a member is undecided and its primary address not confirmed."""
        return self.annotate(
            has_unconfirmed_address=Case(
                When(status__in=UNDECIDED_STATUSES, then=_address_is_unconfirmed(self.model)),
                default=False,
            )
        )

    def unconfirmed(self) -> "MemberQuerySet":
        """Return the undecided members whose primary focal point's address is not confirmed."""
        return self.filter(_address_is_unconfirmed(self.model), status__in=UNDECIDED_STATUSES)

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


# The expressions below are the same for all queries, so each is built once.


@cache
def _waiting_since() -> Case:
    requests = TimelineEntry.objects.filter(
        member=OuterRef("pk"), kind=TimelineKind.INFORMATION_REQUESTED, is_void=False
    )
    asked_at = Subquery(requests.order_by("-at", "-pk").values("at")[:1])
    return Case(
        When(
            status=MemberStatus.INFORMATION_REQUESTED,
            then=Coalesce(asked_at, "submitted_at"),
        ),
        default=Coalesce("replied_at", "submitted_at"),
    )


@cache
def _has_failed_mail(model: "type[Member]") -> Q:
    with_suppressed = model.objects.with_suppressed_address().filter(pk=OuterRef("pk"))
    return Exists(_failed_letters()) | Exists(with_suppressed)


@cache
def _failed_answer() -> Subquery:
    answer = Case(When(bounced_at__isnull=False, then="bounce_response"), default="server_response")
    latest = _failed_letters().order_by("-queued_at", "-pk").annotate(answer=answer)
    return Subquery(latest.values("answer")[:1])


@cache
def _last_message() -> Subquery:
    letters = letters_to_organisations().filter(reference=OuterRef("reference"))
    return Subquery(letters.order_by("-queued_at", "-pk").values("status")[:1])


def _failed_letters() -> MessageQuerySet:
    letters = letters_to_organisations().filter(reference=OuterRef("reference"))
    return letters.undelivered()


@cache
def _language(model: "type[Member]") -> Subquery:
    people = model._meta.get_field("focal_points").related_model._default_manager
    primary = people.filter(member=OuterRef("pk"), is_alternate=False)
    return Subquery(primary.values("language")[:1])


@cache
def _address_is_unconfirmed(model: "type[Member]") -> Exists:
    people = model._meta.get_field("focal_points").related_model._default_manager
    return Exists(
        people.filter(member=OuterRef("pk"), is_alternate=False, confirmed_at__isnull=True)
    )
