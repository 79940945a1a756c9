"""What a member says about itself on its public page."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import both_or_neither
from core.history import history_field
from members.models.focal_point import CorrespondenceLanguage, FocalPoint
from members.models.member import Member


def name_of_logo(profile: "PublicProfile", typed: str) -> str:
    """Return a random name to store a logo under. The logo's address contains it."""
    return f"logos/{uuid.uuid4().hex}"


class PublicProfile(models.Model):
    """The profile of a member: its own words, its website and its logo.

    The public page shows it while `published_at` is set, and only if the member is listed
    publicly. A profile that was taken back keeps its values for the next time.
    """

    member = models.OneToOneField(
        Member,
        verbose_name=_("member"),
        on_delete=models.CASCADE,
        related_name="public_profile",
    )
    about = models.TextField(_("about the organisation"), blank=True)
    language = models.CharField(
        _("language of the text"), max_length=7, choices=CorrespondenceLanguage, blank=True
    )
    website = models.URLField(_("website"), max_length=300, blank=True)
    # A PNG of at most LOGO_SIZE, made by the portal (members/services/logos.py).
    logo = models.FileField(_("logo"), upload_to=name_of_logo, blank=True)
    # In pixels, so that the page does not move when the logo arrives.
    logo_width = models.PositiveSmallIntegerField(default=0, editable=False)
    logo_height = models.PositiveSmallIntegerField(default=0, editable=False)
    # Also the time when the focal point agreed to the publication.
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        FocalPoint,
        verbose_name=_("published by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Incremented with every change; the form sends it back.
    version = models.PositiveIntegerField(default=0, editable=False)

    history = history_field()

    class Meta:
        verbose_name = _("public profile")
        verbose_name_plural = _("public profiles")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(about="", language="")
                | ~Q(about="") & Q(language__in=CorrespondenceLanguage.values),
                name="%(app_label)s_%(class)s_text_has_language",
            ),
            models.CheckConstraint(
                condition=Q(logo="", logo_width=0, logo_height=0)
                | ~Q(logo="") & Q(logo_width__gt=0, logo_height__gt=0),
                name="%(app_label)s_%(class)s_logo_has_size",
            ),
            both_or_neither("published_at", "published_by", fact="published_by_somebody"),
            models.UniqueConstraint(
                fields=["logo"],
                condition=~Q(logo=""),
                name="%(app_label)s_%(class)s_logo_of_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)

    @property
    def is_published(self) -> bool:
        """Whether a focal point agreed that the public page shows it."""
        return self.published_at is not None

    @property
    def logo_version(self) -> str:
        """The random part of the logo's name, which changes with the logo."""
        return str(self.logo.name).rpartition("/")[2]
