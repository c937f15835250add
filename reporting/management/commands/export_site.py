"""Write the public site as files, for a municipal CMS or any web server."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from casework import city
from casework.snapshots import one_moment
from guideline.management.telling import in_both
from reporting.publishing.export import Outcome, export
from reporting.publishing.site import Site, here

#: Names of a machine that nobody else reaches it by.
LOCAL = ("127.0.0.1", "localhost", "::1")


class Command(BaseCommand):
    help = (
        "Write the public site into DIR. Safe to run again; what did not change is left untouched. "
        "Exit 1, naming each file, if one is in the way, or is no longer public and was changed by somebody else."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--base-url",
            default="",
            help="Address of the site, for feed, sitemap and JSON-LD; the one in the settings of the city, or that of /public/ here, if not given.",
        )

    def handle(self, *, folder, base_url, **options):
        address = base_url or city.value("public_site_url")
        base = address.rstrip("/") + "/" if address else here()
        if not settings.DEMO and urlsplit(base).hostname in LOCAL:
            self.stderr.write(
                f"Feed, sitemap and JSON-LD name {base}, an address of this machine alone. Give --base-url, or set the address of the public site."
            )
        try:
            with one_moment():  # releases may go public while it writes
                outcome = export(Site(base, fictitious=settings.DEMO).parts(), folder)
        except OSError as error:
            raise CommandError(_unwritten(folder, error)) from None
        self.stdout.write(
            f"{outcome.written} files written, {outcome.unchanged} unchanged, {outcome.removed} removed."
        )
        if told := list(_left_alone(outcome)):
            raise CommandError("\n".join(told))


def _unwritten(folder: Path, error: OSError) -> str:
    values = {"place": str(error.filename or folder), "why": error.strerror}
    if folder.exists() and not folder.is_dir():
        return in_both(lambda: _("%(place)s is a file. Name a folder.") % values)
    return in_both(
        lambda: _("%(place)s cannot be written: %(why)s. Mend this and run it again.") % values
    )


def _left_alone(outcome: Outcome) -> Iterator[str]:
    """Yield, in both languages, what a person has to see to, with each path."""
    if outcome.kept:
        yield in_both(
            lambda: _(
                "No longer public, but still there: these files were changed after this command wrote them, and "
                "it removes nobody else’s work. Remove them by hand, here and on the web server, and run it again:"
            )
        )
        yield from (f"  {path}" for path in outcome.kept)
    if outcome.foreign:
        yield in_both(
            lambda: _(
                "Not written, because something that this command did not write stands there, or on the way "
                "there. Move it away and run it again:"
            )
        )
        yield from (f"  {path}" for path in outcome.foreign)
