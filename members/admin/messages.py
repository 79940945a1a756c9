"""The letters to members, for coordinators: those of the focus areas that they run."""

from django.contrib import admin

from focus_areas.admin.reach import WithinReach
from members.models import MemberMessage
from outbox.admin.messages import MessagesToRead


@admin.register(MemberMessage)
class MemberMessageAdmin(WithinReach, MessagesToRead):
    """What was written to the members within a person's reach, and what became of it."""

    show_full_result_count = False
