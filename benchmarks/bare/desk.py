"""A desk as Django's tutorial has it: the stock admin, a change form, and an action."""

from django.contrib import admin

from benchmarks.bare.models import Applicant
from members.models import GrantedRole, MemberStatus

desk = admin.AdminSite(name="desk")


@admin.register(Applicant, site=desk)
class ApplicantAdmin(admin.ModelAdmin):
    """Every field on one form; admitting is choosing a status, or running the action."""

    list_display = ("organisation_name", "category", "country", "first_choice", "status")
    list_filter = ("status", "category", "first_choice")
    list_select_related = ("first_choice",)
    list_per_page = 50
    search_fields = ("organisation_name",)
    actions = ("admit",)

    @admin.action(description="Admit")
    def admit(self, request, queryset):
        """Admit those chosen, by one UPDATE."""
        queryset.update(status=MemberStatus.ADMITTED, granted_role=GrantedRole.PARTICIPANT)
        self.message_user(request, "Admitted.")
