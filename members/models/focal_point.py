"""The focal points: the people through whom a member is reached."""

import re
import secrets
from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from core.history import history_field
from core.time_zones import validate_time_zone
from members.models.member import Member

# Chinese characters, and the scripts that stand beside them in Japan and Korea.
HAN: Final = "\u3005\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
HANGUL: Final = "\uac00-\ud7af"
KANA: Final = "\u3041-\u30ff"
FAMILY_NAME_OF_EAST_ASIA: Final = re.compile(f"[{HAN}{HANGUL}]{{1,4}}")
GIVEN_NAME_OF_EAST_ASIA: Final = re.compile(f"[{HAN}{HANGUL}{KANA}]+")


def new_link_secret() -> str:
    """Draw what tells the links of a row from those of any other that ever had its key."""
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
    """Return the names of somebody in the order of their script.

    In Chinese characters or in Hangul the family name comes first, and no space is between.
    """
    is_of_east_asia = GIVEN_NAME_OF_EAST_ASIA.fullmatch(given_name)
    if is_of_east_asia and FAMILY_NAME_OF_EAST_ASIA.fullmatch(family_name):
        return family_name + given_name
    return f"{given_name} {family_name}".strip()


class Person(models.Model):
    """The columns of somebody whom we write to: who is a focal point, and who is to become one."""

    title = models.CharField(_("title"), max_length=10, choices=Title, blank=True)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100)
    position = models.CharField(_("position"), max_length=200, blank=True)
    email = models.EmailField(_("email"), max_length=254)
    phone = PhoneNumberField(_("phone"), blank=True, max_length=40)
    language = models.CharField(
        _("language of correspondence"), max_length=7, choices=CorrespondenceLanguage
    )
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(language__in=CorrespondenceLanguage.values),
                name="%(app_label)s_%(class)s_known_language",
            ),
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
        """The name as given."""
        return full_name_in_script_order(self.given_name, self.family_name)


class FocalPoint(Person):
    """A person through whom a member is reached: one primary, perhaps one alternate.

    Private links carry `link_version` and `link_secret`, the address of the feed `feed_version`
    and `feed_secret` too. Raising a version, with a new secret, revokes what was sent before: after
    the database was restored versions come again, and secrets do not. Whoever takes the role over
    takes the row over: the history has who it was.
    """

    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="focal_points",
    )
    is_alternate = models.BooleanField(_("alternate"), default=False)
    # When they showed that what is sent to the address reaches them.
    confirmed_at = models.DateTimeField(_("address confirmed at"), null=True, blank=True)
    link_version = models.PositiveIntegerField(default=1, editable=False)
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)
    # Raised by the person alone: it revokes the addresses of their feed, and no other link.
    feed_version = models.PositiveIntegerField(default=0, editable=False)
    feed_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)

    # What a link is made of is shown to nobody, and of use to nobody once it is revoked.
    history = history_field(excluded_fields=["link_secret", "feed_secret"])

    class Meta(Person.Meta):
        verbose_name = _("focal point")
        verbose_name_plural = _("focal points")
        default_permissions = ("view",)
        permissions = [("revoke_links_focalpoint", _("Can revoke private links"))]
        # Whose address nothing is sent to, found from the addresses.
        indexes = [models.Index(Lower("email"), name="members_focalpoint_by_email")]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "is_alternate"],
                name="%(app_label)s_%(class)s_one_of_each",
            ),
            *Person.Meta.constraints,
        ]

    @property
    def role_name(self) -> str:
        """What this person is to the member."""
        return gettext("Alternate focal point") if self.is_alternate else gettext("Focal point")


class RoleTransfer(Person):
    """Somebody who was asked to take a focal point's role over, and has not answered.

    Gone when they do, when it is taken back, or when it is too late: nobody stays in it who never
    agreed to be in it. The timeline says what came of it.
    """

    # One at a time.
    focal_point = models.OneToOneField(
        FocalPoint,
        verbose_name=_("in place of"),
        on_delete=models.PROTECT,
        related_name="role_transfer",
    )
    named_by = models.ForeignKey(
        FocalPoint, verbose_name=_("named by"), on_delete=models.PROTECT, related_name="+"
    )
    named_at = models.DateTimeField(_("named at"))
    link_secret = models.CharField(max_length=32, default=new_link_secret, editable=False)
    expires_at = models.DateTimeField(_("expires at"))

    class Meta(Person.Meta):
        verbose_name = _("successor")
        verbose_name_plural = _("successors")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("named_at")),
                name="%(app_label)s_%(class)s_expires_after_naming",
            ),
            *Person.Meta.constraints,
        ]
