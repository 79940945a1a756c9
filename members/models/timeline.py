"""The timeline: a permanent record of what happened to each member."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import nullable_user_key
from core.constraints import known_value
from core.history import MAX_NAME_LENGTH


class TimelineKind(models.TextChoices):
    RECEIVED = "received", _("Expression of interest received")
    ACCEPTED_LATE = "accepted_late", _("Accepted after the deadline")
    ASSIGNED = "taken", _("Assigned")
    UNASSIGNED = "released", pgettext_lazy("of the timeline", "Unassigned")
    REASSIGNED = "handed_over", _("Reassigned")
    INFORMATION_REQUESTED = "information_requested", _("Information requested")
    ANSWERED = "answered", _("Reply received")
    ADMITTED = "admitted", _("Admitted")
    MOVED = "moved", _("Moved to another focus area")
    DECLINED = "declined", _("Declined")
    CLOSED = "closed", _("Closed without notification")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REOPENED = "reopened", _("Reopened")
    FLAGGED_AS_SPAM = "suspected", _("Marked as possible spam")
    SPAM_FLAG_CLEARED = "suspicion_cleared", _("Marked as genuine")
    CORRECTED = "corrected", _("Answers corrected")
    SUMMARISED = "summarised", _("Summary written")
    LINKS_REVOKED = "links_revoked", _("Private links revoked")
    ADDRESS_CONFIRMED = "address_confirmed", _("Email address confirmed")
    ANSWERS_CONFIRMED = "answers_confirmed", _("Answers confirmed by the person who may sign")
    ROLE_TRANSFER_REQUESTED = "successor_named", _("Role transfer requested")
    ROLE_TRANSFER_ENDED = "successor_gone", _("Role transfer not completed")
    ROLE_TAKEN_OVER = "role_taken_over", _("Focal point replaced")
    SAME_ORGANISATION = "same_organisation", _("Another EOI from the same organisation")
    NOTE_ADDED = "noted", _("Internal note")
    DUPLICATE_CLOSED = "duplicate_closed", _("A duplicate of this EOI was closed")
    DUPLICATE_REOPENED = "duplicate_reopened", _("A duplicate of this EOI was reopened")
    REMINDED = "reminded", _("Reminder sent: information request")
    OFFICER_NOTIFIED = "officer_told", _("Assignee notified: no reply received")
    CLOSING_PROPOSED = "closing_proposed", _("Closing proposed")
    REMINDED_TO_CONFIRM = "reminded_to_confirm", _("Reminder sent: email confirmation")
    FOLLOW_UP_SKIPPED = "follow_up_skipped", _("Follow-up skipped")
    DUPLICATE_DISMISSED = "no_duplicate", _("Marked as not a duplicate")
    PROFILE_PUBLISHED = "profile_published", _("Public profile published")
    PROFILE_TAKEN_BACK = "profile_taken_back", _("Public profile taken back")
    DECISION_UNDONE = "decision_undone", _("Decision undone")
    LETTER_SENT = "letter_sent", _("Letter sent")
    OPINION_ASKED = "opinion_asked", _("Opinion asked for")
    OPINION_GIVEN = "opinion_given", _("Opinion given")
    OPINION_REQUEST_WITHDRAWN = "opinion_withdrawn", _("Request for an opinion withdrawn")
    HELD = "held", _("Put on hold")
    HOLD_ENDED = "hold_ended", _("Hold ended")


# The labels that the organisation reads for its public entries; the other kinds are internal.
PUBLIC_LABELS = {
    TimelineKind.RECEIVED: _("Expression of interest received"),
    TimelineKind.ACCEPTED_LATE: _("Accepted after the deadline"),
    TimelineKind.INFORMATION_REQUESTED: _("We asked for information"),
    TimelineKind.ANSWERED: _("Reply received"),
    TimelineKind.ADMITTED: _("Admitted"),
    TimelineKind.MOVED: _("Focus area or role changed"),
    TimelineKind.DECLINED: _("Not admitted"),
    TimelineKind.WITHDRAWN: _("Withdrawn"),
    TimelineKind.CORRECTED: _("Answers corrected"),
    TimelineKind.ADDRESS_CONFIRMED: _("Email address confirmed"),
    TimelineKind.ANSWERS_CONFIRMED: _("Answers confirmed by the person who may sign"),
    TimelineKind.ROLE_TRANSFER_REQUESTED: _("Role transfer requested"),
    TimelineKind.ROLE_TRANSFER_ENDED: _("Role transfer not completed"),
    TimelineKind.REMINDED: _("We sent a reminder of our information request"),
    TimelineKind.REMINDED_TO_CONFIRM: _("We sent a reminder to confirm the email address"),
    TimelineKind.ROLE_TAKEN_OVER: _("Focal point replaced"),
    TimelineKind.PROFILE_PUBLISHED: _("Public profile published"),
    TimelineKind.PROFILE_TAKEN_BACK: _("Public profile taken back"),
}
# These are public only if a focal point made the change.
KINDS_INTERNAL_BY_STAFF = (
    TimelineKind.WITHDRAWN,
    TimelineKind.CORRECTED,
    TimelineKind.ADDRESS_CONFIRMED,
    TimelineKind.ROLE_TRANSFER_REQUESTED,
    TimelineKind.ROLE_TAKEN_OVER,
)
# What staff ask each other. The organisation never reads it.
OPINION_KINDS = (
    TimelineKind.OPINION_ASKED,
    TimelineKind.OPINION_GIVEN,
    TimelineKind.OPINION_REQUEST_WITHDRAWN,
)
# Staff see the letter of these before it is sent; they can edit it and save it as a draft.
KINDS_WITH_EDITABLE_LETTER = (
    TimelineKind.LETTER_SENT,
    TimelineKind.INFORMATION_REQUESTED,
    TimelineKind.ADMITTED,
    TimelineKind.MOVED,
    TimelineKind.DECLINED,
)
# Kinds whose note the portal writes. It is stored in one language, and shown in the language
# of the reader.
KINDS_WITH_TRANSLATED_NOTE = (
    TimelineKind.ADMITTED,
    TimelineKind.MOVED,
    TimelineKind.CLOSED,
    TimelineKind.SPAM_FLAG_CLEARED,
    TimelineKind.DUPLICATE_DISMISSED,
    TimelineKind.ROLE_TRANSFER_REQUESTED,
    TimelineKind.ROLE_TRANSFER_ENDED,
    TimelineKind.FOLLOW_UP_SKIPPED,
    TimelineKind.DECISION_UNDONE,
    TimelineKind.HELD,
)
NOTE_LANGUAGE = "en"
NOTE_SEPARATOR = " · "
# Matches that separator, or the one between a text and the reference that it is about.
NOTE_PARTS_RE = re.compile(f"({re.escape(NOTE_SEPARATOR)}|: )")
# Only these have reasons or files.
KINDS_WITH_DETAILS = (
    TimelineKind.INFORMATION_REQUESTED,
    TimelineKind.ANSWERED,
    TimelineKind.DECLINED,
    TimelineKind.LETTER_SENT,
)
# These do not change the member, so they cause no edit conflict.
KINDS_WITHOUT_CHANGE = (
    TimelineKind.ACCEPTED_LATE,
    TimelineKind.ANSWERS_CONFIRMED,
    TimelineKind.NOTE_ADDED,
    TimelineKind.REMINDED,
    TimelineKind.OFFICER_NOTIFIED,
    TimelineKind.CLOSING_PROPOSED,
    TimelineKind.REMINDED_TO_CONFIRM,
    TimelineKind.FOLLOW_UP_SKIPPED,
    TimelineKind.PROFILE_PUBLISHED,
    TimelineKind.PROFILE_TAKEN_BACK,
    *OPINION_KINDS,
)
# The portal's replies to the organisation.
FIRST_RESPONSE_KINDS = (
    TimelineKind.INFORMATION_REQUESTED,
    TimelineKind.ADMITTED,
    TimelineKind.DECLINED,
)


class TimelineEntryQuerySet(models.QuerySet["TimelineEntry"]):
    """Queries for timeline entries."""

    def shown_to_organisation(self, at: datetime) -> "TimelineEntryQuerySet":
        """Return the entries that the organisation may read: public, and no longer to be undone."""
        return self.filter(Q(settles_at=None) | Q(settles_at__lte=at), is_public=True)

    def undoable(self, at: datetime) -> "TimelineEntryQuerySet":
        """Return the decisions that can still be undone."""
        return self.filter(settles_at__gt=at)


class BaseEntry(models.Model):
    """An entry of a timeline: when something happened, the name of who did it, and a note."""

    at = models.DateTimeField(_("when"))
    by_name = models.CharField(_("name at that time"), max_length=MAX_NAME_LENGTH, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        abstract = True


class RowEvent(BaseEntry):
    """An event in the life of a row that members and staff work on. A subclass has the row.

    Never deleted, and changed only if it is undone. If `is_shared` is true, the organisation may
    read it. `by_name` is the person's name at that time. `undoable_kinds` are decisions of staff
    that can be undone until their letter is sent.
    """

    # Until then a decision can be undone. services/event_undo.py sets it: the time of its letter.
    settles_at: datetime | None = None
    undoable_kinds: ClassVar[Collection[str]] = ()

    # A subclass has its own choices.
    kind: Any
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_focal_point = models.ForeignKey(
        "members.FocalPoint", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_shared = models.BooleanField(_("visible to the organisation"), default=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(by_user=None) | Q(by_focal_point=None),
                name="%(app_label)s_%(class)s_by_one_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())  # type: ignore[attr-defined]

    @property
    def is_void(self) -> bool:
        """Whether this decision was undone. Only staff see it then."""
        return self.kind in self.undoable_kinds and not self.is_shared


class TimelineEntry(BaseEntry):
    """One event in the life of a member. Never deleted, and not changed after it has settled.

    Only names and notes are deleted later, when a retention period ends or a person is erased.

    If `is_public` is true, the organisation may read it, but not before `settles_at`. `by_name` is
    the person's name at that time.
    """

    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="timeline",
    )
    kind = models.CharField(_("kind"), max_length=30, choices=TimelineKind)
    by_user = nullable_user_key(_("by"))
    by_focal_point = models.ForeignKey(
        "members.FocalPoint",
        verbose_name=_("by focal point"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    is_public = models.BooleanField(_("visible to the organisation"), default=False)
    # Until then the decision can be undone, and its letter waits. Empty if there is no such time.
    settles_at = models.DateTimeField(_("settles at"), null=True, blank=True, editable=False)
    # The decision was undone, or a withdrawal came before it settled. Only staff see it.
    is_void = models.BooleanField(_("had no effect"), default=False, editable=False)

    objects = TimelineEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        default_permissions = ("view",)
        indexes = [
            # Finds the latest answers, to calculate how long an answer takes.
            models.Index(
                fields=["at"],
                name="members_timeline_answers",
                condition=Q(kind__in=FIRST_RESPONSE_KINDS),
            ),
        ]
        constraints = [
            known_value("kind", TimelineKind),
            models.CheckConstraint(
                condition=Q(by_user__isnull=True) | Q(by_focal_point__isnull=True),
                name="%(app_label)s_%(class)s_by_one_person",
            ),
            models.CheckConstraint(
                condition=Q(by_user__isnull=True, by_focal_point__isnull=True) | ~Q(by_name=""),
                name="%(app_label)s_%(class)s_keeps_the_name",
            ),
            models.CheckConstraint(
                condition=~Q(kind=TimelineKind.NOTE_ADDED) | Q(is_public=False),
                name="%(app_label)s_%(class)s_notes_are_internal",
            ),
            models.CheckConstraint(
                condition=Q(settles_at__isnull=True)
                | Q(settles_at__gte=F("at"), by_user__isnull=False),
                name="%(app_label)s_%(class)s_only_staff_undo",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=OPINION_KINDS) | Q(is_public=False),
                name="%(app_label)s_%(class)s_opinions_are_internal",
            ),
            models.CheckConstraint(
                condition=Q(is_void=False) | Q(is_public=False, settles_at__isnull=True),
                name="%(app_label)s_%(class)s_nobody_was_told_of_void",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        # Django's own method copies all kinds at each call.
        return str(TimelineKind(self.kind).label)

    @property
    def has_details(self) -> bool:
        """Whether it can have reasons or files."""
        return self.kind in KINDS_WITH_DETAILS

    @property
    def note_in_words(self) -> str:
        """The note, in the reader's language if the portal wrote the text.

        A person wrote all but the first line about a hold.
        """
        if self.kind not in KINDS_WITH_TRANSLATED_NOTE:
            return self.note
        lines = self.note.split("\n")
        written = 1 if self.kind == TimelineKind.HELD else len(lines)
        translated = (
            "".join(part and gettext(part) for part in NOTE_PARTS_RE.split(line))
            for line in lines[:written]
        )
        return "\n".join([*translated, *lines[written:]])
