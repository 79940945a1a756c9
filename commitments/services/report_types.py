"""The template types of mail about reports, and hosts that are asked."""

from typing import Final

from outbox.models.template_types import TemplateType

TEMPLATE_TYPES: Final[tuple[TemplateType, ...]] = ()
