import pytest

from core.conflicts import Refused
from tests.factories import SavedViewFactory, UserFactory
from triage.staff_pages.models import SavedView
from triage.staff_pages.saved_views import (
    MAX_QUERY_LENGTH,
    MAX_VIEWS,
    delete_view,
    rename_view,
    save_view,
    views_of,
)

pytestmark = pytest.mark.both_databases
FACTS = {"list_of": "members.member", "search": "", "filters": "language=fr"}


def test_view_is_kept_with_its_search_apart_from_the_filters():
    owner = UserFactory()

    view = save_view(
        owner=owner, **{**FACTS, "name": "Ministries in Africa", "search": "ministère & co"}
    )

    view.refresh_from_db()
    assert (view.owner, view.list_of, view.name) == (
        owner,
        "members.member",
        "Ministries in Africa",
    )
    assert (view.search, view.filters) == ("ministère & co", "language=fr")
    assert view.query == "language=fr&q=minist%C3%A8re+%26+co"
    assert SavedView(search="Ada", filters="").query == "q=Ada"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"filters": ""}, "nothing"),
        ({"search": "x" * MAX_QUERY_LENGTH}, "too_long"),
        ({"name": "Ours"}, "name_taken"),
    ],
)
def test_view_without_a_filter_too_long_or_of_a_taken_name_is_refused(facts, code):
    ours = SavedViewFactory(name="Ours")
    SavedViewFactory(name="Theirs")

    with pytest.raises(Refused) as refused:
        save_view(owner=ours.owner, **{**FACTS, "name": "Theirs", **facts})

    assert refused.value.code == code
    assert list(views_of(ours.owner, "members.member")) == [ours]


def test_person_has_at_most_twenty_views_of_a_list():
    owner = UserFactory()
    SavedViewFactory.create_batch(MAX_VIEWS - 1, owner=owner)
    SavedViewFactory(owner=owner, list_of="commitments.commitment")
    save_view(owner=owner, name="The last", **FACTS)

    with pytest.raises(Refused, match="You have 20 views") as refused:
        save_view(owner=owner, name="One more", **FACTS)

    assert refused.value.code == "too_many"
    assert views_of(owner, "members.member").count() == MAX_VIEWS


def test_view_is_renamed_unless_another_one_has_the_name():
    view = SavedViewFactory(name="Mine")
    SavedViewFactory(name="Taken", owner=view.owner)
    rename_view(view=view, name="French")

    with pytest.raises(Refused, match="You have a view") as refused:
        rename_view(view=view, name="Taken")

    view.refresh_from_db()
    assert (view.name, refused.value.code) == ("French", "name_taken")
    rename_view(view=view, name="French")


def test_view_is_deleted_and_others_stay():
    view, other = SavedViewFactory(), SavedViewFactory()

    delete_view(view=view)

    assert list(SavedView.objects.all()) == [other]


def test_views_of_a_list_are_those_of_their_owner_by_name():
    owner = UserFactory()
    views = [SavedViewFactory(owner=owner, name=name) for name in ("B", "A")]
    SavedViewFactory(owner=owner, list_of="commitments.commitment")
    SavedViewFactory()

    assert list(views_of(owner, "members.member")) == views[::-1]
