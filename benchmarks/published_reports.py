"""Fill a database with N published reports: ``python -m benchmarks.published_reports N``.

The first one goes through its release; the others are copies of its rows, each of its own text.
"""

import sys

import django

FIVE_YEARS = 5


def main(number: int) -> None:
    django.setup()
    from casework import history
    from reporting.models import PublicEntry, ReleaseItem
    from tests import factories
    from tests.factories import NOON

    report = factories.released(_accepted())
    first = ReleaseItem.objects.get()
    release = first.release
    made = []
    for place in range(1, number):
        content = {**first.content, "id": report.pk + place}
        content["text"] = {
            **first.content["text"],
            "title": f"架空の協働{place}",
            "content": f"{place}回目の活動。" + first.content["text"]["content"] * 40,
            "fiscal_year": 2025 - place % FIVE_YEARS,
        }
        made.append(
            ReleaseItem(
                release=release,
                kind="report",
                key=str(report.pk + place),
                action="publish",
                number=1,
                title=content["text"]["title"],
                content=content,
                fiscal_year=content["text"]["fiscal_year"],
                digest=history.digest_of(content),
            )  # fmt: skip
        )
    ReleaseItem.objects.bulk_create(made, batch_size=500)
    PublicEntry.objects.bulk_create(
        (
            PublicEntry(kind="report", key=item.key, item=item, first_at=NOON)
            for item in ReleaseItem.objects.defer("content").exclude(pk=first.pk)
        ),
        batch_size=500,
    )


def _accepted():
    from tests.reporting import makers

    return makers.accepted_collaboration()


if __name__ == "__main__":
    main(int(sys.argv[1]))
