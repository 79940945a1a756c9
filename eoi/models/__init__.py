from eoi.models.draft import EoiDraft
from eoi.models.link_request import LinkRequest
from eoi.models.sign_off import SignOff

__all__ = [
    "EoiDraft",
    "LinkRequest",
    "SignOff",
]
