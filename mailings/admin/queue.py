"""The queue of members with an action that creates a mailing to a selection or a whole list."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from members.models import Member
from triage.desk.admin.queue import MemberAdmin

admin.site.unregister(Member)


@admin.register(Member)
class QueueAdmin(MemberAdmin):
    """The queue of `members` with one more action: that app does not know about mailings."""

    actions = (*MemberAdmin.actions, "write_to")
    change_list_template = "admin/mailings/mailing/queue.html"

    def has_write_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may create a mailing."""
        return request.user.has_perm("mailings.add_mailing")

    @admin.action(description=gettext_lazy("New mailing to these members"), permissions=["write"])
    def write_to(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Redirect to the page that creates a mailing: to a selection, or the whole list."""
        if request.POST.get("select_across") == "1":
            query = request.GET.urlencode()
            return redirect(f"{reverse('admin:mailings_mailing_add_listed')}?{query}")
        chosen = queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        references = list(chosen.values_list("reference", flat=True))
        query = urlencode({"reference": references}, doseq=True)
        return redirect(f"{reverse('admin:mailings_mailing_add')}?{query}")
