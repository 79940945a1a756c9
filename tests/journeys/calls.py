"""Portals without a call."""

from eoi.models import EoiDraft
from members.models import Call


def delete_calls():
    """Delete all calls. The page of an earlier test may have sent its last save after that test."""
    EoiDraft.objects.all().delete()
    Call.objects.all().delete()
