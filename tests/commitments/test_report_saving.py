"""What is typed into a report is saved, and two people who type at once lose nothing."""

import pytest
from django.utils import timezone

from commitments.models import (
    Report,
    ReportStatus,
)
from commitments.services.reports import publish_report
from core.models import AttemptCount
from outbox.models import Message
from tests.commitments.reporting import (
    due_yesterday,
    fields,
    path_of,
)
from tests.factories import (
    UserFactory,
)


@pytest.fixture
def commitment():
    return due_yesterday()


@pytest.fixture
def path(commitment):
    return path_of(commitment)


@pytest.fixture
def post(client, commitment, path):
    """Send the complete form of the page, with what is typed otherwise."""
    return lambda **typed: client.post(path, fields(commitment, **typed))


def test_save_keeps_anything_and_the_enter_key_sends_nothing(client, commitment, path):
    typed = fields(commitment, narrative="")
    del typed["send"]

    response = client.post(path, typed)

    assert response["Location"] == path
    assert Report.objects.get().status == ReportStatus.DRAFT
    assert "Saved, and not sent yet." in client.get(path).text
    assert Message.objects.count() == 0


@pytest.mark.parametrize("button", ["save", "keep", "send"])
def test_form_in_which_nothing_was_typed_keeps_nothing(client, path, button):
    form = client.get(path).context["form"]
    as_shown = {field.html_name: field.value() for field in form if field.value() is not None}

    empty = client.post(path, {button: "1"})
    pristine = client.post(path, {**as_shown, button: "1"})

    assert [empty.status_code, pristine.status_code] == [422 if button == "send" else 409] * 2
    assert "you have not written anything" in empty.text or button == "send"
    assert not Report.objects.exists()


def test_empty_form_takes_nothing_away(client, commitment, path):
    client.post(path, fields(commitment, keep="1"))

    response = client.post(path)

    assert response.status_code == 409
    assert "you have not written anything" in response.text
    assert Report.objects.get().typed["narrative"] == "We trained 400 teachers."


def test_script_saves_while_somebody_types(post):
    saved, refused = post(keep="1"), post(keep="1", narrative="Other", page="two")

    assert saved.json()["version"] == 1
    assert (refused.status_code, list(refused.json())) == (409, ["refusal"])
    assert Report.objects.get().status == ReportStatus.DRAFT


def test_two_people_at_once_see_what_the_other_typed(client, commitment):
    first, second = commitment.lead.focal_points.order_by("is_alternate")
    client.post(path_of(commitment, first), fields(commitment, narrative="One", keep="1"))
    path = path_of(commitment, second)

    response = client.post(path, fields(commitment, narrative="Two"))
    shown = client.get(response["Location"])

    assert response["Location"] == f"{path}?version=other"
    form = shown.context["form"]
    assert form["narrative"].value() == "Two"
    assert shown.context["differences"] == [("What was done", ["One"], ["Two"])]
    assert f"{path}?version=other" in client.get(path).text
    page = {name: form[name].value() for name in ("draft_version", "page", "is_other")}
    replaced = client.post(path, fields(commitment, narrative="Two", **page))
    assert replaced.status_code == 302
    assert Report.objects.get().narrative == "Two"


def test_third_text_is_compared_before_it_replaces_the_first(client, commitment, path):
    for narrative, page in (("One", "one"), ("Two", "two")):
        client.post(path, fields(commitment, narrative=narrative, page=page, keep="1"))

    response = client.post(path, fields(commitment, narrative="Three", page="three"))

    assert response.status_code == 409
    assert response.context["differences"] == [("What was done", ["One"], ["Three"])]
    form = response.context["form"]
    page = {name: form[name].value() for name in ("draft_version", "page")}
    client.post(path, fields(commitment, narrative="Three", **page))
    assert Report.objects.get().narrative == "Three"


def test_back_button_sends_what_its_own_page_saved_before(client, commitment, path):
    client.post(path, fields(commitment, narrative="One", page="one", keep="1"))

    response = client.post(path, fields(commitment, narrative="Two", page="one"))

    assert response["Location"] == path
    assert Report.objects.get().narrative == "Two"


def test_report_that_a_colleague_sent_meanwhile_is_compared_with_what_was_typed(client, commitment):
    first, second = commitment.lead.focal_points.order_by("is_alternate")
    client.post(path_of(commitment, first), fields(commitment, narrative="One"))

    response = client.post(path_of(commitment, second), fields(commitment, narrative="Two"))

    assert response.status_code == 409
    assert response.context["form"]["narrative"].value() == "Two"
    assert response.context["differences"] == [("What was done", ["One"], ["Two"])]
    assert f"{first} changed this report on" in response.text


def test_report_that_was_published_meanwhile_is_shown_and_not_changed(post):
    post()
    publish_report(report=Report.objects.get(), by=UserFactory(), at=timezone.now())

    response = post(draft_version="1", narrative="Later")

    assert response.status_code == 409
    assert Report.objects.get().narrative == "We trained 400 teachers."
    assert "This report was published after you opened it." in response.text
    assert response.context["form"]["narrative"].value() == "Later"


def test_saves_are_limited(post):
    post(keep="1")
    AttemptCount.objects.update(number=600)

    response = post(narrative="More")

    assert response.status_code == 429
    assert response["Retry-After"]
    assert response.context["form"]["narrative"].value() == "More"
    assert Report.objects.get().typed["narrative"] == "We trained 400 teachers."
