"""Drafts of Expressions of Interest."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value, not_empty
from core.time_zones import validate_time_zone
from members.models.call import Call
from members.models.focal_point import CorrespondenceLanguage, new_link_secret
from members.models.member import Member

# Stored only if the hidden field was filled in. It cannot occur in typed text, where = is stored as
# %3D.
HONEYPOT_PREFIX = "leave_empty="
# The field with the address for the link, which is kept with the form until it is settled.
LINK_TO = "link_to"


class EoiDraftQuerySet(models.QuerySet["EoiDraft"]):
    def kept_at(self, at: datetime) -> "EoiDraftQuerySet":
        return self.filter(expires_at__gt=at)

    def expired_at(self, at: datetime) -> "EoiDraftQuerySet":
        return self.filter(expires_at__lte=at)

    def sent(self) -> "EoiDraftQuerySet":
        """Return the drafts that were sent."""
        return self.filter(_sent())

    def unsent(self) -> "EoiDraftQuerySet":
        return self.filter(~_sent())

    def knowing_other_dates(self, call: Call) -> "EoiDraftQuerySet":
        """Return the drafts whose owners were told other dates of a call than its current ones."""
        return self.filter(call=call).exclude(
            announced_closes_at=call.closes_at, announced_grace_ends_at=call.grace_ends_at
        )

    def with_address(self) -> "EoiDraftQuerySet":
        """Return the drafts that somebody saved to continue later, with an address for the link."""
        return self.exclude(email="")

    def written_to(self) -> "EoiDraftQuerySet":
        """Return the drafts with an address, except those that seem to come from a robot."""
        return self.with_address().exclude(form_data__contains=HONEYPOT_PREFIX)


def _sent() -> Exists:
    return Exists(Member.objects.filter(submission_key=OuterRef("submission_key")))


class EoiDraft(models.Model):
    """An unfinished EOI.

    Every POST of the form is kept as a draft without an address, which only the browser that sent
    it finds again. A draft with an address has a private link too, and is kept for longer. A draft
    is deleted with its messages when it expires, when its owner deletes it, and once it was sent.
    It has no history.
    """

    # The submission key of the form: a draft that is sent twice creates one member.
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    # The call that was open when it was last saved.
    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="drafts"
    )
    # The deadline that its owner was last told, which may have moved since.
    announced_closes_at = models.DateTimeField(_("closes at"), editable=False)
    announced_grace_ends_at = models.DateTimeField(_("grace period ends at"), editable=False)
    # The address for the link, if one was asked for. Nobody has confirmed it.
    email = models.EmailField(_("email"), max_length=254, blank=True)
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)
    # The language of its messages: the one in which its owner filled in the form.
    language = models.CharField(_("language"), max_length=7, choices=CorrespondenceLanguage)
    # Derived from the answers; empty if that is not possible.
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    # The form data as submitted, without validation. It may contain any name and any text.
    form_data = models.TextField(_("form data"), editable=False)
    # What was submitted last from a page that showed an older version; it replaced nothing.
    other_data = models.TextField(_("other version"), blank=True, editable=False)
    other_page = models.CharField(max_length=16, blank=True, editable=False)
    started_at = models.DateTimeField(_("started at"))
    saved_at = models.DateTimeField(_("saved at"))
    expires_at = models.DateTimeField(_("expires at"))
    expiry_warned_at = models.DateTimeField(_("expiry warning sent at"), null=True, blank=True)
    # The deadline that its owner was last reminded of, which may have moved since.
    reminded_deadline = models.DateTimeField(_("deadline of last reminder"), null=True, blank=True)
    # Increases with each save. A page that shows the draft sends it back.
    version = models.PositiveIntegerField(default=1, editable=False)
    # The page from which it was last saved. With the Back button, its version is older than this.
    saved_page = models.CharField(max_length=16, blank=True, editable=False)

    objects = EoiDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("unfinished expression of interest")
        verbose_name_plural = _("unfinished expressions of interest")
        default_permissions = ()
        indexes = [models.Index(fields=["expires_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(saved_at__gte=F("started_at"), expires_at__gt=F("saved_at")),
                name="%(app_label)s_%(class)s_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(announced_grace_ends_at__gte=F("announced_closes_at")),
                name="%(app_label)s_%(class)s_announced_grace_ends_after_closing",
            ),
            known_value("language", CorrespondenceLanguage),
            not_empty("submission_key", fact="has_key"),
            models.CheckConstraint(
                condition=~Q(email="") | Q(expiry_warned_at=None, reminded_deadline=None),
                name="%(app_label)s_%(class)s_only_an_address_is_written_to",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The reference of its messages, which differs from that of any member."""
        return f"draft-{self.pk}"

    @property
    def is_written_to(self) -> bool:
        """Whether messages are sent: to an address, unless the draft seems to be a robot's."""
        return bool(self.email) and HONEYPOT_PREFIX not in self.form_data

    @property
    def answers(self) -> QueryDict:
        """The typed answers, as a browser would submit them."""
        return QueryDict(self.form_data, encoding="utf-8")

    @property
    def other_answers(self) -> QueryDict:
        """The typed answers of the other version."""
        return QueryDict(self.other_data, encoding="utf-8")
