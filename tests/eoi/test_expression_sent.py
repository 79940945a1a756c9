from datetime import timedelta

import pytest

from eoi.models import EoiDraft
from eoi.services import spam_check
from members.models import Contribution, FocalPoint, Member, MemberStatus, SpamSignal
from outbox.models import Message
from tests.eoi.form import (
    CHECK,
    FORM,
    RECEIVED,
    carried_by,
    posted,
    value_of,
    words_of,
)
from tests.eoi.test_expression import close

pytestmark = [pytest.mark.usefixtures("open_call")]


def test_eoi_create_receives_an_expression_of_interest_without_a_session(client, open_call):
    response = client.post(FORM, posted(confirmed="1", contributions=list(Contribution.values)))

    member = Member.objects.get()
    assert (response.status_code, response["Location"]) == (302, RECEIVED)
    assert member.call == open_call
    assert member.status == MemberStatus.PENDING
    assert member.organisation_name == "Ministry of Digital Affairs"
    assert member.first_choice.slug == "connecting-people-everywhere"
    assert member.contributes_advocacy
    assert member.spam_signal == ""
    assert FocalPoint.objects.get().time_zone == "Africa/Nairobi"
    assert [message.recipient for message in Message.objects.all()] == ["wanjiku@example.org"]
    assert list(response.cookies) == ["eoi_reference"]
    cookie = response.cookies["eoi_reference"]
    assert (cookie["httponly"], cookie["max-age"]) == (True, 86400)


@pytest.mark.parametrize("key", ["k" * 65, "a key with spaces", "clé", "\0"])
def test_eoi_create_takes_any_key_and_knows_it_again(client, key):
    client.post(FORM, posted(confirmed="1", submission_key=key))
    client.post(FORM, posted(confirmed="1", submission_key=key))

    assert Member.objects.count() == 1


def test_eoi_create_asks_what_other_answers_under_one_key_are_meant_as(client):
    client.post(FORM, posted(confirmed="1"))
    member = Member.objects.get()

    response = client.post(FORM, posted(confirmed="1", motivation="Something else."))

    assert response.status_code == 409
    assert (
        f"This form was already sent as {member.reference}. Send these answers as a new expression "
        "of interest, or correct the first one."
    ) in words_of(response)
    assert (
        "To send a new expression of interest, check the answers below and send them. To correct "
        "the first expression of interest, open its page with the link in our email."
    ) in words_of(response)
    assert value_of(response, "motivation") == "Something else."
    assert list(Member.objects.all()) == [member]
    # With the key of that page, they are a new EOI.
    new = {"motivation": "Something else.", "submission_key": value_of(response, "submission_key")}
    assert client.post(FORM, posted(confirmed="1", **new)).status_code == 302
    assert Member.objects.latest("pk").motivation == "Something else."


def test_eoi_create_offers_no_new_expression_for_other_answers_after_the_call(client, open_call):
    client.post(FORM, posted(confirmed="1"))
    member = Member.objects.get()
    close(open_call)

    response = client.post(FORM, posted(confirmed="1", motivation="Something else."))

    assert response.status_code == 409
    assert (
        "This form has already been sent with different answers This form was sent with the "
        f"reference {member.reference}. The call has closed since then and no longer accepts "
        "expressions of interest. To correct the first expression of interest, open its page with "
        "the link in our email."
    ) in words_of(response)
    assert "new expression of interest, " not in words_of(response)
    assert value_of(response, "motivation") == "Something else."
    assert list(Member.objects.all()) == [member]


def test_eoi_create_remembers_when_the_form_was_opened_on_the_way_to_the_end(client):
    page = client.get(FORM)
    opened = {name: value_of(page, name) for name in ("submission_key", "started")}

    with_errors = client.post(FORM, posted(email="nonsense", page="a", **opened), follow=True)
    checked = client.post(FORM, posted(page="a", **opened), follow=True)
    client.post(CHECK, carried_by(checked))

    assert value_of(with_errors, "started") == opened["started"]
    assert Member.objects.get().spam_signal == SpamSignal.TOO_FAST


def test_eoi_create_marks_what_is_kept_and_sent_by_a_script_that_opened_no_form(client):
    client.post(FORM, posted(started=None))

    client.post(CHECK, carried_by(client.get(CHECK)))

    assert Member.objects.get().spam_signal == SpamSignal.TAMPERED


def test_form_that_gets_another_key_or_begins_with_one_section_is_not_altered(client, monkeypatch):
    # Longer than the test takes on any machine. The first form was opened an hour ago.
    monkeypatch.setattr(spam_check, "MIN_FILLING_TIME", timedelta(minutes=30))
    section = f"{FORM}change/organisation/"
    client.post(FORM, posted(confirmed="1"))
    # The form was sent before, and what is typed now gets a key of its own.
    client.post(FORM, posted(acronym="KEPT"))
    kept = client.get(FORM)
    refused = client.post(FORM, posted(confirmed="1", acronym="REFUSED"))
    client.post(section, {"submission_key": "begun", "organisation_name": "Begun"})
    begun = client.get(FORM)
    assert [value_of(page, "acronym") for page in (kept, refused, begun)] == ["KEPT", "REFUSED", ""]

    for page in (kept, refused, begun):
        opened = {name: value_of(page, name) for name in ("submission_key", "started")}
        acronym = value_of(page, "acronym") or "BEGUN"
        client.post(FORM, posted(confirmed="1", acronym=acronym, **opened))

    # These were opened a moment ago.
    signals = ["", *[SpamSignal.TOO_FAST] * 3]
    assert list(Member.objects.order_by("pk").values_list("spam_signal", flat=True)) == signals


def test_eoi_create_leaves_nothing_personal_in_the_log(client, caplog):
    caplog.set_level("DEBUG")

    client.post(FORM, posted(), follow=True)
    client.post(FORM, posted(email="wanjiku@nonsense"), follow=True)
    client.post(FORM, posted(keep="1", acronym="MDA"))
    client.post(FORM, posted(switch="fr"), follow=True)
    client.post(f"{FORM}change/organisation/", posted(page="x"), follow=True)
    client.post(f"{FORM}draft/", posted(link_to="wanjiku@nonsense"), follow=True)
    client.post(FORM, posted(confirmed="1", email="wanjiku@nonsense"))
    client.post(FORM, posted(confirmed="1"))
    client.post(FORM, posted(motivation="Afterwards."), follow=True)
    client.post(FORM, posted(confirmed="1", motivation="Other."))
    client.get(RECEIVED)

    log = "\n".join(
        record.getMessage()
        for record in caplog.records
        # SQL statements are recorded only in development.
        if record.name != "django.db.backends"
    )
    assert "Unprocessable" in log
    for typed in ("wanjiku", "Wanjikũ", "Ng’ang’a", "Ministry of Digital", "every school"):
        assert typed not in log


def test_same_answers_sent_again_delete_their_own_draft(client):
    first = client.post(FORM, posted(submission_key="first"), follow=True)
    client.post(CHECK, carried_by(first))
    again = client.post(FORM, posted(submission_key="again"), follow=True)
    EoiDraft.objects.filter(submission_key="again").update(email="wanjiku@example.org")

    answer = client.post(CHECK, carried_by(again))

    assert answer["Location"] == RECEIVED
    assert Member.objects.count() == 1
    assert not EoiDraft.objects.filter(submission_key="again").exists()
