import pytest
from django.http import Http404
from django.test import RequestFactory

from accounts.admin.base import get_visible_or_404, int_or_invalid, page, post_data
from accounts.models import User
from meetings.models import Meeting
from tests.factories import FocusAreaFactory, MeetingFactory, UserFactory


def test_page_is_within_the_frame_of_its_model():
    request = RequestFactory().get("/")
    request.user, request.session = UserFactory(is_superuser=True), {}

    response = page(
        request, "admin/a_page.html", {"own": 1}, model=User, title="A page", status=409
    )

    context = response.context_data
    assert (response.template_name, response.status_code) == ("admin/a_page.html", 409)
    assert (context["opts"], context["title"], context["own"]) == (User._meta, "A page", 1)
    assert context["site_header"] == "Partner2Connect desk"


def test_row_within_reach_is_found_with_what_the_queryset_adds():
    meeting = MeetingFactory(focus_area=FocusAreaFactory())
    queryset = Meeting.objects.select_related("focus_area")

    found = get_visible_or_404(queryset, UserFactory(is_superuser=True), meeting.pk)

    assert (found, Meeting.focus_area.is_cached(found)) == (meeting, True)


@pytest.mark.parametrize(("is_superuser", "is_there"), [(False, True), (True, False)])
def test_row_beyond_reach_or_that_is_not_there_is_not_found(is_superuser, is_there):
    pk = MeetingFactory(focus_area=FocusAreaFactory()).pk if is_there else 0

    with pytest.raises(Http404):
        get_visible_or_404(Meeting.objects.all(), UserFactory(is_superuser=is_superuser), pk)


def test_post_data_is_what_was_posted_even_where_that_is_nothing():
    assert post_data(RequestFactory().post("/", {"name": "Ada"}))["name"] == "Ada"
    assert dict(post_data(RequestFactory().post("/"))) == {}
    assert post_data(RequestFactory().get("/?name=Ada")) is None


@pytest.mark.parametrize(
    ("sent", "number"), [({"seen": "4"}, 4), ({"seen": ""}, -1), ({"seen": "four"}, -1), ({}, -1)]
)
def test_number_in_what_was_sent_is_one_that_no_page_shows_where_it_is_none(sent, number):
    assert int_or_invalid(sent, "seen") == number
