"""URLs of the members' own pages."""

from django.urls import path

from participation.views import (
    co_leads,
    date_polls,
    meeting,
    my,
    papers,
    private_links,
    profile,
    time_zone,
)

app_name = "participation"

# These URLs have no language prefix: calendar programs request them.
feed_patterns = [
    path(
        "calendar/private/<str:token>.ics",
        private_links.private_feed,
        name="private_feed",
    ),
]

urlpatterns = [
    path("my/", my.my_page, name="my_page"),
    path("my/calendar/", my.my_calendar, name="my_calendar"),
    path("my/meetings/<uuid:uid>/", meeting.my_meeting, name="my_meeting"),
    path("my/meetings/<uuid:uid>.ics", meeting.my_meeting_file, name="my_meeting_file"),
    path("my/meetings/<uuid:uid>/papers.zip", papers.meeting_archive, name="meeting_archive"),
    path("my/meetings/<uuid:uid>/join/", meeting.join_meeting, name="join_meeting"),
    path("my/meetings/<uuid:uid>/answer/", meeting.rsvp, name="rsvp"),
    path("my/action-points/<int:pk>/done/", meeting.action_point_done, name="action_point_done"),
    path("my/series/<int:pk>/", meeting.my_series, name="my_series"),
    path("my/series/<int:pk>/answer/", meeting.rsvp_series, name="rsvp_series"),
    path("my/date-polls/<uuid:uid>/", date_polls.my_poll, name="my_poll"),
    path("my/papers/", my.my_papers, name="my_papers"),
    path("my/papers/<int:pk>/", my.my_paper, name="my_paper"),
    path("my/groups/<slug:slug>/", co_leads.group, name="group"),
    path("my/groups/<slug:slug>/papers/add/", co_leads.add_paper, name="add_group_paper"),
    path(
        "my/groups/<slug:slug>/papers/<int:pk>/add-version/",
        co_leads.add_version,
        name="add_group_version",
    ),
    path("my/groups/<slug:slug>/meetings/<uuid:uid>/agenda/", co_leads.agenda, name="group_agenda"),
    path("my/groups/<slug:slug>/members/", my.group_members, name="group_members"),
    path("my/groups/<slug:slug>/contacts/", co_leads.contacts, name="group_contacts"),
    path("my/groups/<slug:slug>/propose/", co_leads.proposal, name="propose_meeting"),
    path("my/groups/<slug:slug>/proposals/<int:pk>/", co_leads.proposal, name="proposal"),
    path("my/feed/", my.my_feed, name="my_feed"),
    path("my/feed/renew/", my.renew_feed, name="renew_feed"),
    path("my/preferences/", my.my_preferences, name="my_preferences"),
    path("my/time-zone/", time_zone.use_time_zone, name="use_time_zone"),
    path("my/profile/<str:reference>/", profile.my_profile, name="my_profile"),
    path("my/profile/<str:reference>/take-back/", profile.take_back, name="take_back"),
    path("reply/<slug:choice>/<str:token>/", private_links.reply, name="reply_by_link"),
    path("date-poll/<str:token>/", date_polls.answer_poll, name="answer_poll"),
    path("join/<str:token>/", private_links.join, name="join_by_link"),
    path("working-group/<str:token>/", private_links.working_group, name="working_group"),
]
