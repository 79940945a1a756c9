"""URLs of subscriptions to bulletins, and of letters of co-leads to their working group."""

from django.urls import path

from mailings.views import group_letters, subscriptions

app_name = "mailings"

# This URL has no language prefix: mail programs post to it.
feed_patterns = [path("unsubscribe/<str:token>/", subscriptions.unsubscribe, name="unsubscribe")]

urlpatterns = [
    path("bulletins/<str:token>/", subscriptions.bulletins, name="subscription"),
    path("my/groups/<slug:slug>/letters/", group_letters.group_letters, name="group_letters"),
    path("my/groups/<slug:slug>/letters/write/", group_letters.group_letter, name="write_letter"),
    path(
        "my/groups/<slug:slug>/letters/<int:pk>/", group_letters.group_letter, name="group_letter"
    ),
]
