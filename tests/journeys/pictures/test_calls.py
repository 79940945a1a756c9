"""The pictures of the chapter on calls."""

from datetime import timedelta

from django.utils import timezone

from eoi.models import EoiDraft
from eoi.services.late_requests import request_late
from members.models import Call


def test_extend(desk, take):
    page = desk("officer", viewport={"width": 1000, "height": 800})
    call = Call.objects.open_at(timezone.now()).get()
    page.goto(f"/admin/members/call/{call.pk}/extend/")

    # Without the field: its format is that of the browser's own language.
    take(page, "calls-extend", [page.get_by_role("heading", level=1), page.locator(".facts")])


def test_late_request(desk, take):
    at = timezone.now()
    ended = at - timedelta(hours=3)
    Call.objects.open_at(at).update(closes_at=ended, grace_ends_at=ended)
    draft = EoiDraft.objects.kept_at(at).unsent().with_address().earliest("pk")
    asked = request_late(draft=draft, organisation_name="Institut du Sahel", at=at)
    page = desk("officer", viewport={"width": 1000, "height": 800})
    page.goto(f"/admin/eoi/laterequest/{asked.pk}/change/")

    take(page, "calls-late", page.locator("#content"))
