"""The identity of this installation, and the periods in which it holds its email."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from accounts.models import nullable_user_key
from core.constraints import known_value

# The one row of Installation.
ONLY = 1


class Installation(models.Model):
    """The identity of the installation that this database belongs to. There is one row.

    INSTALLATION_FILE has the same identity outside the database. A difference shows that the
    database was restored or copied (outbox/services/installation.py).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    key = models.UUIDField(default=uuid.uuid4)
    # Rises before anything is sent, here first and then in the file.
    advanced_at = models.DateTimeField()
    # Not used: PostgreSQL's numbers in release 1.0.0. It may go in the second release after that.
    database = models.CharField(max_length=100, blank=True)
    # Whether the file was ever written. Without it, a missing file says nothing.
    is_file_written = models.BooleanField(default=False)
    # A digest that only the secret key makes of the key, to notice a restore without the secret.
    secret_check = models.CharField(max_length=64, blank=True)
    # A key that the file may still have, because somebody released the email of this copy.
    former_file_key = models.CharField(max_length=36, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(id=ONLY), name="%(app_label)s_%(class)s_only_one"),
        ]

    def __str__(self) -> str:
        return str(self.key)


class HoldReason(models.TextChoices):
    """Why email is held."""

    RESTORED = "restored", _("The database was restored from a backup.")
    OLDER = "older", _("The database is older than the file outside it: it was restored.")
    MOVED = "moved", _("The database was restored or copied to another place.")
    OTHER = "other", _("The database belongs to another installation: it was copied.")
    BY_HAND = "by_hand", _("The people who run the portal hold it.")


class MailHold(models.Model):
    """A period in which no email leaves the portal, until a person releases it."""

    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason)
    held_at = models.DateTimeField(_("held since"))
    # When the portal last advanced before the backup, by the restored database.
    backup_at = models.DateTimeField(_("time of the backup"), null=True, blank=True)
    # When the portal last advanced before the restore, by the file outside the database.
    outside_at = models.DateTimeField(_("last at work before"), null=True, blank=True)
    # The last message that was in the database then. Later ones were queued since the restore.
    last_message = models.PositiveBigIntegerField(default=0, editable=False)
    # The key in the file; empty if there was none.
    file_key = models.CharField(max_length=36, blank=True, editable=False)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    # None: somebody who runs the portal, by a command.
    released_by = nullable_user_key(_("released by"))
    released_by_name = models.CharField(_("name at that time"), max_length=254, blank=True)
    release_reason = models.CharField(_("why it was released"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("period without email")
        verbose_name_plural = _("periods without email")
        default_permissions = ("view",)
        permissions = [("release_mailhold", _("Can release held email after a restore"))]
        constraints = [
            known_value("reason", HoldReason),
            models.CheckConstraint(
                condition=Q(
                    released_at__isnull=True,
                    released_by__isnull=True,
                    released_by_name="",
                    release_reason="",
                )
                | Q(released_at__isnull=False) & ~Q(release_reason=""),
                name="%(app_label)s_%(class)s_released_with_a_reason",
            ),
            models.UniqueConstraint(
                IsNull(F("released_at"), True),  # noqa: FBT003  # As Django spells it.
                condition=Q(released_at__isnull=True),
                name="%(app_label)s_%(class)s_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
