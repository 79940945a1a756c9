"""The questions that are asked about members."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Subquery, When
from django.db.models.functions import Coalesce, Lower

from accounts.models import User
from focus_areas.models import EVERY_AREA, FocusArea
from members.models.member_choices import UNDECIDED, MemberStatus
from members.models.timeline import TimelineEntry, TimelineKind
from outbox.models import Message, MessageQuerySet
from outbox.models.delivery_event import SuppressedAddress

if TYPE_CHECKING:
    from members.models.member import Member  # noqa: F401 (the class below names it)


# How the topic of a mail about a file goes on that is to the officer who has it, or to somebody
# who has left.
TO_AN_OFFICER = "/user-"
TO_WHO_HAS_LEFT = "/former-focal-point-"


def letters_to_organisations() -> MessageQuerySet:
    """Return the messages but for those to an officer who has a file, or to who has left it."""
    return Message.objects.exclude(topic__contains=TO_AN_OFFICER).exclude(
        topic__contains=TO_WHO_HAS_LEFT
    )


class MemberQuerySet(models.QuerySet["Member"]):
    """Questions about members."""

    def undecided(self) -> "MemberQuerySet":
        """Keep what waits for a decision, the oldest first."""
        return self.filter(status__in=UNDECIDED).order_by("submitted_at", "pk")

    def with_waiting_since(self) -> "MemberQuerySet":
        """Add since when each waits: for its answer since asked, on us since it came or replied.

        `waiting_since` means nothing where the file is decided.
        """
        requests = TimelineEntry.objects.filter(
            member=OuterRef("pk"), kind=TimelineKind.INFORMATION_REQUESTED
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

    def with_failed_mail(self) -> "MemberQuerySet":
        """Add whether mail does not reach them, and the answer that the last letter failed with.

        A letter to them did not arrive, and nobody has written it again; or nothing is sent to the
        address of a focal point.
        """
        letters = letters_to_organisations().filter(reference=OuterRef("reference"))
        failed = letters.failed_for_good()
        answer = Case(
            When(returned_at__isnull=False, then="return_answer"), default="server_answer"
        )
        answers = failed.order_by("-queued_at", "-pk").annotate(answer=answer).values("answer")
        with_suppressed = self.model.objects.with_suppressed_address().filter(pk=OuterRef("pk"))
        return self.annotate(
            has_failed_mail=Exists(failed) | Exists(with_suppressed),
            failed_answer=Subquery(answers[:1]),
        )

    def with_suppressed_address(self) -> "MemberQuerySet":
        """Keep those that have a focal point to whose address nothing is sent."""
        suppressed = SuppressedAddress.objects.in_force().values("address")
        return self.alias(address=Lower("focal_points__email")).filter(address__in=suppressed)

    def with_mail_failed(self) -> "MemberQuerySet":
        """Keep those whom mail does not reach, as `with_failed_mail` says of each.

        Found from the letters and the addresses, which are few, and not by a look at every file.
        """
        failed = letters_to_organisations().references_of_failed()
        by_letter = self.model.objects.filter(reference__in=failed)
        # From the people: asked for their members first, SQLite looks at every one of these. And
        # in small letters, though they are: beside a plain column it would not use the index.
        people = self.model._meta.get_field("focal_points").related_model._default_manager
        suppressed = SuppressedAddress.objects.in_force().values_list(Lower("address"))
        by_address = people.alias(address=Lower("email")).filter(address__in=suppressed)
        return self.filter(pk__in=by_letter.values("pk").union(by_address.values("member")))

    def with_last_message(self) -> "MemberQuerySet":
        """Add what became of the latest letter to each: its status, or that it came back.

        None where nothing was written.
        """
        letters = letters_to_organisations().filter(reference=OuterRef("reference"))
        status = Case(
            When(returned_at__isnull=False, then=models.Value("returned")), default="status"
        )
        latest = letters.order_by("-queued_at", "-pk").annotate(became=status)
        return self.annotate(last_message=Subquery(latest.values("became")[:1]))

    def with_unconfirmed_address(self) -> "MemberQuerySet":
        """Add whether it waits for a decision, and its focal point's address is not confirmed."""
        return self.annotate(
            has_unconfirmed_address=Case(
                When(status__in=UNDECIDED, then=~self._address_is_confirmed()), default=False
            )
        )

    def unconfirmed(self) -> "MemberQuerySet":
        """Keep those of which `with_unconfirmed_address` says so."""
        return self.filter(~self._address_is_confirmed(), status__in=UNDECIDED)

    def _address_is_confirmed(self) -> Exists:
        """Ask whether the focal point who is written to first has confirmed the address."""
        return Exists(
            self.model.objects.filter(
                pk=OuterRef("pk"),
                focal_points__is_alternate=False,
                focal_points__confirmed_at__isnull=False,
            )
        )

    def to_tally(self) -> "MemberQuerySet":
        """Keep what is new, or has changed since the tallies counted it."""
        return self.exclude(tallied_version=F("version"))

    def within_reach_of(self, user: User) -> "MemberQuerySet":
        """Keep what somebody of the staff may see: every file, or the members of their areas.

        A member that withdrew after it was admitted is still one of its area's files.
        """
        if user.has_perm(EVERY_AREA):
            return self
        return self.filter(focus_area__in=FocusArea.objects.within_reach_of(user))

    def admitted(self) -> "MemberQuerySet":
        """Keep the members of the working groups."""
        return self.filter(status=MemberStatus.ADMITTED)

    def of_working_group(self, focus_area: FocusArea) -> "MemberQuerySet":
        """Keep the members admitted to one focus area."""
        return self.admitted().filter(focus_area=focus_area)

    def listed_publicly(self) -> "MemberQuerySet":
        """Keep admitted members who agreed to be listed."""
        return self.admitted().filter(publication_consent=True)
