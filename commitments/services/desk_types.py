"""The template types of mail about what staff ask and decide."""

from typing import Final

from outbox.models.template_types import TemplateType

TEMPLATE_TYPES: Final[tuple[TemplateType, ...]] = ()
