"""The office checks line by line; the group reads at each place what is asked for there."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import MemberRole, Role
from casework import verification
from casework.approvals import Wish, draft
from casework.models import Access
from casework.services import advance
from grants.models import ProjectYear
from reporting import services
from reporting.check_page import LineCheckForm
from reporting.closing import still_open
from reporting.line_checks import Asked, Found, check_report
from reporting.models import FieldNote, Report
from tests import factories
from tests.case_pages import whole_page
from tests.pdf_text import pdf_text
from tests.reporting import makers
from tests.reporting.makers import LATER
from tests.windows import window, window_of

pytestmark = pytest.mark.django_db

WHY = "参加者だけの飲食のため"


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def report():
    lines = [*makers.balanced_lines()[:2], factories.line("expenditure", "印刷", 65_000),
             factories.line("expenditure", "懇親会", 30_000)]  # fmt: skip
    return makers.sent_report(makers.granted_year(), lines=lines)


@pytest.fixture
def office():
    return factories.anyone(Role.OFFICE)


def party(report):
    return report.settlement_lines.get(label="懇親会")


def disallow(report, office, yen: int | None = None, *, reason: str = WHY) -> Report:
    found = [Found(party(report).pk, "disallowed", yen, reason)]
    return check_report(report, found=found, by=office, at=LATER)


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


def test_only_what_is_allowed_is_confirmed_and_the_letter_says_why(report, office):
    report = disallow(report, office, 10_000)
    assert report.settlement.proposed_confirmed_yen == 65_000

    report = disallow(report, office)
    assert report.settlement.proposed_confirmed_yen == 45_000
    year = factories.approved(
        ProjectYear.objects.get(pk=report.project_year_id),
        "confirm",
        at=LATER,
        confirmed_yen=45_000,
    )

    letter = pdf_text(bytes(year.letters.get(kind="confirmed").pdf)).replace(" ", "")
    assert f"対象と認めない経費（懇親会：{WHY}" in letter.replace("\n", "")
    assert list(verification.faults()) == []
    assert ["45,000 yen are to be paid" in str(part) for part in still_open(year)] == [True]


@pytest.mark.parametrize(("yen", "reason"), [(30_001, WHY), (0, WHY), (None, "")])
def test_disallowed_needs_a_reason_and_is_at_most_the_line(report, office, yen, reason):
    with pytest.raises(ValidationError):
        disallow(report, office, yen, reason=reason)

    assert party(report).disallowed_yen == 0


def test_only_the_office_checks_and_only_while_the_report_is_with_it(report, office):
    with pytest.raises(PermissionDenied):
        disallow(report, makers.group_of(report))
    year = ProjectYear.objects.get(pk=report.project_year_id)
    spent = report.settlement_lines.filter(side="expenditure")
    check_report(report, found=[Found(line.pk, "allowed") for line in spent], by=office, at=LATER)
    draft("額の確定", [Wish(year, "confirm", {"confirmed_yen": 1})], by=office, at=LATER)
    with pytest.raises(ValidationError):
        disallow(report, office)
    assert party(report).verdict == "allowed"


def test_group_reads_what_is_asked_where_once_it_has_the_report_back(report, office):
    asked = [
        Asked("人数も書いてください。", field="results"),
        Asked("領収書が要ります。", line=party(report).pk),
    ]
    check_report(report, found=[Found(party(report).pk, "disallowed", None, WHY)], asked=asked,
                 by=office, at=LATER)  # fmt: skip
    group = client_of(makers.group_of(report))
    assert "人数も" not in whole_page(group, report)
    form = (
        client_of(office)
        .get(reverse("casework:move", args=[report.pk, "send_back"]))
        .context["form"]
    )
    assert "人数も書いてください" in form["reason"].value()

    report = advance(report, "send_back", by=office, at=LATER, reason="x", due_on=None)

    draft_page = group.get(reverse("reporting:report-edit", args=[report.pk])).context["draft"]
    said = draft_page.text.fields["results"].said
    assert [(one.kind, one.words) for one in said] == [("asked", "人数も書いてください。")]
    of_line = [(one.kind, str(one.words)) for one in draft_page.budget.expenditure.forms[1].said]
    assert ("asked", "領収書が要ります。") in of_line
    assert any(kind == "disallowed" and WHY in words for kind, words in of_line)
    assert "人数も" in whole_page(group, report)


def test_note_stays_until_it_is_ticked_off_and_a_changed_line_is_checked_again(report, office):
    line = party(report)
    check_report(report, found=[Found(line.pk, "disallowed", None, WHY)],
                 asked=[Asked("領収書", line=line.pk)], by=office, at=LATER)  # fmt: skip
    report = advance(report, "send_back", by=office, at=LATER, reason="x", due_on=None)
    rows = [{**row, "amount_yen": row["amount_yen"] - 5_000 * (row["label"] in ("会費", "懇親会"))}
            for row in report.settlement_lines.order_by("pk").values("side", "label", "amount_yen", "from_city")]  # fmt: skip
    report = services.save_report(
        report, fields={}, lines=rows, edit_number=report.edit_number,
        by=makers.group_of(report), at=LATER,
    )  # fmt: skip
    assert (party(report).pk, party(report).verdict) == (line.pk, "")
    report = advance(report, "resubmit", by=makers.group_of(report), at=LATER)
    note = FieldNote.objects.awaited().get()

    check_report(report, found=[], settled=[note.pk], by=office, at=LATER)

    note.refresh_from_db()
    assert (note.settled_by, note.given_at, note.asked) == (office, LATER, "領収書")
    assert not FieldNote.objects.awaited().exists()


def page_data(report, **said) -> dict:
    """What the page of the check sends: every line allowed, but for what is said otherwise."""
    lines = report.settlement_lines.filter(side="expenditure")
    return {f"line-{line.pk}-verdict": "allowed" for line in lines} | said


def test_office_checks_in_the_browser(report, office):
    path = reverse("reporting:report-check", args=[report.pk])
    client, place = client_of(office), f"line-{party(report).pk}"
    wrong = {**window(client, path), f"{place}-verdict": "disallowed", "results-asked": "人数を"}

    assert client.get(path).status_code == 200
    assert client.post(path, page_data(report, **wrong)).status_code == 422
    assert not FieldNote.objects.exists()
    right = {**wrong, f"{place}-disallowed_yen": "１万", f"{place}-reason": WHY}
    assert client.post(path, page_data(report, **right)).status_code == 422
    right[f"{place}-disallowed_yen"] = "40,000"
    assert b"comes to 30,000 yen" in client.post(path, page_data(report, **right)).content
    right[f"{place}-disallowed_yen"] = "10,000"
    assert client.post(path, page_data(report, **right)).status_code == 302
    assert (party(report).disallowed_yen, FieldNote.objects.get().asked) == (10_000, "人数を")
    shown = whole_page(client_of(makers.group_of(report)), report)
    assert WHY in shown
    nothing_asked = {**window(client, path), **page_data(report), "results-asked": ""}
    assert client.post(path, nothing_asked).status_code == 302
    assert not FieldNote.objects.exists() and party(report).verdict == "allowed"


def test_an_older_window_leaves_the_verdicts_that_a_colleague_gave_meanwhile(report, office):
    path = reverse("reporting:report-check", args=[report.pk])
    client, place = client_of(office), f"line-{party(report).pk}"
    other = report.settlement_lines.get(label="印刷")
    older = window(client, path)
    disallow(report, office)

    found = {f"line-{other.pk}-verdict": "allowed", "results-asked": "人数を"}
    assert client.post(path, {**older, **found}).status_code == 302
    other.refresh_from_db()
    assert (other.verdict, party(report).verdict) == ("allowed", "disallowed")
    assert party(report).disallowed_yen == 30_000

    both = client.post(path, {**older, f"{place}-verdict": "allowed"})
    assert both.status_code == 422 and party(report).verdict == "disallowed"
    words = dict(LineCheckForm.base_fields["verdict"].choices)["disallowed"]
    assert f"“{words}”" in both.content.decode()
    assert window_of(both)[f"{place}-verdict"] == ["allowed"]
    assert client.post(path, window_of(both)).status_code == 302
    assert (party(report).verdict, other.verdict) == ("allowed", "allowed")
    assert FieldNote.objects.get().asked == "人数を"


def test_check_is_for_the_office(report):
    path = reverse("reporting:report-check", args=[report.pk])
    people = {
        makers.group_of(report): 403,
        factories.member(report.organization, MemberRole.VIEWER): 403,
        factories.member(factories.organization()): 404,
        factories.user(Role.ACCOUNTING): 403,
    }

    for person, status in people.items():
        client = client_of(person)
        assert {client.get(path).status_code, client.post(path).status_code} == {status}


def rewritten(report, **amounts: int) -> Report:
    """The report as its group saves it, with the amounts of lines by their names."""
    names = ("side", "label", "amount_yen", "from_city", "detail", "category")
    lines = report.settlement_lines.order_by("pk")
    rows = [
        {"line": pk, **row, "amount_yen": amounts.get(row["label"], row["amount_yen"])}
        for pk, row in zip(lines.values_list("pk", flat=True), lines.values(*names), strict=True)
    ]
    return services.save_report(
        report, fields={}, lines=rows, edit_number=report.edit_number,
        by=makers.group_of(report), at=LATER,
    )  # fmt: skip


def test_verdict_comes_back_with_the_line_that_was_judged(report, office):
    report = disallow(report, office, 3_500)
    report = advance(report, "send_back", by=office, at=LATER, reason="x", due_on=None)

    report = rewritten(report, 懇親会=31_000)
    assert (party(report).verdict, party(report).disallowed_yen) == ("", 0)
    report = rewritten(report, 懇親会=30_000)

    found = party(report)
    assert (found.verdict, found.disallowed_yen, found.disallowed_reason) == (
        "disallowed", 3_500, WHY,
    )  # fmt: skip
    assert found.set_aside is None


def test_changed_line_is_judged_again_with_what_was_found_before(report, office):
    report = disallow(report, office, 3_500)
    report = advance(report, "send_back", by=office, at=LATER, reason="x", due_on=None)
    report = rewritten(report, 懇親会=31_000, 会費=21_000)
    words = f"Before: 3,500 yen were not allowed, because: {WHY}. The group changed this line"
    group = client_of(makers.group_of(report))
    assert words in whole_page(group, report)
    assert words in group.get(reverse("reporting:report-edit", args=[report.pk])).text

    report = advance(report, "resubmit", by=makers.group_of(report), at=LATER)
    check = reverse("reporting:report-check", args=[report.pk])
    assert words in client_of(office).get(check).text
    check_report(report, found=[Found(party(report).pk, "")], by=office, at=LATER)
    assert party(report).set_aside["disallowed_yen"] == 3_500
    check_report(report, found=[Found(party(report).pk, "allowed")], by=office, at=LATER)
    assert party(report).set_aside is None
    assert words not in client_of(office).get(check).text


def saved(report, rows: list[dict], *, removed=()) -> Report:
    return services.save_report(
        report, fields={}, lines=rows, removed=removed, edit_number=report.edit_number,
        by=makers.group_of(report), at=LATER,
    )  # fmt: skip


def without_and_again(report, yen: int) -> Report:
    """The report whose group takes the line out, and types it again some time later."""
    rows = [
        {"line": line.pk, **factories.line(line.side, line.label, line.amount_yen, from_city=line.from_city)}
        for line in report.settlement_lines.exclude(label="懇親会").order_by("pk")
    ]  # fmt: skip
    report = saved(report, rows, removed={party(report).pk})
    assert not report.settlement_lines.filter(label="懇親会").exists()
    return saved(report, [*rows, factories.line("expenditure", "懇親会", yen)])


@pytest.mark.parametrize(("yen", "counts_off"), [(30_000, 3_500), (31_000, 0)])
def test_line_that_is_taken_out_and_typed_again_has_not_lost_what_was_found(
    report, office, yen, counts_off
):
    """The same line has its verdict; one of another amount is judged again, with what was found before."""
    report = disallow(report, office, 3_500)
    report = advance(report, "send_back", by=office, at=LATER, reason="x", due_on=None)

    report = without_and_again(report, yen)

    found = party(report)
    assert (found.disallowed_yen, report.settlement.disallowed_yen) == (counts_off, counts_off)
    assert found.verdict == ("disallowed" if counts_off else "")
    assert bool(found.before_the_change) is not bool(counts_off)
    assert Report.objects.get(pk=report.pk).struck_out == []


def test_what_was_found_of_a_line_waits_until_its_name_is_typed(report, office):
    report = disallow(report, office, 3_500)
    report = advance(report, "send_back", by=office, at=LATER, reason="x", due_on=None)
    report = rewritten(report, 懇親会=31_000)  # judged again, and taken out before that

    rows = [factories.line("expenditure", "会場", 31_000)]
    report = saved(report, rows, removed=set(report.settlement_lines.values_list("pk", flat=True)))

    line = report.settlement_lines.get()
    assert (line.verdict, line.set_aside) == ("", None)
    assert [one["disallowed_yen"] for one in report.struck_out] == [3_500]


def test_office_reads_what_was_found_of_a_line_that_is_gone(report, office):
    report = disallow(report, office, 3_500)
    report = advance(report, "send_back", by=office, at=LATER, reason="x", due_on=None)
    rows = [
        {"line": line.pk, **factories.line(line.side, line.label, line.amount_yen, from_city=line.from_city)}
        for line in report.settlement_lines.exclude(label="懇親会").order_by("pk")
    ]  # fmt: skip

    report = saved(report, rows, removed={party(report).pk})

    page = client_of(office).get(reverse("reporting:report-check", args=[report.pk])).text
    assert (
        f"took out “懇親会” (30,000 yen). Of it 3,500 yen were not allowed, because: {WHY}." in page
    )


def test_office_reads_that_a_receipt_proves_a_payment_of_another_report_too(
    settings, tmp_path, office
):
    """The same photo in two reports; a clerk to whom the other one is barred is told nothing of it."""
    settings.MEDIA_ROOT = tmp_path
    reports = [makers.written_report(makers.granted_year()) for _ in range(2)]
    for report in reports:
        makers.receipt(report, file=makers.PDF + b"one")
        makers.receipt(report, number=2, file=makers.PDF + str(report.pk).encode())
    path = reverse("reporting:report-check", args=[reports[1].pk])
    words = "Receipt no. 1 (チラシ) is the same file as receipt no. 1 of"

    page = client_of(office).get(path).text
    assert page.count(words) == 1 and "Receipt no. 2" not in page
    barred = factories.user(Role.OFFICE)
    Access.objects.create(case=reports[0], user=barred, barred=True, reason="conflict")
    assert words not in client_of(barred).get(path).text


def test_words_alone_leave_the_verdict(report, office):
    report = disallow(report, office, 3_500)
    report = advance(report, "send_back", by=office, at=LATER, reason="x", due_on=None)
    report.settlement_lines.filter(label="懇親会").update(detail="")

    report = rewritten(report)

    assert party(report).disallowed_yen == 3_500
    assert "Partly not allowed" in whole_page(client_of(office), report)


def test_check_is_closed_while_the_amount_waits_in_a_draft(report, office):
    year = ProjectYear.objects.get(pk=report.project_year_id)
    factories.judged(year)
    wish = factories.wish(year, "confirm", at=LATER, confirmed_yen=1)
    draft("額の確定", [wish], by=office, at=LATER)
    client, path = client_of(office), reverse("reporting:report-check", args=[report.pk])

    page = client.get(path).content.decode()
    assert "waits in a draft" in page and "<fieldset disabled>" in page

    assert client.post(path, page_data(report)).status_code == 422
