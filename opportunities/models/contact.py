"""Contacts: what one member writes about the need or offer of another, and the answer."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.models import Commitment
from core.constraints import known_value, not_empty
from core.history import MAX_NAME_LENGTH
from members.models import FocalPoint, Member
from opportunities.models.choices import ContactStatus
from opportunities.models.opportunity import Opportunity


class ContactQuerySet(models.QuerySet["Contact"]):
    """Queries for contacts."""

    def waiting(self) -> "ContactQuerySet":
        """Return those without an answer, the oldest first."""
        return self.filter(status=ContactStatus.SENT).order_by("sent_at", "pk")

    def accepted(self) -> "ContactQuerySet":
        return self.filter(status=ContactStatus.ACCEPTED)

    def visible_to(self, user: User) -> "ContactQuerySet":
        """Return those about needs and offers that a staff user may see."""
        return self.filter(opportunity__in=Opportunity.objects.visible_to(user))


class Contact(models.Model):
    """What `member` wrote to the member of a need or an offer, in its name.

    `own` is the matching offer or need of the sender, if it has one. Only when the contact is
    accepted do both sides read each other's names and addresses. `commitment` is what one of them
    began from it.
    """

    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="contacts")
    own = models.ForeignKey(
        Opportunity, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="+"
    )
    message = models.TextField(_("message"))
    language = models.CharField(_("language"), max_length=7)
    status = models.CharField(
        _("status"), max_length=10, choices=ContactStatus, default=ContactStatus.SENT
    )
    sent_at = models.DateTimeField(_("sent at"))
    sent_by = models.ForeignKey(
        FocalPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_by_name = models.CharField(max_length=MAX_NAME_LENGTH)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        FocalPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_by_name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    # When the sender and the coordinators were told that nobody has answered.
    silence_told_at = models.DateTimeField(_("silence told at"), null=True, blank=True)
    commitment = models.ForeignKey(
        Commitment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # When both were told that the commitment was published.
    commitment_told_at = models.DateTimeField(null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["status", "sent_at"])]
        constraints = [
            known_value("status", ContactStatus),
            not_empty("message", fact="has_a_message"),
            models.UniqueConstraint(
                fields=["opportunity", "member"],
                condition=Q(status__in=[ContactStatus.SENT, ContactStatus.ACCEPTED]),
                name="%(app_label)s_%(class)s_one_of_a_member",
            ),
            models.CheckConstraint(
                condition=Q(status=ContactStatus.SENT, answered_at=None)
                | ~Q(status=ContactStatus.SENT) & Q(answered_at__isnull=False),
                name="%(app_label)s_%(class)s_answer_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity.reference}: {self.member}"
