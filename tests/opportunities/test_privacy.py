"""Nobody reads the message, a name or an address of the other side before both sides agreed.

Each kind of visitor opens every URL of the app with every need, offer and contact, also by sending
what is refused. What they have read of the distinctive words is exactly what they may read.
"""

from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from focus_areas.models import FocusArea
from members.models import MemberStatus
from members.services.private_links import LinkPurpose, token_for
from opportunities.models import Contact, Opportunity
from opportunities.services import contacts, digest, ending
from opportunities.services.events import topic_of
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    OfferFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    SupportOfferedFactory,
    UserFactory,
)
from tests.opportunities.contacting import sending, text_of
from tests.participation.people import signed_in_as
from tests.sweeps.addresses import parameters_by_name
from tests.triage.staff import coordinator, desk_manager, observer, officer, signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OF_APP = ("opportunities:", "admin:opportunities_")
# Pages and files of others that name needs and offers.
ELSEWHERE = {
    "home": {},
    "sitemap_index": {},
    "admin:index": {},
    "commitments:register": {},
    "commitments:data": {},
    "commitments:data_package": {},
    "commitments:data_resource": {"resource": "opportunities"},
    "commitments:data_resource_csv": {"resource": "opportunities"},
    "commitments:data_resource_json": {"resource": "opportunities"},
    "focus_area_detail": {"slug": "connecting-people-everywhere"},
}
# Who writes about the need, and what becomes of it.
STATES = ("waiting", "accepted", "declined", "withdrawn")
ASKED, MESSAGE = "asked", "message"
# What each kind of visitor reads. Their own names count if a page shows them.
READS = {
    "anybody": set(),
    "other member": set(),
    "asked": {
        *("waiting message", "accepted message", "declined message"),
        *("accepted name", "accepted address", "asked name", "asked address"),
    },
    "waiting": {"waiting message"},
    "accepted": {
        *("accepted message", "accepted name", "accepted address"),
        *("asked name", "asked address"),
    },
    "declined": {"declined message"},
    "withdrawn": {"withdrawn message"},
}
STAFF = ("coordinator", "officer", "desk manager", "observer", "superuser")


class World:
    """A need about which four members wrote, each with the distinctive words of its focal point."""

    def __init__(self):
        area = FocusArea.objects.get(number=1)
        self.people, self.secrets = {}, {}
        for name in (ASKED, *STATES, "other member"):
            word = name.replace(" ", "")
            member = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)
            self.people[name] = FocalPointFactory(
                member=member,
                given_name=f"Quirinus{word}",
                family_name=f"Wolpertinger{word}",
                email=f"jackalope-{word}@example.org",
            )
            self.secrets |= {
                f"{name} name": f"Wolpertinger{word}",
                f"{name} address": f"jackalope-{word}@",
                f"{name} message": f"basilisk{word}",
            }
        asked = self.people[ASKED]
        self.need = self._stored(
            OpportunityFactory, asked, sent_by=asked, sent_by_name=asked.full_name
        )
        self.offer = self._stored(OfferFactory, self.people["waiting"])
        for name in STATES:
            own = self.offer if name == "waiting" else None
            text = f"We send a basilisk{name.replace(' ', '')} to you."
            sending(self.need, self.people[name], own=own, message=text)
        contact = {each: self.contact(each) for each in STATES}
        contacts.accept(contact=contact["accepted"], by=asked, at=NOON)
        contacts.decline(contact=contact["declined"], by=asked, at=NOON)
        contacts.withdraw(contact=contact["withdrawn"], by=self.people["withdrawn"], at=NOON)

    def _stored(self, factory, person, **facts):
        row = factory(member=person.member, focus_area=person.member.focus_area, **facts)
        OpportunityPlaceFactory(opportunity=row)
        SupportOfferedFactory(opportunity=row)
        return row

    def contact(self, name):
        return Contact.objects.get(member=self.people[name].member)

    def found_in(self, text):
        """Return which secrets a text has."""
        return {name for name, secret in self.secrets.items() if secret in text}

    def paths(self, token):
        """Return every URL of the app with every row, and those elsewhere that name the rows."""
        keys = [*Contact.objects.values_list("pk", flat=True)]
        rows = [*Opportunity.objects.values_list("pk", "reference")]
        given = {
            "token": [token],
            "reference": [reference for _pk, reference in rows],
            "kind": ["need", "offer"],
            "pk": keys,
            "object_id": keys,
            "received": [1],
        }
        for name, parameters in parameters_by_name().items():
            if name.startswith(OF_APP):
                if name.startswith("admin:opportunities_opportunity"):
                    of_admin = [pk for pk, _reference in rows]
                    given |= {"pk": of_admin, "object_id": of_admin}
                else:
                    given |= {"pk": keys, "object_id": keys}
                for values in product(*(given[each] for each in parameters)):
                    yield reverse(name, kwargs=dict(zip(parameters, values, strict=True)))
            elif name in ELSEWHERE:
                yield reverse(name, kwargs=ELSEWHERE[name])

    def read_by(self, client, token, **sent):
        """Return the secrets on all pages that a visitor gets, and how many there were."""
        found, opened = set(), 0
        for path in self.paths(token):
            answers = [client.get(path, follow=True)]
            # What is sent is undone, so that the next page is as before.
            with transaction.atomic():
                answers.append(client.post(path, sent, follow=True))
                transaction.set_rollback(True)
            for answer in answers:
                content = b"".join(answer) if answer.streaming else answer.content
                found |= self.found_in(f"{content.decode(errors='replace')} {answer.headers}")
                opened += answer.status_code == 200
        return found, opened


@pytest.fixture
def world():
    return World()


def typed(step):
    return {"step": step, "message": "Good day.", "language": "en", "result": "nothing"}


@pytest.mark.parametrize("comes_by_link", [True, False])
@pytest.mark.parametrize("name", READS)
def test_visitor_reads_exactly_what_they_may(world, name, comes_by_link):
    person = world.people.get(name)
    client = Client() if comes_by_link or person is None else signed_in_as(person)
    token = token_for(person, LinkPurpose.OPPORTUNITIES) if comes_by_link and person else "x"
    # Each sends what is for the other side.
    step = "withdraw" if name == ASKED else "accept"

    found, opened = world.read_by(client, token, **typed(step))

    assert found - {f"{name} name", f"{name} address"} == READS[name] - {
        f"{name} name",
        f"{name} address",
    }
    assert opened > 20


@pytest.mark.parametrize("role", STAFF)
def test_staff_read_no_messages_and_nobody_of_those_who_wrote(world, role):
    user = {
        "coordinator": lambda: coordinator(FocusArea.objects.get(number=1)),
        "officer": officer,
        "desk manager": desk_manager,
        "observer": observer,
        "superuser": lambda: UserFactory(is_superuser=True),
    }[role]()

    client = signed_in(user)

    found, opened = world.read_by(client, "x", **typed("accept"))
    page = client.get(reverse("admin:opportunities_opportunity_change", args=[world.need.pk]))

    # Staff write to the member of each need and offer, and read who sent it, but not who wrote
    # about it.
    of_members = {f"{name} {fact}" for name in (ASKED, "waiting") for fact in ("name", "address")}
    assert found <= of_members
    assert world.found_in(page.text) <= {"asked name", "asked address"}
    assert opened > 20


def test_page_in_each_language_names_nobody(world, settings):
    contact = world.contact("waiting")
    person = world.people[ASKED]
    client = signed_in_as(person)

    found = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            path = reverse("opportunities:answer", args=[contact.pk])
        found |= world.found_in(client.get(path).text)

    assert found == {"waiting message"}


def test_mail_names_the_other_side_only_after_both_agreed(world):
    digest.send_digests(at=NOON + 8 * DAY)
    contacts.tell_silence(at=NOON + contacts.SILENT_AFTER)
    ending.ask_and_expire(at=NOON + ending.OPEN_FOR)
    ending.ask_and_expire(at=NOON + ending.OPEN_FOR + ending.ANSWER_WITHIN)

    pair = (world.people[ASKED], world.people["accepted"])
    own = {each.email: f"{name} name" for name, each in world.people.items()}
    agreed = topic_of(
        world.need, "contact", world.contact("accepted").pk, "opportunity_contact_accepted"
    )
    about_both = {"asked name", "asked address", "accepted name", "accepted address"}
    kinds = set()
    for message in Message.objects.all():
        text = f"{message.subject} {text_of(message)} {message.topic} {message.attachment}"
        found = world.found_in(text) - {own[message.recipient]}
        kinds.add(message.topic.split("/")[-2])
        if message.topic.startswith(f"{agreed}/"):
            assert message.recipient in {each.email for each in pair}
            theirs = about_both - {own[message.recipient], own[message.recipient][:-4] + "address"}
            assert found == theirs
        else:
            assert found == set()
    assert kinds >= {
        "opportunity_contact",
        "opportunity_contact_accepted",
        "opportunity_contact_ended",
        "opportunity_contact_silence",
    }
    assert Opportunity.objects.get(pk=world.need.pk).status == "expired"
