"""URLs of the public calendar and its feeds."""

from django.urls import path

from meetings.views import feeds, pages

app_name = "meetings"

# URLs without a language prefix, for calendar programs.
feed_patterns = [
    path("calendar/meetings/<uuid:uid>.ics", feeds.meeting_file, name="meeting_file"),
    path("calendar/<slug:slug>.ics", feeds.public_feed, name="public_feed"),
]

urlpatterns = [
    path("calendar/", pages.calendar, name="calendar"),
    path("calendar/past/", pages.past_meetings, name="past_meetings"),
    path("calendar/<uuid:uid>/", pages.meeting_page, name="meeting_page"),
]
