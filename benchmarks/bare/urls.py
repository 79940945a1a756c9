"""The URLs of the bare pages."""

from django.urls import path

from benchmarks.bare import views

urlpatterns = [
    path("form/", views.form_page),
    path("thanks/", views.thanks),
    path("healthz", views.thanks),
    path("rows/", views.rows_page),
]
