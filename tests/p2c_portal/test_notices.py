import pytest
from pytest_django.asserts import assertContains


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("page", "version"),
    [("privacy", "PRIVACY_NOTICE_VERSION"), ("accessibility", "ACCESSIBILITY_STATEMENT_VERSION")],
)
def test_privacy_and_accessibility_show_their_version_and_that_they_are_drafts(
    client, settings, page, version, language
):
    setattr(settings, version, "test-7")

    response = client.get(f"/{language}/{page}/")

    assertContains(response, "test-7")
    assertContains(response, '<span class="chip is-behind">')


def test_privacy_says_what_happens_to_what_is_known_of_people(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/en/privacy/")

    for words in (
        "they see its name and acronym, its role and the names of its focal points.",
        "Each bulletin has a link to unsubscribe immediately and without giving a reason.",
        "Nothing more is sent to it until staff remove it from the list",
        "staff may import it from a spreadsheet",
        (
            "The portal records who made the export, when, how many entries it contained and which "
            "filters were used"
        ),
        "Reports from a provider about email that we do not recognise are deleted after a week.",
    ):
        assertContains(response, words)
