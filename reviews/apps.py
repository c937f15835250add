from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Selection")

    def ready(self):
        from casework import guards

        from . import consequences, permissions  # noqa: F401  they register what they hold
        from .models import DecisionSnapshot

        guards.append_only(DecisionSnapshot)
