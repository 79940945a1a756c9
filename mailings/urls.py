"""URLs for unsubscribing from bulletins, and for subscribing again."""

from django.urls import path

from mailings.views import subscriptions

app_name = "mailings"

# This URL has no language prefix: mail programs post to it.
feed_patterns = [path("unsubscribe/<str:token>/", subscriptions.unsubscribe, name="unsubscribe")]

urlpatterns = [path("bulletins/<str:token>/", subscriptions.bulletins, name="subscription")]
