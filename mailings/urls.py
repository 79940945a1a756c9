"""URLs for unsubscribing from bulletins, and for subscribing again."""

from django.urls import path

from mailings import views

app_name = "mailings"

# This URL has no language prefix: mail programs post to it.
feed_patterns = [path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe")]

urlpatterns = [path("bulletins/<str:token>/", views.bulletins, name="subscription")]
