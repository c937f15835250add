"""The public site, live: the same bytes as ``export_site`` writes."""

from pathlib import PurePosixPath

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from reporting.publishing.site import MEDIA_TYPES, Site, here


@require_safe
def public_file(request, path=""):
    """One file of the site; of what was withdrawn its tombstone, with the status that says so."""
    found = Site(here(), fictitious=settings.DEMO).read(path)
    if found is None:
        raise Http404(path)
    media_type = MEDIA_TYPES[PurePosixPath(path).suffix or ".html"]
    if not isinstance(found.parts, tuple):
        return StreamingHttpResponse(found.parts, content_type=media_type)
    return HttpResponse(found.body, content_type=media_type, status=410 if found.gone else 200)
