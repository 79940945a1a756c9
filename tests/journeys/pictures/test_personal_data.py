"""The pictures of the chapter on people's data."""

from members.models import FocalPoint, MemberStatus


def test_preview_of_an_erasure(desk, take, words):
    person = FocalPoint.objects.filter(member__status=MemberStatus.DECLINED).earliest("pk")
    page = desk("manager", viewport={"width": 1100, "height": 800})
    page.goto("/admin/privacy/erasurerequest/request/")
    page.get_by_label(words("Address of the person")).fill(person.email)
    page.get_by_role("button", name=words("Show what would change")).click()

    take(page, "personal-data-erasure", page.get_by_role("table"))


def test_retention_periods(desk, take):
    page = desk("manager")
    page.goto("/admin/privacy/retentionperiod/")

    take(page, "personal-data-periods", page.get_by_role("table").first)
