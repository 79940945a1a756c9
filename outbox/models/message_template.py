"""The texts of messages that staff edit."""

from hashlib import sha256

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import nullable_user_key
from core.constraints import both_or_neither
from core.history import history_field
from outbox.models.template_types import get_template_type


def digest_of(subject: str, body: str) -> str:
    """Return a digest of a subject and a body, to compare texts."""
    return sha256(f"{subject}\n{body}".encode()).hexdigest()


def is_outdated(source_digest: str, english_digest: str) -> bool:
    """Return whether a translation was made from an English text that has changed since.

    An empty digest means that the text is not known or does not exist: not outdated.
    """
    return bool(source_digest and english_digest) and source_digest != english_digest


class MessageTemplate(models.Model):
    """The text of one kind of message in one language. Staff edit it, but never add or delete one.

    `template_type` is one that an app has declared (outbox/models/template_types.py).
    `default_digest` is the digest of the default text, so that a text that nobody has edited can be
    updated with a new release. `source_digest` is the digest of the English text that a translation
    was made from, or was last confirmed against; empty if not known, and for the English text.
    """

    template_type = models.CharField(_("kind"), max_length=60)
    language = models.CharField(
        _("language"),
        max_length=7,
        choices=[(code, code) for code in settings.MODELTRANSLATION_LANGUAGES],
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    # Markdown with placeholders (outbox/services/template_rendering.py).
    body = models.TextField(_("text"))
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("If inactive, messages of this kind are written in English or French."),
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = nullable_user_key(_("reviewed by"))
    reviewed_by_name = models.CharField(_("name at that time"), max_length=254, blank=True)
    default_digest = models.CharField("shipped", max_length=64, blank=True, editable=False)
    source_digest = models.CharField(
        "source", max_length=64, blank=True, default="", db_default="", editable=False
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    history = history_field()

    class Meta:
        verbose_name = _("email template")
        verbose_name_plural = _("email templates")
        default_permissions = ("change", "view")
        permissions = [("review_messagetemplate", _("Can mark an email template as reviewed"))]
        constraints = [
            models.UniqueConstraint(
                fields=["template_type", "language"], name="%(app_label)s_%(class)s_one_a_language"
            ),
            models.CheckConstraint(
                condition=Q(language__in=settings.MODELTRANSLATION_LANGUAGES),
                name="%(app_label)s_%(class)s_known_language",
            ),
            models.CheckConstraint(
                condition=~Q(template_type="") & ~Q(body=""),
                name="%(app_label)s_%(class)s_says_something",
            ),
            # English is the last fallback of every message.
            models.CheckConstraint(
                condition=~Q(language="en") | Q(is_active=True),
                name="%(app_label)s_%(class)s_english_stays_in_use",
            ),
            both_or_neither("reviewed_at", "reviewed_by", fact="reviewed_by_somebody"),
        ]

    def __str__(self) -> str:
        kind = get_template_type(self.template_type)
        return f"{kind.label if kind else self.template_type} ({self.language})"

    @property
    def is_as_shipped(self) -> bool:
        return self.default_digest == digest_of(self.subject, self.body)
