"""Addresses of what organisations, focal points and the public see of the members."""

from django.urls import path

from members.views import correct, directory, drafts, eoi, lost, own, role

app_name = "members"

urlpatterns = [
    path("expression-of-interest/", eoi.eoi_create, name="eoi_create"),
    path("expression-of-interest/received/", eoi.eoi_received, name="eoi_received"),
    path("expression-of-interest/link/", lost.eoi_links, name="eoi_links"),
    path("expression-of-interest/code/", lost.eoi_code, name="eoi_code"),
    path("expression-of-interest/draft/", drafts.eoi_draft_create, name="eoi_draft_create"),
    path("expression-of-interest/draft/<str:token>/", drafts.eoi_draft, name="eoi_draft"),
    path(
        "expression-of-interest/draft/<str:token>/delete/",
        drafts.eoi_draft_delete,
        name="eoi_draft_delete",
    ),
    path("expression-of-interest/role/<str:token>/", role.eoi_take_over, name="eoi_take_over"),
    path("expression-of-interest/<str:token>/", own.eoi_status, name="eoi_status"),
    path("expression-of-interest/<str:token>/answer/", own.eoi_answer, name="eoi_answer"),
    path("expression-of-interest/<str:token>/confirm/", own.eoi_confirm, name="eoi_confirm"),
    path("expression-of-interest/<str:token>/withdraw/", own.eoi_withdraw, name="eoi_withdraw"),
    path("expression-of-interest/<str:token>/correct/", correct.eoi_correct, name="eoi_correct"),
    path("expression-of-interest/<str:token>/hand-over/", role.eoi_hand_over, name="eoi_hand_over"),
    path("members/", directory.member_list, name="member_list"),
]
