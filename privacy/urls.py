"""The URL of the page on which people export their own data."""

from django.urls import path

from privacy.views import my_data

app_name = "privacy"

urlpatterns = [path("my/data/", my_data, name="my_data")]
