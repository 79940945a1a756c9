"""The address at which a mail provider reports; it carries no language."""

from django.urls import path

from outbox import views

app_name = "outbox"

urlpatterns = [
    path("mail/events/", views.delivery_events, name="delivery_events"),
]
