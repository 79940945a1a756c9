import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Member, MemberStatus
from members.services import search
from tests.factories import NOON, FocalPointFactory, MemberFactory
from tests.members.search_table import FOUND as EXPECTED
from tests.members.search_table import FOUND_SIMILAR, store_members
from tests.triage.staff import officer, signed_in

QUEUE = "/admin/members/member/"


@pytest.fixture
def client():
    return signed_in(officer())


@pytest.fixture
def _files():
    ministry = MemberFactory(
        organisation_name="Ministry of Posts", acronym="MoP", reference="P2C-AAAAA1"
    )
    FocalPointFactory(
        member=ministry, given_name="Grace", family_name="Hopper", email="grace@posts.example"
    )
    FocalPointFactory(
        member=ministry, is_alternate=True, given_name="Alan", email="alan@posts.example"
    )
    telecom = MemberFactory(
        organisation_name="Posts and Telecom", reference="P2C-AAAAA2", status=MemberStatus.ADMITTED
    )
    FocalPointFactory(
        member=telecom, given_name="Ada", family_name="O'Neil", email="ada@telecom.example"
    )


def names_of(members):
    return [member.organisation_name for member in members.order_by("submitted_at", "pk")]


def found_by(typed, **kept):
    return names_of(search.find(Member.objects.filter(**kept), typed).members)


MINISTRY, TELECOM = "Ministry of Posts", "Posts and Telecom"
FOUND = {
    "posts": [MINISTRY, TELECOM],
    # In the organisation and one of its people, and in two of its people.
    "posts ada": [TELECOM],
    "grace alan": [MINISTRY],
    '"and posts"': [],
    "posts nobody": [],
    # One and two letters, the same letter twice, and one with a special meaning.
    "H": [MINISTRY],
    "pp": [MINISTRY],
    "l": [MINISTRY, TELECOM],
    "'n": [TELECOM],
    "\\": [],
    "te ad": [TELECOM],
}
# Each word is in more members than are tried at a time.
SEARCHES_OF_MANY = ("posts", "posts ada", "grace alan", '"and posts"', "posts nobody", "l", "te ad")


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize(
    ("typed", "at_most"),
    [*((typed, 1000) for typed in FOUND), *((typed, 1) for typed in SEARCHES_OF_MANY)],
)
def test_search_finds_the_files_that_have_every_word(typed, at_most, monkeypatch):
    monkeypatch.setattr(search, "MAX_RESULTS", at_most)

    assert found_by(typed) == FOUND[typed][:at_most]


@pytest.mark.usefixtures("_files")
def test_search_looks_among_what_the_filters_keep(client):
    page = client.get(QUEUE, {"q": "posts", "status": "admitted"})

    assert names_of(page.context["cl"].result_list) == [TELECOM]
    # Everything that was found is shown.
    assert page.context["about_the_search"] == ""


def test_search_shows_the_oldest_of_too_many_and_says_so(client, monkeypatch):
    monkeypatch.setattr(search, "MAX_RESULTS", 2)
    for name, days in [("Third", 3), ("First", 1), ("Second", 2)]:
        member = MemberFactory(organisation_name=f"{name} university")
        Member.objects.filter(pk=member.pk).update(submitted_at=NOON.replace(day=days))

    response = client.get(QUEUE, {"q": "university"})

    names = ["First university", "Second university"]
    assert names_of(response.context["cl"].result_list) == names
    told = response.context["about_the_search"]
    assert told == (
        "More than 2 organisations match. The oldest are shown. Add a word to narrow the search."
    )
    assert told in response.content.decode()


POSTGRESQL_ONLY = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no trigrams"
)
NOTHING_EXACTLY = "No exact matches. Similar organisations are shown."


@POSTGRESQL_ONLY
@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        # One letter missing, added, wrong, two swapped; and two of these errors.
        ("minstry", [MINISTRY]),
        ("telecomm", [TELECOM, "Côte Télécom"]),
        ("hoqper", [MINISTRY]),
        ("minsitry", [MINISTRY]),
        ("minsittry", [MINISTRY]),
        ("hapqqer", []),
        # Each word may have its own error, in the organisation and in its people.
        ("minstry hoper", [MINISTRY]),
        ("pots telcom", [TELECOM]),
        ("minstry nobody", []),
        ("minstry of", [MINISTRY]),
        ("grace@post.example", [MINISTRY]),
        ("P2C-AAAAB1", [MINISTRY]),
        # Text in quotation marks must match exactly.
        ('"minstry of"', []),
        # Accents are no errors, and a country or an assignee is a word like others.
        ("cóte telecon", ["Côte Télécom"]),
        ("switzerland minstry", [MINISTRY]),
        # Too short to be similar to anything.
        ("zq", []),
        ("xde", []),
    ],
)
def test_search_finds_what_is_similar_where_nothing_has_the_words(typed, found):
    MemberFactory(organisation_name="Côte Télécom", submitted_at=NOON)

    result = search.find(Member.objects.all(), typed)

    assert names_of(result.members) == found
    assert result.in_words == (NOTHING_EXACTLY if found else "")


@POSTGRESQL_ONLY
@pytest.mark.usefixtures("_files")
def test_search_finds_similar_words_only_if_none_is_found_and_among_what_the_filters_keep():
    MemberFactory(organisation_name="Ministri of Posts")

    found = found_by("ministry"), found_by("pots", status="admitted")

    assert found == ([MINISTRY], [TELECOM])


@POSTGRESQL_ONLY
def test_search_shows_those_with_the_fewest_slips(monkeypatch):
    monkeypatch.setattr(search, "MAX_SIMILAR", 2)
    for name in ("Universitas", "Univarsity", "University"):
        MemberFactory(organisation_name=name)

    assert found_by("univercity") == ["Univarsity", "University"]


@pytest.mark.sqlite_in_ci
@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL knows likeness")
@pytest.mark.usefixtures("_files")
def test_search_without_trigrams_finds_the_very_words_alone():
    assert found_by("minstry") == []
    assert found_by("ministry") == [MINISTRY]


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize(
    "typed",
    [
        "\0",
        '"',
        "'",
        '"" posts',
        "\\\\",
        "   ",
        "%s %(x)s",
        "' OR 1=1 --",
        "\u202e\u0301",
        "😀😀😀",
        "x" * 3000,
        " ".join(f"w{number}" for number in range(2000)),
        " ".join("北京上海广州深天" * 100),
    ],
)
def test_search_is_never_an_error_whatever_is_typed(client, typed):
    response = client.get(QUEUE, {"q": typed, "status": "all"})

    assert response.status_code == 200


@POSTGRESQL_ONLY
@pytest.mark.parametrize(
    "entries",
    [
        *(search._entries_with([word]) for word in ("ministry", "北京", "京")),
        search._similar_to("minstry", {}),
    ],
)
def test_search_is_answered_from_an_index(entries):
    # With few rows, PostgreSQL would scan the table unless that is disabled.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert "members_searchentry_trigrams" in entries.explain()


@pytest.fixture
def _coalition():
    store_members()


def letters_found(typed, *, similar):
    """The letters of the members that a search finds, either exactly or by similar words."""
    result = search.find(Member.objects.all(), typed)
    references = result.members.order_by("submitted_at").values_list("reference", flat=True)
    return "".join(each[4] for each in references) if bool(result.in_words) == similar else ""


@pytest.mark.usefixtures("_coalition")
def test_search_finds_what_the_table_says():
    # Similar members depend on the database.
    assert {typed: letters_found(typed, similar=False) for typed in EXPECTED} == EXPECTED


@POSTGRESQL_ONLY
@pytest.mark.usefixtures("_coalition")
def test_search_finds_what_the_table_says_in_spite_of_typing_errors():
    found = {typed: letters_found(typed, similar=True) for typed in FOUND_SIMILAR}

    assert found == FOUND_SIMILAR


# What is typed, and the names in the order in which the list shows them.
RANKED = {
    "itu": ["Union", "ITU Association", "Friends of ITU", "Institute", "Secretariat"],
    "Ítu ": ["Union", "ITU Association", "Friends of ITU", "Institute", "Secretariat"],
    "itu friends": ["Friends of ITU"],
    "P2C-RANKD2": ["Secretariat"],
    "p2crankd2": ["Secretariat", "Rankd2 Foundation"],
    "rankd2": ["Secretariat", "Rankd2 Foundation"],
}


@pytest.fixture
def _ranked():
    """Members that have ITU in different facts, the worst match first in time."""
    facts = {
        "Secretariat": {"reference": "P2C-RANKD2"},
        "Friends of ITU": {},
        "Institute": {"acronym": "XITUX"},
        "ITU Association": {},
        "Union": {"acronym": "ITU"},
        "Rankd2 Foundation": {},
    }
    for number, (name, some) in enumerate(facts.items()):
        at = NOON.replace(day=number + 1)
        member = MemberFactory(organisation_name=name, submitted_at=at, **some)
        email = "ada@itu.example" if name == "Secretariat" else "ada@mail.example"
        FocalPointFactory(member=member, email=email)


@pytest.mark.both_databases
@pytest.mark.usefixtures("_ranked")
@pytest.mark.parametrize("typed", RANKED)
def test_list_of_a_search_has_the_best_match_first_and_says_so(client, typed):
    page = client.get(QUEUE, {"q": typed})
    by_name = client.get(QUEUE, {"q": typed, "o": "-1"})

    shown, chosen = (
        [each.organisation_name for each in response.context["cl"].result_list]
        for response in (page, by_name)
    )
    assert shown == RANKED[typed]
    assert chosen == sorted(shown, reverse=True)
    assert "Best match first." in page.text
    assert "Best match first." not in by_name.text


@pytest.mark.both_databases
@pytest.mark.usefixtures("_ranked")
def test_best_match_is_among_the_results_of_too_many(monkeypatch):
    monkeypatch.setattr(search, "MAX_RESULTS", 2)

    assert found_by("itu") == ["Secretariat", "Union"]


@pytest.mark.usefixtures("_coalition")
def test_search_asks_the_database_as_often_for_many_words_as_for_one():
    members = Member.objects.all()

    with CaptureQueriesContext(connection) as of_one:
        list(search.find(members, "telecom").members)
    with CaptureQueriesContext(connection) as of_many:
        list(search.find(members, "telecom oman bob gulf").members)

    assert len(of_many) == len(of_one) == 3
