from eoi.models.draft import EoiDraft
from eoi.models.link_request import LinkRequest

__all__ = [
    "EoiDraft",
    "LinkRequest",
]
