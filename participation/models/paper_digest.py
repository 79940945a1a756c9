"""Digests: the mails about new papers, and the files that they cover."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from papers.models import PaperVersion


class PaperDigest(models.Model):
    """The digest of one day (in Geneva), or an urgent one; only if there were new papers.

    While `finished_at` is empty, some recipients still have to be written to.
    """

    # None if it is urgent: papers of meetings that begin soon are not left to the next morning.
    day = models.DateField(_("day"), unique=True, null=True, blank=True)
    made_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("paper digest")
        verbose_name_plural = _("paper digest")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("made_at")),
                name="%(app_label)s_%(class)s_finished_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return str(self.day or self.made_at)

    @property
    def is_urgent(self) -> bool:
        """Whether it is about meetings that begin soon."""
        return self.day is None


class DigestedVersion(models.Model):
    """One file of a paper that is part of a digest; it is part of only one."""

    digest = models.ForeignKey(
        PaperDigest,
        verbose_name=_("digest"),
        on_delete=models.PROTECT,
        related_name="digested_versions",
    )
    version = models.OneToOneField(
        PaperVersion,
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="digested_version",
    )

    class Meta:
        verbose_name = _("announced file")
        verbose_name_plural = _("announced files")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.version)
