"""Where our mail provider reports what became of our mail; closed unless there is one."""

import logging
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt

from outbox.services import delivery_events as arrival
from outbox.services.providers import InvalidReport, InvalidSignature, read_reports

logger = logging.getLogger(__name__)

LARGEST_BODY: Final = 1024 * 1024


# It shows by a password or a signature that it is the provider, and has no cookie of ours.
@csrf_exempt
def delivery_events(request: HttpRequest) -> HttpResponse:
    """Take what the provider reports: 403 where it is not the provider, 400 what makes no sense."""
    if not settings.MAIL_PROVIDER:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    # Read unless it is larger than any form, which Django refuses unread.
    if len(request.body) > LARGEST_BODY:
        return HttpResponse(status=413)
    try:
        reports = read_reports(request)
    except InvalidSignature:
        logger.warning("A report that does not come from our mail provider was refused")
        return HttpResponse(status=403)
    except InvalidReport:
        logger.warning("A report of our mail provider cannot be read")
        return HttpResponse(status=400)
    arrival.record_events(reports, at=now())
    return HttpResponse()
