"""The files that focal points send with an answer to a request for information."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models.timeline import TimelineEntry
from papers.models import ScannedFile, ScannedFileManager, ScannedFileQuerySet


def name_of_answer_file(file: "AnswerFile", typed: str) -> str:
    """Return a random name to store a file under, which nobody can guess."""
    return f"answers/{uuid.uuid4().hex}"


class AnswerFile(ScannedFile):
    """One file of an answer. It belongs to the timeline entry with the words; never changed.

    A row is deleted only together with its file (members/services/answer_files.py), so that no
    file stays on the disk after the record of its member is deleted.
    """

    entry = models.ForeignKey(
        TimelineEntry,
        verbose_name=_("timeline entry"),
        on_delete=models.PROTECT,
        related_name="files",
    )
    file = models.FileField(_("file"), upload_to=name_of_answer_file, unique=True)
    # The name that the file was uploaded with. Downloads are saved under it.
    file_name = models.CharField(_("file name"), max_length=200)
    # Detected from the content.
    content_type = models.CharField(pgettext_lazy("of a file", "type"), max_length=100)
    size = models.PositiveIntegerField(_("size"), help_text=_("In bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    objects = ScannedFileManager.from_queryset(ScannedFileQuerySet)()

    class Meta:
        verbose_name = _("file of an answer")
        verbose_name_plural = _("files of answers")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gte=1), name="%(app_label)s_%(class)s_is_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
