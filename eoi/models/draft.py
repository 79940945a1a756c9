"""Expressions of Interest that were begun and are to be finished later."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.time_zones import validate_time_zone
from members.models.call import Call
from members.models.focal_point import CorrespondenceLanguage, new_link_secret
from members.models.member import Member

# Kept only where something was typed into the form's trap for robots. No text that a person
# types has it: what is typed is kept as in an address, where = is %3D.
HONEYPOT_PREFIX = "leave_empty="


class EoiDraftQuerySet(models.QuerySet["EoiDraft"]):
    """Questions about drafts."""

    def kept_at(self, at: datetime) -> "EoiDraftQuerySet":
        """Keep what has not expired."""
        return self.filter(expires_at__gt=at)

    def expired_at(self, at: datetime) -> "EoiDraftQuerySet":
        """Keep what is to be deleted."""
        return self.filter(expires_at__lte=at)

    def sent(self) -> "EoiDraftQuerySet":
        """Keep what has become a member since."""
        return self.filter(_sent())

    def unsent(self) -> "EoiDraftQuerySet":
        """Keep what has become no member yet."""
        return self.filter(~_sent())

    def knowing_other_dates(self, call: Call) -> "EoiDraftQuerySet":
        """Keep those for a call whose owners were last told other dates than it has."""
        return self.filter(call=call).exclude(
            announced_closes_at=call.closes_at, announced_grace_ends_at=call.grace_ends_at
        )

    def written_to(self) -> "EoiDraftQuerySet":
        """Keep those whose address is written to: not what a robot seems to have typed."""
        return self.exclude(form_data__contains=HONEYPOT_PREFIX)


def _sent() -> Exists:
    return Exists(Member.objects.filter(submission_key=OuterRef("submission_key")))


class EoiDraft(models.Model):
    """One EOI as far as somebody has typed it, to be finished by a link in a mail.

    Deleted for good when it expires, when its owner says so, and once it was sent: it has no
    history, and what was written about it goes with it.
    """

    # The form's own: a draft that is sent twice makes one member.
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    # The one that was open when it was last saved.
    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="drafts"
    )
    # The deadline that its owner was last told of, which may have moved since.
    announced_closes_at = models.DateTimeField(_("closes at"), editable=False)
    announced_grace_ends_at = models.DateTimeField(_("grace ends at"), editable=False)
    # Where the link goes; nobody has confirmed that it is theirs.
    email = models.EmailField(_("email"), max_length=254)
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)
    # Of the mails about it: the one that its owner read the form in.
    language = models.CharField(_("language"), max_length=7, choices=CorrespondenceLanguage)
    # As far as the answers tell; empty where they do not.
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    # What a browser would post, unjudged: any name and any text may be in it.
    form_data = models.TextField(_("as typed"), editable=False)
    started_at = models.DateTimeField(_("started at"))
    saved_at = models.DateTimeField(_("saved at"))
    expires_at = models.DateTimeField(_("expires at"))
    expiry_warned_at = models.DateTimeField(_("warned at"), null=True, blank=True)
    # The deadline that its owner was reminded of, which may have moved since.
    reminded_deadline = models.DateTimeField(_("reminded of"), null=True, blank=True)
    # Rises with every save; a page that shows the draft sends it back.
    version = models.PositiveIntegerField(default=1, editable=False)

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
            models.CheckConstraint(
                condition=Q(language__in=CorrespondenceLanguage.values),
                name="%(app_label)s_%(class)s_known_language",
            ),
            models.CheckConstraint(
                condition=~Q(email="") & ~Q(submission_key=""),
                name="%(app_label)s_%(class)s_has_email_and_key",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What its messages are found by: no member's reference looks like it."""
        return f"draft-{self.pk}"

    @property
    def is_written_to(self) -> bool:
        """Whether mail goes to its address: not where a robot seems to have typed it."""
        return HONEYPOT_PREFIX not in self.form_data

    @property
    def answers(self) -> QueryDict:
        """What was typed, as a browser would post it."""
        return QueryDict(self.form_data, encoding="utf-8")
