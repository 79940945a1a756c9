from eoi.models.call_alert import CallAlert
from eoi.models.draft import EoiDraft
from eoi.models.late_request import LateRequest, LateRequestState
from eoi.models.link_request import LinkRequest
from eoi.models.sign_off import SignOff

__all__ = [
    "CallAlert",
    "EoiDraft",
    "LateRequest",
    "LateRequestState",
    "LinkRequest",
    "SignOff",
]
