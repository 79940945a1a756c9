"""The addresses by which somebody leaves the bulletins, and comes back to them."""

from django.urls import path

from correspondence import views

app_name = "correspondence"

# Without a language: mail programs post to it.
feed_patterns = [path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe")]

urlpatterns = [path("bulletins/<str:token>/", views.bulletins, name="bulletins")]
