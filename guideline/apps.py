from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuidelineConfig(AppConfig):
    name = "guideline"
    verbose_name = _("Guideline")

    def ready(self):
        from casework import guards

        from . import year_suggestions  # noqa: F401  it registers what the guideline itself suggests
        from .models import AcceptedWords, MeasureTextVersion, MeasureYearVersion

        guards.append_only(AcceptedWords)
        guards.append_only(MeasureTextVersion)
        guards.append_only(MeasureYearVersion)
