"""The breadcrumbs of the lists in the admin."""

import pytest
from django.utils.html import strip_tags

from tests.triage.staff import QUEUE, officer, read, signed_in


@pytest.mark.parametrize(
    ("page", "steps"),
    [
        (QUEUE, "Home › Members"),
        ("/admin/members/call/", "Home › Members › Calls"),
    ],
)
def test_breadcrumbs_of_a_list_name_nothing_twice(page, steps):
    words = read(signed_in(officer()).get(page))

    breadcrumbs = words.split('<div class="breadcrumbs">')[1].split("</div>")[0]
    assert " ".join(strip_tags(breadcrumbs).split()) == steps
