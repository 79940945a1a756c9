"""URLs of the Expression of Interest: the form, its drafts, and its own pages."""

from django.urls import path

from eoi.views import (
    before_you_start,
    call_alerts,
    check,
    correction,
    drafts,
    expression,
    handover,
    late,
    received,
    recover_link,
    sign_off,
    status,
)

app_name = "eoi"

urlpatterns = [
    path("", expression.CreateView.as_view(), name="create"),
    path("before-you-start/", before_you_start.before_you_start, name="before_you_start"),
    path("check/", check.CheckView.as_view(), name="check"),
    path("change/<slug:part>/", check.SectionView.as_view(), name="section"),
    path("clear/", expression.eoi_clear, name="clear"),
    path("received/", received.ReceivedView.as_view(), name="received"),
    path("next-call/", call_alerts.request_call_alert, name="next_call"),
    path("next-call/<str:token>/", call_alerts.call_alert, name="call_alert"),
    path("link/", recover_link.eoi_links, name="recover_link"),
    path("code/", recover_link.eoi_code, name="confirmation_code"),
    path("draft/", drafts.DraftCreateView.as_view(), name="save_draft"),
    path("draft/<str:token>/", drafts.DraftView.as_view(), name="draft"),
    path("draft/<str:token>/delete/", drafts.eoi_draft_delete, name="delete_draft"),
    path("draft/<str:token>/sign-off/", sign_off.SignOffView.as_view(), name="sign_off"),
    path("draft/<str:token>/late/", late.RequestLateView.as_view(), name="request_late"),
    path("sign-off/<str:token>/", sign_off.ConfirmAnswersView.as_view(), name="confirm_answers"),
    path("role/<str:token>/", handover.eoi_take_over, name="accept_handover"),
    path("<str:token>/", status.StatusView.as_view(), name="status"),
    path("<str:token>/answer/", status.AnswerView.as_view(), name="answer"),
    path("<str:token>/files/<int:pk>/", status.AnswerFileView.as_view(), name="answer_file"),
    path("<str:token>/confirm/", status.ConfirmView.as_view(), name="confirm_address"),
    path("<str:token>/withdraw/", status.WithdrawView.as_view(), name="withdraw"),
    path("<str:token>/correct/", correction.CorrectView.as_view(), name="correct"),
    path("<str:token>/hand-over/", handover.HandOverView.as_view(), name="hand_over"),
]
