"""What the pages of one text of a message have in common."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse

from accounts.admin.base import page
from accounts.services.permissions import insist
from outbox.models import MessageTemplate
from outbox.models.template_types import TemplateType, get_template_type
from outbox.services.template_states import language_of


def find_template(request: HttpRequest, object_id: str) -> tuple[MessageTemplate, TemplateType]:
    """Return a template that the user may view, and its kind.

    Raises Http404 and LacksPermission.
    """
    insist(request.user, "outbox.view_messagetemplate")
    try:
        template = MessageTemplate.objects.filter(pk=object_id).first()
    except ValueError:
        # Not a number: the admin passes any text.
        raise Http404 from None
    kind = get_template_type(template.template_type) if template else None
    if template is None or kind is None:
        raise Http404
    return template, kind


def text_page(
    request: HttpRequest,
    name: str,
    template: MessageTemplate,
    kind: TemplateType,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render one of the pages of a text within the admin's frame."""
    return page(
        request,
        f"admin/outbox/messagetemplate/{name}.html",
        {
            "template": template,
            "kind": kind,
            "language": language_of(template.language),
            **context,
        },
        model=MessageTemplate,
        title=kind.label,
        status=status,
    )
