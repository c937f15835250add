"""Reports are tabled at the committee, whose members comment on them until a date.

The members' words are the third party's evaluation (第三者評価). They are only added, and each becomes
part of what the public reads of a report once the office releases it.
"""

from collections.abc import Collection
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.models import Case
from casework.services import locked, record, snapshot

from .booklet_answers import answered
from .correction_owed import ask_for_a_correction
from .models import CollaborationReport, CommitteeComment, ReleasedComment, TabledReport, Tabling
from .publishing.releases import waits_in_release
from .request_overview import without_request
from .services import record_tabling
from .versions import content_of_collaboration

#: What the committee receives: before the public does or after it, as the city sets it.
TABLED = ("accepted", "published", "corrected")
#: The most reports that one booklet holds.
MOST = 300


def to_be_tabled(fiscal_year: int, user):
    """Return the accepted and the public reports on a fiscal year that no booklet held yet."""
    found = CollaborationReport.objects.visible_to(user).filter(
        state__in=TABLED, fiscal_year=fiscal_year, tablings=None
    )
    found = found.select_related("department", "publication__version").defer("publication__pdf")
    return found.order_by("department__name", "pk")


@transaction.atomic
def table_reports(
    reports: Collection[CollaborationReport], *, fiscal_year: int, tabled_on: date,
    comments_until: date | None, by, at: datetime,
) -> Tabling:  # fmt: skip
    """Record that the committee received these reports on a day, each as it stands now.

    Of a report that is public, that is what the public reads.

    :param comments_until: last day for comments, Japan date; ``None`` leaves it "not set".
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if there is none, too many, one that is neither accepted nor public
        or was tabled, one that waits in a release, or if the days cannot be.
    """
    require(by.act_on(japan_date(at)), "reporting.request_collaboration")
    if comments_until and comments_until < tabled_on:
        raise ValidationError({"comments_until": _("That is before the committee received them.")})
    chosen = [one.pk for one in reports]
    # Who waits here for another clerk finds afterwards what that one has tabled.
    list(Case.objects.filter(pk__in=chosen).order_by("pk").select_for_update())
    ready = list(to_be_tabled(fiscal_year, by).filter(pk__in=chosen))
    if not ready or len(ready) != len(reports) or len(ready) > MOST:
        raise ValidationError(
            _("Choose reports that are accepted or public and were not tabled before.")
        )
    left_out = without_request(fiscal_year, today=japan_date(at))
    tabling = Tabling.objects.create(
        fiscal_year=fiscal_year, tabled_on=tabled_on, comments_until=comments_until, by=by, at=at,
        answers=answered(
            fiscal_year, tabled=chosen, left_out=[one.department.name for one in left_out]
        ),
    )  # fmt: skip
    for place, report in enumerate(ready, start=1):
        version = report.publication.version if report.publication else None
        report = record_tabling(report, tabled_on=tabled_on, by=by, at=at)
        version = version or snapshot(
            report, content_of_collaboration(report, public=True), by=by, at=at
        )
        TabledReport.objects.create(tabling=tabling, report=report, version=version, place=place)
    return tabling


@transaction.atomic
def comment(tabled: TabledReport, *, words: str, by, at: datetime) -> CommitteeComment:
    """Add what a member of the committee says of a report.

    :raises PermissionDenied: if ``by`` is not of the committee.
    :raises ValidationError: if the day for comments has passed, or there are no words, or the same
        words of ``by`` are there.
    """
    today = japan_date(at)
    require(by.act_on(today), "reporting.comment_on_tabled")
    tabling = Tabling.objects.select_for_update().get(pk=tabled.tabling_id)
    if not tabling.takes_comments(today):
        raise ValidationError(_("The day until which comments are taken has passed."))
    if not words.strip():
        raise ValidationError({"words": _("Write your comment first.")})
    if tabled.comments.filter(by=by, words=words.strip()).exists():
        raise ValidationError({"words": _("You have written these words already. They are kept.")})
    return CommitteeComment.objects.create(tabled=tabled, words=words.strip(), by=by, at=at)


@transaction.atomic
def release_comments(
    tabled: TabledReport, *, comments: Collection[int], shown: Collection[int] | None = None, by,
    at: datetime,
) -> TabledReport:  # fmt: skip
    """Let just these comments on a report be part of what the public reads; the others are held back.

    What a window left as it showed it stays as a colleague decided meanwhile.

    What the public reads already changes with the next publication: a public report asks for a
    correction.

    :param comments: ids of comments.
    :param shown: ids of those that the window showed as released; ``None`` where a program writes,
        without one.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if comments are still taken, the report waits in a release, or nothing
        would change.
    """
    report = locked(tabled.report)
    require(by.act_on(japan_date(at)), "reporting.handle_collaboration", report)
    tabling = Tabling.objects.select_for_update().get(pk=tabled.tabling_id)
    if tabling.comments_until is None or tabling.takes_comments(japan_date(at)):
        raise ValidationError(_("Comments are still taken. Release them after the last day."))
    if waits_in_release(report):
        raise ValidationError(
            _("The report waits in a release. Drop the draft of the release first.")
        )
    released = ReleasedComment.objects.filter(comment__tabled=tabled)
    before = set(released.values_list("comment", flat=True) if shown is None else shown)
    wanted = set(comments)
    new = tabled.comments.filter(pk__in=wanted - before, release=None).order_by("pk")
    back = released.filter(comment__in=before - wanted)
    told = {
        "release_comments": list(new.values_list("pk", flat=True)),
        "hold_comments_back": list(back.order_by("comment").values_list("comment", flat=True)),
    }
    if not any(told.values()):
        raise ValidationError(_("Nothing has changed."))
    ReleasedComment.objects.bulk_create(
        ReleasedComment(comment=one, by=by, at=at) for one in new.all()
    )
    back.delete()
    ask_for_a_correction(report, at=at)
    for verb, ids in told.items():
        if ids:
            record(report, verb, by=by, at=at, tabled=tabled.pk, comments=ids)
    return tabled


@transaction.atomic
def set_last_day(tabling: Tabling, *, comments_until: date, by, at: datetime) -> Tabling:
    """Name, or change, the last day on which members comment.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if comments were released, or the day lies before the tabling.
    """
    require(by.act_on(japan_date(at)), "reporting.request_collaboration")
    tabling = Tabling.objects.select_for_update().get(pk=tabling.pk)
    if ReleasedComment.objects.filter(comment__tabled__tabling=tabling).exists():
        raise ValidationError(_("Comments were released: the last day stands."))
    if comments_until < tabling.tabled_on:
        raise ValidationError({"comments_until": _("That is before the committee received them.")})
    tabling.comments_until = comments_until
    tabling.save(update_fields=["comments_until"])
    return tabling


def own_comments(tabled: TabledReport, user):
    """Return the comments on a report that ``user`` reads: a member the own ones, others all.

    :raises PermissionDenied: if ``user`` reads none.
    """
    comments = tabled.comments.select_related("by", "release").order_by("pk")
    if user.has_perm("reporting.read_comments"):
        return comments
    if user.has_perm("reporting.comment_on_tabled"):
        return comments.filter(by=user.pk)
    raise PermissionDenied("reporting.comment_on_tabled")
