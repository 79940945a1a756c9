"""Filters for the lists of messages and suppressed addresses."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from outbox.models import Message, MessageQuerySet
from outbox.models.delivery_event import SuppressedAddress


class DeliveryFilter(admin.SimpleListFilter):
    """Filters messages that did not arrive and were not sent again."""

    title = gettext_lazy("delivery")
    parameter_name = "arrival"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("failed", gettext_lazy("Undelivered and not resent"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        if self.value() == "failed":
            return cast("MessageQuerySet", queryset).undelivered()
        return queryset


class ActiveSuppressionFilter(admin.SimpleListFilter):
    """Filters suppressed addresses by whether the suppression is active or lifted."""

    title = gettext_lazy("status")
    parameter_name = "at_present"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("in_force", gettext_lazy("Suppressed")),
            ("lifted", gettext_lazy("Lifted")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SuppressedAddress]
    ) -> QuerySet[SuppressedAddress]:
        if self.value() in ("in_force", "lifted"):
            return queryset.filter(lifted_at__isnull=self.value() == "in_force")
        return queryset
