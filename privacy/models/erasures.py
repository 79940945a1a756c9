"""Requests to erase people and organisations, and what each erasure changed."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, nullable_user_key
from core.constraints import known_value, not_empty
from members.models import Member


class ErasureKind(models.TextChoices):
    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class ErasureStatus(models.TextChoices):
    OPEN = "open", _("Waits for a second person")
    DONE = "done", _("Erased")
    CANCELLED = "cancelled", _("Not erased")


class ErasureRequestQuerySet(models.QuerySet["ErasureRequest"]):
    """Queries for requests to erase."""

    def open(self) -> "ErasureRequestQuerySet":
        """Return those that wait for the consent of a second person."""
        return self.filter(status=ErasureStatus.OPEN)


class ErasureRequest(models.Model):
    """The request of one member of staff to erase a person or an organisation.

    A second one consents, which erases in the same transaction, or decides against it. `address`
    is empty once that is decided: the row does not keep whom it was about.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=ErasureKind)
    address = models.EmailField(_("address"), max_length=254, blank=True)
    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.TextField(_("reason"))
    status = models.CharField(
        _("status"), max_length=20, choices=ErasureStatus, default=ErasureStatus.OPEN
    )
    requested_by = models.ForeignKey(
        User, verbose_name=_("requested by"), on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("requested at"))
    # Who consented, or decided against it.
    decided_by = nullable_user_key(_("decided by"))
    # Of an erasure, also when it was done.
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = ErasureRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        default_permissions = ("view",)
        permissions = [
            ("request_erasure", _("Can request the erasure of a person or an organisation")),
            ("consent_to_erasure", _("Can consent to an erasure that a colleague requested")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ErasureKind.PERSON, member=None)
                & (
                    Q(status=ErasureStatus.OPEN) & ~Q(address="")
                    | ~Q(status=ErasureStatus.OPEN) & Q(address="")
                )
                | Q(kind=ErasureKind.ORGANISATION, member__isnull=False, address=""),
                name="%(app_label)s_%(class)s_about_one",
            ),
            models.CheckConstraint(
                condition=Q(status=ErasureStatus.OPEN, decided_at=None, decided_by=None)
                | Q(
                    status__in=(ErasureStatus.DONE, ErasureStatus.CANCELLED),
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="%(app_label)s_%(class)s_status_agrees_with_decision",
            ),
            models.CheckConstraint(
                condition=~Q(status=ErasureStatus.DONE) | ~Q(decided_by=F("requested_by")),
                name="%(app_label)s_%(class)s_done_by_a_second_person",
            ),
            not_empty("reason", fact="has_a_reason"),
            models.UniqueConstraint(
                fields=["address"],
                condition=Q(status=ErasureStatus.OPEN, kind=ErasureKind.PERSON),
                name="%(app_label)s_%(class)s_one_open_a_person",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(status=ErasureStatus.OPEN, kind=ErasureKind.ORGANISATION),
                name="%(app_label)s_%(class)s_one_open_an_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status == ErasureStatus.OPEN


class ErasureAction(models.TextChoices):
    """What an erasure does with the rows of a table."""

    DELETED = "deleted", _("Rows deleted")
    REPLACED = "replaced", _("Names, addresses and numbers removed")
    TEXT = "text", _("Matches in free text replaced")
    KEPT = "kept", _("Kept as they are")


class ErasureCount(models.Model):
    """The number of rows of one table that one erasure changed in one way."""

    request = models.ForeignKey(
        ErasureRequest, on_delete=models.CASCADE, related_name="counts", verbose_name=_("erasure")
    )
    # The label of the model, such as "members.FocalPoint".
    table = models.CharField(_("table"), max_length=100)
    action = models.CharField(_("what happened"), max_length=10, choices=ErasureAction)
    number = models.PositiveIntegerField(_("rows"))

    class Meta:
        verbose_name = _("number of erased rows")
        verbose_name_plural = _("numbers of erased rows")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["request", "table", "action"], name="%(app_label)s_%(class)s_once"
            ),
            known_value("action", ErasureAction),
        ]

    def __str__(self) -> str:
        return f"{self.table}: {self.number}"


class ListedErasure(models.Model):
    """One erasure of the signed list outside the database, without whom it was about.

    `digests` are keyed hashes of the addresses, one in each line. `key` tells whether a line of the
    list is in this database. An erasure that was repeated after a restore has `repeated_at`.
    """

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=ErasureKind)
    reference = models.CharField(_("reference"), max_length=10, blank=True)
    digests = models.TextField(_("hashes of addresses"), blank=True)
    at = models.DateTimeField(_("when"))
    repeated_at = models.DateTimeField(_("repeated at"), null=True, blank=True)

    class Meta:
        verbose_name = _("erasure in the signed list")
        verbose_name_plural = _("erasures in the signed list")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ErasureKind.PERSON, reference="") & ~Q(digests="")
                | Q(kind=ErasureKind.ORGANISATION) & ~Q(reference=""),
                name="%(app_label)s_%(class)s_says_what_was_erased",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.key}"
