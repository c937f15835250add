"""A release of a progress table: the guideline's pages tell what was approved, and nothing else."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Role
from casework.errors import NotPossible
from casework.services import advance
from guideline import years
from guideline.models import Claim, Edition, Figure, Measure, PrintedCount, Progress
from guideline.public_days import differs_from_public
from guideline.years import years_shown
from reporting.models import Release
from reporting.publishing import releases
from reporting.publishing.site import Site
from tests import factories
from tests.factories import NOON, TODAY

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
TOMORROW = NOON + timedelta(days=1)
APPROVED, LATER = "承認された実績", "承認の後に書いた実績"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def measure() -> Measure:
    found = factories.measure()
    Progress.objects.create(
        measure=found, fiscal_year=2026, as_of=TODAY, status="partly", result=APPROVED
    )
    return found


def proposed(measure: Measure, by, *, at=NOON, publish_at=None, **said):
    release = releases.begin(by=by, at=at)
    key = f"{measure.edition.code}/{TODAY.isoformat()}"
    releases.put_in(release, "progress", key, by=by, at=at, **said)
    if publish_at:
        releases.set_moment(release, publish_at, by=by, at=at)
    return releases.propose(release, by=by, at=at)


def approve(draft, at=NOON):
    return advance(draft, "approve", by=factories.user(Role.APPROVER), at=at, decided_on=TODAY)


def told(measure: Measure) -> str:
    """All that anybody meets of the measure: its page, the day's table, its file, open data, search."""
    edition, day = measure.edition.code, TODAY.isoformat()
    addresses = (
        measure.get_absolute_url(),
        reverse("guideline:edition", args=[edition]),
        reverse("guideline:progress-on", args=[edition, day]),
        reverse("guideline:progress-file", args=[edition, day, "csv"]),
        "/open-data/measures.csv",
        f"/public/guideline/{edition}/{day}.html",
    )
    return "".join(b"".join(Client().get(address)).decode() for address in addresses)


def test_public_reads_what_was_approved_until_the_next_release(measure, office):
    approve(proposed(measure, office))
    assert APPROVED in told(measure)

    Progress.objects.update_or_create(measure=measure, as_of=TODAY, defaults={"result": LATER})
    assert APPROVED in told(measure) and LATER not in told(measure)

    approve(proposed(measure, office, note="実績を直した"))
    assert LATER in told(measure) and APPROVED not in told(measure)


def test_what_changed_since_it_was_frozen_cannot_be_approved(measure, office):
    draft = proposed(measure, office)
    Progress.objects.filter(measure=measure).update(result=LATER)

    with pytest.raises(NotPossible, match="changed after it was frozen|固定した後で変わりました"):
        approve(draft)

    assert LATER not in told(measure)
    assert Release.objects.get().state == "waiting"


def test_public_reads_each_column_as_it_was_on_record_when_it_was_approved(measure, office):
    said = {"source": "資料", "level": "S", "as_of": TODAY}
    Progress.objects.update(next_class="Ⅲ", reason="続ける", source="進捗の資料", level="I")
    for count, status in enumerate(("partly", "not_started"), 3):
        PrintedCount.objects.create(
            edition=measure.edition, classification="II-i", status=status, count=count,
            denominator=9, **said,
        )  # fmt: skip
    later = Edition.objects.create(code="later", title="後の指針", status="draft")
    for place, value in (("reason", "III"), ("column", "")):
        Claim.objects.create(
            measure=measure, about=later, subject="class", place=place, as_printed=f"印刷 {place}",
            value=value, **said,
        )  # fmt: skip

    approve(proposed(measure, office))

    for model, rows in ((Progress, 1), (PrintedCount, 2), (Claim, 2)):
        columns = [f.name for f in model._meta.fields if f.name not in ("id", "is_public")]
        public = list(model.published.order_by("pk").values(*columns))
        assert len(public) == rows
        assert sorted(public, key=str) == sorted(model.objects.values(*columns), key=str)
    assert not differs_from_public(measure.edition, TODAY)


def test_signs_that_no_workbook_holds_become_public_nowhere(measure, office):
    """They are in no words that the approver read."""
    Progress.objects.update(result="前の段\x0b後の\x07段", source="資\x07料")
    Measure.objects.update(title="施\x07策")

    approve(proposed(measure, office))

    row = Progress.published.get()
    assert (row.result, row.source) == ("前の段\n後の段", "資料")
    assert not differs_from_public(measure.edition, TODAY)
    clerk, anybody = Client(), Client()
    clerk.force_login(office)
    address = reverse("guideline:progress-file", args=[measure.edition.code, TODAY, "xlsx"])
    for client in (clerk, anybody):
        sheet = load_workbook(io.BytesIO(client.get(address).content)).active
        assert {"施策", "前の段\n後の段"} <= {cell.value for row in sheet for cell in row}


def test_years_are_public_as_they_stood_when_the_release_was_frozen(measure, office):
    def write(target: str, number: int, at):
        years.write(measure, 2026, {"target": target}, edit_number=number, by=office, at=at)

    write("固定した目標", 0, NOON - HOUR)
    approve(proposed(measure, office, publish_at=TOMORROW))
    write("まだ見せない目標", 1, NOON + HOUR)

    releases.go_public_due(at=TOMORROW)

    shown = years_shown(Measure.objects.filter(pk=measure.pk), AnonymousUser())
    assert [year.target for year in shown] == ["固定した目標"]


def test_withdrawn_table_is_read_nowhere_any_more(
    measure, office, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        approve(proposed(measure, office))
    assert measure.title in search(APPROVED)

    with django_capture_on_commit_callbacks(execute=True):
        approve(proposed(measure, office, withdraw=True, note="誤りがあった"), at=NOON)

    assert APPROVED not in told(measure)
    assert measure.title not in search(APPROVED)
    assert Progress.objects.get(measure=measure).result == APPROVED


OF_THE_DAY = ("measure-years", "measure-months", "measure-figures", "printed-counts", "progress")


def data(code: str) -> str:
    """What anybody reads of the day in a file of the public site, in both forms."""
    site = Site("https://example.jp/", fictitious=False)
    found = (site.read(f"data/{code}.{form}") for form in ("csv", "json"))
    return "".join(one.body.decode() for one in found)


def test_withdrawn_table_leaves_the_files_that_the_register_came_with(measure, office):
    words = {"target": APPROVED, "plan_months": [4], "plan_by_month": {"4": APPROVED}}
    years.write(measure, 2026, words, edit_number=0, by=office, at=NOON - HOUR)
    figure = Figure(label=APPROVED, unit="件", value=20)
    years.write_figure(measure, 2026, figure, by=office, at=NOON - HOUR)
    printed = {"classification": "I", "status": "partly", "count": 1, "denominator": 1}
    PrintedCount.objects.create(edition=measure.edition, as_of=TODAY, source=APPROVED, **printed)
    of_a_document = {"label": "文書の数字", "unit": "件", "value": 3, "source": "文書"}
    Figure.objects.create(measure=measure, **of_a_document)
    approve(proposed(measure, office))
    approve(releases.propose(of_register(office), by=office, at=NOON))
    for code in OF_THE_DAY:
        assert APPROVED in data(code), code

    approve(proposed(measure, office, withdraw=True, note="誤りがあった"))

    for code in OF_THE_DAY:
        assert APPROVED not in data(code), code
    assert "文書の数字" in data("measure-figures")


def test_files_of_the_day_come_with_it_and_wait_for_no_register(measure, office):
    approve(releases.propose(of_register(office), by=office, at=NOON))
    years.write(measure, 2026, {"target": APPROVED}, edit_number=0, by=office, at=NOON - HOUR)
    Figure.objects.create(measure=measure, label=LATER, unit="件", value=3, source="文書")
    assert APPROVED not in data("measure-years")

    approve(proposed(measure, office))

    assert APPROVED in data("measure-years")
    assert LATER not in data("measure-figures"), "figures of documents wait for the register"


def of_register(office) -> Release:
    release = releases.begin(by=office, at=NOON)
    releases.put_in(release, "register", "all", by=office, at=NOON)
    return release


def search(words: str) -> str:
    return Client().get("/search/", {"q": words}).content.decode()


def test_progress_page_tells_moment_rows_and_digest_of_what_was_released(measure, office):
    address = reverse("guideline:progress-on", args=[measure.edition.code, TODAY.isoformat()])

    def told() -> list[str]:
        shown = Client().get(address).content.decode().replace("<wbr>", "")
        return re.findall(r'表の行</dt><dd>(\d+)|class="digest">(\w{64})<', shown)

    approve(proposed(measure, office))
    before = told()
    assert len(before) == 3  # rows, their digest, and that of the CSV
    Progress.objects.filter(measure=measure).update(result=LATER)
    assert told() == before  # what the office wrote since is not public
    approve(proposed(measure, office, at=TOMORROW, note="訂正"), at=TOMORROW)

    assert told() != before


def test_released_page_flags_where_the_document_prints_other_counts(measure, office):
    """The page that a web server shows tells as much as the live one."""
    for status, count in (("done", 2), ("not_started", 1)):
        PrintedCount.objects.create(
            edition=measure.edition, as_of=TODAY, classification=measure.classification,
            status=status, count=count, denominator=3,
        )  # fmt: skip
    approve(proposed(measure, office))
    place = f"{measure.edition.code}/{TODAY.isoformat()}"
    live = Client().get(reverse("guideline:progress-on", args=place.split("/")))

    for language, words in (("", "市の文書に印刷された数"), ("en/", "prints other counts")):
        page = Client().get(f"/public/{language}guideline/{place}.html").content.decode()
        flagged = page[page.index(words) :]
        flagged = flagged[: flagged.index("</table>")]
        assert flagged.count("<tr>") - 1 == len(live.context["mismatches"]) >= 2
    assert page.count("Counted as of") == 1 and page.count("<p>As of") == 1


def test_released_page_flags_nothing_where_the_document_prints_no_counts(measure, office):
    approve(proposed(measure, office))
    path = f"/public/guideline/{measure.edition.code}/{TODAY.isoformat()}.html"

    assert "市の文書に印刷された数" not in Client().get(path).content.decode()
