"""The template types of mail about commitments, with their default texts in six languages."""

from pathlib import Path
from typing import Final

from commitments.services import desk_types, partner_types, report_types

TEXTS: Final = Path(__file__).parents[1] / "data" / "letters"
TEMPLATE_TYPES: Final = (
    *partner_types.TEMPLATE_TYPES,
    *desk_types.TEMPLATE_TYPES,
    *report_types.TEMPLATE_TYPES,
)
