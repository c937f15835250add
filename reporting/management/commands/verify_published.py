from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import clock
from casework.snapshots import one_moment
from reporting.figures import FIGURES, Difference, differences
from reporting.figures.verification import PRINTED, read_live
from reporting.publishing import agreement, exported, page_rows, page_sums
from reporting.publishing.contents import FROM_PROGRESS
from reporting.publishing.site import Site, here

#: What each line begins with: the open data as served, and the files that were released.
SERVED, RELEASED = "/open-data/", "/public/"

ANEW = gettext_lazy(
    "The rows went on since the release. Put the register, and the figures of its years, into a new one."
)
#: In which the outcome is told: whoever runs it may read either.
LANGUAGES = ("ja", "en")


class Command(BaseCommand):
    help = (
        "Reckon every published table of figures twice, in SQL from the live rows and in Python from the published "
        "files alone, and name each cell that differs (file: table: row: column: published / recomputed): of the open "
        "data as they are served, and of the public site as it was released. "
        "Of an exported site, tables and data files are held against what was released, too. "
        "Exit 1 if anything differs or cannot be read. Changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--site",
            type=Path,
            help="folder of an exported site; without it, what is public here now",
        )

    def handle(self, *, site, **options):
        released = Site(here(), fictitious=settings.DEMO)
        try:
            with one_moment():
                found = dict.fromkeys(_of_folder(site, released) if site else _of_here(released))
        except (KeyError, ValueError) as error:
            words = str(error)
            raise CommandError(_in_both(lambda: _("A file cannot be read: %s") % words)) from None
        for line in found:
            self.stdout.write(self.style.ERROR(line))
        told = {"tables": len(FIGURES), "cells": len(found)}
        self.stdout.write(
            _in_both(lambda: _("%(tables)d tables reckoned twice; %(cells)d differences.") % told)
        )
        if any(line.startswith(RELEASED) for line in found):
            self.stdout.write(_in_both(lambda: str(ANEW)))
        if found:
            words = _in_both(lambda: _("What is published is not what the rows add up to."))
            raise CommandError(words)


def _of_here(released: Site) -> Iterator[str]:
    """Yield what differs of what is public here: the open data served live, and what was released."""
    live = read_live(fictitious=settings.DEMO, at=clock.now())
    for one in differences(live, fictitious=settings.DEMO):
        yield f"{SERVED} {one}"
    for one in page_sums.differences(live):
        yield f"{SERVED} {one}"
    for one in _of_released(released):
        yield f"{RELEASED} {one}"


def _of_released(released: Site) -> Iterator[Difference]:
    read = cache(partial(_body, released))
    if PRINTED.removeprefix("data/") in released.data_names():  # frozen with the register
        yield from differences(read, fictitious=settings.DEMO)
        yield from page_rows.of_register(read)
    if f"{FROM_PROGRESS}.csv" in released.data_names():
        yield from page_rows.of_progress(read, fictitious=settings.DEMO, at=clock.now())
    yield from agreement.contradictions()


def _body(released: Site, path: str) -> bytes:
    found = released.read(path)
    if found is None:
        raise KeyError(path)
    return found.body


def _of_folder(folder: Path, released: Site) -> Iterator[str]:
    """Yield what differs of an exported site."""
    read = _reader(folder)
    yield from map(str, differences(read, fictitious=settings.DEMO))
    yield from map(str, exported.differences(released, read))


def _in_both(say) -> str:
    told = []
    for language in LANGUAGES:
        with translation.override(language):
            told.append(say())
    return "\n".join(told)


def _reader(site: Path):
    def read(path: str) -> bytes:
        try:
            return (site / path).read_bytes()
        except OSError as error:
            raise CommandError(f"{site / path}: {error.strerror}") from None

    return read
