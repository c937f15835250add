"""Which address belongs to which app."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

from config.health import healthz

APPS = ["reporting", "reviews", "grants", "guideline", "casework", "accounts"]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    *(path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")),
]
