"""URLs of subscriptions to bulletins, and of letters of co-leads to their working group."""

from django.urls import path

from mailings import views

app_name = "mailings"

# This URL has no language prefix: mail programs post to it.
feed_patterns = [path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe")]

urlpatterns = [
    path("bulletins/<str:token>/", views.bulletins, name="subscription"),
    path("my/groups/<slug:slug>/letters/", views.group_letters, name="group_letters"),
    path("my/groups/<slug:slug>/letters/write/", views.group_letter, name="write_letter"),
    path("my/groups/<slug:slug>/letters/<int:pk>/", views.group_letter, name="group_letter"),
]
