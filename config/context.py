"""What every page knows about the installation."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    return {"DEMO": settings.DEMO, "sends_mail": settings.EMAIL_URL_SET}
