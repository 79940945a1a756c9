import pytest
from pytest_django.asserts import assertContains

pytestmark = pytest.mark.django_db


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


def test_privacy_says_what_happens_to_what_is_known_of_people(client):
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
        "The portal records who exported whose data, and does not keep the file.",
        "a second one must agree",
        "the portal records who did so, when, and which record it was",
        "Each attempt to sign in, successful or not, is recorded",
        "ITU's legal unit has yet to confirm these periods.",
    ):
        assertContains(response, words)
