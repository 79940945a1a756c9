from eoi.models.call_alert import CallAlert
from eoi.models.draft import EoiDraft
from eoi.models.link_request import LinkRequest

__all__ = [
    "CallAlert",
    "EoiDraft",
    "LinkRequest",
]
