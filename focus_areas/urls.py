"""Addresses of the focus areas, the public calendar and its feeds."""

from django.urls import path

from focus_areas import views

app_name = "focus_areas"

# Addresses without a language: calendar programs ask for them.
feed_patterns = [
    path("calendar/meetings/<uuid:uid>.ics", views.meeting_file, name="meeting_file"),
    path("calendar/<slug:slug>.ics", views.public_feed, name="public_feed"),
]

urlpatterns = [
    path("focus-areas/", views.focus_area_list, name="focus_area_list"),
    path("focus-areas/<slug:slug>/", views.focus_area_detail, name="focus_area_detail"),
    path("calendar/", views.calendar, name="calendar"),
]
