"""Write the public site as files, for a municipal CMS or any web server."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casework import city
from reporting.publishing.export import export
from reporting.publishing.site import Site, here

#: Names of a machine that nobody else reaches it by.
LOCAL = ("127.0.0.1", "localhost", "::1")


class Command(BaseCommand):
    help = (
        "Write the public site into DIR. Safe to run again; what did not change is left untouched."
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
        outcome = export(Site(base, fictitious=settings.DEMO).parts(), folder)
        self.stdout.write(
            f"{outcome.written} files written, {outcome.unchanged} unchanged, {outcome.removed} removed."
        )
        if outcome.foreign:
            raise CommandError(
                "Left alone, for they were not written by this command: "
                + ", ".join(outcome.foreign[:20])
            )
