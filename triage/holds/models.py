"""A hold: until when an undecided member does not need action, and what ends it earlier."""

from datetime import datetime
from typing import Final

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value
from inbox.models import IncomingMail
from members.models import MemberQuerySet, TimelineEntry, TimelineKind
from members.services.response_times import day_in_geneva


class WaitsFor(models.TextChoices):
    OPINION = "opinion", _("Opinion of a colleague")
    LEGAL = "legal", _("Legal affairs")
    REGIONAL_OFFICE = "regional_office", _("Regional office")
    DAY = "day", _("A day")


# Each ends every hold. If the decision is undone, the hold is in force again.
ENDING_KINDS: Final = (
    TimelineKind.HELD,
    TimelineKind.HOLD_ENDED,
    TimelineKind.INFORMATION_REQUESTED,
    TimelineKind.ANSWERED,
    TimelineKind.ADMITTED,
    TimelineKind.DECLINED,
    TimelineKind.CLOSED,
    TimelineKind.WITHDRAWN,
    TimelineKind.REOPENED,
)
# Each is an answer, if somebody else than the person who held the member wrote it.
ANSWERING_KINDS: Final = (TimelineKind.OPINION_GIVEN, TimelineKind.NOTE_ADDED)


class HoldQuerySet(models.QuerySet["Hold"]):
    """Queries for holds."""

    def in_force(self, at: datetime) -> "HoldQuerySet":
        """Return the holds that have not ended: there is at most one for each member.

        A hold ends on its day, or with what happened to the member after it. A hold until somebody
        answers also ends with an opinion, a note of a colleague, or mail of the organisation.
        """
        later = TimelineEntry.objects.filter(
            member=OuterRef("entry__member"), pk__gt=OuterRef("entry"), is_void=False
        )
        answers = later.filter(kind__in=ANSWERING_KINDS).exclude(by_user=OuterRef("entry__by_user"))
        mail = IncomingMail.objects.of_organisations().filter(
            reference=OuterRef("entry__member__reference"), received_at__gt=OuterRef("entry__at")
        )
        return self.filter(
            Q(waits_for=WaitsFor.DAY) | ~Exists(answers) & ~Exists(mail),
            ~Exists(later.filter(kind__in=ENDING_KINDS)),
            ends_on__gt=day_in_geneva(at),
            entry__is_void=False,
        )


class Hold(models.Model):
    """An undecided member was put on hold. Its timeline entry says by whom, when and why.

    It needs action again from the beginning of `ends_on` in Geneva, or earlier: nothing is written
    when a hold ends.
    """

    entry = models.OneToOneField(
        TimelineEntry,
        verbose_name=_("timeline entry"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    waits_for = models.CharField(_("waits for"), max_length=20, choices=WaitsFor)
    ends_on = models.DateField(_("ends on"), db_index=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        default_permissions = ()
        constraints = [known_value("waits_for", WaitsFor)]

    def __str__(self) -> str:
        return f"{self.get_waits_for_display()} · {self.ends_on}"

    @property
    def words(self) -> str:
        """What the person wrote."""
        return self.entry.note.partition("\n")[2]

    @property
    def reason(self) -> str:
        """Whom it waits for, and what the person wrote."""
        if self.waits_for == WaitsFor.DAY:
            return self.words
        return gettext("%(heading)s: %(words)s") % {
            "heading": self.get_waits_for_display(),
            "words": self.words,
        }


def on_hold_q(at: datetime) -> Q:
    """Return the condition for members that are on hold."""
    return Q(pk__in=Hold.objects.in_force(at).values("entry__member"))


def with_hold(members: MemberQuerySet, *, at: datetime) -> MemberQuerySet:
    """Annotate members with `held_until`, the day on which their hold ends, or None."""
    holds = Hold.objects.in_force(at).filter(entry__member=OuterRef("pk"))
    return members.annotate(held_until=holds.values("ends_on")[:1])
