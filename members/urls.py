"""Addresses of what organisations, focal points and the public see of the members."""

from django.urls import path

from members.views import directory, eoi, working_group

app_name = "members"

# Addresses without a language: calendar programs ask for them.
feed_patterns = [
    path(
        "calendar/private/<str:token>.ics",
        working_group.private_feed,
        name="private_feed",
    ),
]

urlpatterns = [
    path("expression-of-interest/", eoi.eoi_create, name="eoi_create"),
    path("expression-of-interest/received/", eoi.eoi_received, name="eoi_received"),
    path("members/", directory.member_list, name="member_list"),
    path("working-group/<str:token>/", working_group.working_group, name="working_group"),
]
