"""The pages of frameworks on the desk, for their tests."""

from datetime import timedelta

from django.urls import reverse

from framework.models import DraftStatus
from framework.services.drafts import prepare_next_draft
from tests.factories import (
    NOON,
    FrameworkDraftFactory,
    FrameworkFactory,
    UserFactory,
    WordingFactory,
)
from tests.triage.staff import coordinator, signed_in


def address(page, framework, *arguments):
    """The URL of a page of the desk about a framework."""
    return reverse(f"admin:framework_framework_{page}", args=[framework.pk, *arguments])


def prepared_draft(*texts, **facts):
    """A draft in preparation with these texts."""
    draft = FrameworkDraftFactory(status=DraftStatus.PREPARATION, **facts)
    for text in texts:
        WordingFactory(draft=draft, text_en=text)
    return draft


def next_draft(last):
    """The next draft, in preparation with the text of the last one."""
    at = NOON + timedelta(days=30)
    return prepare_next_draft(framework=last.framework, by=UserFactory(), at=at)


def client_of(framework):
    """A client signed in as a coordinator of the framework's focus area."""
    return signed_in(coordinator(framework.focus_area))


def framework_of(area):
    return FrameworkFactory(focus_area=area)


def texts_of(draft):
    """The texts of a draft in their order."""
    return list(draft.wordings.order_by("position").values_list("text_en", flat=True))
