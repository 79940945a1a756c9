"""The addresses of the bare pages."""

from django.urls import path

from benchmarks.bare import views
from benchmarks.bare.desk import desk

urlpatterns = [
    path("form/", views.form_page),
    path("thanks/", views.thanks),
    path("healthz", views.thanks),
    path("desk/", desk.urls),
]
