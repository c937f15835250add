"""Where on the public site each thing stands. Addresses never change (docs/publication.md)."""

from reporting.models import Kind, ReleaseItem
from reporting.public_photos import ENDINGS

ENGLISH = "en/"


def address(kind: str, key: str, fiscal_year: int | None) -> str:
    """Return the path of the page of one thing, in Japanese; English stands under ``en/``."""
    match Kind(kind):
        case Kind.REPORT:
            return f"reports/{fiscal_year}/{key}.html"
        case Kind.REGISTER:
            return "register/index.html"
        case Kind.PROGRESS:
            return f"guideline/{key}.html"
        case Kind.FIGURES:
            return f"figures/{key}.html"


def path_of(item: ReleaseItem) -> str:
    """Return the path of the page of what an item is about, in Japanese."""
    return address(item.kind, item.key, item.fiscal_year)


def photo(fiscal_year: int | None, key: str, told: dict) -> str:
    """Return the path of the picture of a photo of a report; it is one in both languages.

    :param told: of the frozen text; a photo never changes its picture, so the bytes stay, too.
    """
    return f"reports/{fiscal_year}/{key}/photo-{told['id']}.{ENDINGS[told['media_type']]}"


def up_from(path: str) -> str:
    """Return the way from a page to the root of the site, as ``../`` so often."""
    return "../" * path.count("/")


def index_of_year(fiscal_year: int, number: int = 1) -> str:
    """Return the path of one page of the list of a fiscal year's reports."""
    name = "index" if number == 1 else f"page-{number}"
    return f"reports/{fiscal_year}/{name}.html"
