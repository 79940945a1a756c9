"""The template types of mail about partners: invitations, and what they answered."""

from typing import Final

from outbox.models.template_types import TemplateType

TEMPLATE_TYPES: Final[tuple[TemplateType, ...]] = ()
