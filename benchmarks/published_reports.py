"""Fill a database with N published reports: ``python -m benchmarks.published_reports N``.

The first one goes through its release, and so does the register, so that all files of open data are
there; the others are copies of its rows (case, report, version, publication, released item), each of
its own text.
"""

import sys
from collections.abc import Iterator

import django

FIVE_YEARS = 5
#: How many copies are written at a time.
BATCH = 500


def main(number: int) -> None:
    django.setup()
    from tests import factories
    from tests.reporting import makers

    measures = [factories.measure() for _measure in range(3)]
    report = factories.released(makers.accepted_collaboration(measures=measures))
    _release_register()
    keys = _copy_rows(report, number - 1)
    for begin in range(0, len(keys), BATCH):
        _publish(report, keys, range(begin, min(begin + BATCH, len(keys))))


def _release_register() -> None:
    from accounts.models import Role
    from casework.services import advance
    from reporting.publishing import releases
    from tests import factories
    from tests.factories import NOON, TODAY
    from tests.reporting import makers

    makers.granted_year()
    office = factories.anyone(Role.OFFICE)
    made = releases.begin(by=office, at=NOON)
    releases.put_in(made, "register", "all", by=office, at=NOON)
    draft = releases.propose(made, by=office, at=NOON)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=NOON, decided_on=TODAY)


def _copy_rows(report, number: int) -> range:
    """Copy case and report; return the ids of the copies, which have no publication yet."""
    from benchmarks.cases import copy
    from casework.models import Case
    from reporting.models import CollaborationReport

    first = Case.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    key = f"{first} + n.i"
    year = f"2025 - (n.i + 1) % {FIVE_YEARS}"
    copy(
        Case, f"id = {report.pk}", number,
        {"id": key, "number": f"'N' || ({key})", "fiscal_year": year, "title": "'架空の協働' || (n.i + 1)"},
    )  # fmt: skip
    own = {"case_ptr_id": key, "publication_id": "NULL"}
    copy(CollaborationReport, f"case_ptr_id = {report.pk}", number, own)
    return range(first, first + number)


def _publish(report, keys: range, places: range) -> None:
    """Publish copies as the first was: version, publication, released item, and entry of each."""
    from casework import history
    from casework.models import Version
    from reporting.models import CollaborationReport, Publication, PublicEntry, ReleaseItem
    from tests.factories import NOON

    first = ReleaseItem.objects.get(kind="report", key=str(report.pk))
    version, copied = report.publication.version, list(_texts(report, first, keys, places))
    versions = Version.objects.bulk_create(
        Version(
            case_id=key, number=1, content={**version.content, **own},
            digest=history.digest_of([key]), by_id=version.by_id, at=NOON,
        )
        for key, own, _content in copied
    )  # fmt: skip
    publications = Publication.objects.bulk_create(
        Publication(
            report_id=one.case_id, number=1, version=one, pdf=b"", by_id=version.by_id, at=NOON
        )
        for one in versions
    )
    for one in publications:
        CollaborationReport.objects.filter(pk=one.report_id).update(publication=one)
    items = ReleaseItem.objects.bulk_create(
        ReleaseItem(
            release_id=first.release_id, kind="report", key=str(key), action="publish", number=1,
            title=own["title"], content=content, fiscal_year=own["fiscal_year"],
            digest=history.digest_of(content),
        )
        for key, own, content in copied
    )  # fmt: skip
    PublicEntry.objects.bulk_create(
        PublicEntry(kind="report", key=item.key, item=item, first_at=NOON) for item in items
    )


def _texts(report, first, keys: range, places: range) -> Iterator[tuple[int, dict, dict]]:
    """Yield id, own words, and released content of each copy."""
    text = first.content["text"]
    for place in places:
        own = {
            "title": f"架空の協働{place + 1}",
            "content": f"{place + 1}回目の活動。" + text["content"] * 40,
            "fiscal_year": 2025 - (place + 1) % FIVE_YEARS,
        }
        yield keys[place], own, {**first.content, "id": keys[place], "text": {**text, **own}}


if __name__ == "__main__":
    main(int(sys.argv[1]))
