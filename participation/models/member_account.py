"""Accounts that the portal created for focal points, and what their holders choose."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.constraints import known_value
from core.history import history_field
from members.models import FocalPoint


class MemberAccount(models.Model):
    """Marks an account that was created for the address of a focal point.

    `ended_at` is set if the portal deactivated the account, and may reactivate it. If it is empty
    and the account is inactive, a colleague deactivated it, and only a colleague may reactivate it.
    """

    user = models.OneToOneField(
        User, verbose_name=_("account"), on_delete=models.PROTECT, related_name="member_account"
    )
    made_at = models.DateTimeField(_("created at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("focal point account")
        verbose_name_plural = _("focal point accounts")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("made_at")),
                name="%(app_label)s_%(class)s_ends_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class MailPreferencesQuerySet(models.QuerySet["MailPreferences"]):
    """Queries about mail preferences."""

    def addresses_opted_in(self, wish: str, addresses: Iterable[str]) -> set[str]:
        """Return those of the lower-case addresses that want a kind of mail, in one query."""
        is_default = getattr(self.model(), wish)
        # Few rows differ from the default, which applies to all other addresses.
        others = self.exclude(**{wish: is_default}).annotate(address=Lower("user__email"))
        otherwise = set(others.values_list("address", flat=True))
        return {address for address in addresses if (address in otherwise) != is_default}


class CalendarChoice(models.TextChoices):
    """How the meetings come into the calendar of a person. Nothing else decides it."""

    FEED = "feed", _("By my calendar link, to which I subscribe once")
    INVITATIONS = "invitations", _("By invitations, one email for each meeting")
    MAILS = "mails", _("Not at all: emails are enough for me")


class MailPreferences(models.Model):
    """Which mail an account wants; without a row, the defaults apply.

    The invitations of a person have one organiser, whose address is made from `organiser_id`. It
    is random, so it says nothing about the person, and stays, because calendar programs ignore
    changes by another organiser.
    """

    user = models.OneToOneField(
        User, verbose_name=_("account"), on_delete=models.PROTECT, related_name="mail_preferences"
    )
    day_before = models.BooleanField(_("reminder one day before a meeting"), default=True)
    hour_before = models.BooleanField(_("reminder one hour before a meeting"), default=False)
    new_papers = models.BooleanField(_("email about new papers"), default=True)
    calendar = models.CharField(
        _("meetings in the calendar"),
        max_length=20,
        choices=CalendarChoice,
        default=CalendarChoice.FEED,
        db_default=CalendarChoice.FEED,
    )
    organiser_id = models.UUIDField(null=True, blank=True, editable=False)
    # How often the person's own choices brought invitations or took them back; None: never.
    # SEQUENCE counts it, so that programs believe an invitation that follows its cancellation.
    invitation_revision = models.PositiveIntegerField(null=True, blank=True, editable=False)

    history = history_field(excluded_fields=["organiser_id"])

    objects = MailPreferencesQuerySet.as_manager()

    class Meta:
        verbose_name = _("email preferences")
        verbose_name_plural = _("email preferences")
        default_permissions = ()
        constraints = [
            known_value("calendar", CalendarChoice),
            models.CheckConstraint(
                condition=~Q(calendar=CalendarChoice.INVITATIONS) | Q(organiser_id__isnull=False),
                name="%(app_label)s_%(class)s_invitations_have_an_organiser",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class EmailConsentQuerySet(models.QuerySet["EmailConsent"]):
    """Queries about consents."""

    def current(self) -> "EmailConsentQuerySet":
        """Return the consents of the present holders of the roles, for their present links."""
        return self.filter(link_version=F("focal_point__link_version"))


class EmailConsent(models.Model):
    """The consent of the holder of one role. The row is deleted when they take it back.

    `link_version` shows which holder gave it: it does not pass to a successor, and it ends when the
    person's links are revoked.
    """

    focal_point = models.OneToOneField(
        FocalPoint,
        verbose_name=_("focal point"),
        on_delete=models.PROTECT,
        related_name="email_consent",
    )
    link_version = models.PositiveIntegerField(editable=False)
    agreed_at = models.DateTimeField(_("agreed at"))

    history = history_field()

    objects = EmailConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent to show the email address")
        verbose_name_plural = _("consents to show the email address")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.focal_point)


class DeclinedMeetings(models.TextChoices):
    """What a feed does with the meetings that the person declined."""

    FREE = "free", _("Show them as free time")
    OMIT = "omit", _("Leave them out")


class FeedReminder(models.TextChoices):
    """How long before a meeting the calendar program reminds the person."""

    NONE = "none", _("No reminder")
    TEN_MINUTES = "10_minutes", _("10 minutes before")
    HOUR = "1_hour", _("1 hour before")
    DAY = "1_day", _("1 day before")

    @property
    def before(self) -> timedelta | None:
        """The time between the reminder and the meeting; None without a reminder."""
        return BEFORE.get(self)


BEFORE: Final = {
    FeedReminder.TEN_MINUTES: timedelta(minutes=10),
    FeedReminder.HOUR: timedelta(hours=1),
    FeedReminder.DAY: timedelta(days=1),
}


class CalendarFeed(models.Model):
    """The feed of one account; without a row, the defaults apply and it was never fetched.

    The address of the feed is not stored here: it is a private link of a focal point.
    """

    user = models.OneToOneField(
        User, verbose_name=_("account"), on_delete=models.PROTECT, related_name="calendar_feed"
    )
    declined = models.CharField(
        _("declined meetings"),
        max_length=10,
        choices=DeclinedMeetings,
        default=DeclinedMeetings.FREE,
    )
    reminder = models.CharField(
        _("reminder in the calendar"),
        max_length=10,
        choices=FeedReminder,
        default=FeedReminder.NONE,
    )
    # When the choices were last changed, if ever.
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    # The last day, in UTC, on which a program fetched it. Only the day: this is written once a day.
    fetched_on = models.DateField(_("last fetched on"), null=True, blank=True)

    history = history_field(excluded_fields=["fetched_on"])

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        default_permissions = ()
        constraints = [
            known_value("declined", DeclinedMeetings),
            known_value("reminder", FeedReminder),
        ]

    def __str__(self) -> str:
        return str(self.user)
