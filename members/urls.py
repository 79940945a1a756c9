"""URLs of the public pages about members."""

from django.urls import path

from members.views import public as views

app_name = "members"

# A picture has no language.
picture_patterns = [
    path("members/<slug:slug>/<slug:version>.png", views.logo, name="logo"),
]

urlpatterns = [
    path("members/", views.member_list, name="member_list"),
    path("members/<slug:slug>/", views.member_page, name="member_page"),
    path("members.csv", views.member_sheet, name="member_sheet"),
]
