"""What is looked for in a release before the button: each finding names the page and the place.

Higher pieces add checks with :func:`check`. A finding blocks the release, or it warns; a warning
stands in the way until somebody accepts it by name, with a reason.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.permissions import require
from casework import city, history
from casework.calendar import fiscal_year, japan_date
from casework.errors import NotPossible
from casework.flow import Text
from casework.services import locked, record
from grants.models.picture import Described
from guideline.models import fiscal_year_name
from reporting.figures import FIGURES, differences
from reporting.models import (
    AcceptedWarning,
    Action,
    CollaborationReport,
    Kind,
    PageLook,
    Release,
    ReleaseItem,
)
from reporting.open_data.data_files import FOLDER

from . import agreement, personal, two_statuses, wording
from .accepted_before import accepted_before, carry_on
from .contents import FILES, MOVING, things
from .linked import Leads, leads
from .places import label_of, strings
from .site import Site, here
from .words_of_files import SOURCES, words_of_files

BLOCKS, WARNS = "blocks", "warns"
#: How many things are read together, and held.
TOGETHER = 50
#: How many places of one finding are named.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that somebody should look at.

    :param place: the field or the row in which it stands, in words.
    :param words: what is said of it.
    :param digest: which finding it is, in whatever language it is read: another text at the place
        is another one.
    """

    code: str
    level: str
    item: ReleaseItem
    place: str
    words: str
    digest: str

    @property
    def blocks(self) -> bool:
        return self.level == BLOCKS

    @property
    def label(self) -> Text:
        return _CHECKS[self.code][0]


class Looked:
    """What the checks of one release share; read once.

    :param at: the moment as of which it is looked at.
    """

    def __init__(self, release: Release, *, at: datetime):
        self.release, self.at = release, at
        self._asked: dict[str, Leads] = {}

    @cached_property
    def names(self) -> personal.Names:
        return personal.known_names()

    @cached_property
    def site(self) -> Site:
        return Site(here(), fictitious=settings.DEMO)

    @cached_property
    def reports(self) -> dict[int, CollaborationReport]:
        """The reports that it publishes, with what their boxes ask, in one query."""
        items = self.release.items.filter(kind=Kind.REPORT, action=Action.PUBLISH)
        keys = items.values_list("key", flat=True)
        return CollaborationReport.objects.with_figures().in_bulk([int(key) for key in keys])

    @cached_property
    def page_looks(self) -> dict[int, PageLook]:
        """Id of an item → what axe found on its pages when it last looked, in one query."""
        return {one.item_id: one for one in PageLook.objects.filter(item__release=self.release)}

    @cached_property
    def tabling_order(self) -> str:
        return city.value("tabling_order")

    def leads(self, url: str) -> Leads:
        """Return where an address leads; each is asked for once."""
        if url not in self._asked:
            self._asked[url] = leads(url, self.site)
        return self._asked[url]

    def content(self, item: ReleaseItem) -> dict:
        """Return what the public would read: what was frozen, or, in a draft, how it stands now."""
        return content_of(item, at=self.at)


def content_of(item: ReleaseItem, *, at: datetime) -> dict:
    """Return the frozen content of an item, or, while nothing is frozen, how the thing stands at ``at``.

    Empty of what is withdrawn, and of what was frozen once and is gone: the thing may read otherwise now.
    """
    return next(contents_of([item], at=at))[1]


def contents_of(
    items: Iterable[ReleaseItem], *, at: datetime
) -> Iterator[tuple[ReleaseItem, dict]]:
    """Yield items, each with what :func:`content_of` returns; what is not frozen is read together."""
    items = iter(items)
    while some := list(islice(items, TOGETHER)):
        open_ones = [one for one in some if one.is_open]
        now = things([(one.kind, one.key) for one in open_ones], at=at)
        for item in some:
            found = now.get((str(item.kind), item.key))
            yield item, item.content or (found.content if found else {})


Check = Callable[[Looked, ReleaseItem, dict], Iterator[tuple[str, str]]]
_CHECKS: dict[str, tuple[Text, str, Check]] = {}
#: The checks that not every installation can make → whether this one can.
_WHEN: dict[str, Callable[[], bool]] = {}
#: The checks that look at what is said of something that is withdrawn, too.
_OF_WITHDRAWN: set[str] = set()
#: The checks that find much, and no person: what they found stands at the end.
_MANY: set[str] = set()


def check(
    code: str,
    label: Text,
    *,
    level: str = WARNS,
    of_withdrawn: bool = False,
    many: bool = False,
    when: Callable[[], bool] | None = None,
):
    """Register the decorated function as a check of each item of a release.

    It is called with the :class:`Looked`, the item and its content, and yields place and words.

    :param of_withdrawn: whether it looks at title and note of what is withdrawn, which stay public.
    :param many: whether it finds much, and no person: what it found stands at the end.
    :param when: whether this installation can make the check; without, each can.
    :raises ValueError: if there is a check of this code already.
    """

    def register(function: Check) -> Check:
        if _CHECKS.setdefault(code, (label, level, function))[2] is not function:
            raise ValueError(f"There are two checks {code}.")
        if of_withdrawn:
            _OF_WITHDRAWN.add(code)
        if many:
            _MANY.add(code)
        if when:
            _WHEN[code] = when
        return function

    return register


def all_checks() -> list[Text]:
    """Return what is looked for, in words."""
    return [label_of_check(code) for code in _made_here()]


def _made_here() -> list[str]:
    """Return the checks that this installation can make."""
    return [code for code in _CHECKS if code not in _WHEN or _WHEN[code]()]


def label_of_check(code: str) -> Text:
    """Return what a check looks for, in words; its code, if it is no longer there."""
    return _CHECKS[code][0] if code in _CHECKS else code


def findings(release: Release, *, at: datetime) -> list[Finding]:
    """Return everything that the checks find in a release, page by page."""
    looked, found = Looked(release, at=at), []
    items = release.items.order_by("kind", "fiscal_year", "pk").iterator(chunk_size=TOGETHER)
    for item, content in contents_of(items, at=at):
        for code in _looked_for(content):
            found += _found_by(code, looked, item, content)
    # Some are many, and no person's: a phone number does not drown among them.
    return sorted(found, key=lambda one: (not one.blocks, one.code in _MANY))


def _looked_for(content: dict) -> list[str]:
    """Return the checks of an item; where it has no content, of its title and note."""
    return [code for code in _made_here() if code in _OF_WITHDRAWN or content]


def _found_by(code: str, looked: Looked, item: ReleaseItem, content: dict) -> list[Finding]:
    """Return what one check finds in one item, each finding once, with the places of a link together."""
    _label, level, function = _CHECKS[code]
    found = wording.beside_japanese(lambda: function(looked, item, content))
    words_of: dict[str, str] = {}
    places: dict[str, list[str]] = {}
    for (place, words), (own_place, own_words) in found:
        # Where an address leads is looked at once, wherever on the page it stands.
        own = [own_words] if code == wording.LINKS else [own_place, own_words]
        digest = history.digest_of([code, item.kind, item.key, *own])
        words_of.setdefault(digest, words)
        places.setdefault(digest, []).append(place)
    return [
        Finding(code, level, item, _in_one(places[digest]), words, digest)
        for digest, words in words_of.items()
    ]


def _in_one(places: list[str]) -> str:
    """Return the places of one finding, the first by name."""
    named = list(dict.fromkeys(places))
    shown = _("; ").join(named[:NAMED])
    more = len(named) - NAMED
    return f"{shown} {_('and %(more)s more') % {'more': more}}" if more > 0 else shown


def accepted(release: Release) -> dict[str, AcceptedWarning]:
    """Return digest of a finding → who accepted it and why."""
    rows = release.accepted_warnings.select_related("by", "before__release").order_by("pk")
    return {row.finding: row for row in rows}


def let_stand(release: Release, found: list[Finding]) -> dict[str, AcceptedWarning]:
    """Return which of the warnings found are accepted: in this release, or when they became public."""
    rows = accepted(release)
    if any(not one.blocks and one.digest not in rows for one in found):
        before = accepted_before(release)
        for one in found:
            known = (one.item.kind, one.item.key, one.digest)
            if not one.blocks and one.digest not in rows and known in before:
                rows[one.digest] = before[known]
    return rows


def accepted_findings(
    release: Release, *, at: datetime
) -> list[tuple[Finding | None, AcceptedWarning]]:
    """Return what was accepted, each with what was found; how a person is reached stands first.

    What is found no more, as after a change of the checks, stands without.
    """
    rows = accepted(release)
    if not rows:
        return []
    found = {one.digest: one for one in findings(release, at=at)}
    pairs = [(found.get(digest), row) for digest, row in rows.items()]
    return sorted(pairs, key=lambda pair: pair[1].check_code != wording.REACH)


def in_the_way(release: Release, *, at: datetime) -> list[Finding]:
    """Return what blocks, and the warnings that nobody accepted."""
    found = findings(release, at=at)
    return open_ones(found, let_stand(release, found))


def open_ones(found: Iterable[Finding], accepted: Container[str]) -> list[Finding]:
    """Return what blocks, and the warnings whose digest is not ``accepted``."""
    return [one for one in found if one.blocks or one.digest not in accepted]


def refuse_what_is_in_the_way(release: Release, *, at: datetime) -> None:
    """Refuse a release while something stands in its way; what was accepted before is carried on.

    :raises NotPossible: naming the first page and place.
    """
    found = findings(release, at=at)
    rows = let_stand(release, found)
    if still := open_ones(found, rows):
        first = still[0]
        told = {
            "count": len(still),
            "title": first.item.title,
            "place": first.place,
            "words": first.words,
        }
        raise NotPossible(
            _("%(count)d findings are in the way. The first: %(title)s, %(place)s: %(words)s")
            % told
        )
    for one in found:
        if rows[one.digest].release_id != release.pk:
            carry_on(release, rows[one.digest])


@transaction.atomic
def accept(release: Release, digest: str, *, reason: str, by, at: datetime) -> AcceptedWarning:
    """Let one warning stand, with the reason.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if there is no such warning, or it blocks.
    """
    require(by.act_on(japan_date(at)), "reporting.prepare_release", release)
    release = locked(release)
    found = next((one for one in findings(release, at=at) if one.digest == digest), None)
    if found is None or found.blocks or release.state != "draft":
        raise NotPossible(_("There is no such warning any more."))
    row, made = AcceptedWarning.objects.get_or_create(
        release=release, finding=digest,
        defaults={"check_code": found.code, "reason": reason, "by": by, "at": at},
    )  # fmt: skip
    if made:  # whoever presses twice accepts once
        said = {"check": found.code, "finding": digest, "reason": reason}
        record(release, "accept_warning", by=by, at=at, **said)
    return row


# The checks


@check("pictures", gettext_lazy("Photos: alternative text and consent"), level=BLOCKS)
def pictures(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    """A photo needs its words, the consent of whom it shows, and its copy.

    What is not to be published is taken out, or kept with the city by name: then it is not here.
    """
    for number, photo in enumerate(content.get("text", {}).get("photos", ()), start=1):
        place = _("Photo %(number)d") % {"number": number}
        if not photo["alt"].strip():
            yield place, _("The alternative text is missing.")
        if photo["consent"] not in Described.AGREED:
            yield place, _("The consent is missing.")
        if not photo["media_type"]:
            yield place, _("The copy without position and day is not there.")


@check("sums", gettext_lazy("Numbers that do not add up"), level=BLOCKS)
def sums(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    """The figures of a year agree with the register that the public reads with them, whichever comes last."""
    if item.kind == Kind.FIGURES:
        for cell in agreement.differing(content, _register_rows(looked)):
            yield cell.place, cell.words
    elif item.kind == Kind.REGISTER:
        for figures in agreement.figures_beside(looked.release):
            for cell in agreement.differing(figures.content, content["rows"]):
                words = _(
                    "Put these figures, which are public, into the release, too: corrected, or withdrawn."
                )
                yield f"{figures.title}, {cell.place}", f"{cell.words} {words}"


@check("statuses", gettext_lazy("One measure, two statuses"))
def statuses(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    """The table of a day and the row of its fiscal year give a measure one status; the page flags both."""
    if item.kind != Kind.PROGRESS:
        return
    for one in two_statuses.in_content(content):
        yield (
            f"{one.number}. {one.name}",
            _("The table says “%(recorded)s”, the row of %(year)s “%(written)s”.")
            % {"recorded": one.recorded_label, "year": one.year, "written": one.written_label},
        )


def _register_rows(looked: Looked) -> list[dict] | None:
    """Return the rows of the register that the public will read; ``None`` if it will read none."""
    item = looked.release.items.filter(kind=Kind.REGISTER).first()
    if item is None:
        return agreement.rows_of_standing_register()
    return None if item.withdraws else looked.content(item)["rows"]


@check("figures", gettext_lazy("Figures that the rows do not bear out"), level=BLOCKS)
def figures(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    """What the files of open data add up to is what the rows add up to, cell by cell.

    Reports are read from what is public, so the file of them is not in the release.
    """
    if item.kind != Kind.REGISTER:
        return

    def read(path: str) -> bytes:
        return content["files"][path.removeprefix(f"{FOLDER}/")].encode()

    frozen = [code for code in FIGURES if code not in MOVING]
    for one in differences(read, fictitious=settings.DEMO, codes=frozen):
        yield (
            f"{one.table}, {one.row}, {one.column}",
            _("The files say %(told)s, the rows add up to %(counted)s.")
            % {"told": one.published, "counted": one.recomputed},
        )


@check(wording.NAMES, wording.LABELS[wording.NAMES], of_withdrawn=True)
def names(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    """Names of officers, members and people with a log-in; partners that the page names are published."""
    partners = content.get("text", {}).get("partner_names", "")
    yield from wording.names(_texts(item, content), looked.names, but=partners)


@check(wording.REACH, wording.LABELS[wording.REACH], of_withdrawn=True)
def reach(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    yield from wording.reach(_texts(item, content))


@check(wording.LINKS, wording.LABELS[wording.LINKS], of_withdrawn=True, many=True)
def links(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    """Addresses in the words of a page; the pages’ own links are tested."""
    yield from wording.links(_texts(item, content, without=SOURCES), looked.leads)


_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
_DATE = re.compile(
    r"(?:(?P<era>令和|平成|R|H)\s?(?P<of_era>元|\d{1,2})|(?P<year>(?:19|20)\d\d))"
    r"(?:年|[-/.])\s?(?P<month>\d{1,2})(?:月|[-/.])\s?(?P<day>\d{1,2})"
)


@check("dates", pgettext_lazy("check", "Dates of another fiscal year"))
def dates(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    """Days in the words of a report that lie outside its fiscal year.

    The committee receives a report in the year after: that day is no slip.
    """
    if item.kind != Kind.REPORT:
        return
    content = {name: value for name, value in content.items() if name != "tabled_on"}
    for place, text in _free_text(item, content):
        for day in days_in(text):
            if fiscal_year(day) != item.fiscal_year:
                yield place, _("%(day)s does not lie in %(year)s.") % {
                    "day": day.isoformat(), "year": fiscal_year_name(item.fiscal_year),
                }  # fmt: skip


def days_in(text: str) -> Iterator[date]:
    """Return the days that a text names with their year, in era years or not."""
    for match in _DATE.finditer(personal.normal(text)):
        said = match.groupdict()
        if said["era"]:
            year = _ERAS[said["era"]] + (1 if said["of_era"] == "元" else int(said["of_era"]))
        else:
            year = int(said["year"])
        try:
            yield date(year, int(said["month"]), int(said["day"]))
        except ValueError:
            continue  # no day of the calendar


#: Of photos, of what partners said, and on what a value rests: nobody wrote these.
_NOBODY_WROTE = ("digest", "media_type", "consent", "told_on", "level")


def _texts(
    item: ReleaseItem, content: dict, *, without: Container[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield place and text of a page, and of the files that become public with it."""
    yield from _free_text(item, content, without=without)
    yield from words_of_files(content.get(FILES) or {}, without=without)


def _free_text(
    item: ReleaseItem, content: dict, *, without: Container[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield place and text of all that people wrote, the note, and what a tombstone tells."""
    if item.withdraws:
        yield str(_("Title")), item.title
    if item.note:
        yield str(_("Note for the public")), item.note
    rest = {name: value for name, value in content.items() if name not in (FILES, "columns")}
    for path, text in strings(rest):
        if path[-1] not in (*_NOBODY_WROTE, *without):
            yield label_of(path), text
