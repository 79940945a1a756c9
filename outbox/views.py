"""The webhook for the delivery events of the mail provider. Without a provider, it answers 404."""

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


# The provider authenticates with a password or a signature, and has no session cookie.
@csrf_exempt
def delivery_events(request: HttpRequest) -> HttpResponse:
    """Store the provider's delivery events.

    Answers 403 if the request is not from the provider, 400 if it cannot be parsed, and 413 if it
    is too large.
    """
    if not settings.MAIL_PROVIDER:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    # Django refuses to read a body above DATA_UPLOAD_MAX_MEMORY_SIZE.
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
