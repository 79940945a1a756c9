"""Addresses of what organisations, focal points and the public see of the members."""

from django.urls import path

app_name = "members"

# Addresses without a language: calendar programs ask for them.
feed_patterns: list = []
urlpatterns: list = []
