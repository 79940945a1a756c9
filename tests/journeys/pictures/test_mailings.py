"""The pictures of the chapter on mailings."""

import pytest
from django.utils import timezone

from mailings.services.group_letters import submit_letter
from members.models import FocalPoint, GrantedRole
from participation.models import MemberAccount

SUBJECT = {"en": "News of the Connectivity Forum", "fr": "Nouvelles du Forum de la connectivité"}
TEXT = {
    "en": "The Forum takes place on 15 March. Papers are welcome until 1 February.",
    "fr": "Le Forum aura lieu le 15 mars. Les documents sont attendus jusqu’au 1er février.",
}
COMMENTS = {"en": "Your comments on the draft", "fr": "Vos observations sur le projet"}
PLEASE = {
    "en": "The draft of our Action Framework is among the papers. Please comment by Friday.",
    "fr": "Le projet de notre cadre d’action est parmi les documents. Vos observations sont "
    "attendues d’ici vendredi.",
}


@pytest.fixture
def co_lead():
    """The focal point of a co-lead of the area of the coordinator, and their account."""
    accounts = MemberAccount.objects.select_related("user")
    person = (
        FocalPoint.objects.filter(
            member__granted_role=GrantedRole.CO_LEAD,
            member__focus_area__number=1,
            email__in=accounts.values("user__email"),
        )
        .order_by("pk")
        .first()
    )
    return person, accounts.get(user__email=person.email).user


def test_last_page_before_sending(desk, take, words, language):
    page = desk("coordinator", viewport={"width": 900, "height": 800})
    page.goto("/admin/mailings/mailing/add/")
    page.get_by_label(words("Members of a focus area")).select_option(index=1)
    kind = words("Bulletin with news, only to recipients who agreed to receive it")
    page.get_by_label(kind).check()
    page.get_by_label(words("First language")).select_option(language)
    page.get_by_role("button", name=words("Create draft")).click()
    page.get_by_label(words("Subject")).first.fill(SUBJECT[language])
    page.get_by_label(words("Text"), exact=True).first.fill(TEXT[language])
    page.get_by_role("button", name=words("Save and review before sending")).click()

    # Without the fields of day and time, which a browser shows in its own language.
    shown = [
        page.get_by_role("main").locator("dl.facts"),
        page.get_by_label(words("At the day and time below")),
    ]
    take(page, "mailings-send", shown)


def test_letter_of_a_co_lead(desk, take, words, language, co_lead):
    person, user = co_lead
    submit_letter(
        person=person,
        by=user,
        at=timezone.now(),
        language=language,
        subject=COMMENTS[language],
        body=PLEASE[language],
        shows_address=False,
    )
    page = desk("coordinator", viewport={"width": 900, "height": 800})
    page.goto("/admin/mailings/mailing/group-letters/")
    page.get_by_role("link", name=COMMENTS[language]).click()

    shown = [
        page.get_by_role("heading", name=COMMENTS[language]),
        page.get_by_label(words("Reason")),
        page.get_by_role("button", name=words("Return to the co-lead")),
    ]
    take(page, "mailings-co-lead", shown)
