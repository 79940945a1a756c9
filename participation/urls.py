"""Addresses of what focal points see of their working group."""

from django.urls import path

from participation.views import working_group

app_name = "participation"

# Addresses without a language: calendar programs ask for them.
feed_patterns = [
    path(
        "calendar/private/<str:token>.ics",
        working_group.private_feed,
        name="private_feed",
    ),
]

urlpatterns = [
    path("working-group/<str:token>/", working_group.working_group, name="working_group"),
]
