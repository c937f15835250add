"""Notices by post (郵送): printed in one batch, posted on a day, and sometimes returned.

Each step is a compare-and-set on the row, with the cases locked first, so of two clerks who take
the same notice one does. Every step is a line of the case's history.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization

from . import city, letters
from .calendar import japan_date, wareki
from .errors import NotPossible
from .models import Case, Notice
from .models.notice import NoticeQuerySet
from .outbox_keeping import record, require_keeper
from .typesetting import typeset
from .verbs import name_verbs

name_verbs(
    print_notice=gettext_lazy("Notice printed for the post"),
    mail_notice=gettext_lazy("Notice posted"),
    return_notice=gettext_lazy("Notice came back by post"),
)

TOO_EARLY = gettext_lazy("The day cannot lie before the day on which it was printed.")
TOO_LATE = gettext_lazy("The day cannot lie in the future.")


def address_of(organization: Organization, *, day: date) -> list[str]:
    """Return the lines of an envelope that leaves on ``day``; none if the address is not set."""
    if not organization.address:
        return []
    to = letters.addressee_of(organization, day=day)
    name = [f"{to['organization']}　{to['honorific']}"]
    if to["name"]:
        person = "　".join(filter(None, (to["title"], to["name"])))
        name = [to["organization"], f"{person}　{to['honorific']}"]
    postal_code = [f"〒{organization.postal_code}"] if organization.postal_code else []
    return [*postal_code, organization.address, *name]


@transaction.atomic
def print_batch(notices: Iterable[Notice], *, by, at: datetime) -> list[Notice]:
    """Take waiting notices for printing and freeze their addresses; return those that were taken.

    Left out is what somebody else took meanwhile, and what has no address.

    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotPossible: if none was left to take.
    """
    require_keeper(by, at)
    taken = [notice for notice in _locked(notices) if _print(notice, by=by, at=at)]
    if not taken:
        raise NotPossible(
            _("None of these could be printed: another person took them, or an address is not set.")
        )
    return taken


def _print(notice: Notice, *, by, at: datetime) -> bool:
    lines = address_of(notice.case.organization, day=japan_date(at))
    if not lines:
        return False
    fields = {"printed_at": at, "postal_address": "\n".join(lines)}
    return _step(notice, Notice.State.QUEUED, Notice.State.PRINTED, "print_notice",
                 by=by, at=at, fields=fields)  # fmt: skip


@transaction.atomic
def mail_batch(notices: Iterable[Notice], *, on: date, by, at: datetime) -> list[Notice]:
    """Record on which Japan date printed notices were posted; return those that were recorded.

    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotPossible: if the day is impossible, or none was left to record.
    """
    require_keeper(by, at)
    printed = _locked(notices)
    if on > japan_date(at):
        raise NotPossible(TOO_LATE)
    if any(notice.printed_at and on < japan_date(notice.printed_at) for notice in printed):
        raise NotPossible(TOO_EARLY)
    mailed = [notice for notice in printed if _mail(notice, on=on, by=by, at=at)]
    if not mailed:
        raise NotPossible(_("None of these was waiting to be posted: another person recorded it."))
    return mailed


def _mail(notice: Notice, *, on: date, by, at: datetime) -> bool:
    return _step(notice, Notice.State.PRINTED, Notice.State.MAILED, "mail_notice",
                 by=by, at=at, fields={"mailed_on": on}, on=on)  # fmt: skip


@transaction.atomic
def came_back(notice: Notice, *, on: date, reason: str, by, at: datetime) -> None:
    """Record on which Japan date a posted notice came back, and why.

    :raises PermissionDenied: if ``by`` does not keep the outbox.
    :raises NotPossible: if it was not posted, or the day is impossible.
    """
    require_keeper(by, at)
    [posted] = _locked([notice])
    if on > japan_date(at):
        raise NotPossible(TOO_LATE)
    if posted.mailed_on and on < posted.mailed_on:
        raise NotPossible(_("The day cannot lie before the day on which it was posted."))
    done = _step(
        posted, Notice.State.MAILED, Notice.State.RETURNED, "return_notice",
        by=by, at=at, fields={"returned_on": on, "error": reason}, on=on, note=reason,
    )  # fmt: skip
    if not done:
        raise NotPossible(_("Only what was posted can come back."))


def _locked(notices: Iterable[Notice]) -> list[Notice]:
    """Lock the cases of ``notices`` in order of their numbers, and read the notices afresh."""
    chosen = Notice.objects.by_post().filter(pk__in=[notice.pk for notice in notices])
    cases = Case.objects.filter(pk__in=chosen.values("case")).order_by("pk").select_for_update()
    locked = {case.pk: case for case in cases}
    rows = list(chosen.filter(case__in=locked).select_related("letter").order_by("pk"))
    for notice in rows:
        notice.case = locked[notice.case_id]
    return rows


def _step(
    notice: Notice, source: str, target: str, verb: str, *, by, at: datetime, fields: dict, **facts
) -> bool:
    """Take one step if the row still stands where the step begins; return whether it did."""
    row = Notice.objects.by_post().filter(pk=notice.pk, state=source)
    fields = {"state": target, "handled_by": by, **fields}
    if not row.update(**fields):
        return False
    for name, value in fields.items():
        setattr(notice, name, value)
    record(notice.case, verb, notice=notice.pk, by=by, at=at, **facts)
    return True


def sheets(notices: Iterable[Notice]) -> bytes:
    """Return one PDF for the printer: for each printed notice a sheet with its address, and after
    it the letter that the notice announces, as it was frozen.

    What belongs to one group fills whole sheets, whether the printer uses one side or both.
    """
    told = city.values("city_name", "office_name", "office_contact")
    office = [words for words in (told["city_name"], told["office_name"]) if words]
    return typeset(
        "post",
        {
            "title": "郵送する通知",
            "from": office,
            "contact": told["office_contact"],
            "sheets": [_sheet(notice) for notice in notices],
        },
    )


def _sheet(notice: Notice) -> dict:
    pdf = bytes(notice.letter.pdf) if notice.letter else b""  # empty too once it was destroyed
    return {
        "day": wareki(japan_date(notice.printed_at)),
        "address": notice.postal_address.split("\n"),
        "subject": notice.subject,
        "paragraphs": notice.body.split("\n"),
        "number": notice.case.number,
        "letter": list(pdf),
        "letter_title": notice.letter.title if notice.letter else "",
        "pages": letters.pages_of(pdf),
    }


def shown_address(notice: Notice, *, today: date) -> list[str]:
    """Return the lines of the envelope: as printed, or as they would be printed today."""
    if not notice.is_by_post:
        return []
    return (
        notice.postal_address.split("\n")
        if notice.postal_address
        else address_of(notice.case.organization, day=today)
    )


def waiting_on_paper(user) -> NoticeQuerySet:
    """Return what ``user`` sees of the notices by post that have not been posted yet."""
    waiting = (Notice.State.QUEUED, Notice.State.PRINTED)
    return Notice.objects.visible_to(user).by_post().filter(state__in=waiting)


def count(waiting: NoticeQuerySet) -> dict[str, int]:
    """Return how many notices wait to be printed, and how many are printed and not posted."""
    is_printed = Q(state=Notice.State.PRINTED)
    return waiting.aggregate(
        printed=Count("pk", filter=is_printed), queued=Count("pk", filter=~is_printed)
    )


def desk_part(request) -> dict | None:
    """What the desk of the office shows; nothing where nothing waits."""
    counted = count(waiting_on_paper(request.user))
    return {"by_post": counted} if any(counted.values()) else None
