"""Releases: putting one together, proposing it, and what follows when an approver has decided."""

import logging
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_fsm import TransitionNotAllowed

from accounts.permissions import require
from accounts.services.people import system_user
from casework import failed_tasks, outbox
from casework.approvals import Wish, draft, title_for
from casework.calendar import japan_date, wareki
from casework.consequences import on
from casework.errors import NotPossible
from casework.flow import Text
from casework.locks import lock_first
from casework.models import Approval, Case
from casework.parties import Party
from casework.plain_words import plain
from casework.refusals import refuses
from casework.services import advance, file_number, follow, locked, open_case, record, refusal
from guideline.models import Measure
from reporting.conditions import tabled_where_that_comes_first
from reporting.models import Action, CollaborationReport, Kind, PublicEntry, Release, ReleaseItem
from reporting.models.release import UNDER_WAY

from . import agreement, checks, difference, overtaken, progress, signed
from .contents import NoSuchThing, thing
from .decision_grounds import drafted_as
from .freezing import NOTHING_CHANGES, NOTHING_THERE, freeze_items, refuse_what_moved

log = logging.getLogger(__name__)

#: Action → the move that a report makes by it.
MOVES_OF_REPORT = {
    Action.PUBLISH: "publish",
    Action.CORRECT: "correct",
    Action.WITHDRAW: "withdraw",
}

#: Kinds that have to agree with each other.
TABLES = {Kind.REGISTER, Kind.FIGURES}
ONLY_WITHDRAWN = gettext_lazy(
    "Nothing of it is on record any more, so that it can only be withdrawn: tick that, and say why."
)
EMPTY = gettext_lazy("Nothing is in the release yet.")
MOMENT_PASSED = gettext_lazy("The moment that is set has passed. Set another, or none.")
NOT_AS_SIGNED = gettext_lazy(
    "What is in the release is not what was proposed and approved. It was changed from outside."
)
STUCK = gettext_lazy(
    "Something broke when it was to become public; the engine room says what. It is tried again each minute."
)


@transaction.atomic
def begin(*, title: str = "", by, at: datetime) -> Release:
    """Begin an empty release.

    :param title: what it is called; the day, if empty.
    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "reporting.prepare_release")
    named = title or f"公開 {wareki(japan_date(at))}"
    release = Release(title=named[:200], internal=True, clerk=by)
    open_case(release, by=by, at=at, filed=True)
    file_number(release, "P", release.fiscal_year)
    return release


@transaction.atomic
def begin_with(report: CollaborationReport, *, note: str = "", by, at: datetime) -> Release:
    """Begin a release of one report: its publication, or its correction.

    :raises: what :func:`begin` and :func:`put_in` raise.
    """
    release = begin(title=report.title, by=by, at=at)
    put_in(release, Kind.REPORT, str(report.pk), note=note, by=by, at=at)
    return release


@transaction.atomic
def put_in(
    release: Release, kind: str, key: str, *, withdraw: bool = False, note: str = "", by,
    at: datetime,
) -> ReleaseItem:  # fmt: skip
    """Put one thing into a release that is being put together, or change what is said of it.

    What was public before is corrected by it, which needs a note, as withdrawing does.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if there is no such thing, it is in another release that is under way,
        cannot be published now, or the note is missing.
    """
    release = _being_made(release, by=by, at=at)
    note = plain(note).strip()
    entry = PublicEntry.objects.filter(kind=kind, key=key).select_related("item").first()
    action = _action(entry, withdraw)
    if action != Action.PUBLISH and not note:
        raise ValidationError(
            {"note": _("Say for the public what was corrected, or why it is withdrawn.")}
        )
    if other := _under_way(kind, key).exclude(pk=release.pk).first():
        raise ValidationError(_("It waits in another release: %(release)s") % {"release": other})
    said = _said_of(entry, kind, key, withdraw, at=at)
    if (
        entry
        and action == Action.CORRECT
        and not difference.would_change(entry, thing(kind, key, at=at).content)
    ):
        raise ValidationError(NOTHING_CHANGES)
    if kind == Kind.REPORT:
        report = CollaborationReport.objects.filter(pk=int(key)).first()
        if why := _why_not(report, action):
            raise ValidationError(why)
    item, _made = ReleaseItem.objects.update_or_create(
        release=release,
        kind=kind,
        key=key,
        defaults={
            "action": action, "note": note, "replaces": entry.item.number if entry else 0, **said,
        },
    )  # fmt: skip
    record(release, "choose", by=by, at=at, kind=kind, key=key, action=str(action))
    return item


def _action(entry: PublicEntry | None, withdraw: bool) -> Action:
    if withdraw:
        if entry is None or entry.item.withdraws:
            raise ValidationError(_("It is not public, so that it cannot be withdrawn."))
        return Action.WITHDRAW
    return Action.CORRECT if entry else Action.PUBLISH


def _said_of(
    entry: PublicEntry | None, kind: str, key: str, withdraw: bool, *, at: datetime
) -> dict:
    """Return what the item says of a thing: as it stands, or, when it is withdrawn, as it was public."""
    if withdraw:
        names = ("title", "fiscal_year", "fictitious")
        return {name: getattr(entry.item, name) for name in names}
    try:
        found = thing(kind, key, at=at)
    except NoSuchThing:
        raise ValidationError(ONLY_WITHDRAWN if entry else NOTHING_THERE) from None
    return {
        "title": found.title[:200], "fiscal_year": found.fiscal_year, "fictitious": found.fictitious,
    }  # fmt: skip


def _under_way(kind: str, key: str):
    return Release.objects.filter(state__in=UNDER_WAY, items__kind=kind, items__key=key)


def waits_in_release(report: CollaborationReport) -> Release | None:
    """Return the release in which a report waits, frozen, to become public."""
    return _under_way(Kind.REPORT, str(report.pk)).first()


def _why_not(report: CollaborationReport | None, action: Action) -> Text | None:
    """Return why a report cannot make the move that the release would follow with, or ``None``."""
    if report is None:
        return NOTHING_THERE
    if report.state not in report.flow[MOVES_OF_REPORT[action]].source:
        return _("The report cannot be published: it stands at “%(state)s”.") % {
            "state": report.get_state_display()
        }
    return None


@transaction.atomic
def take_out(item: ReleaseItem, *, by, at: datetime) -> None:
    """Take one thing out of a release that is being put together.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the release is not being put together any more.
    """
    release = _being_made(item.release, by=by, at=at)
    record(release, "leave_out", by=by, at=at, kind=item.kind, key=item.key)
    item.delete()


@transaction.atomic
def set_moment(release: Release, publish_at: datetime | None, *, by, at: datetime) -> Release:
    """Set the moment at which a release becomes public; ``None`` is: when it is approved.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the moment lies in the past, or the release waits already.
    """
    release = _being_made(release, by=by, at=at)
    if publish_at is not None and publish_at <= at:
        raise ValidationError({"publish_at": _("The moment must lie in the future.")})
    release.publish_at = publish_at
    release.save(update_fields=["publish_at"])
    record(release, "set_moment", by=by, at=at, publish_at=publish_at)
    return release


def _being_made(release: Release, *, by, at: datetime) -> Release:
    require(by.act_on(japan_date(at)), "reporting.prepare_release", release)
    release = locked(release)
    if release.state != "draft":
        raise ValidationError(_("The release is not being put together any more."))
    return release


def propose(release: Release, *, by, at: datetime) -> Approval:
    """Freeze a release and draft its publication; another person approves it.

    :returns: the draft (起案).
    :raises: what :func:`casework.services.advance` raises.
    """
    advance(release, "propose", by=by, at=at)
    return Approval.objects.filter(items__case=release.pk).latest("pk")


@refuses("release", "propose")
def why_not_yet(release: Release, *, at: datetime):
    """Return what keeps a release from being proposed, apart from what its checks find."""
    items = overtaken.items_of(release)
    if not items:
        return EMPTY
    if release.publish_at is not None and release.publish_at <= at:
        return MOMENT_PASSED
    return overtaken.why_not(items) or _why_not_these(items, at=at)


@refuses("release", "publish", "schedule", "go_public")
def changed_meanwhile(release: Release, *, at: datetime):
    """Return why an item cannot become public, though it could when it was chosen."""
    items = overtaken.items_of(release)
    why_not = (progress.why_not(item) for item in items)
    found = overtaken.why_not(items) or _why_not_these(items, at=at)
    found = found or next(filter(None, why_not), None)
    return found or (agreement.why_not(release) if TABLES & {item.kind for item in items} else None)


def _why_not_these(items: list[ReleaseItem], *, at: datetime):
    items = [item for item in items if item.kind == Kind.REPORT]
    reports = CollaborationReport.objects.in_bulk([int(item.key) for item in items])
    asked: set[tuple] = set()
    for item in items:
        report = reports.get(int(item.key))
        if why := _why_not(report, Action(item.action)) or _refused(report, item, asked, at=at):
            return f"{item.title}: {why}"
    return None


def _refused(report: CollaborationReport, item: ReleaseItem, asked: set[tuple], *, at: datetime):
    """Return why a condition of the report’s own move does not hold.

    :param asked: what was asked before: the order of tabling is a setting, and one for all reports.
    """
    for when in report.flow[MOVES_OF_REPORT[Action(item.action)]].when:
        alike = (when, report.tabled_on) if when is tabled_where_that_comes_first else (report.pk,)
        if alike not in asked and not when.test(report, at):
            return when.why
        asked.add(alike)
    return None


@lock_first(("release", "propose"), ("release", "publish"), ("release", "go_public"))
def lock_what_waits(releases: list[int]) -> None:
    """Lock all releases that are not public yet.

    So no two freeze the same thing at once, and of two that become public at once the second sees
    what the first made public, and with what its own tables have to agree.
    """
    waiting = Case.objects.filter(kind=Release.KIND, state__in=("draft", *UNDER_WAY))
    list(waiting.order_by("pk").select_for_update())


@on("release", "propose")
def freeze(release: Release, *, by, at: datetime, facts: dict) -> None:
    """Keep what the public would read of each item as it stands now, with its digest.

    :raises NotPossible: if one of them went meanwhile, waits in another release, a check finds
        something that nobody accepted, or somebody wrote in one of them meanwhile.
    """
    _lock_things(release)
    freeze_items(release, at=at)
    checks.refuse_what_is_in_the_way(release, at=at)
    refuse_what_moved(release, at=at)


def _lock_things(release: Release) -> None:
    """Lock the reports and measures, so that nobody writes of one while it is frozen."""
    keys = [
        int(key) for key in release.items.filter(kind=Kind.REPORT).values_list("key", flat=True)
    ]
    list(
        CollaborationReport.objects.filter(pk__in=keys)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    tables = release.items.filter(kind=Kind.PROGRESS).values_list("key", flat=True)
    editions = {key.partition("/")[0] for key in tables}
    measures = Measure.objects.filter(edition__code__in=editions).order_by("pk")
    list(measures.select_for_update(of=("self",)))


@on("release", "propose")
def put_before_an_approver(release: Release, *, by, at: datetime, facts: dict) -> None:
    verb = "publish" if release.publish_at is None else "schedule"
    wish = Wish(release, verb, {"digest": signed.digest_of(release)})
    title = title_for(release, release.flow[verb], named=drafted_as(release))
    draft(title, [wish], by=by, at=at)


@on("approval", "drop")
def let_it_be_put_together_anew(approval: Approval, *, by, at: datetime, facts: dict) -> None:
    """Let the office change a release whose draft was dropped."""
    for item in approval.items.filter(case__kind=Release.KIND).select_related("case"):
        follow(item.case.specific, "reopen", cause=approval, by=by, at=at)


@on("release", "reopen")
def thaw(release: Release, *, by, at: datetime, facts: dict) -> None:
    release.items.update(content=None, digest="")


@on("release", "schedule")
def hold_what_was_signed(release: Release, *, by, at: datetime, facts: dict) -> None:
    _refuse_another(release, facts.get("digest"))


def _refuse_another(release: Release, digest: str | None) -> None:
    """Refuse a release whose items are not those that the approver read.

    :raises NotPossible: if they are not.
    """
    if not signed.is_as_signed(release, digest):
        raise NotPossible(NOT_AS_SIGNED)


@on("release", "publish", "go_public")
def make_public(release: Release, *, by, at: datetime, facts: dict) -> None:
    """Let the public read what was frozen, and nothing else."""
    _refuse_another(release, facts.get("digest") or signed.digest_signed(release))
    for item in release.items.order_by("pk").select_for_update():
        entry = PublicEntry.objects.select_for_update().filter(kind=item.kind, key=item.key).first()
        before = ReleaseItem.objects.filter(kind=item.kind, key=item.key, number__isnull=False)
        item.number = before.count() + 1
        item.save(update_fields=["number"])
        if entry:
            entry.item = item
            entry.save(update_fields=["item"])
        else:
            PublicEntry.objects.create(kind=item.kind, key=item.key, item=item, first_at=at)
        _tell_the_thing(release, item, by=by, at=at)


def _tell_the_thing(release: Release, item: ReleaseItem, *, by, at: datetime) -> None:
    if item.kind == Kind.REPORT:
        report = CollaborationReport.objects.get(pk=item.key)
        verb = MOVES_OF_REPORT[Action(item.action)]
        follow(report, verb, cause=release, by=by, at=at, item=item.pk)
    if item.kind == Kind.PROGRESS:
        progress.tell_the_guideline(release, item, at=at)


def go_public_due(*, at: datetime) -> int:
    """Make public what was approved for a moment that has come; return how many releases.

    Each is a transaction of its own: what one cannot do, whatever it is, does not keep back the
    others; the office is told of it once. A run that comes twice finds them published.
    """
    done = 0
    for release in Release.objects.due(at).order_by("publish_at", "pk"):
        try:
            advance(release, "go_public", by=system_user("publisher", at=at), at=at)
        except TransitionNotAllowed:
            continue  # another worker was faster, or somebody stopped it
        except NotPossible as error:
            log.warning("Release %s cannot become public: %s", release.pk, error)
            _tell_that_it_is_stuck(release, at=at)
        except Exception as error:
            # Whatever broke, the next release may be fine, and no person looks on at that moment.
            log.exception("Release %s did not become public", release.pk)
            failed_tasks.note("reporting.tasks.publish_due", (), {}, error, at=at)
            _tell_that_it_is_stuck(release, at=at)
        else:
            done += 1
    return done


def _tell_that_it_is_stuck(release: Release, *, at: datetime) -> None:
    key = f"release-{release.pk}-stuck-{release.publish_at.isoformat()}"
    outbox.tell(release, Party.OFFICE, "release_stuck", at=at, key=key)


def why_stuck(release: Release, *, at: datetime):
    """Return why a release whose moment has come is not public, or ``None`` where nothing is wrong."""
    if release.state != "scheduled" or release.publish_at > at:
        return None
    return refusal(release, release.flow["go_public"], at=at) or STUCK
