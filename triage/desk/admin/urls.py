"""The addresses of the pages about members, each with its view."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from triage.decisions.admin.bulk_specs import BULK_ACTIONS
from triage.decisions.admin.last_decisions import list_my_decisions
from triage.decisions.admin.letter_preview import letter_preview
from triage.decisions.admin.pages import view_of
from triage.decisions.admin.specs import ADMIT, DECISIONS, MOVE
from triage.desk.admin import bulk_actions, correction, unusual_arrivals
from triage.desk.admin.admission import AdmitView, MoveView
from triage.desk.admin.bulk_runs import bulk_run_progress, show_bulk_run
from triage.desk.admin.member_page import (
    add_note,
    answer_file,
    member_panes,
    next_member,
    reply_file,
    show_member,
)
from triage.desk.admin.own_views import show_own_views
from triage.desk.admin.presence import presence
from triage.desk.admin.resend import resend_letter
from triage.desk.admin.scheduled import follow_up_now, follow_up_skip
from triage.desk.admin.template_preview import preview_template_for_member
from triage.desk.admin.undo import undo
from triage.desk.admin.workload import reassign_all_of, share_out_unassigned, show_workload
from triage.duplicates.admin import duplicates
from triage.duplicates.admin.comparison import compare
from triage.opinions.admin import give_opinion, list_opinions, withdraw_opinion
from triage.spreadsheets import admin as spreadsheets
from triage.staff_pages.claims import TAKE_PERMISSION
from triage.staff_pages.pages import queue_url
from triage.staff_pages.previous_next import work_url


def urls_of_members(staff: Callable[[Any], Any]) -> list[URLPattern]:
    """Return the URLs of the pages. `staff` makes a view one for staff only."""
    pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
        *(
            (f"{bulk.page.replace('_', '-')}/", bulk_actions.bulk_view(bulk), bulk.page)
            for bulk in BULK_ACTIONS
            if bulk.page
        ),
        (
            "<int:pk>/letter-preview/<str:key>/<int:number>/",
            letter_preview,
            "letter_preview",
        ),
        ("try-text/<int:template>/", preview_template_for_member, "preview_template"),
        ("workload/", show_workload, "workload"),
        ("workload/<int:pk>/reassign/", reassign_all_of, "reassign_all"),
        ("workload/share-out/", share_out_unassigned, "share_out"),
        ("views/", show_own_views, "views"),
        ("export/", spreadsheets.export, "export"),
        ("import/", spreadsheets.import_file, "import_file"),
        ("import/confirm/", spreadsheets.import_confirm, "import_confirm"),
        ("import/template/<str:kind>/", spreadsheets.import_template, "import_template"),
        ("<int:pk>/change/", show_member, "change"),
        ("<int:pk>/beside/<int:other>/", compare, "compare"),
        ("<int:pk>/admit/", AdmitView.as_view(), "admit"),
        ("<int:pk>/move/", MoveView.as_view(), "move"),
        ("<int:pk>/find-original/", duplicates.find_original, "find_original"),
        (
            "<int:pk>/same-as/<int:other>/",
            duplicates.CloseAsDuplicateView.as_view(),
            "close_as_duplicate",
        ),
        ("<int:pk>/set-apart/<int:other>/", duplicates.dismiss_duplicate, "set_apart"),
        ("<int:pk>/propose-again/<int:other>/", duplicates.restore_duplicate, "propose_again"),
        ("<int:pk>/note/", add_note, "note"),
        ("opinions/", list_opinions, "opinions"),
        ("opinions/<int:opinion>/", give_opinion, "opinion"),
        (
            "<int:pk>/opinions/<int:opinion>/withdraw/",
            withdraw_opinion,
            "withdraw_opinion",
        ),
        ("<int:pk>/files/<int:file>/", answer_file, "answer_file"),
        ("<int:pk>/received/<int:received>/", reply_file, "reply_file"),
        ("<int:pk>/follow-up-now/", follow_up_now, "follow_up_now"),
        ("<int:pk>/follow-up-skip/", follow_up_skip, "follow_up_skip"),
        *(
            (
                f"<int:pk>/{decision.name.replace('_', '-')}/",
                view_of(decision, member_panes),
                decision.name,
            )
            for decision in DECISIONS
            if decision not in (ADMIT, MOVE)
        ),
        ("undo/", undo, "undo"),
        ("my-decisions/", list_my_decisions, "my_decisions"),
        ("bulk-runs/<int:run>/", show_bulk_run, "bulk_run"),
        ("bulk-runs/<int:run>/progress/", bulk_run_progress, "bulk_run_progress"),
        ("unusual/", unusual_arrivals.show_unusual_arrivals, "unusual"),
        (
            "unusual/<int:run>/take-back/",
            unusual_arrivals.take_back_from_spam,
            "take_back_from_spam",
        ),
        ("<int:pk>/presence/", presence, "presence"),
        ("<int:pk>/next/", next_member, "next"),
        ("next/", next_of_list, "next_of_list"),
        ("<int:pk>/correct/", correction.correct, "correct"),
        ("<int:pk>/revoke-links/<int:focal_point>/", correction.revoke_links, "revoke_links"),
        ("<int:pk>/write-again/<int:message>/", resend_letter, "resend"),
    ]
    return [path(route, staff(view), name=f"members_member_{name}") for route, view, name in pages]


@require_safe
@needs(TAKE_PERMISSION)
def next_of_list(request: StaffRequest) -> HttpResponse:
    """Lead from the list to the member that is next for the person, or say that none is left."""
    address = work_url(request, None)
    if not address:
        messages.info(request, _("Nothing in this list is left for you."))
    return redirect(address or queue_url(request))
