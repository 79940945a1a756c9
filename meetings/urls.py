"""URLs of the public calendar and its views."""

from django.urls import path

from meetings import views

app_name = "meetings"

# URLs without a language prefix, for calendar programs.
feed_patterns = [
    path("calendar/meetings/<uuid:uid>.ics", views.meeting_file, name="meeting_file"),
    path("calendar/<slug:slug>.ics", views.public_feed, name="public_feed"),
]

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/past/", views.past_meetings, name="past_meetings"),
    path("calendar/<uuid:uid>/", views.meeting_page, name="meeting_page"),
    path("calendar/<uuid:uid>/join/", views.join_meeting, name="join_meeting"),
]
