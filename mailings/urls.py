"""The addresses by which somebody leaves the bulletins, and comes back to them."""

from django.urls import path

from mailings import views

app_name = "mailings"

# Without a language: mail programs post to it.
feed_patterns = [path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe")]

urlpatterns = [path("bulletins/<str:token>/", views.bulletins, name="subscription")]
