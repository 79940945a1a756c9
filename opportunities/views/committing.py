"""Beginning a commitment from an accepted contact."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from commitments.models import CommitmentStatus
from core.conflicts import Refused
from opportunities.models import Contact
from opportunities.services.committing import begin
from opportunities.services.reader import Reader
from opportunities.views.pages import member_page


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def commit(request: HttpRequest, reader: Reader, pk: int) -> HttpResponseBase:
    """Begin a commitment from a contact, and open its form. Who came by a link signs in there.

    A GET, as after signing in, leads to the contact.
    """
    rows = Contact.objects.select_related("opportunity__member", "own", "member")
    is_theirs = Q(member__in=reader.members) | Q(opportunity__member__in=reader.members)
    contact = get_object_or_404(rows.filter(is_theirs), pk=pk)
    if request.method == "POST":
        sides = (contact.opportunity.member_id, contact.member_id)
        by = next(each for each in reader.people if each.member_id in sides)
        try:
            draft = begin(contact=contact, by=by, at=reader.at)
            if draft.status == CommitmentStatus.DRAFT:
                return redirect("commitments:edit", draft.reference, "what")
            return redirect("commitments:my_commitment", draft.reference)
        except Refused as refused:
            messages.error(request, str(refused))
    return redirect(reader.address("answer", pk))
