"""The URL of the mail provider's webhook, without a language prefix."""

from django.urls import path

from outbox import views

app_name = "outbox"

urlpatterns = [
    path("mail/events/", views.delivery_events, name="delivery_events"),
]
