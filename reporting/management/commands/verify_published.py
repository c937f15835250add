from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache, partial
from itertools import chain
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
from reporting.publishing import agreement, exported, moved, page_rows, page_sums
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
        "Exit 1 if anything is wrong or cannot be read. Where the released files are whole, as they were frozen, and "
        "the rows went on since, each cell is named with the day of the release: exit 0, but 1 with --strict. "
        "Changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--site",
            type=Path,
            help="folder of an exported site; without it, what is public here now",
        )
        parser.add_argument(
            "--strict",
            action="store_true",
            help="exit 1, too, where the rows went on since the release",
        )

    def handle(self, *, site, strict, **options):
        released = Site(here(), fictitious=settings.DEMO)
        try:
            with one_moment():
                found = list(_of_folder(site, released) if site else _of_here(released))
                moved_on = moved.sorted_out(found)
        except (
            KeyError,
            TypeError,
            ValueError,
        ) as error:  # a column, a cell or a number is not there
            words = str(error)
            raise CommandError(_in_both(lambda: _("A file cannot be read: %s") % words)) from None
        lines = {_line(*placed, moved_on.get(placed)): placed in moved_on for placed in found}
        for line in lines:
            self.stdout.write(self.style.ERROR(line))
        went_on = sum(lines.values())
        told = {"tables": len(FIGURES), "cells": len(lines)}
        self.stdout.write(
            _in_both(lambda: _("%(tables)d tables reckoned twice; %(cells)d differences.") % told)
        )
        if len(lines) > went_on:
            words = _in_both(lambda: _("What is published is not what the rows add up to."))
            raise CommandError(words)
        if went_on:
            self.stdout.write(_in_both(lambda: str(ANEW)))
            if strict:
                raise CommandError(_in_both(lambda: str(ANEW)))


def _line(where: str, one: Difference, released_on: date | None) -> str:
    """Return a difference as it is told, with the day of a release since which the rows went on."""
    line = f"{where} {one}".strip()
    return f"{line} ({released_on.isoformat()})" if released_on else line


def _of_here(released: Site) -> Iterator[tuple[str, Difference]]:
    """Yield what differs of what is public here: the open data served live, and what was released."""
    live = read_live(fictitious=settings.DEMO, at=clock.now())
    for one in differences(live, fictitious=settings.DEMO):
        yield SERVED, replace(one, only_of_rows=False)  # served live: there is no release between
    for one in page_sums.differences(live):
        yield SERVED, one
    for one in _of_released(released):
        yield RELEASED, one


def _of_released(released: Site) -> Iterator[Difference]:
    read = cache(partial(_body, released))
    if PRINTED.removeprefix("data/") in released.data_names():  # frozen with the register
        yield from differences(read, fictitious=settings.DEMO)
        yield from page_rows.of_register(read)
    if f"{FROM_PROGRESS}.csv" in released.data_names():
        yield from page_rows.of_progress(read, fictitious=settings.DEMO, at=clock.now())
    yield from page_rows.of_days()
    yield from page_rows.of_years()
    yield from moved.not_as_frozen()
    yield from agreement.contradictions()


def _body(released: Site, path: str) -> bytes:
    found = released.read(path)
    if found is None:
        raise KeyError(path)
    return found.body


def _of_folder(folder: Path, released: Site) -> Iterator[tuple[str, Difference]]:
    """Yield what differs of an exported site; one without a released register has no figures."""
    read = _reader(folder)
    is_there = PRINTED.removeprefix("data/") in released.data_names()
    if is_there or (folder / PRINTED).exists() or not (folder / "index.html").exists():
        for one in differences(read, fictitious=settings.DEMO):
            yield "", one if is_there else replace(one, only_of_rows=False)
    for one in chain(exported.differences(released, read), moved.not_as_frozen()):
        yield "", one


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
            words = f"{site / path}: {error.strerror}"
            raise CommandError(_in_both(lambda: _("A file cannot be read: %s") % words)) from None

    return read
