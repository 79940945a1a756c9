"""Focal points: the contact persons of a member."""

import re
import secrets
from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from core.constraints import known_value
from core.history import history_field
from core.time_zones import validate_time_zone
from members.models.member import Member

# Chinese characters, and the scripts used beside them in Japan and Korea.
HAN: Final = "\u3005\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
HANGUL: Final = "\uac00-\ud7af"
KANA: Final = "\u3041-\u30ff"
FAMILY_NAME_OF_EAST_ASIA: Final = re.compile(f"[{HAN}{HANGUL}]{{1,4}}")
GIVEN_NAME_OF_EAST_ASIA: Final = re.compile(f"[{HAN}{HANGUL}{KANA}]+")


def new_link_secret() -> str:
    """Return a random secret, so that links of an earlier row with the same key stay invalid."""
    return secrets.token_urlsafe(12)


class CorrespondenceLanguage(models.TextChoices):
    ARABIC = "ar", _("Arabic")
    CHINESE = "zh-hans", _("Chinese")
    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")
    RUSSIAN = "ru", _("Russian")
    SPANISH = "es", _("Spanish")


class Title(models.TextChoices):
    HE = "he", _("H.E.")
    DR = "dr", _("Dr")
    PROF = "prof", _("Prof.")
    MS = "ms", _("Ms")
    MR = "mr", _("Mr")
    MX = "mx", _("Mx")


def full_name_in_script_order(given_name: str, family_name: str) -> str:
    """Return a person's full name in the order that its script uses.

    In Chinese characters or Hangul the family name comes first, without a space.
    """
    is_of_east_asia = GIVEN_NAME_OF_EAST_ASIA.fullmatch(given_name)
    if is_of_east_asia and FAMILY_NAME_OF_EAST_ASIA.fullmatch(family_name):
        return family_name + given_name
    return f"{given_name} {family_name}".strip()


class Person(models.Model):
    """Abstract base with the contact details of a focal point or of a successor."""

    title = models.CharField(
        pgettext_lazy("form of address", "title"), max_length=10, choices=Title, blank=True
    )
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100)
    position = models.CharField(
        pgettext_lazy("in an organisation", "position"), max_length=200, blank=True
    )
    email = models.EmailField(_("email"), max_length=254)
    phone = PhoneNumberField(_("phone"), blank=True, max_length=40)
    language = models.CharField(
        _("language of correspondence"), max_length=7, choices=CorrespondenceLanguage
    )
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])

    class Meta:
        abstract = True
        constraints = [
            known_value("language", CorrespondenceLanguage),
            models.CheckConstraint(
                condition=Q(title__in=["", *Title.values]),
                name="%(app_label)s_%(class)s_known_title",
            ),
            models.CheckConstraint(
                condition=~Q(family_name="") & ~Q(email=""),
                name="%(app_label)s_%(class)s_has_name_and_email",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """The given name and family name, in the order of the script."""
        return full_name_in_script_order(self.given_name, self.family_name)


class FocalPoint(Person):
    """A contact person of a member. A member has one primary and at most one alternate.

    Private links contain `link_version` and `link_secret`. The address of the feed also contains
    `feed_version` and `feed_secret`. A higher version with a new secret revokes the links that
    were sent before. The secret is needed because versions repeat after a database restore.
    A person who takes over the role takes over the row; the history shows who had it before.
    """

    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="focal_points",
    )
    is_alternate = models.BooleanField(_("alternate"), default=False)
    # When the person confirmed that mail to the address reaches them.
    confirmed_at = models.DateTimeField(_("address confirmed at"), null=True, blank=True)
    link_version = models.PositiveIntegerField(default=1, editable=False)
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)
    # Only the person raises it: it revokes the addresses of their feed, and no other link.
    feed_version = models.PositiveIntegerField(default=0, editable=False)
    feed_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)

    # Secrets are shown to nobody, and are useless once they are revoked.
    history = history_field(excluded_fields=["link_secret", "feed_secret"])

    class Meta(Person.Meta):
        verbose_name = _("focal point")
        verbose_name_plural = _("focal points")
        default_permissions = ("view",)
        permissions = [("revoke_links_focalpoint", _("Can revoke private links"))]
        indexes = [
            # Finds the focal points of suppressed addresses.
            models.Index(Lower("email"), name="members_focalpoint_by_email"),
            # Finds the members of a language without reading the rows.
            models.Index(
                fields=["language", "is_alternate", "member"],
                name="members_focalpoint_language",
            ),
            # Finds the members whose address is not confirmed, without reading all focal points.
            models.Index(
                fields=["member"],
                name="members_focalpoint_unconfirmed",
                condition=Q(is_alternate=False, confirmed_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "is_alternate"],
                name="%(app_label)s_%(class)s_one_of_each",
            ),
            *Person.Meta.constraints,
        ]

    @property
    def role_name(self) -> str:
        """The translated name of the role."""
        return gettext("Alternate focal point") if self.is_alternate else gettext("Focal point")


class RoleTransfer(Person):
    """A person who was asked to take over a focal point's role, and has not answered.

    The row is deleted when they answer, when the request is cancelled, or when it expires: the
    portal does not keep people who never agreed. The timeline records the result.
    """

    # One-to-one: only one successor can be asked at a time.
    focal_point = models.OneToOneField(
        FocalPoint,
        verbose_name=_("in place of"),
        on_delete=models.PROTECT,
        related_name="role_transfer",
    )
    named_by = models.ForeignKey(
        FocalPoint, verbose_name=_("requested by"), on_delete=models.PROTECT, related_name="+"
    )
    named_at = models.DateTimeField(_("requested at"))
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)
    expires_at = models.DateTimeField(_("expires at"))

    class Meta(Person.Meta):
        verbose_name = _("role transfer")
        verbose_name_plural = _("role transfers")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("named_at")),
                name="%(app_label)s_%(class)s_expires_after_naming",
            ),
            *Person.Meta.constraints,
        ]
