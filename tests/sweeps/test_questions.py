"""Rules for every question of the form.

No question is named here, except those that accept only certain answers.
"""

import re

import pytest
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.urls import reverse

from eoi.forms.answers import SUBMISSION_ONLY_FIELDS
from eoi.forms.expression import TECHNICAL_FIELDS, ExpressionOfInterestForm
from members.models import GrantedRole, Member
from members.models.focal_point import Person
from members.services.decisions import admit_to_focus_area
from members.services.intake import receive_expression_of_interest
from members.services.private_links import LinkPurpose, token_for
from members.services.question import Kind, Section
from members.services.questions import (
    PERSON_FIELDS,
    QUESTIONS,
    QUESTIONS_BY_NAME,
    Answers,
)
from tests.eoi.form import FORM, carried_by, make_call, words_of
from tests.factories import NOON, CallFactory, FocusAreaFactory
from tests.hostile.pages import Page
from tests.triage.staff import officer, signed_in
from triage.spreadsheets.services.columns import MemberSheet

# A first and a second answer to the questions that do not accept any text or choice.
FITTING = {
    Kind.COUNTRY: ("KE", "NP"),
    Kind.WEBSITE: ("https://one.example.org", "https://two.example.org"),
    Kind.EMAIL: ("one@example.org", "two@example.org"),
    Kind.PHONE: ("+254712345678", "+254712345679"),
    Kind.TIME_ZONE: ("Africa/Nairobi", "Asia/Kathmandu"),
}
# The address of an existing person cannot be corrected: the role must be transferred.
ADDRESSES = ("email", "alternate_email")
ALTERNATE_PREFIX = "alternate_"


def answers_to(number):
    """One answer to each question, as a browser sends it. 0 and 1 give different answers."""
    form = ExpressionOfInterestForm()
    return {name: _answer(name, form.fields[name], number) for name in questions()}


def _answer(name, field, number):
    fitting = FITTING.get(QUESTIONS_BY_NAME[name].kind)
    if fitting:
        return [fitting[number]]
    if isinstance(field, forms.BooleanField):
        return [["on"], []][number]
    if isinstance(field, forms.MultipleChoiceField):
        # Neither is the first choice of the other set of answers.
        return [[str(field.choices[n][0]) for n in each] for each in ((1, 2), (0, 1))][number]
    if isinstance(field, forms.ChoiceField):
        offered = [str(value) for value, _label in field.choices if value]
        return [offered[[0, -1][number]]]
    return [f"{number} {name}"[: field.max_length]]


SAID_ONCE = {"submission_key": ["key"], "is_authorised": ["on"], "privacy_consent": ["on"]}


def filled_in(answers):
    """The form with these answers, all of them valid."""
    sent = QueryDict(mutable=True)
    for name, answer in answers.items():
        sent.setlist(name, answer)
    form = ExpressionOfInterestForm(sent)
    assert form.errors == {}
    return form


def received():
    """A member that answered every question, and its focal point."""
    form = filled_in({**answers_to(0), **SAID_ONCE})
    member = receive_expression_of_interest(call=CallFactory(), at=NOON, **form.answers())
    return member, member.focal_points.get(is_alternate=False)


def shown(client, address):
    """The answers on a page, as a browser would send them."""
    fields = Page(client.get(address)).fields_of(address)
    return {name: [value.decode() for value in values] for name, values in fields.items()}


def own_page(person):
    return reverse("eoi:correct", args=[token_for(person, LinkPurpose.EOI)])


def page_of_the_desk(person):
    return reverse("admin:members_member_correct", args=[person.member_id])


def questions(*but):
    """The names of all questions except one-time ones and those given."""
    return ExpressionOfInterestForm.base_fields.keys() - {*SUBMISSION_ONLY_FIELDS, *but}


def of(answers, names):
    """The answers to some questions. A missing answer is an empty one."""
    return {name: sorted(filter(None, answers.get(name, ["not on the page"]))) for name in names}


def test_table_has_a_row_for_each_field_of_the_form():
    asked = ExpressionOfInterestForm.base_fields.keys() - {"submission_key", *TECHNICAL_FIELDS}

    assert sorted(question.name for question in QUESTIONS) == sorted(asked)


def test_table_asks_about_the_alternate_what_it_asks_about_the_focal_point():
    of_focal_point, of_alternate = (
        [(each.column_name, each.kind) for each in QUESTIONS if each.section is section]
        for section in (Section.FOCAL_POINT, Section.ALTERNATE)
    )

    assert of_alternate == of_focal_point
    assert sorted(PERSON_FIELDS) == sorted(column.name for column in Person._meta.local_fields)


def test_intake_takes_an_answer_to_each_question():
    assert Answers.__annotations__.keys() == QUESTIONS_BY_NAME.keys()
    required = {question.name for question in QUESTIONS if question.required}
    # Scripts may leave the position out.
    assert required - Answers.__required_keys__ == {"position"}
    assert Answers.__required_keys__ <= required


def test_form_asks_every_question(client):
    make_call()

    assert QUESTIONS_BY_NAME.keys() - shown(client, FORM).keys() == set()


def test_check_page_has_every_answer(client):
    make_call()

    page = client.post(FORM, {**answers_to(0), **SAID_ONCE}, follow=True)

    on_page = [row.name for part in page.context["parts"] for row in part.rows]
    assert sorted(on_page) == sorted(question.name for question in QUESTIONS)


def test_export_has_every_answer_and_is_read_as_what_was_sent():
    received()
    sheet = MemberSheet()

    _heading, cells = sheet.lines(Member.objects.all(), at=NOON)

    written = dict(zip(sheet.fields, cells, strict=True))
    read = {name: sheet.fields[name].widget.clean(written[name]) for name in QUESTIONS_BY_NAME}
    as_sent = {
        name: answer if isinstance(answer, list) else [answer] for name, answer in read.items()
    }
    sent = filled_in({**answers_to(0), **SAID_ONCE})
    assert filled_in({**as_sent, "submission_key": ["key"]}).answers() == sent.answers()


@pytest.mark.parametrize(("page", "but"), [(own_page, ADDRESSES), (page_of_the_desk, ())])
def test_page_of_corrections_is_filled_in_with_every_answer_of_the_record(page, but):
    client = signed_in(officer())
    _member, person = received()

    found = shown(client, page(person))

    assert of(found, questions(*but)) == of(answers_to(0), questions(*but))


@pytest.mark.parametrize(("page", "but"), [(own_page, ADDRESSES), (page_of_the_desk, ())])
def test_page_of_corrections_sent_as_it_is_shown_changes_nothing(page, but):
    client = signed_in(officer())
    member, person = received()

    client.post(page(person), {**shown(client, page(person)), "confirmed": "1", "reason": "None."})

    assert list(member.timeline.exclude(kind="received")) == []
    assert Member.history.count() == 1


def test_focal_point_stores_every_answer_that_they_correct(client):
    member, person = received()
    corrected = {**shown(client, own_page(person)), **answers_to(1)}

    checked = client.post(own_page(person), corrected)
    saved = client.post(own_page(person), carried_by(checked))

    assert saved.status_code == 302
    found = shown(client, own_page(person))
    names = questions(*ADDRESSES)
    assert of(found, names) == of(answers_to(1), names)
    assert len(member.timeline.get(kind="corrected").note.splitlines()) >= len(names)


def test_focal_point_stores_every_answer_about_an_alternate_that_they_add(client):
    member, person = received()
    member.focal_points.filter(is_alternate=True).delete()
    of_the_alternate = {
        name: answer for name, answer in answers_to(1).items() if name.startswith(ALTERNATE_PREFIX)
    }
    added = {**shown(client, own_page(person)), **of_the_alternate}

    client.post(own_page(person), carried_by(client.post(own_page(person), added)))

    names = of_the_alternate.keys() - {"alternate_email"}
    assert of(shown(client, own_page(person)), names) == of(answers_to(1), names)
    assert member.focal_points.get(is_alternate=True).email == "two@example.org"


def test_staff_store_every_answer_that_they_correct():
    client = signed_in(officer())
    _member, person = received()
    corrected = {**shown(client, page_of_the_desk(person)), **answers_to(1), "reason": "A call."}

    saved = client.post(page_of_the_desk(person), corrected)

    assert saved.status_code == 302
    assert of(shown(client, page_of_the_desk(person)), questions()) == of(
        answers_to(1), questions()
    )


def test_desk_reads_every_text_of_the_record():
    _member, person = received()
    texts = {answer[0] for answer in answers_to(0).values() if answer and answer[0][:2] == "0 "}

    page = words_of(
        signed_in(officer()).get(reverse("admin:members_member_change", args=[person.member_id]))
    )

    assert {text for text in texts if text not in page} == set()


def test_public_list_has_the_public_answers_and_no_others(client):
    member, _person = received()
    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        message=None,
        by=officer(),
        at=NOON,
    )

    page = client.get(reverse("members:member_list"))

    texts = {answer[0] for answer in answers_to(0).values() if answer and answer[0][:2] == "0 "}
    public = {member.organisation_name, member.acronym}
    assert {text for text in texts if text in words_of(page)} == public


@pytest.mark.parametrize(
    ("recipe", "example"),
    [
        ("A new question in the form", "motivation"),
        ("A new question about a person", "alternate_position"),
    ],
)
def test_recipe_names_every_module_that_names_a_question(recipe, example):
    page = (settings.BASE_DIR / "CONTRIBUTING.md").read_text()
    [named] = re.findall(rf"^- \*\*{recipe}\*\* → (.*)$", page, re.MULTILINE)

    modules = {
        path.relative_to(settings.BASE_DIR).as_posix()
        for app in ("members", "eoi", "triage")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "migrations" not in path.parts and re.search(rf"\b{example}\b", path.read_text())
    }

    assert {module for module in modules if f"`{module}`" not in named} == set()
