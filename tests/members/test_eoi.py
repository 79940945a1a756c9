import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import Call, Category, Contribution, FocalPoint, Member, MemberStatus, Suspicion
from outbox.models import Message
from tests.accounts.test_limits import NO_CACHE
from tests.factories import CallFactory
from tests.members.eoi import ANSWERS, posted

FORM = "/en/expression-of-interest/"
RECEIVED = "/en/expression-of-interest/received/"
TYPED_FIELDS = (
    "organisation_name",
    "acronym",
    "website",
    "about",
    "motivation",
    "given_name",
    "family_name",
    "position",
    "email",
    "phone",
    "alternate_given_name",
    "alternate_family_name",
    "alternate_position",
    "alternate_email",
    "alternate_phone",
)


def make_call(*, opens=-7, closes=7, grace_ends=8, **facts):
    """A call whose times are in days from now."""
    now = timezone.now()
    return CallFactory(
        opens_at=now + timedelta(days=opens),
        closes_at=now + timedelta(days=closes),
        grace_ends_at=now + timedelta(days=grace_ends),
        **facts,
    )


def text_of(response):
    return html.unescape(response.content.decode())


def words_of(response):
    """What a person reads, without the elements."""
    return " ".join(re.sub("<[^>]+>", " ", text_of(response)).split())


def value_of(response, name):
    """The value of an input or textarea, as a browser would send it."""
    page = response.content.decode()
    if area := re.search(
        rf'<textarea[^>]* ?name="{name}"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL
    ):
        return html.unescape(area[1])
    inputs = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', inputs[0], re.DOTALL) if inputs else None
    return html.unescape(value[1]) if value else ""


# The form


def test_eoi_create_hands_out_a_form(client):
    make_call()

    response = client.get(FORM)

    assert response.status_code == 200
    assert len(value_of(response, "submission_key")) >= 32
    assert value_of(response, "started")
    assert 'name="leave_empty"' in text_of(response)
    assert "Send it at the latest by:" in words_of(response)
    assert "Geneva (UTC+" in words_of(response)


def test_eoi_create_hands_out_another_key_each_time(client):
    make_call()

    assert value_of(client.get(FORM), "submission_key") != value_of(
        client.get(FORM), "submission_key"
    )


def test_eoi_create_proposes_the_language_of_the_page(client):
    make_call()

    english, french = client.get(FORM), client.get("/fr/expression-of-interest/")

    assert english.context["form"]["language"].value() == "en"
    assert french.context["form"]["language"].value() == "fr"


def test_eoi_create_says_in_the_grace_that_it_still_counts(client):
    make_call(opens=-9, closes=-0.1, grace_ends=0.5)

    words = words_of(client.get(FORM))

    assert "an expression of interest still counts as in time until:" in words


def test_eoi_create_keeps_no_form_in_shared_caches(client):
    make_call()

    assert client.get(FORM)["Cache-Control"] == "private, no-cache"


def test_eoi_create_asks_as_little_of_the_database_as_it_can(client, django_assert_num_queries):
    make_call()

    # The call and the four focus areas.
    with django_assert_num_queries(2):
        client.get(FORM)
    with django_assert_num_queries(2):
        client.post(FORM, posted())


# Of transactions, which tests run in one of their own, and a request opens and closes.
AROUND = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")


def statements_of(asked):
    """The tables that statements are about, in their order."""
    return [
        re.search(r'(?:INTO|FROM) "(\w+)"', query["sql"])[1]
        for query in asked
        if not query["sql"].startswith(AROUND)
    ]


STORED = [
    "members_member",
    "members_historicalmember",
    "members_focalpoint",
    "members_historicalfocalpoint",
    "members_timelineentry",
    "outbox_message",
]


@pytest.mark.parametrize(
    ("backend", "counted"),
    [
        ("django.core.cache.backends.locmem.LocMemCache", []),
        # The form by itself, then the network and both addresses together.
        ("django.core.cache.backends.db.DatabaseCache", ["portal_cache"] * 2),
    ],
)
def test_eoi_create_stores_everything_in_ten_statements_at_most(client, settings, backend, counted):
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "portal_cache"}}
    make_call()

    with CaptureQueriesContext(connection) as asked:
        client.post(
            FORM,
            posted(
                confirmed="1", alternate_family_name="Otieno", alternate_email="otieno@example.org"
            ),
        )

    looked_up = ["members_call", "focus_areas_focusarea"]
    assert statements_of(asked) == [*looked_up, *counted, *STORED]


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_eoi_create_takes_nothing_else(client, method):
    assert getattr(client, method)(FORM).status_code == 405


# No call is open


def test_eoi_create_says_when_the_next_call_opens(client):
    Call.objects.all().delete()
    make_call(opens=3, closes=9, grace_ends=9, contact_email="next@example.org")

    response = client.get(FORM)

    assert response.status_code == 200
    assert "No call for expressions of interest is open at the moment." in words_of(response)
    assert "It opens on:" in words_of(response)
    assert "It closed on:" not in words_of(response)
    assert "mailto:next@example.org" in text_of(response)
    assert 'name="organisation_name"' not in text_of(response)


def test_eoi_create_says_when_the_last_call_closed(client):
    Call.objects.all().delete()
    make_call(opens=-9, closes=-2, grace_ends=-1, contact_email="last@example.org")

    response = client.get(FORM)

    assert "It closed on:" in words_of(response)
    assert "It opens on:" not in words_of(response)
    assert "mailto:last@example.org" in text_of(response)


def test_eoi_create_names_the_mailbox_where_there_never_was_a_call(client, settings):
    Call.objects.all().delete()
    settings.MAIL_REPLY_TO = "coalition@example.org"

    response = client.get(FORM)

    assert "mailto:coalition@example.org" in text_of(response)


@pytest.mark.parametrize("changes", [{}, {"confirmed": "1"}, {"change": "email"}])
@pytest.mark.parametrize("email", ["wanjiku@example.org", "nonsense"])
def test_eoi_create_refuses_outside_a_call_and_keeps_what_was_typed(client, changes, email):
    Call.objects.all().delete()
    make_call(opens=-9, closes=-2, grace_ends=-1)

    response = client.post(FORM, posted(email=email, motivation="Line 1\r\nLine 2", **changes))

    assert response.status_code == 409
    assert "The last call closed on" in words_of(response)
    assert value_of(response, "email") == email
    assert value_of(response, "motivation") == "Line 1\r\nLine 2"
    assert list(Member.objects.all()) == []


def test_eoi_create_asks_to_fill_in_and_go_on_only_while_a_call_is_open(client):
    asked = (
        "It takes about five minutes, and needs no account.",
        "Check your answers",
        "Nothing is sent yet",
    )
    call = make_call()
    open_words = words_of(client.post(FORM, posted(email="nonsense")))
    Call.objects.exclude(pk=call.pk).delete()
    call.closes_at = call.grace_ends_at = timezone.now() - timedelta(seconds=1)
    call.save()

    closed_words = words_of(client.post(FORM, posted(email="nonsense")))

    assert [sentence in open_words for sentence in asked] == [True, True, True]
    assert [sentence in closed_words for sentence in asked] == [False, False, False]


def test_eoi_create_refuses_where_there_never_was_a_call(client):
    Call.objects.all().delete()

    assert client.post(FORM, posted(confirmed="1")).status_code == 409


def test_eoi_create_answers_again_after_the_call_for_what_came_in_time(client):
    call = make_call()
    client.post(FORM, posted(confirmed="1"))
    member = Member.objects.get()
    Call.objects.exclude(pk=call.pk).delete()
    call.closes_at = call.grace_ends_at = timezone.now() - timedelta(seconds=1)
    call.save()

    response = Client().post(FORM, posted(confirmed="1"), follow=True)

    assert response.redirect_chain == [(RECEIVED, 302)]
    assert member.reference in words_of(response)
    assert list(Member.objects.all()) == [member]


# Check your answers


def test_eoi_create_shows_the_answers_before_they_are_sent(client):
    make_call()

    response = client.post(
        FORM, posted(website="www.example.org", phone="0712 345678", contributions=["policy"])
    )

    assert response.status_code == 200
    assert "Check your answers" in words_of(response)
    words = words_of(response)
    assert "Country of the headquarters Kenya Change" in words
    assert "Website https://www.example.org Change" in words
    assert "Phone +254712345678 Change" in words
    assert "What kind of contribution do you intend? Policy Change" in words
    assert "may be listed on the public site No Change" in words
    assert list(Member.objects.all()) == []
    assert "no-store" in response["Cache-Control"]


def carried_by(response):
    """The hidden fields of a page, as a browser would send them."""
    carried = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode()
    ):
        carried.setdefault(name, []).append(html.unescape(value))
    carried.pop("csrfmiddlewaretoken", None)
    return carried


def test_eoi_create_carries_the_answers_as_typed(client):
    make_call()
    typed = posted(
        motivation='Line 1\r\nLine 2 "quoted" <b>',
        contributions=["policy", "advocacy"],
        website="www.example.org",
        leave_empty="",
    )

    carried = carried_by(client.post(FORM, typed))

    assert carried.pop("confirmed") == ["1"]
    assert carried.pop("language")  # The page's own switch has one as well.
    typed.pop("language")
    assert carried == {
        name: value if isinstance(value, list) else [value] for name, value in typed.items()
    } | {"next": [FORM]}


def test_eoi_create_makes_a_key_where_there_is_none(client):
    make_call()

    first = carried_by(client.post(FORM, posted(submission_key=None)))["submission_key"]
    second = carried_by(client.post(FORM, posted(submission_key=None)))["submission_key"]

    assert first != second


def test_eoi_create_asks_about_a_likely_typing_error_and_takes_either(client):
    make_call()

    response = client.post(FORM, posted(email="ada@gmial.com"))

    assert "Is this address right? Yes: ada@gmial.com No, it is ada@gmail.com" in words_of(response)
    assert "email" not in carried_by(response)
    client.post(FORM, posted(email="ada@gmial.com", confirmed="1"))
    client.post(FORM, posted(email="ada@gmail.com", confirmed="1", submission_key="another"))
    emails = FocalPoint.objects.order_by("pk").values_list("email", flat=True)
    assert list(emails) == ["ada@gmial.com", "ada@gmail.com"]


def test_eoi_create_asks_for_the_time_zone_where_the_country_has_several(client):
    make_call()

    several, one = client.post(FORM, posted(country="BR")), client.post(FORM, posted())

    assert '<option value="America/Manaus">Manaus</option>' in text_of(several)
    assert '<option value="Africa/Nairobi">' not in text_of(several)
    assert "Which time zone" not in words_of(one)


def test_eoi_create_offers_every_time_zone_where_the_country_has_none(client):
    make_call()

    response = client.post(FORM, posted(country="BV"))

    assert '<option value="Europe/Oslo">Oslo</option>' in text_of(response)


def test_eoi_create_says_when_mails_come_in_another_language(client):
    make_call()
    sentence = "Until we write in this language, our messages come in English."

    assert sentence in words_of(client.post(FORM, posted(language="ar")))
    assert sentence not in words_of(client.post(FORM, posted(language="fr")))


def test_eoi_create_goes_back_to_a_field_with_everything_as_typed(client):
    make_call()

    response = client.post(
        FORM, posted(confirmed="1", change="phone", phone=" 0712 ", newsletter="on", country="BR")
    )

    assert response.status_code == 200
    assert value_of(response, "phone") == " 0712 "
    assert value_of(response, "organisation_name") == ANSWERS["organisation_name"]
    assert re.search(r'<input[^>]*name="phone"[^>]* autofocus', text_of(response))
    assert re.search(r'<details id="more" class="form-fold" open>', text_of(response))
    assert re.search(r'name="newsletter"[^>]* checked', text_of(response))
    assert '<option value="BR" selected>' in text_of(response)
    assert "error-summary" not in text_of(response)
    assert list(Member.objects.all()) == []


@pytest.mark.parametrize(
    ("changes", "focused"),
    [
        ({"change": "category", "category": "academia"}, "academia"),
        ({"change": "category", "category": ""}, Category.values[0]),
        (
            {"change": "focus_area", "focus_area": "empowering-communities"},
            "empowering-communities",
        ),
        ({"change": "contributions", "contributions": ["advocacy", "policy"]}, "policy"),
        ({"change": "contributions"}, Contribution.values[0]),
    ],
)
def test_eoi_create_goes_back_to_the_choice_that_was_taken(client, changes, focused):
    make_call()

    page = text_of(client.post(FORM, posted(**changes)))

    assert re.findall(r'<input[^>]*value="([^"]*)"[^>]* autofocus', page) == [focused]


def test_eoi_create_leads_by_address_to_inputs_but_not_to_one_choice_of_a_group(client):
    make_call()

    page = text_of(client.post(FORM, posted()))

    assert re.findall(r'value="(?:email|country|language|role)" formaction="([^"]*)"', page) == [
        f"{FORM}#id_country",
        FORM,
        f"{FORM}#id_email",
        FORM,
    ]


def test_eoi_create_goes_back_to_no_field_that_it_does_not_have(client):
    make_call()

    response = client.post(FORM, posted(change="nonsense"))

    assert response.status_code == 200
    assert "autofocus" not in text_of(response)


# What is wrong


def test_eoi_create_says_what_is_wrong_at_the_field_and_above_the_form(client):
    make_call()

    response = client.post(FORM, posted(email="nonsense", confirmed="1"))

    assert response.status_code == 422
    page = text_of(response)
    sentence = "Enter an email address that you read, like name@example.org"
    assert f'<a href="#id_email">{sentence}</a>' in page
    assert f'<p><span class="visually-hidden">Error:</span> {sentence}</p>' in page
    assert re.search(
        r'<input[^>]*name="email"[^>]*aria-describedby="id_email_helptext id_email_error"', page
    )
    assert page.index('<label for="id_email"') < page.index('id="id_email_helptext"')
    assert page.index('id="id_email_helptext"') < page.index('id="id_email_error"')
    assert page.index('id="id_email_error"') < page.index('name="email"')
    assert "<title>Error: " in page
    assert "no-store" in response["Cache-Control"]
    assert list(Member.objects.all()) == []


def test_eoi_create_opens_what_is_folded_where_something_in_it_is_wrong(client):
    make_call()

    folded = client.post(FORM, posted(email="nonsense"))
    opened = client.post(FORM, posted(alternate_given_name="Otieno"))

    assert "form-fold" in text_of(folded)
    assert 'class="form-fold" open' not in text_of(folded)
    assert 'class="form-fold" open' in text_of(opened)


def test_eoi_create_keeps_a_name_of_ten_thousand_letters(client):
    make_call()

    response = client.post(FORM, posted(organisation_name="a" * 10_000))

    assert response.status_code == 422
    assert value_of(response, "organisation_name") == "a" * 10_000


def test_eoi_create_asks_a_script_for_the_time_zone_where_the_country_has_several(client):
    make_call()

    refused = client.post(FORM, posted(country="BR", confirmed="1"))
    taken = client.post(FORM, posted(country="BR", confirmed="1", time_zone="America/Manaus"))

    assert refused.status_code == 422
    assert '<a href="#id_time_zone">Choose the time zone of the focal point</a>' in text_of(refused)
    assert taken.status_code == 302
    assert FocalPoint.objects.get().time_zone == "America/Manaus"


HOSTILE = "\"><script>alert(1)</script>{{ 7|add:7 }}\u202e' OR 1=1 --"


def test_eoi_create_shows_hostile_text_as_text(client):
    make_call()

    checked = client.post(FORM, posted(organisation_name=HOSTILE, motivation=HOSTILE))
    refused = client.post(FORM, posted(organisation_name=HOSTILE, email=HOSTILE))

    assert b"<script>alert(1)" not in checked.content + refused.content
    assert carried_by(checked)["organisation_name"] == [HOSTILE]
    assert value_of(refused, "organisation_name") == HOSTILE
    assert value_of(refused, "email") == HOSTILE


def test_eoi_create_keeps_hostile_text_as_it_is(client):
    make_call()

    client.post(FORM, posted(organisation_name=HOSTILE, confirmed="1"))

    assert Member.objects.get().organisation_name == HOSTILE.replace("\u202e", "")


ANY_TEXT = st.text(
    alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n\0"), max_size=80
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(typed=st.fixed_dictionaries({}, optional=dict.fromkeys(TYPED_FIELDS, ANY_TEXT)))
def test_eoi_create_shows_any_text_back_as_typed(client, typed):
    make_call()

    response = client.post(FORM, posted(**typed, category="nonsense"))

    assert response.status_code == 422
    assert {name: value_of(response, name) for name in typed} == typed


@pytest.mark.parametrize(
    "body",
    [
        b"organisation_name=%ED%A0%80&email=%FF%FE",
        b"organisation_name=%00&change=%00&confirmed=%00&submission_key=%00&started=%00",
        b"confirmed=1",
        b"change=submission_key",
        b"",
    ],
)
def test_eoi_create_never_fails_on_what_no_browser_sends(client, body):
    make_call()

    response = client.post(FORM, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code in {200, 422}


# Sent


def test_eoi_create_receives_an_expression_of_interest(client):
    call = make_call()

    response = client.post(FORM, posted(confirmed="1", contributions=list(Contribution.values)))

    member = Member.objects.get()
    assert (response.status_code, response["Location"]) == (302, RECEIVED)
    assert member.call == call
    assert member.status == MemberStatus.PENDING
    assert member.organisation_name == "Ministry of Digital Affairs"
    assert member.first_choice.slug == "connecting-people-everywhere"
    assert member.contributes_advocacy
    assert member.suspicion == ""
    assert FocalPoint.objects.get().time_zone == "Africa/Nairobi"
    assert [message.recipient for message in Message.objects.all()] == ["wanjiku@example.org"]


def test_eoi_create_needs_few_statements_to_receive(client, django_assert_max_num_queries):
    make_call()

    # Eight, and six for savepoints.
    with django_assert_max_num_queries(14):
        client.post(FORM, posted(confirmed="1"))


def test_eoi_create_receives_in_each_language(client):
    make_call()

    response = client.post("/fr/expression-of-interest/", posted(confirmed="1"))

    assert response["Location"] == "/fr/expression-of-interest/received/"


@pytest.mark.parametrize("key", ["k" * 65, "a key with spaces", "clé", "\0"])
def test_eoi_create_takes_any_key_and_knows_it_again(client, key):
    make_call()

    client.post(FORM, posted(confirmed="1", submission_key=key))
    client.post(FORM, posted(confirmed="1", submission_key=key))

    assert Member.objects.count() == 1


def test_eoi_create_takes_the_same_answers_once(client):
    make_call()
    client.post(FORM, posted(confirmed="1"))
    member = Member.objects.get()

    response = Client().post(FORM, posted(confirmed="1"), follow=True)

    assert response.redirect_chain == [(RECEIVED, 302)]
    assert member.reference in words_of(response)
    assert list(Member.objects.all()) == [member]
    assert Message.objects.count() == 1


def test_eoi_create_takes_two_forms_of_one_organisation(client):
    make_call()

    client.post(FORM, posted(confirmed="1"))
    client.post(FORM, posted(confirmed="1", submission_key="another"))

    assert Member.objects.count() == 2


def test_eoi_create_asks_what_other_answers_under_one_key_are_meant_as(client):
    make_call()
    client.post(FORM, posted(confirmed="1"))
    member = Member.objects.get()

    response = client.post(FORM, posted(confirmed="1", motivation="Something else."))

    assert response.status_code == 409
    assert (
        f"This was sent as {member.reference}; send these answers as a new expression, "
        "or correct the first."
    ) in words_of(response)
    assert (
        "To send a new expression, check the answers below and send them. "
        "To correct the first, write to us and name its reference."
    ) in words_of(response)
    assert value_of(response, "motivation") == "Something else."
    assert list(Member.objects.all()) == [member]


def test_eoi_create_offers_no_new_expression_for_other_answers_after_the_call(client):
    call = make_call()
    client.post(FORM, posted(confirmed="1"))
    member = Member.objects.get()
    Call.objects.exclude(pk=call.pk).delete()
    call.closes_at = call.grace_ends_at = timezone.now() - timedelta(seconds=1)
    call.save()

    response = client.post(FORM, posted(confirmed="1", motivation="Something else."))

    assert response.status_code == 409
    assert (
        "This form was sent before, with other answers "
        f"This form was sent as {member.reference}. "
        "The call has closed since, and takes no new expression. "
        "To correct the first, write to us and name its reference."
    ) in words_of(response)
    assert "new expression, " not in words_of(response)
    assert value_of(response, "motivation") == "Something else."
    assert list(Member.objects.all()) == [member]


def test_eoi_create_takes_those_answers_as_a_new_expression(client):
    make_call()
    client.post(FORM, posted(confirmed="1"))
    refused = client.post(FORM, posted(confirmed="1", motivation="Something else."))
    key = value_of(refused, "submission_key")

    client.post(FORM, posted(confirmed="1", motivation="Something else.", submission_key=key))

    motivations = Member.objects.order_by("pk").values_list("motivation", flat=True)
    assert list(motivations) == ["We want to connect every school.", "Something else."]


def test_eoi_create_marks_what_fell_into_the_trap_and_takes_it(client):
    make_call()

    response = client.post(FORM, posted(confirmed="1", leave_empty="http://spam.example"))

    assert response.status_code == 302
    assert Member.objects.get().suspicion == Suspicion.TRAP


def test_eoi_create_marks_inhuman_haste_and_takes_it(client):
    make_call()
    started = value_of(client.get(FORM), "started")

    response = client.post(FORM, posted(confirmed="1", started=started))

    assert response.status_code == 302
    assert Member.objects.get().suspicion == Suspicion.HASTE


def test_eoi_create_remembers_when_the_form_was_opened_on_the_way_to_the_end(client):
    make_call()
    started = value_of(client.get(FORM), "started")

    with_errors = client.post(FORM, posted(email="nonsense", started=started))
    to_check = client.post(FORM, posted(started=started))
    changed = client.post(FORM, posted(change="email", started=started))

    assert value_of(with_errors, "started") == started
    assert carried_by(to_check)["started"] == [started]
    assert value_of(changed, "started") == started


# Too many


def send(client, number, network="192.0.2.1", **changes):
    """Send one of many expressions of interest, each with an address and a key of its own."""
    given = {"submission_key": f"key-{number}", "email": f"person-{number}@example.org"}
    return client.post(FORM, posted(confirmed="1", **{**given, **changes}), REMOTE_ADDR=network)


@pytest.fixture
def _one_from_a_network(settings):
    settings.EOI_PER_NETWORK = 1


@pytest.mark.usefixtures("_one_from_a_network")
def test_eoi_create_marks_one_of_many_from_one_network_and_takes_it(client):
    make_call()

    answered = [send(client, number).status_code for number in range(3)]

    assert answered == [302, 302, 302]
    suspicions = Member.objects.order_by("pk").values_list("suspicion", flat=True)
    assert list(suspicions) == ["", Suspicion.NETWORK, Suspicion.NETWORK]
    assert [message.recipient for message in Message.objects.all()] == ["person-0@example.org"]


@pytest.mark.usefixtures("_one_from_a_network")
def test_eoi_create_says_far_beyond_the_limit_when_to_try_again_and_keeps_what_was_typed(client):
    make_call()
    for number in range(10):
        send(client, number)

    response = send(
        client, 10, leave_empty="x", started="y", motivation='Line 1\r\nLine "2"', country="BR",
        time_zone="America/Manaus",
    )  # fmt: skip

    assert response.status_code == 429
    assert 3540 < int(response["Retry-After"]) <= 3600
    assert "no-store" in response["Cache-Control"]
    assert (
        "Not sent yet: too many expressions of interest came from your network "
        "Try again in 1 hour. What you typed is below: keep this page open until then. "
        "Questions?"
    ) in words_of(response)
    assert 'role="alert"' in text_of(response)
    assert value_of(response, "motivation") == 'Line 1\r\nLine "2"'
    assert value_of(response, "email") == "person-10@example.org"
    assert value_of(response, "submission_key") == "key-10"
    assert value_of(response, "started") == "y"
    assert Member.objects.count() == 10
    assert send(client, 10, network="198.51.100.7").status_code == 302


@pytest.mark.usefixtures("_one_from_a_network")
def test_eoi_create_limits_what_is_sent_and_neither_looking_nor_correcting(client):
    make_call()
    for number in range(10):
        send(client, number)

    answered = [
        client.get(FORM, REMOTE_ADDR="192.0.2.1"),
        client.post(FORM, posted(), REMOTE_ADDR="192.0.2.1"),
        client.post(FORM, posted(change="email"), REMOTE_ADDR="192.0.2.1"),
        send(client, 10, email="nonsense"),
        # Arrived before.
        send(client, 9),
    ]

    assert [response.status_code for response in answered] == [200, 200, 200, 422, 302]


@pytest.mark.usefixtures("_one_from_a_network")
def test_eoi_create_has_whoever_would_miss_the_deadline_write(client):
    make_call(closes=0.01, grace_ends=0.02)
    for number in range(10):
        send(client, number)

    response = send(client, 10)

    assert (
        "The call will have closed by then, so write to us now and name the organisation."
    ) in words_of(response)
    assert "mailto:coalition@example.org" in text_of(response)


@pytest.mark.usefixtures("_one_from_a_network")
def test_eoi_create_trusts_our_own_proxy_on_where_it_comes_from(client, settings):
    settings.TRUSTED_PROXIES = 1
    make_call()

    for number in range(2):
        client.post(
            FORM,
            posted(confirmed="1", submission_key=f"key-{number}"),
            headers={"x-forwarded-for": f"192.0.2.66, 198.51.100.{number}"},
        )

    assert list(Member.objects.values_list("suspicion", flat=True)) == ["", ""]


def test_eoi_create_takes_everything_without_a_cache(client, settings):
    settings.CACHES = NO_CACHE
    settings.EOI_PER_NETWORK = settings.EOI_PER_ADDRESS = 0
    make_call()

    assert send(client, 1).status_code == 302
    assert Member.objects.get().suspicion == ""


def test_eoi_create_insists_on_the_token_against_forged_forms():
    make_call()

    assert Client(enforce_csrf_checks=True).post(FORM, posted(confirmed="1")).status_code == 403
    assert list(Member.objects.all()) == []


def test_eoi_create_opens_no_session(client):
    make_call()

    response = client.post(FORM, posted(confirmed="1"))

    assert list(response.cookies) == ["eoi_reference"]
    assert response.cookies["eoi_reference"]["httponly"]
    assert response.cookies["eoi_reference"]["max-age"] == 1800


def test_eoi_create_leaves_nothing_personal_in_the_log(client, caplog):
    make_call()
    caplog.set_level("DEBUG")

    client.post(FORM, posted())
    client.post(FORM, posted(email="wanjiku@nonsense"))
    client.post(FORM, posted(confirmed="1"))
    client.post(FORM, posted(confirmed="1", motivation="Other."))
    client.get(RECEIVED)

    log = "\n".join(
        record.getMessage()
        for record in caplog.records
        # Statements are logged in development only.
        if record.name != "django.db.backends"
    )
    assert "Unprocessable" in log
    for typed in ("wanjiku", "Wanjikũ", "Ng’ang’a", "Ministry of Digital", "every school"):
        assert typed not in log


# Thanks


def test_eoi_received_gives_the_reference_and_says_what_comes_next(client):
    make_call(contact_email="call@example.org", reply_within_days=12)
    client.post(FORM, posted(confirmed="1"))

    response = client.get(RECEIVED)

    words = words_of(response)
    assert Member.objects.get().reference in words
    assert "An acknowledgement is on its way to the email address that you gave." in words
    assert "writes to the focal point within 12 working days" in words
    assert "mailto:call@example.org" in text_of(response)
    assert "wanjiku@example.org" not in text_of(response)
    assert "Ministry of Digital Affairs" not in text_of(response)
    assert "no-store" in response["Cache-Control"]


def test_eoi_received_says_of_what_is_suspected_that_it_arrived_and_no_mail_goes_out_yet(client):
    make_call()
    client.post(FORM, posted(confirmed="1", leave_empty="x"))

    words = words_of(client.get(RECEIVED))

    assert Member.objects.get().reference in words
    assert "It is kept, and in time. Before we write to the email address that you gave" in words
    assert "is on its way" not in words


@pytest.mark.parametrize("cookie", ["", "P2C-234567", "P2C-234567:forged:signature"])
def test_eoi_received_tells_a_stranger_nothing(client, cookie):
    make_call()
    client.post(FORM, posted(confirmed="1"))
    stranger = Client()
    if cookie:
        stranger.cookies["eoi_reference"] = cookie

    response = stranger.get(RECEIVED)

    assert response.status_code == 200
    assert "P2C-" not in words_of(response)
    assert "Your reference is in our mail to you" in words_of(response)


def test_eoi_received_needs_one_statement(client, django_assert_num_queries):
    make_call()
    client.post(FORM, posted(confirmed="1"))

    with django_assert_num_queries(1):
        client.get(RECEIVED)


def test_eoi_addresses_are_the_stable_ones():
    with override("en"):
        assert reverse("members:eoi_create") == FORM
        assert reverse("members:eoi_received") == RECEIVED
