"""URLs of the public pages about members."""

from django.urls import path

from members import views

app_name = "members"

urlpatterns = [
    path("members/", views.member_list, name="member_list"),
    path("members.csv", views.member_sheet, name="member_sheet"),
]
