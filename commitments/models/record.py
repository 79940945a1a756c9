"""What happened to a commitment: events, versions, proposed changes, reports."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from commitments.models.choices import ChangeStatus, ReportStatus, ReportStep
from commitments.models.commitment import Commitment
from commitments.models.parts import Target, quantity_field
from core.constraints import known_value, not_empty
from core.history import MAX_NAME_LENGTH, history_field
from members.models import FocalPoint, RowEvent


class EventKind(models.TextChoices):
    SUBMITTED = "submitted", _("Sent")
    ASSIGNED = "assigned", _("Assigned")
    UNASSIGNED = "unassigned", pgettext_lazy("of a commitment", "Unassigned")
    INFORMATION_REQUESTED = "information_requested", _("Information requested")
    ANSWERED = "answered", _("Reply received")
    CORRECTED = "corrected", _("Corrected by the lead")
    APPROVED = "approved", _("Approved")
    APPROVAL_TAKEN_BACK = "approval_taken_back", _("Approval taken back")
    PUBLISHED = "published", pgettext_lazy("of a commitment", "Published")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Superseded by another commitment")
    ENDED = "ended", pgettext_lazy("of a commitment", "Ended")
    CHANGE_PROPOSED = "change_proposed", _("Change proposed")
    CHANGED = "changed", _("New version published")
    CHANGE_DECLINED = "change_declined", _("Proposed change declined")
    CHANGE_WITHDRAWN = "change_withdrawn", _("Proposed change withdrawn")
    TEXT_CORRECTED = "text_corrected", _("Typing error corrected")
    ENGLISH_WRITTEN = "english_written", _("English text written")
    PARTNER_INVITED = "partner_invited", _("Partner invited")
    PARTNER_CONFIRMED = "partner_confirmed", _("Partner confirmed")
    PARTNER_DECLINED = "partner_declined", _("Partner declined")
    HOST_ASKED = "host_asked", _("Host asked")
    HOST_ANSWERED = "host_answered", _("Host answered")
    REPORT_ASKED = "report_asked", _("Report asked for")
    REPORT_SENT = "report_sent", _("Report sent")
    REPORT_QUESTION = "report_question", _("Question about a report")
    REPORT_PUBLISHED = "report_published", _("Report published")
    COUNTING_CHANGED = "counting_changed", _("Counting of amounts changed")
    SECOND_PERSON_ASKED = "second_person_asked", _("Second person asked to confirm")
    REQUEST_TAKEN_BACK = "request_taken_back", _("Request to confirm taken back")
    NOTE_ADDED = "noted", _("Internal note")


# Decisions of staff that can be undone until their letter is sent. A withdrawal, as that of a
# member, holds at once. So do an accepted change, whose US dollars and answers of contributors are
# not kept, and a corrected typing error.
UNDOABLE_KINDS = (
    EventKind.INFORMATION_REQUESTED,
    EventKind.APPROVED,
    EventKind.APPROVAL_TAKEN_BACK,
    EventKind.PUBLISHED,
    EventKind.DECLINED,
    EventKind.SUPERSEDED,
    EventKind.CHANGE_DECLINED,
)


class CommitmentEvent(RowEvent):
    """One event in the life of a commitment."""

    undoable_kinds = UNDOABLE_KINDS

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=30, choices=EventKind)
    is_shared = models.BooleanField(_("visible to the lead"), default=False)
    # What the commitment stated before the lead corrected it; None if nothing was corrected.
    content_before = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("event of a commitment")
        verbose_name_plural = _("events of commitments")
        default_permissions = ()
        constraints = [
            known_value("kind", EventKind),
            *RowEvent.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(kind=EventKind.NOTE_ADDED) | Q(is_shared=False),
                name="%(app_label)s_%(class)s_notes_are_internal",
            ),
        ]


class CommitmentVersion(models.Model):
    """What was published, whole, with the public reason of the change. Never changed.

    Only the erasure of a person or an organisation replaces names in it. The first version is
    deleted if the publication is undone.

    `content` is what services/content.py writes and reads. The first version has no reason.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    content = models.JSONField()
    reason = models.TextField(_("reason"), blank=True)
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("version of a commitment")
        verbose_name_plural = _("versions of commitments")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "number"], name="%(app_label)s_%(class)s_number_once"
            ),
            models.CheckConstraint(
                condition=Q(number=1, reason="") | Q(number__gt=1) & ~Q(reason=""),
                name="%(app_label)s_%(class)s_change_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} ({self.number})"


class ProposedChange(models.Model):
    """A change of a published commitment that the lead proposes, until staff decide on it."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="changes")
    content = models.JSONField()
    reason = models.TextField(_("reason"))
    status = models.CharField(
        _("status"), max_length=20, choices=ChangeStatus, default=ChangeStatus.WAITING
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        FocalPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_by_name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    # Why staff declined it; the lead reads it.
    decision_note = models.TextField(_("reason of the decision"), blank=True)

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(status=ChangeStatus.WAITING),
                name="%(app_label)s_%(class)s_one_waits",
            ),
            models.CheckConstraint(
                condition=Q(status=ChangeStatus.WAITING, decided_at=None)
                | ~Q(status=ChangeStatus.WAITING) & Q(decided_at__isnull=False),
                name="%(app_label)s_%(class)s_status_agrees_with_decision",
            ),
            not_empty("reason", fact="has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment}: {self.get_status_display()}"


class ReportQuerySet(models.QuerySet["Report"]):
    """Queries for reports."""

    def open(self) -> "ReportQuerySet":
        """Return those that are not published: at most one of each commitment."""
        return self.exclude(status=ReportStatus.PUBLISHED)

    def sent(self) -> "ReportQuerySet":
        """Return those that the lead has sent, published or not."""
        return self.exclude(status=ReportStatus.DRAFT)

    def published(self) -> "ReportQuerySet":
        """Return those that everybody reads, the latest first."""
        return self.filter(status=ReportStatus.PUBLISHED).order_by("-sent_at", "-pk")

    def visible_to(self, user: User) -> "ReportQuerySet":
        """Return those of the commitments that a staff user may see, without drafts."""
        return self.sent().filter(commitment__in=Commitment.objects.visible_to(user))


class Report(models.Model):
    """What the lead reports about a commitment.

    `due_on` is the anniversary of the publication for which it is, or the day on which an
    additional report was first sent: there is one for each day. A commitment has at most one report
    that is not published. A report keeps the name of the person who sent it, so it stays when the
    person leaves. `typed` has the fields of the form as they were last typed, until they are sent.
    `version` increases with every change; a page that shows the report sends it back.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="reports")
    due_on = models.DateField(_("due on"))
    status = models.CharField(
        _("status"), max_length=20, choices=ReportStatus, default=ReportStatus.DRAFT
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    language = models.CharField(_("language"), max_length=7, blank=True)
    narrative = models.TextField(_("what was done"), blank=True)
    obstacles = models.TextField(_("obstacles"), blank=True)
    # One sentence about a commitment that is behind.
    behind_reason = models.CharField(
        _("why it is behind"), max_length=200, blank=True, default="", db_default=""
    )
    # One address on each line.
    links = models.TextField(_("evidence"), blank=True)
    # All that was paid since the beginning.
    paid = quantity_field(_("paid so far"))
    paid_currency = models.CharField(_("currency"), max_length=3, blank=True)
    paid_until = models.DateField(_("paid until"), null=True, blank=True)
    is_last = models.BooleanField(_("last report"), default=False)
    # The fields of the form as they were last typed, also wrong ones, and who typed them.
    typed = models.JSONField(default=dict, blank=True, editable=False)
    saved_at = models.DateTimeField(_("saved at"))
    saved_by_name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_by = models.ForeignKey(
        FocalPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_by_name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    # What staff asked last; it stays when it is answered.
    question = models.TextField(_("question"), blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("on a commitment", "report")
        verbose_name_plural = _("reports")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["commitment"],
                condition=~Q(status=ReportStatus.PUBLISHED),
                name="%(app_label)s_%(class)s_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReportStatus.QUESTION_ASKED) | ~Q(question=""),
                name="%(app_label)s_%(class)s_question_is_written",
            ),
            models.UniqueConstraint(
                fields=["commitment", "due_on"], name="%(app_label)s_%(class)s_once_for_a_day"
            ),
            models.CheckConstraint(
                condition=Q(paid=None, paid_currency="")
                | Q(paid__isnull=False, paid__gte=0) & ~Q(paid_currency=""),
                name="%(app_label)s_%(class)s_paid_has_a_currency",
            ),
            models.CheckConstraint(
                condition=Q(status=ReportStatus.DRAFT, sent_at=None, published_at=None)
                | Q(
                    status__in=[ReportStatus.SENT, ReportStatus.QUESTION_ASKED],
                    sent_at__isnull=False,
                    published_at=None,
                )
                | Q(
                    status=ReportStatus.PUBLISHED,
                    sent_at__isnull=False,
                    published_at__isnull=False,
                ),
                name="%(app_label)s_%(class)s_status_agrees_with_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment}: {self.due_on}"

    @property
    def link_list(self) -> list[str]:
        """The web addresses, in their order."""
        return self.links.splitlines()


class TargetValue(models.Model):
    """The value of a target on a day, as a report states it; `reached` if it is yes or no."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="values")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="values")
    value = quantity_field(_("value"))
    reached = models.BooleanField(_("reached"), null=True, blank=True)
    on = models.DateField(_("day of the value"))

    class Meta:
        verbose_name = _("reported value")
        verbose_name_plural = _("reported values")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["report", "target"], name="%(app_label)s_%(class)s_once"
            ),
            models.CheckConstraint(
                condition=Q(value=None, reached__isnull=False)
                | Q(value__isnull=False, reached=None),
                name="%(app_label)s_%(class)s_number_or_yes_no",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target}: {self.value if self.reached is None else self.reached}"


class ResultOfTheMonth(models.Model):
    """A published report and one of its values that staff show to everybody in a month.

    `month` is its first day. It is chosen and replaced by services/result_of_the_month.py, which
    deletes the row if the choice is taken away; the history stays.
    """

    month = models.DateField(_("month"), unique=True)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="+")
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    chosen_at = models.DateTimeField(_("chosen at"))
    version = models.PositiveIntegerField(default=1, editable=False)

    history = history_field()

    class Meta:
        verbose_name = _("result of the month")
        verbose_name_plural = _("results of the month")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(month__day=1), name="%(app_label)s_%(class)s_first_of_the_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.target}"


class ReportRequest(models.Model):
    """A report was asked for: once for each step of each anniversary. Never changed or deleted.

    If `is_missed`, the portal did not run at the time of the step. Nobody was asked then: a later
    step of the same anniversary was asked in its place.
    """

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="report_requests"
    )
    due_on = models.DateField(_("due on"))
    step = models.CharField(_("step"), max_length=10, choices=ReportStep)
    asked_at = models.DateTimeField(_("asked at"))
    is_missed = models.BooleanField(_("missed"), default=False)

    class Meta:
        verbose_name = _("request for a report")
        verbose_name_plural = _("requests for reports")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "due_on", "step"], name="%(app_label)s_%(class)s_asked_once"
            ),
            known_value("step", ReportStep),
        ]

    def __str__(self) -> str:
        return f"{self.commitment}: {self.due_on}, {self.step}"
