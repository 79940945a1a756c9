"""The accounts of people who can sign in, their invitations and their sessions."""

import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from core.addresses import AddressField, normalise_address
from core.history import history_field, register_history
from core.time_zones import validate_time_zone

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable
    from django.utils.functional import _StrOrPromise


def validate_language(code: str) -> None:
    """Raise ValidationError for a language in which the portal sends no messages."""
    if code not in settings.MODELTRANSLATION_LANGUAGES:
        raise ValidationError(_("Choose a language from the list."), code="unknown_language")


class UserManager(BaseUserManager["User"]):
    """Creates accounts, and finds them by their address in any case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=normalise_address(username or ""))

    @transaction.atomic
    def create_user(
        self,
        email: str,
        password: str | None = None,
        *,
        name: str = "",
        is_staff: bool = False,
        is_superuser: bool = False,
    ) -> "User":
        """Create an account. Without a password, it gets an unusable password."""
        user = self.model(
            email=self.normalize_email(email),
            name=name,
            is_staff=is_staff,
            is_superuser=is_superuser,
        )
        user.set_password(password)
        user.save(using=self._db)
        self.keep_address(user)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, *, name: str = ""
    ) -> "User":
        """Create an account with all permissions in the admin."""
        return self.create_user(email, password, name=name, is_staff=True, is_superuser=True)

    @transaction.atomic
    def keep_address(self, user: "User") -> None:
        """Store the account's current email as its only verified address in allauth.

        The person who creates an account or changes its email is trusted: no code is asked for.
        """
        EmailAddress.objects.update_or_create(
            user=user,
            primary=True,
            defaults={"email": normalise_address(user.email), "verified": True},
        )


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in with their email. Deactivated when they leave, never deleted."""

    email = AddressField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_staff = models.BooleanField(_("can access the administration"), default=False)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_(
            "Untick this instead of deleting the account. The history keeps the name of the person."
        ),
    )
    # A validator, not choices: the settings list the languages.
    language = models.CharField(
        _("email language"), max_length=7, default="en", validators=[validate_language]
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Zurich", validators=[validate_time_zone]
    )
    wants_digest = models.BooleanField(
        _("daily summary"),
        default=True,
        help_text=_(
            "Sent at 07:00 in the time zone above, Monday to Friday, if there is something to do."
        ),
    )
    away_until = models.DateField(
        _("away until"),
        null=True,
        blank=True,
        help_text=_("The last day of an absence. Until then, nothing is shared out to you."),
    )
    joined_at = models.DateTimeField(_("joined at"), auto_now_add=True)
    # Not Django's `last_login`, which would fill the history: it saves the account each time.
    last_login = None
    signed_in_at = models.DateTimeField(_("last sign-in"), null=True, editable=False)

    history = history_field(
        excluded_fields=["password", "signed_in_at"], m2m_fields=["groups", "user_permissions"]
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [
            ("view_audit", _("Can view the full change history of all records")),
            ("view_staff", _("Can view the list of staff and their roles")),
            ("manage_staff", _("Can invite, change and deactivate staff")),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="%(app_label)s_%(class)s_email_in_any_case",
                violation_error_message=_("An account with this email address already exists."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return the name, or the address if there is no name."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """Return the name that the admin shows in its greeting."""
        return self.get_full_name()


class ReadLanguage(models.Model):
    """A language in which a member of staff reads answers, besides English."""

    user = models.ForeignKey(
        User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="read_languages"
    )
    language = models.CharField(_("language"), max_length=7, validators=[validate_language])

    class Meta:
        verbose_name = _("language that is read")
        verbose_name_plural = _("languages that are read")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "language"], name="%(app_label)s_%(class)s_once"
            ),
        ]

    def __str__(self) -> str:
        return self.language


def new_link_secret() -> str:
    """Return a random secret for the link of one invitation."""
    return secrets.token_urlsafe(24)


def nullable_user_key(
    label: "_StrOrPromise",
) -> "models.ForeignKey[User | Combinable | None, User | None]":
    """Return the column of an account, empty until somebody has done something."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )


class RequestStatus(models.TextChoices):
    WAITING = "waiting", _("Waits for a second person")
    CONFIRMED = "confirmed", _("Confirmed")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Withdrawn after a change")


class SecondPersonRequest(models.Model):
    """What one person asks a second one to confirm, and what that one decided.

    A subclass has the row that it is about. `version` is that of the row as the first person saw
    it; another version ends the request. `decided_by` confirmed it, returned it with a reason, took
    it back, or changed the row, which withdraws it. services/second_person.py settles it.
    """

    version = models.PositiveIntegerField(editable=False)
    status = models.CharField(
        _("status"), max_length=20, choices=RequestStatus, default=RequestStatus.WAITING
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    requested_at = models.DateTimeField(_("requested at"))
    decided_by = nullable_user_key(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status=RequestStatus.WAITING, decided_at=None, decided_by=None, reason=""
                )
                | Q(decided_at__isnull=False, decided_by__isnull=False)
                & (
                    Q(status__in=(RequestStatus.CONFIRMED, RequestStatus.WITHDRAWN), reason="")
                    | Q(status=RequestStatus.RETURNED) & ~Q(reason="")
                ),
                name="%(app_label)s_%(class)s_status_agrees_with_decision",
            ),
            models.CheckConstraint(
                condition=~Q(status=RequestStatus.CONFIRMED) | ~Q(decided_by=F("requested_by")),
                name="%(app_label)s_%(class)s_confirmed_by_a_second_person",
            ),
        ]


class Invitation(models.Model):
    """An invitation of a member of staff who has not set a password yet.

    It is deleted when it is accepted, withdrawn or replaced. The history of the account records it.
    """

    user = models.OneToOneField(
        User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="invitation"
    )
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)
    sent_at = models.DateTimeField(_("sent at"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at")),
                name="%(app_label)s_%(class)s_sent_before_it_expires",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Session(AbstractBaseSession):
    """The session of one browser, and the user who is signed in there, if any."""

    user = models.ForeignKey(
        User, verbose_name=_("user"), null=True, on_delete=models.CASCADE, related_name="+"
    )
    # Accurate to some minutes.
    last_used_at = models.DateTimeField(_("last used at"))

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        default_permissions = ()

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")


# Changes of permissions need a history as much as changes of accounts.
register_history(Group, app="accounts", m2m_fields=["permissions"])
