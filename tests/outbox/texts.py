"""A kind of message that no app declares, and its templates."""

from django.contrib.auth.models import Permission
from django.urls import reverse

from outbox.models import MessageTemplate, digest_of, template_types
from outbox.models.template_types import Placeholder, PlaceholderType, TemplateType
from outbox.services.rendering import PRIVATE_PAGE
from outbox.services.template_editing import edit_template
from tests.factories import NOON, UserFactory

LIST = "/admin/outbox/messagetemplate/"
BODY = "Dear {name},\n\n{contents}\n\n{private_page}"
OTHER = BODY.replace("Dear", "Hello")
KIND = TemplateType(
    "parcel",
    "Parcel",
    "A parcel has arrived.",
    (
        Placeholder("name", "whose it is", "Ada"),
        Placeholder("number", "its number", "17", may_be_in_subject=True),
        Placeholder("contents", "what is in it", lambda: "- tea", PlaceholderType.BLOCK),
        Placeholder(
            "private_page", "where it is", PRIVATE_PAGE, PlaceholderType.ADDRESS, is_required=True
        ),
    ),
    opening=lambda: "Good day,",
    ending="goodbye",
)
ENDING = TemplateType("goodbye", "Goodbye", "Ends it.", (), has_subject=False)


def declare(monkeypatch):
    """Declare the kinds, and store the template for their closing."""
    for kind in (KIND, ENDING):
        monkeypatch.setitem(template_types._declared, kind.name, kind)
    write(template_type="goodbye", subject="", body="Yours")


def write(language="en", **facts):
    """Store a template, by default with its default text."""
    given = {"template_type": "parcel", "subject": "Parcel {number}", "body": BODY, **facts}
    given.setdefault("default_digest", digest_of(given["subject"], given["body"]))
    return MessageTemplate.objects.create(language=language, **given)


def reviewed(**facts):
    by = UserFactory(name="Grace Hopper")
    return write(reviewed_at=NOON, reviewed_by=by, reviewed_by_name=by.name, **facts)


def translation(english, text, language="fr"):
    """Store a French translation of an English text, as `write` or `reviewed` does."""
    return text(language=language, source_digest=digest_of(english.subject, english.body))


def sign_in(client, *codenames, **facts):
    user = UserFactory(**facts)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def address(template, page="change", *more):
    return reverse(f"admin:outbox_messagetemplate_{page}", args=[template.pk, *more])


def send(client, template, *buttons, **typed):
    given = {
        "subject": "Parcel {number}",
        "body": BODY,
        "is_active": "on",
        "version": 1,
        "source_version": 1,
        **typed,
    }
    return client.post(address(template), {**given, **dict.fromkeys(buttons, "1")})


def words(response):
    return " ".join(response.content.decode().split())


def edited(template, **facts):
    given = {"subject": template.subject, "body": OTHER, "is_active": True, **facts}
    by = UserFactory(name="Grace Hopper")
    given.setdefault("source_version", None)
    return edit_template(template=template, version=template.version, by=by, at=NOON, **given)


def row_of(response, name="parcel"):
    return next(row for row in response.context["rows"] if row.kind.name == name)
