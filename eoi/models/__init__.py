from eoi.models.call_alert import CallAlert
from eoi.models.draft import EoiDraft
from eoi.models.link_request import LinkRequest
from eoi.models.sign_off import SignOff

__all__ = [
    "CallAlert",
    "EoiDraft",
    "LinkRequest",
    "SignOff",
]
