"""Letters that co-leads write to their working group, and what the coordinators decided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value
from core.history import MAX_NAME_LENGTH, history_field
from mailings.models.mailing import Mailing, MailingStatus
from members.models import (
    CorrespondenceLanguage,
    Submission,
    SubmissionQuerySet,
    SubmissionStatuses,
    status_agrees_with_decision,
)


class GroupLetterStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting for release")
    RETURNED = "returned", _("Returned")
    RELEASED = "released", _("Released by a coordinator")
    WITHDRAWN = "withdrawn", _("Withdrawn")


STATUSES = SubmissionStatuses(
    waiting=GroupLetterStatus.WAITING,
    released=GroupLetterStatus.RELEASED,
    returned=GroupLetterStatus.RETURNED,
    withdrawn=GroupLetterStatus.WITHDRAWN,
)
# What a co-lead reads about a released letter, by the status of its mailing.
RELEASED_IN_WORDS = {
    MailingStatus.SCHEDULED: _("Released; it is being sent"),
    MailingStatus.SENDING: _("Released; it is being sent"),
    MailingStatus.SENT: _("Released, and sent"),
    MailingStatus.PAUSED: _("Released; sending is paused"),
    MailingStatus.CANCELLED: _("Released, but cancelled before it was sent"),
    MailingStatus.DRAFT: _("Released, but taken back by the coordinators"),
}


class GroupLetter(Submission):
    """One letter of a co-lead to their working group. It becomes a mailing when it is released.

    `link_version` shows which holder of the role wrote it. `version` increases whenever the co-lead
    changes the text.
    """

    statuses = STATUSES
    open_statuses = (GroupLetterStatus.WAITING, GroupLetterStatus.RETURNED)
    author_name_field = "written_by_name"
    submitted_at_field = "submitted_at"
    result_field = "mailing"
    result_in_words = RELEASED_IN_WORDS

    link_version = models.PositiveIntegerField(editable=False)
    written_by_name = models.CharField(_("written by"), max_length=MAX_NAME_LENGTH)
    submitted_at = models.DateTimeField(_("submitted at"))
    language = models.CharField(_("language"), max_length=7, choices=CorrespondenceLanguage)
    subject = models.CharField(_("subject"), max_length=200)
    # Markdown with the placeholders of mailings.
    body = models.TextField(_("text"))
    shows_address = models.BooleanField(_("shows the address of the co-lead"), default=False)
    status = models.CharField(
        _("status"), max_length=20, choices=GroupLetterStatus, default=GroupLetterStatus.WAITING
    )
    mailing = models.OneToOneField(
        Mailing,
        verbose_name=_("mailing"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    history = history_field()

    objects = SubmissionQuerySet.as_manager()

    class Meta(Submission.Meta):
        verbose_name = _("letter of a co-lead")
        verbose_name_plural = _("letters of co-leads")
        constraints = [
            known_value("language", CorrespondenceLanguage),
            status_agrees_with_decision(STATUSES, "mailing"),
            models.UniqueConstraint(
                fields=["focus_area", "subject"],
                condition=Q(status=GroupLetterStatus.WAITING),
                name="%(app_label)s_%(class)s_waiting_once",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
