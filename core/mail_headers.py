"""The headers of mails that no person writes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Exchange sends no absence note, automatic reply or read receipt (MS-OXCMAIL). Reports of
# non-delivery (NDR) are wanted, so the value is not "All".
AUTOMATIC_MAIL_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply, RN, NRN",
    }
)
