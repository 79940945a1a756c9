"""URLs of the public list of members. The page of each member is in p2c_portal/urls.py."""

from django.urls import path

from members.views import public as views

app_name = "members"

# A picture has no language.
picture_patterns = [
    path("members/<slug:slug>/<slug:version>.png", views.logo, name="logo"),
]

urlpatterns = [
    path("members/", views.member_list, name="member_list"),
    path("members.csv", views.member_sheet, name="member_sheet"),
]
