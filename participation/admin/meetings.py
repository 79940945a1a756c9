"""The calendar's desk with the people: who is expected at a meeting, and who was there."""

from django.contrib import admin
from django.urls import URLPattern, path

from focus_areas.admin.meetings import MeetingAdmin
from focus_areas.models import Meeting
from participation.admin import attendance, expected

admin.site.unregister(Meeting)


@admin.register(Meeting)
class AttendedMeetingAdmin(MeetingAdmin):
    """Meetings as the app below has them, and who comes to them: it knows of nobody."""

    change_form_template = "admin/participation/meeting/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the pages about the people of a meeting."""
        pages = {
            "expected": expected.expected,
            "expected_export": expected.expected_export,
            "attendance": attendance.attendance,
        }
        return [
            *(
                path(
                    f"<int:pk>/{name.replace('_', '/')}/",
                    self.admin_site.admin_view(view),
                    name=f"focus_areas_meeting_{name}",
                )
                for name, view in pages.items()
            ),
            *super().get_urls(),
        ]
