import pytest

from core.admin.conflicts import VersionForm


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ({"version": "4"}, 4),
        ({"version": "4", "version_read": ""}, 4),
        ({"version": "4", "version_read": "6"}, 6),
        ({"version": "x", "version_read": "6"}, 6),
        ({"version": "x"}, 0),
        ({}, 0),
    ],
)
def test_version_seen_is_the_one_that_was_read_last_or_none(sent, seen):
    assert VersionForm(sent).version_seen == seen


@pytest.mark.parametrize("sent", [{}, {"version": "x"}, {"version": "4", "version_read": "x"}])
def test_form_without_the_version_that_the_page_showed_is_refused(sent):
    assert not VersionForm(sent).is_valid()


def test_form_of_a_page_that_is_shown_carries_its_version_unseen():
    form = VersionForm(initial={"version": 4})

    assert [field.name for field in form.hidden_fields()] == ["version", "version_read"]
    assert 'value="4"' in str(form["version"])
