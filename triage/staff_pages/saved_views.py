"""The views of a list that a person keeps: saved, renamed and deleted by their owner alone."""

from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from triage.staff_pages.models import SavedView

# The maximum number of views of one person in one list.
MAX_VIEWS: Final = 20
# The maximum length of a query string with its search, in characters.
MAX_QUERY_LENGTH: Final = 2000


def views_of(owner: User, list_of: str) -> QuerySet[SavedView]:
    """Return the views that a person keeps of a list, by name."""
    return SavedView.objects.filter(owner=owner, list_of=list_of).order_by("name", "pk")


@transaction.atomic
def save_view(*, owner: User, list_of: str, name: str, search: str, filters: str) -> SavedView:
    """Keep a search and the filters of a list, as a query string, under a name.

    Raises Refused if there is nothing to keep or too much, if the name is taken, or if the person
    has MAX_VIEWS.
    """
    # Two windows of the same person wait for each other here.
    lock(owner)
    view = SavedView(owner=owner, list_of=list_of, name=name, search=search, filters=filters)
    if not view.query:
        raise Refused(_("Choose a filter, an order or a search first."), code="nothing")
    if len(view.query) > MAX_QUERY_LENGTH:
        raise Refused(_("This search is too long to be saved."), code="too_long")
    if views_of(owner, list_of).count() >= MAX_VIEWS:
        sentence = _("You have %(number)d views. Delete one first.")
        raise Refused(sentence % {"number": MAX_VIEWS}, code="too_many")
    _check_name(view)
    view.save(force_insert=True)
    return view


@transaction.atomic
def rename_view(*, view: SavedView, name: str) -> None:
    """Give a view another name. Raises Refused if the owner has another view with it."""
    lock(view.owner)
    view.name = name
    _check_name(view)
    view.save(update_fields=["name"])


def delete_view(*, view: SavedView) -> None:
    """Delete a view. The list that it shows stays as it is."""
    view.delete()


def _check_name(view: SavedView) -> None:
    same = views_of(view.owner, view.list_of).filter(name=view.name).exclude(pk=view.pk)
    if same.exists():
        raise Refused(_("You have a view with this name."), code="name_taken")
