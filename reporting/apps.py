from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = _("Reports and publication")

    def ready(self):
        from casework import guards

        from . import (  # noqa: F401  they register what they hold with casework
            city_settings,
            consequences,
            deadlines,
            letters,
            permissions,
        )
        from .models import Publication

        guards.append_only(Publication)
