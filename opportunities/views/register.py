"""The public list of needs and offers, and the page of each."""

from typing import Final

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from commitments.services.open_data.formats import RESOURCE_FILES, links_to
from commitments.views.register import with_value, without
from core.dates import GENEVA, format_datetime
from core.pagination import KeyPaginator
from opportunities.forms.register import SHOW, RegisterForm
from opportunities.services.matching import matches_for
from opportunities.services.opportunity_page import opportunity_page as page_of
from opportunities.services.reader import Reader
from opportunities.services.register import Tab, count_by_tab, figures, in_tab, rows_of
from opportunities.views.pages import opportunity_page

PAGE_SIZE: Final = 20
RESOURCE: Final = "opportunities"


@require_safe
@opportunity_page
def register(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """List the public needs and offers of a tab, those that wait longest first.

    Invalid filters are ignored. A page number past the end shows the last page.
    """
    form = RegisterForm(request.GET)
    form.is_valid()
    tab = Tab(form.cleaned_data.get(SHOW) or Tab.NEEDS)
    form.cleaned_data[SHOW] = tab.value
    numbers = count_by_tab(form.cleaned_data, at=reader.at)
    paginator = KeyPaginator(in_tab(form.cleaned_data, tab, at=reader.at), PAGE_SIZE)
    # The tabs have counted the list.
    paginator.count = numbers[tab]
    page = paginator.get_page(request.GET.get("page"))
    return render(
        request,
        "opportunities/register.html",
        {
            "page": page,
            "rows": rows_of(page, at=reader.at),
            "form": form,
            "figures": figures(at=reader.at),
            "active_filters": [
                (label, words, without(request, name)) for name, label, words in form.active()
            ],
            "show_all": f"?{SHOW}={tab}",
            "reader": reader,
            "tab": tab,
            "tabs": [
                (each, number, with_value(request.GET, SHOW, each.value))
                for each, number in numbers.items()
            ],
            "data_links": links_to(RESOURCE_FILES, RESOURCE, query=form.query_string()),
            "as_of": format_datetime(reader.at, GENEVA),
        },
    )


@require_safe
@opportunity_page
def opportunity(request: HttpRequest, reader: Reader, reference: str) -> HttpResponseBase:
    """Show a need or an offer with what happened to it.

    What is not public is answered like what does not exist; its member is redirected to its page.
    """
    page = page_of(reference, reader)
    if page is None:
        raise Http404
    shown = page["opportunity"]
    if not shown.is_public:
        return redirect(reader.address("mine"))
    data_links = links_to(RESOURCE_FILES, RESOURCE, query=f"?q={shown.reference}")
    return render(
        request,
        "opportunities/opportunity.html",
        {
            "page": page,
            "reader": reader,
            "data_links": data_links,
            **matches_for(reader, shown),
        },
    )
