"""Colleagues whom an internal note names with @: they get an email, and see it in their lists."""

import re
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused
from core.folding import QUOTATION_MARKS, fold
from members.models import Mention, RowEvent, TimelineEntry, TimelineKind
from members.services.letters.composing import topic_of_kind
from members.services.letters.officers import IS_NOTIFIABLE, notify_of_row
from outbox.services.rendering import escape_inline

KIND: Final = "officer_mentioned"
# @Amina, @amina.diallo or @"Amina Diallo", but no part of an email or web address.
MENTION: Final = re.compile(
    r"""(?<![\w.+/@-])@(?:"([^"\n]+)"|([^\s"'@,;:!?()\[\]/،؛؟。，、：；！？（）]+))"""
)


def colleagues_named(text: str, *, row: Any, by: User) -> list[User]:
    """Return the colleagues whom a note of a person about a row names, each once.

    A name is a full name, a part of it, or an email address up to its @. Only active staff who may
    see the row can be named, but not the author.

    Raises Refused (unknown_colleague, no_access, several_colleagues).
    """
    written = MENTION.findall(text.translate(QUOTATION_MARKS))
    names = [(quoted or word).rstrip(".-") for quoted, word in written]
    colleagues: list[User] = []
    if any(names):
        others = User.objects.filter(IS_NOTIFIABLE).exclude(pk=by.pk)
        colleagues = list(others.order_by("name", "email"))
    return list(dict.fromkeys(_colleague(name, colleagues, row) for name in names if name))


def tell_named(named: Iterable[User], *, row: Any, entry: TimelineEntry | RowEvent) -> None:
    """Write to the colleagues whom a note names, with a link to the row, but without the note.

    A note about a member is also marked in their list.
    """
    for colleague in named:
        notify_of_row(
            row,
            colleague,
            KIND,
            {"by": escape_inline(entry.by_name), "about": escape_inline(str(row))},
            topic=f"{topic_of_kind(row, TimelineKind.NOTE_ADDED)}/entry-{entry.pk}",
            at=entry.at,
        )
        if isinstance(entry, TimelineEntry):
            Mention.objects.create(entry=entry, colleague=colleague)


def mark_mentions_as_read(member: int, *, by: User) -> None:
    """Delete the mentions of a person in the notes about a member, whose page they have open."""
    Mention.objects.filter(entry__member=member, colleague=by).delete()


def _colleague(name: str, colleagues: Iterable[User], row: Model) -> User:
    """Return the colleague with a name who may see a row. Raises Refused."""
    wanted = fold(name)
    called = [each for each in colleagues if wanted in _names_of(each)]
    exact = [each for each in called if wanted == fold(str(each))]
    found = [each for each in exact or called if _may_see(each, row)]
    if called and not found:
        raise Refused(
            _(
                "%(name)s has no access to this page, so nobody was told. Name a colleague who has "
                "access, or remove the @."
            )
            % {"name": name},
            code="no_access",
        )
    if not found:
        raise Refused(
            _("No colleague who may see this is called %(name)s.") % {"name": name},
            code="unknown_colleague",
        )
    if len(found) > 1:
        names = ", ".join(f'@"{each}"' for each in found)
        raise Refused(
            _("%(name)s is the name of several colleagues. Write one of these: %(names)s")
            % {"name": name, "names": names},
            code="several_colleagues",
        )
    return found[0]


def _names_of(colleague: User) -> set[str]:
    """Return what a colleague may be called, folded."""
    name, account = fold(str(colleague)), fold(colleague.email.partition("@")[0])
    return {name, *name.split(), ".".join(name.split()), account}


def _may_see(colleague: User, row: Any) -> bool:
    meta = row._meta
    visible = type(row)._default_manager.visible_to(colleague)
    may_view = colleague.has_perm(f"{meta.app_label}.view_{meta.model_name}")
    return may_view and bool(visible.filter(pk=row.pk).exists())
