"""Addresses of what the public sees of members."""

from django.urls import path

from members.views import directory

app_name = "members"

urlpatterns = [
    path("members/", directory.member_list, name="member_list"),
]
