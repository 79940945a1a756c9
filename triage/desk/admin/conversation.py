"""The conversation on the page of a member or of a commitment, and the files of its replies."""

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from accounts.admin.base import StaffRequest
from accounts.models import User
from inbox.models import IncomingFile, IncomingMailQuerySet
from inbox.services.conversation import Part, conversation, part_asked_for
from papers.services.downloads import download
from triage.desk.admin.member_messages import MessageGroup


def can_read_messages(user: User) -> bool:
    """Return whether a user may read the letters to a member whose page they may see."""
    return user.has_perm("outbox.view_message") or user.has_perm("members.view_membermessage")


def conversation_context(
    request: StaffRequest,
    *,
    row_address: str,
    files_page: str,
    entries: Iterable[Any],
    note: str,
    opinions: Iterable[Any] = (),
    about_opinions: Collection[str] = (),
    letters: Iterable[MessageGroup],
    replies: IncomingMailQuerySet,
) -> dict[str, Any]:
    """Return the conversation of a row for its page, with the links of the filter.

    Only people who may read messages get the letters and replies. `files_page` is the name of the
    URL of the files of replies.
    """
    part = part_asked_for(request.GET.get("part"))
    may_read = can_read_messages(request.user)

    def address_of(other: Part) -> str:
        # The page of a decision keeps its decision; that of a posted form has no address to keep.
        query = request.GET.copy()
        query.pop("part", None)
        if other:
            query["part"] = other
        page = request.path if request.method in ("GET", "HEAD") else row_address
        return f"{page}?{query.urlencode()}"

    return {
        "conversation": conversation(
            entries=entries,
            note=note,
            opinions=opinions,
            about_opinions=about_opinions,
            letters=letters,
            replies=replies.with_parts() if may_read and part in (Part.ALL, Part.MAIL) else (),
            part=part,
        ),
        "part": part,
        "parts": [
            (each, each.label, address_of(each)) for each in Part if may_read or each != Part.MAIL
        ],
        "address_of_all": address_of(Part.ALL) if part != Part.ALL else "",
        "address_of_the_files": files_page,
    }


def received_file(
    request: StaffRequest, replies: IncomingMailQuerySet, received: int, *, back: str
) -> HttpResponseBase:
    """Send a file of one of some replies. Raises PermissionDenied and Http404."""
    if not can_read_messages(request.user):
        raise PermissionDenied
    files = IncomingFile.objects.filter(mail__in=replies).exclude(file="")
    return download(request, get_object_or_404(files, pk=received), back=back)
