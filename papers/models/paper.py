"""Papers of meetings, of focus areas and of the whole coalition, with all their versions."""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User, nullable_user_key
from core.constraints import known_value
from core.history import MAX_NAME_LENGTH, history_field
from focus_areas.models import EVERY_AREA, FocusArea
from meetings.models.agenda_item import AgendaItem
from meetings.models.meeting import Meeting, MeetingStatus
from papers.models.file_scan import ScannedFile, ScannedFileManager, ScannedFileQuerySet


class PaperKind(models.TextChoices):
    AGENDA = "agenda", _("Agenda")
    MINUTES = "minutes", _("Minutes")
    ACTION_FRAMEWORK = "action_framework", _("Draft of the Action Framework")
    OTHER = "other", _("Other paper")


class PaperQuerySet(models.QuerySet["Paper"]):
    """QuerySet of papers."""

    def of_focus_area(self, focus_area: FocusArea | OuterRef) -> "PaperQuerySet":
        """Return papers of an area, of its meetings, and of the whole coalition."""
        return self.filter(
            Q(meeting=None) & (Q(focus_area=focus_area) | Q(focus_area=None))
            | Q(meeting__isnull=False)
            & (Q(meeting__focus_area=focus_area) | Q(meeting__focus_area=None))
        )

    def for_members(self) -> "PaperQuerySet":
        """Return what members may see: no withdrawn papers, and none of draft meetings."""
        return self.filter(is_withdrawn=False).exclude(meeting__status=MeetingStatus.DRAFT)

    def public(self) -> "PaperQuerySet":
        """Return the papers that anyone may read."""
        return self.filter(is_public=True, is_withdrawn=False)

    def visible_to(self, user: User) -> "PaperQuerySet":
        """Return the papers that a staff user may see: all, or those of their areas."""
        if user.has_perm(EVERY_AREA):
            return self
        areas = FocusArea.objects.visible_to(user)
        return self.filter(Q(focus_area__in=areas) | Q(meeting__focus_area__in=areas))


class Paper(models.Model):
    """One paper of a meeting, of a focus area, or of the whole coalition.

    A paper of a meeting has no area of its own: it follows the area of the meeting. A paper is
    withdrawn, never deleted. Its content is in its versions.
    """

    meeting = models.ForeignKey(
        Meeting,
        verbose_name=_("meeting"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="papers",
    )
    focus_area = models.ForeignKey(
        FocusArea,
        verbose_name=_("focus area"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Leave empty for the whole coalition."),
    )
    # Without an index, because papers are read by their meeting. An item that is deleted leaves its
    # papers to the meeting; the history of the agenda has it.
    agenda_item = models.ForeignKey(
        AgendaItem,
        verbose_name=_("agenda item"),
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    kind = models.CharField(_("kind"), max_length=20, choices=PaperKind, default=PaperKind.OTHER)
    title = models.CharField(_("title"), max_length=200)
    # The form that added the paper, so that a second click adds it once; None without a form.
    submission_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    is_withdrawn = models.BooleanField(_("withdrawn"), default=False)
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_("Anyone can download its newest files from the pages of the focus areas."),
    )

    history = history_field(excluded_fields=["submission_key", "agenda_item"])

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        # Papers are withdrawn, never deleted, so that the record of what was published remains.
        default_permissions = ("add", "change", "view")
        permissions = [("withdraw_paper", _("Can withdraw and restore a paper"))]
        constraints = [
            known_value("kind", PaperKind),
            models.CheckConstraint(
                condition=Q(meeting=None) | Q(focus_area=None),
                name="%(app_label)s_%(class)s_area_of_its_meeting",
                violation_error_message=_(
                    "The paper of a meeting must have the focus area of the meeting."
                ),
            ),
            models.CheckConstraint(
                condition=Q(meeting=None) | Q(is_public=False),
                name="%(app_label)s_%(class)s_of_a_meeting_is_not_public",
                violation_error_message=_("The paper of a meeting cannot be public."),
            ),
            models.CheckConstraint(
                condition=Q(agenda_item=None) | Q(meeting__isnull=False),
                name="%(app_label)s_%(class)s_of_an_item_is_of_a_meeting",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def area(self) -> FocusArea | None:
        """The focus area of the paper or of its meeting; None for the whole coalition."""
        return self.meeting.focus_area if self.meeting else self.focus_area

    @property
    def area_name(self) -> str:
        """The name of its area, or of the whole coalition, in the active language."""
        return self.area.name if self.area else str(_("Whole coalition"))


def name_of_file(version: "PaperVersion", typed: str) -> str:
    """Return a random name to store a file under, which nobody can guess."""
    return f"papers/{uuid.uuid4().hex}"


class PaperVersionQuerySet(ScannedFileQuerySet):
    """QuerySet of the versions of papers."""

    def newest(self) -> "PaperVersionQuerySet":
        """Return the newest version of each paper in each of its languages."""
        later = PaperVersion.objects.filter(
            paper=OuterRef("paper"), language=OuterRef("language"), number__gt=OuterRef("number")
        )
        return self.exclude(Exists(later))


class PaperVersion(ScannedFile):
    """One file: a version of a paper in one language. Never changed or deleted.

    Files with the same version number are translations of each other.
    """

    paper = models.ForeignKey(
        Paper, verbose_name=_("paper"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=7)
    file = models.FileField(_("file"), upload_to=name_of_file, unique=True)
    # The name that the file was uploaded with. Downloads are saved under it.
    file_name = models.CharField(_("file name"), max_length=200)
    # Detected from the content.
    content_type = models.CharField(pgettext_lazy("of a file", "type"), max_length=100)
    size = models.PositiveIntegerField(_("size"), help_text=_("In bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    note = models.CharField(
        _("what changed"), max_length=300, blank=True, help_text=_("Visible to members.")
    )
    # None: the portal itself.
    uploaded_by = nullable_user_key(_("uploaded by"))
    # Their name at that time, and the organisation of a co-lead; it is empty for staff.
    uploaded_by_name = models.CharField(_("uploaded by"), max_length=MAX_NAME_LENGTH, blank=True)
    organisation_name = models.CharField(_("organisation"), max_length=200, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded at"))

    objects = ScannedFileManager.from_queryset(PaperVersionQuerySet)()

    class Meta:
        verbose_name = _("paper version")
        verbose_name_plural = _("paper versions")
        default_permissions = ()
        indexes = [models.Index(fields=["uploaded_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "number", "language"],
                name="%(app_label)s_%(class)s_one_file_a_language",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="%(app_label)s_%(class)s_counts_from_one",
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1),
                name="%(app_label)s_%(class)s_is_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
