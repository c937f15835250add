"""The photos and flyers on the page of a project year."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from casework.panels import ACTIVITY, panel
from casework.verbs import name_verbs

from .models import Picture, ProjectYear

#: How many are shown on the page of the project year; the others are on their own.
ON_CASE = 6


def on_case(year: ProjectYear, request: HttpRequest) -> dict:
    """The newest pictures, how many there are, and how many could be published."""
    pictures = Picture.objects.filter(year=year)
    newest = list(pictures.select_related("file").order_by("-pk")[:ON_CASE])
    return {
        "pictures": newest,
        "number": pictures.count() if len(newest) == ON_CASE else len(newest),
        "keeps": request.user.has_perm("grants.keep_pictures", year),
    }


panel("project_year", "grants/panels/pictures.html", on_case, order=46, part=ACTIVITY)
name_verbs(picture_consent=_("The answer about the people shown in a picture was changed"))
