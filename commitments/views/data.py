"""Open data: the files and their documentation."""

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import date
from functools import partial, wraps
from typing import IO, Any, Final, cast

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from commitments.forms.register import SORT, RegisterFilterForm
from commitments.models import Commitment, DataSnapshot, SnapshotFile
from commitments.services.open_data.columns import Resource
from commitments.services.open_data.etags import etag_of
from commitments.services.open_data.feed import feed_queries, write_feed
from commitments.services.open_data.files import (
    PAGE_SIZE,
    commitment_as_json,
    consistent_read,
    is_small,
    json_page,
    write_csv,
    write_file,
    write_workbook,
)
from commitments.services.open_data.formats import (
    CONTENT_TYPES,
    FLAT_FILES,
    MORE_FILES,
    RESOURCE_FILES,
    links_to,
)
from commitments.services.open_data.iati import iati_queries, write_iati
from commitments.services.open_data.package import data_package
from commitments.services.open_data.register_file import REGISTER
from commitments.services.open_data.resources import (
    COMMITMENTS,
    DOCUMENTED,
    FILTERS,
    RESOURCES,
    Filters,
)
from commitments.services.open_data.snapshots import ARCHIVE
from commitments.services.register import matching
from core.dates import GENEVA, format_date, format_datetime, month_in_words
from core.languages import list_in_words
from core.numbers import number_in_words, whole_number
from focus_areas.models import FocusArea
from meetings.views import feed_view
from members.forms import FilterForm
from papers.services.downloads import DOWNLOAD_CSP

logger = logging.getLogger(__name__)

# As other public files.
PUBLIC_CACHE: Final = "public, max-age=300"
# A file of a snapshot never changes.
IMMUTABLE_CACHE: Final = "public, max-age=31536000, immutable"
# The parameter for the next page of JSON, and the largest key that a database has.
AFTER: Final = "after"


class WrongQuery(Exception):
    """The address asks for something that there is not. The text says what."""


def public_file(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a view of a public file: GET and HEAD only, for scripts of all sites.

    All that it reads is of one moment.

    A wrong query is refused, so that nobody takes all rows for the ones that were asked for.
    """

    @feed_view
    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        with consistent_read():
            try:
                return view(request, *args, **kwargs)
            except WrongQuery as wrong:
                return HttpResponse(
                    f"{wrong}\n", content_type="text/plain; charset=utf-8", status=400
                )

    @wraps(view)
    def shared(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = answered(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    # The view has no session to protect, as that of a feed.
    shared.csrf_exempt = True  # type: ignore[attr-defined]
    return shared


def data_view(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a view of a public file that is in English."""

    @wraps(view)
    def in_english(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        with override("en"):
            return view(request, *args, **kwargs)

    return public_file(in_english)


@data_view
def data_csv(request: HttpRequest, resource: str = COMMITMENTS.name) -> HttpResponseBase:
    """Return all rows of a resource that match the filters, as CSV."""
    wanted = _resource(resource)
    rows = wanted.rows_of(_filtered(request, wanted))
    etag = etag_of(wanted.queries_of(rows), wanted.name)
    return _written(request, partial(write_csv, wanted, rows), f"{wanted.name}.csv", etag=etag)


@data_view
def data_flat_xlsx(request: HttpRequest) -> HttpResponseBase:
    """Return the commitments that match the filters as a workbook, each in one row."""
    return _flat(request, write_workbook, "register.xlsx")


@data_view
def data_flat_csv(request: HttpRequest) -> HttpResponseBase:
    """Return the commitments that match the filters as CSV for spreadsheets, each in one row."""
    return _flat(request, partial(write_csv, has_mark=True), "register.csv")


@data_view
def data_json(request: HttpRequest, resource: str = COMMITMENTS.name) -> HttpResponseBase:
    """Return one page of the rows of a resource that match the filters, as JSON."""
    wanted = _resource(resource)
    rows = wanted.rows_of(_filtered(request, wanted, AFTER))
    page = json_page(wanted, rows, after=_after(request))
    address = None
    if page.next_after is not None:
        query = request.GET.copy()
        query[AFTER] = str(page.next_after)
        address = f"{settings.SITE_URL}{request.path}?{query.urlencode()}"
    rows_as_json = ",\n".join(page.rows)
    response = _text(request, f'{{"next": {json.dumps(address)},\n"rows": [{rows_as_json}]}}\n')
    if address:
        response["Link"] = f'<{address}>; rel="next"'
    return response


@data_view
def data_iati(request: HttpRequest) -> HttpResponseBase:
    """Return the commitments that match the filters as IATI activities."""
    filtered = _filtered(request, COMMITMENTS)
    commitments = Commitment.objects.public() if filtered is None else filtered
    return _iati(request, commitments, "commitments.xml")


@public_file
def feed(request: HttpRequest) -> HttpResponseBase:
    """Return the newest of the commitments that match the filters as a feed, in a language."""
    form = _filters(request, COMMITMENTS)
    commitments = matching(form.cleaned_data) if form else Commitment.objects.public()
    query = form.query_string() if form else ""
    words = list_in_words(value for _name, _label, value in form.active()) if form else ""
    page = f"{settings.SITE_URL}{reverse('commitments:register')}{query}"
    title = _("Commitments: %(filters)s") % {"filters": words} if words else _("Commitments")
    write = partial(
        write_feed,
        commitments,
        title=title,
        address=f"{settings.SITE_URL}{request.path}{query}",
        page=page,
    )
    etag = etag_of(feed_queries(commitments), title, page)
    return _written(request, write, "commitments.atom", etag=etag, is_attachment=False)


@data_view
def data_commitment_json(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Return one commitment with all its public rows as JSON."""
    commitment = get_object_or_404(Commitment.objects.public(), reference=reference)
    return _text(request, commitment_as_json(commitment))


@data_view
def data_commitment_iati(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Return one commitment as an IATI activity."""
    commitment = get_object_or_404(Commitment.objects.public(), reference=reference)
    this = Commitment.objects.filter(pk=commitment.pk)
    return _iati(request, this, f"{commitment.reference}.xml")


@data_view
def data_package_file(request: HttpRequest) -> HttpResponseBase:
    """Return the description of all files and columns (Data Package)."""
    return _text(request, json.dumps(data_package(), ensure_ascii=False, indent=2))


@data_view
def data_snapshot_file(request: HttpRequest, month: str, name: str) -> HttpResponseBase:
    """Return a file of a snapshot, as it was when it was taken."""
    row = get_object_or_404(SnapshotFile, snapshot__month=_first_day(month), name=name)
    try:
        content = row.file.open()
    except OSError as missing:
        logger.exception("The file %s of a snapshot cannot be read", row.file.name)
        raise Http404 from missing
    response = _download(content, f"{month}-{name}", size=row.size)
    return _public(request, response, row.sha256, IMMUTABLE_CACHE)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show which open data there is, where, under which terms, and how to cite it."""
    return render(
        request,
        "commitments/data.html",
        {
            "register": REGISTER,
            "register_links": links_to(FLAT_FILES),
            "resources": [
                (resource, number_in_words(resource.rows().count()), _links(resource))
                for resource in RESOURCES.values()
            ],
            "more_links": [
                (*link, download.description)
                for link, download in zip(links_to(MORE_FILES), MORE_FILES, strict=True)
            ],
            "snapshots": DataSnapshot.objects.order_by("-month"),
            "licence": settings.DATA_LICENCE,
            "licence_address": settings.DATA_LICENCE_URL,
            "site": settings.SITE_URL,
            "day": format_date(timezone.localdate()),
            "page_size": PAGE_SIZE,
        },
    )


@require_safe
def data_resource(request: HttpRequest, resource: str) -> HttpResponse:
    """Document each column of a resource, as it is declared."""
    if resource not in DOCUMENTED:
        raise Http404
    documented = DOCUMENTED[resource]
    return render(
        request,
        "commitments/data_resource.html",
        {"resource": documented, "links": _links(documented)},
    )


@require_safe
def data_snapshot(request: HttpRequest, month: str) -> HttpResponse:
    """List the files of a snapshot with their sizes and checksums."""
    snapshot = get_object_or_404(DataSnapshot, month=_first_day(month))
    files = snapshot.files.order_by("name")
    return render(
        request,
        "commitments/data_snapshot.html",
        {
            "month": month,
            "address": f"{settings.SITE_URL}{request.path}",
            "month_in_words": month_in_words(snapshot.month),
            "taken_at": format_datetime(snapshot.taken_at, GENEVA),
            "files": [
                (file, "" if file.rows is None else number_in_words(file.rows)) for file in files
            ],
            "has_archive": any(file.name == ARCHIVE for file in files),
        },
    )


def _resource(name: str) -> Resource:
    """Return the resource with a name. Raises Http404."""
    if name not in RESOURCES:
        raise Http404
    return RESOURCES[name]


def _links(resource: Resource) -> list[tuple[str, str]]:
    """Return the label and the address of each file of a resource."""
    if resource is REGISTER:
        return links_to(FLAT_FILES)
    return links_to(RESOURCE_FILES, resource.name)


def _first_day(month: str) -> date:
    """Return the first day of a month such as 2026-12. Raises Http404."""
    try:
        day = date.fromisoformat(f"{month}-01")
    except ValueError as wrong:
        raise Http404 from wrong
    return day


def _register_form(query: QueryDict) -> RegisterFilterForm:
    areas = FocusArea.objects.order_by("number")
    return RegisterFilterForm(query, focus_areas=areas, on=timezone.localdate())


OF_REGISTER: Final = Filters(frozenset(RegisterFilterForm.base_fields), _register_form, matching)
NO_FILTERS: Final = Filters(frozenset(), FilterForm, matching)


def _filters_of(resource: Resource) -> Filters:
    """Return the filters of the register for what belongs to commitments, or the resource's own."""
    return OF_REGISTER if resource.commitment else FILTERS.get(resource.name, NO_FILTERS)


def _filtered(request: HttpRequest, resource: Resource, *others: str) -> "QuerySet[Any] | None":
    """Return the commitments that match the filters of the register, or rows of a resource.

    Return None without a filter. Raises WrongQuery.
    """
    form = _filters(request, resource, *others)
    return _filters_of(resource).matching(form.cleaned_data) if form else None


def _filters(request: HttpRequest, resource: Resource, *others: str) -> FilterForm | None:
    """Return the valid filters of a resource; None without a filter.

    `others` are parameters that are no filters. The order of the register is ignored: the rows of
    a file are ordered by their keys. Raises WrongQuery.
    """
    query = request.GET.copy()
    query.pop(SORT, None)
    filters = _filters_of(resource)
    if unknown := sorted(set(query) - {*filters.names, *others}):
        raise WrongQuery(f"There is no filter {unknown[0]!r} here.")
    if not any(query.get(name) for name in filters.names):
        return None
    form = filters.form(query)
    if not form.is_valid():
        raise WrongQuery(f"{form.left_out()[0]!r} is not a value of this filter.")
    return form


def _after(request: HttpRequest) -> int:
    after = whole_number(request.GET.get(AFTER) or "0")
    if after is None:
        raise WrongQuery("The value of 'after' is not one of a link to the next page.")
    return after


def _flat(
    request: HttpRequest, write: Callable[[Resource, "QuerySet[Any]", IO[bytes]], int], name: str
) -> HttpResponseBase:
    rows = REGISTER.rows_of(_filtered(request, REGISTER))
    etag = etag_of(REGISTER.queries_of(rows), name)
    return _written(request, partial(write, REGISTER, rows), name, etag=etag)


def _iati(request: HttpRequest, commitments: "QuerySet[Commitment]", name: str) -> HttpResponseBase:
    today = timezone.localdate()
    write = partial(write_iati, commitments, on=today)
    return _written(request, write, name, etag=etag_of(iati_queries(commitments), today))


def _text(request: HttpRequest, text: str) -> HttpResponseBase:
    """Return JSON that is small enough for the memory."""
    content = text.encode()
    sha256 = hashlib.sha256(content).hexdigest()
    response = HttpResponse(content, content_type=CONTENT_TYPES["json"])
    return _public(request, response, sha256, PUBLIC_CACHE)


def _written(
    request: HttpRequest,
    write: Callable[[IO[bytes]], int],
    name: str,
    *,
    etag: str,
    is_attachment: bool = True,
) -> HttpResponseBase:
    """Return a file, or a 304 if the program already has it. Only the first is written."""
    response: HttpResponseBase | None = get_conditional_response(request, quote_etag(etag))
    if response is None:
        file = write_file(write)
        response = _download(file.content, name, size=file.size)
        if not is_attachment:
            del response["Content-Disposition"]
    return _public(request, response, etag, PUBLIC_CACHE)


def _download(content: IO[bytes], name: str, *, size: int) -> HttpResponseBase:
    """Return a file to save; a large one is streamed from the disk."""
    content_type = CONTENT_TYPES[name.rpartition(".")[2]]
    if not is_small(size):
        return FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    with content:
        response = HttpResponse(content.read(), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _public(
    request: HttpRequest, response: HttpResponseBase, sha256: str, cache_control: str
) -> HttpResponseBase:
    """Return a response, or a 304 if the program already has it. A hash is its ETag."""
    etag = quote_etag(sha256)
    response["ETag"] = etag
    response["Cache-Control"] = cache_control
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    # The type stubs know no response but HttpResponse here.
    answer: Any = get_conditional_response(request, etag, response=cast("Any", response))
    if answer is not response and isinstance(response, FileResponse) and response.file_to_stream:
        response.file_to_stream.close()
    return cast("HttpResponseBase", answer)
