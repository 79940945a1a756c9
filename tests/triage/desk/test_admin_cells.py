"""The cells of the list of members: kept for the same values, and correct after a change."""

from django.utils.translation import override

from focus_areas.models import FocusArea
from members.models import Member
from tests.factories import MemberFactory
from tests.triage.staff import QUEUE, observer, officer, signed_in
from triage.desk.admin.cells import facts_of, render_cell

ORGANISATION = "admin/members/member/_organisation.html"


def test_list_has_the_name_of_a_focus_area_in_the_language_of_its_reader():
    client = signed_in(observer())
    MemberFactory(first_choice=FocusArea.objects.get(number=2))

    english, french = (
        client.get(QUEUE, headers={"accept-language": language}).text for language in ("en", "fr")
    )

    assert english.count("<span>Empowering Communities</span>") == 1
    assert french.count("<span>Autonomiser les communautés</span>") == 1


def test_list_shows_each_member_with_its_own_facts():
    client = signed_in(observer())
    MemberFactory(organisation_name="Alpha", acronym="", country="CH")
    MemberFactory(organisation_name="Beta", acronym="BT", country="NP")

    rows = " ".join(client.get(QUEUE).text.split()).split("<tr>")[-2:]

    assert [
        (
            ">Alpha</bdi>" in row,
            "<bdi>BT</bdi>" in row,
            ">Switzerland</span>" in row,
            ">Nepal</span>" in row,
        )
        for row in rows
    ] == [(True, False, True, False), (False, True, False, True)]


def test_cell_is_in_the_language_of_its_reader():
    values = {"waiting": "", "is_overdue": True}

    english = render_cell("admin/members/member/_waiting.html", **values)
    with override("fr"):
        french = render_cell("admin/members/member/_waiting.html", **values)

    assert ">overdue<" in english
    assert ">délai dépassé<" in french


def test_cell_escapes_a_name():
    member = Member(organisation_name="<b>A & {name}</b>", acronym="")

    cell = render_cell(ORGANISATION, member=facts_of(member, "organisation_name", "acronym"))

    assert ">&lt;b&gt;A &amp; {name}&lt;/b&gt;</bdi>" in cell


def test_checkbox_names_its_member():
    client = signed_in(officer())
    member = MemberFactory(reference="P2C-CHECK2", organisation_name="<b>{pk}")

    page = client.get(QUEUE).text

    assert (
        f'<input type="checkbox" name="_selected_action" value="{member.pk}" class="action-select" '
        'aria-label="Select this object for an action - P2C-CHECK2 · &lt;b&gt;{pk}">' in page
    )
