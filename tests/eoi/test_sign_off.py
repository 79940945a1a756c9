"""A draft is shown to the person who may sign, who confirms its answers by name and position."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import F
from django.utils import timezone

from eoi.forms.drafts import storable_data
from eoi.models import EoiDraft, SignOff
from eoi.services.drafts import DraftNotFound
from eoi.services.sign_off import (
    AlreadyConfirmed,
    AnswersChanged,
    confirm_answers,
    digest_of,
    is_confirmed,
    make_link,
    revoke_link,
    sign_off_address,
)
from members.models import Member, TimelineEntry, TimelineKind
from members.services.private_links import InvalidLink, token_for_object
from tests.eoi.drafts import form_of, page_of, saved
from tests.eoi.form import (
    CHECK,
    FORM,
    carried_by,
    make_call,
    posted,
    query,
    text_of,
    words_of,
)
from tests.factories import MemberFactory

ADA = {"name": "Ada Lovelace", "position": "Minister"}


@pytest.fixture
def draft():
    return saved()


@pytest.fixture
def link(draft):
    return make_link(draft=draft, at=timezone.now())


@pytest.fixture
def confirmed(link):
    seen = digest_of(link.draft.answers)
    return confirm_answers(sign_off=link, **ADA, seen=seen, at=timezone.now())


def page_for_signer(sign_off):
    return f"/en/expression-of-interest/sign-off/{token_for_object(sign_off)}/"


def change(draft, **changes):
    form_data = storable_data(query(**changes))
    EoiDraft.objects.filter(pk=draft.pk).update(form_data=form_data, version=F("version") + 1)
    draft.refresh_from_db()


def seen_on(response):
    return re.search(r'name="seen" value="(\w+)"', text_of(response))[1]


def state():
    return list(SignOff.objects.values_list("name", "position", "confirmed_at", "answers_digest"))


def test_owner_makes_a_link_once_to_copy_and_to_mail(client, draft):
    page = page_of(draft, "sign-off/")
    assert f'href="{page}"' in text_of(client.get(page_of(draft)))

    for _time in range(2):
        response = client.post(page, {"make": "1"})
        assert (response.status_code, response["Location"]) == (302, page)

    sign_off = SignOff.objects.get()
    shown = text_of(client.get(page))
    assert f'<bdi dir="ltr">{sign_off_address(sign_off)}</bdi>' in shown
    [mail] = re.findall(r'href="(mailto:\?[^"]+)"', shown)
    assert parse_qs(urlsplit(mail).query)["body"] == [sign_off_address(sign_off)]
    assert "Nobody has confirmed the answers yet." in shown
    assert sign_off.link_secret != draft.link_secret


def test_opening_the_page_makes_no_link(client, draft):
    assert client.get(page_of(draft, "sign-off/")).status_code == 200
    assert client.post(page_of(draft, "sign-off/")).status_code == 422

    assert not SignOff.objects.exists()


def test_signer_reads_the_answers_as_the_check_page_shows_them_and_can_change_nothing(client, link):
    response = client.get(page_for_signer(link))

    words = words_of(response)
    assert "Name of the organisation Ministry of Digital Affairs" in words
    assert "Which focus area is your first choice? Connecting People Everywhere" in words
    assert "Email address wanjiku@example.org" in words
    assert 'name="organisation_name"' not in text_of(response)
    assert token_for_object(link.draft) not in text_of(response)
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]
    assert state() == [("", "", None, "")]


def test_signer_confirms_by_name_and_position(client, link):
    seen = seen_on(client.get(page_for_signer(link)))

    response = client.post(page_for_signer(link), {**ADA, "seen": seen})

    assert (response.status_code, response["Location"]) == (302, page_for_signer(link))
    [(name, position, at, digest)] = state()
    assert (name, position, digest) == ("Ada Lovelace", "Minister", digest_of(link.draft.answers))
    assert timezone.now() - at < timedelta(minutes=1)
    page = client.get(page_for_signer(link))
    assert "Ada Lovelace ( Minister ) confirmed these answers on" in words_of(page)
    assert 'name="position"' not in text_of(page)
    for page in ("", "sign-off/"):
        owner = words_of(client.get(page_of(link.draft, page)))
        assert "Ada Lovelace ( Minister ) confirmed these answers on" in owner


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter your name"),
        ({"position": ""}, "Enter your position in the organisation"),
        ({"name": "https://evil.example"}, "not a web or email address"),
    ],
)
def test_signer_is_told_what_is_missing(client, link, changes, sentence):
    seen = seen_on(client.get(page_for_signer(link)))

    response = client.post(page_for_signer(link), {**ADA, "seen": seen, **changes})

    assert response.status_code == 422
    assert sentence in words_of(response)
    assert state() == [("", "", None, "")]


def test_signer_cannot_confirm_an_unfinished_draft(client):
    sign_off = make_link(draft=saved(motivation=""), at=timezone.now())
    page = client.get(page_for_signer(sign_off))

    response = client.post(
        page_for_signer(sign_off), {**ADA, "seen": digest_of(sign_off.draft.answers)}
    )

    words = words_of(page)
    assert "Still missing or to be corrected What do you want to bring or achieve?" in words
    assert "Ministry of Digital Affairs" in words
    assert response.status_code == 422
    assert state() == [("", "", None, "")]


@pytest.mark.parametrize("button", [{}, {"send": "1"}])
def test_signer_confirms_nothing_that_was_changed_meanwhile(client, link, button):
    seen = seen_on(client.get(page_for_signer(link)))
    change(link.draft, motivation="Another aim.")

    response = client.post(page_for_signer(link), {**ADA, "seen": seen, **button})

    assert response.status_code == 409
    assert "The answers were changed after you opened this page." in words_of(response)
    assert "Another aim." in words_of(response)
    assert seen_on(response) != seen
    assert state() == [("", "", None, "")]
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"motivation": "Another aim."},
        {"contributions": ["policy"]},
        {"newsletter": "on"},
        {"is_authorised": None},
        {"alternate_family_name": "Otieno", "alternate_email": "otieno@example.org"},
    ],
)
def test_any_later_change_of_the_answers_voids_the_confirmation(client, confirmed, changes):
    change(confirmed.draft, **changes)

    confirmed.refresh_from_db()
    assert not is_confirmed(confirmed, confirmed.draft.answers)
    owner = words_of(client.get(page_of(confirmed.draft)))
    assert "They were changed since, so the confirmation no longer counts." in owner


def test_confirmation_stays_when_the_same_answers_are_saved_again(confirmed):
    change(confirmed.draft, started="at another time", time_zone="Africa/Nairobi")

    confirmed.refresh_from_db()
    assert is_confirmed(confirmed, confirmed.draft.answers)


def test_confirmation_of_changed_answers_replaces_the_earlier_one(confirmed):
    change(confirmed.draft, motivation="Another aim.")
    confirmed.refresh_from_db()

    confirm_answers(
        sign_off=confirmed,
        name="Grace Hopper",
        position="Rear admiral",
        seen=digest_of(confirmed.draft.answers),
        at=timezone.now(),
    )

    [(name, *_rest)] = state()
    assert name == "Grace Hopper"


def test_confirm_refuses_a_second_confirmation_and_outdated_answers(confirmed):
    before = state()

    with pytest.raises(AlreadyConfirmed, match="Ada Lovelace has confirmed"):
        confirm_answers(
            sign_off=confirmed,
            name="Grace Hopper",
            position="Rear admiral",
            seen=digest_of(confirmed.draft.answers),
            at=timezone.now(),
        )
    change(confirmed.draft, motivation="Another aim.")
    with pytest.raises(AnswersChanged):
        confirm_answers(sign_off=confirmed, **ADA, seen="0" * 64, at=timezone.now())

    assert state() == before


def test_revoked_link_opens_nothing_and_takes_its_confirmation_along(client, confirmed):
    owner = page_of(confirmed.draft, "sign-off/")

    response = client.post(owner, {"revoke": "1"})

    assert (response.status_code, response["Location"]) == (302, owner)
    assert not SignOff.objects.exists()
    gone = client.get(page_for_signer(confirmed))
    assert gone.status_code == 404
    assert "This link no longer works" in words_of(gone)
    assert client.post(owner, {"revoke": "1"}).status_code == 409
    with pytest.raises(InvalidLink):
        revoke_link(draft=confirmed.draft, at=timezone.now())
    # A new link has another secret.
    client.post(owner, {"make": "1"})
    assert client.get(page_for_signer(confirmed)).status_code == 404


def test_confirm_refuses_a_link_that_was_revoked_meanwhile(link):
    revoke_link(draft=link.draft, at=timezone.now())

    with pytest.raises(InvalidLink):
        confirm_answers(sign_off=link, **ADA, seen=digest_of(link.draft.answers), at=timezone.now())

    assert state() == []


@pytest.mark.parametrize("end", ["sent", "deleted", "expired"])
def test_link_ends_with_the_draft(client, link, end):
    draft = link.draft
    if end == "sent":
        MemberFactory(submission_key=draft.submission_key)
    elif end == "deleted":
        draft.delete()
    else:
        past = timezone.now() - timedelta(days=40)
        EoiDraft.objects.update(
            started_at=past, saved_at=past, expires_at=timezone.now() - timedelta(days=1)
        )

    assert client.get(page_for_signer(link)).status_code == 404
    assert client.post(page_for_signer(link), {**ADA, "seen": "0" * 64}).status_code == 404
    assert client.post(page_of(draft, "sign-off/"), {"make": "1"}).status_code == (
        302 if end == "sent" else 404
    )
    with pytest.raises(DraftNotFound):
        make_link(draft=draft, at=timezone.now())


@pytest.mark.parametrize("token", ["nonsense", "draft"])
def test_every_invalid_link_gets_the_same_answer(client, link, token):
    own = token_for_object(link.draft) if token == "draft" else token

    response = client.get(f"/en/expression-of-interest/sign-off/{own}/")

    assert response.status_code == 404
    assert "This link no longer works" in words_of(response)


def send_from_the_check_page(client, draft):
    client.post(FORM, form_of(client, draft))
    return client.post(CHECK, carried_by(client.get(CHECK)))


def send_at_once(client, draft):
    """Send all answers, as a page that showed the draft but could not keep them."""
    return client.post(FORM, posted(confirmed="1", draft_version=str(draft.version)))


@pytest.mark.parametrize("send", [send_from_the_check_page, send_at_once])
def test_sent_answers_keep_who_confirmed_them(client, confirmed, send):
    response = send(client, confirmed.draft)

    assert response.status_code == 302
    entry = TimelineEntry.objects.get(kind=TimelineKind.ANSWERS_CONFIRMED)
    assert entry.member == Member.objects.get()
    assert (entry.by_user, entry.by_focal_point, entry.is_public) == (None, None, True)
    name, position, moment = entry.note.split("\n")
    assert (name, position) == ("Ada Lovelace", "Minister")
    assert moment.endswith(("Geneva (UTC+1)", "Geneva (UTC+2)"))
    # The form is sent a second time.
    send_at_once(client, confirmed.draft)
    assert TimelineEntry.objects.filter(kind=TimelineKind.ANSWERS_CONFIRMED).count() == 1


@pytest.mark.parametrize("changes", [{"motivation": "Another aim."}, {"submission_key": "other"}])
def test_other_answers_are_sent_without_the_confirmation(client, confirmed, changes):
    version = str(confirmed.draft.version)
    client.post(FORM, posted(confirmed="1", draft_version=version, **changes))

    assert Member.objects.count() == 1
    assert not TimelineEntry.objects.filter(kind=TimelineKind.ANSWERS_CONFIRMED).exists()


def test_check_page_leads_to_the_person_who_may_sign_once_the_form_is_saved(client):
    make_call()
    client.post(FORM, posted())
    before = text_of(client.get(CHECK))
    EoiDraft.objects.update(email="ada@example.org")
    kept = EoiDraft.objects.get()
    make_link(draft=kept, at=timezone.now())

    after = client.get(CHECK)

    assert "Once it is saved, you can show it to the person who may sign." in before
    assert "sign-off/" not in before
    assert f"/draft/{token_for_object(kept)}/sign-off/" in text_of(after)
    assert "Nobody has confirmed the answers yet." in words_of(after)
