"""Security rules for every response: CSRF, frames, caching."""

import pytest

from tests.sweeps.addresses import Address, parameters_by_name, undrawn_pages

NAMES = sorted(parameters_by_name())
# The pages that may be shown in a frame on a page of the portal.
PREVIEWS = (
    "admin:mailings_mailing_mail",
    "admin:members_membermessage_preview",
    "admin:outbox_message_preview",
    "admin:outbox_messagetemplate_preview",
)
# The two URLs without a CSRF token. A mail provider authenticates each request, and no cookie is
# used (tests/outbox/test_views.py tests forged requests). An e-mail program has neither cookie nor
# page, and the key in the URL is the proof.
TOKENLESS_URLS = {"mailings:unsubscribe", "outbox:delivery_events"}
# Pages that take files, which check who it is before they read the token. They exist for co-leads.
UPLOADS_OF_CO_LEADS = {"participation:add_group_paper", "participation:add_group_version"}
# They refuse every POST with 405, before anything else is looked at.
FEEDS = {
    *("meetings:meeting_file", "meetings:public_feed", "participation:private_feed"),
    *("commitments:data_csv", "commitments:data_json", "commitments:data_iati"),
    *("commitments:data_flat_csv", "commitments:data_flat_xlsx", "commitments:feed"),
    *("commitments:data_resource_csv", "commitments:data_resource_json"),
    *("commitments:data_commitment_json", "commitments:data_commitment_iati"),
    *("commitments:data_package", "commitments:data_snapshot_file"),
    "opportunities:data_gaps",
}


def policy_of(response):
    directives = response["Content-Security-Policy"].split(";")
    return {name: values for name, *values in (directive.split() for directive in directives)}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in TOKENLESS_URLS | FEEDS])
def test_form_without_its_token_is_refused(name, visitors):
    visitor = "focal point" if name in UPLOADS_OF_CO_LEADS else "superuser"
    path = Address(name).of(visitor, visitors)
    client = visitors.clients[visitor]
    client.handler.enforce_csrf_checks = True

    with undrawn_pages():
        response = client.post(path, {"post": "yes"}, headers={"origin": "https://evil.example"})
        without_origin = client.post(path, {"post": "yes"})

    assert (response.status_code, without_origin.status_code) == (403, 403)


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_post_to_a_feed_is_refused_without_a_token(name, visitors):
    client = visitors.clients["superuser"]
    client.handler.enforce_csrf_checks = True

    response = client.post(Address(name).of("superuser", visitors), {"post": "yes"})

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "name",
    [
        *("accounts:sign_in", "admin:members_member_take", "eoi:create"),
        *("eoi:withdraw", "mfa_activate_totp", "participation:my_page"),
    ],
)
def test_refusal_of_a_form_without_its_token_says_how_to_go_on(name, visitors):
    client = visitors.clients["superuser"]
    client.handler.enforce_csrf_checks = True

    response = client.post(Address(name).of("superuser", visitors), {"post": "yes"})

    assert response.status_code == 403
    assert "Your page has expired, or cookies are turned off" in response.text


@pytest.mark.parametrize("name", NAMES)
def test_answer_is_framed_by_nobody_loads_nothing_from_afar_and_is_kept_by_nobody(name, visitors):
    address = Address(name)
    answers = [
        visitors.clients[visitor].get(address.of(visitor, visitors))
        for visitor in ("anonymous", "focal point", "superuser")
    ]

    for visitor, answer in zip(("anonymous", "focal point", "superuser"), answers, strict=True):
        policy = policy_of(answer)
        is_framed = name in PREVIEWS and visitor == "superuser"
        assert policy["default-src"] == ["'none'"]
        assert policy["frame-ancestors"] == ["'self'" if is_framed else "'none'"]
        assert answer["X-Frame-Options"] == ("SAMEORIGIN" if is_framed else "DENY")
        assert policy.get("script-src", []) in ([], ["'self'"])
        assert policy["form-action"] in (["'self'"], ["'none'"])
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        # Shared caches store no admin page either.
        is_kept = "no-store" not in answer.get("Cache-Control", "")
        assert not (name.startswith("admin:") and answer.status_code == 200 and is_kept)
