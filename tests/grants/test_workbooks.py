"""Forms as workbooks: taken, completed offline, read back; every fault with its cell."""

import io
import zipfile
from datetime import date

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import Role
from casework import workbooks
from casework.drafts import Draft, differences, saved_data
from casework.workbooks.layout import layout_of
from grants import services
from grants.forms.drafts import DraftForms
from grants.forms.projects import YearDraft
from grants.models import BudgetLine, Proposal
from tests import factories
from tests.casework.cases import filed, group_of
from tests.factories import NOON, TODAY
from tests.grants import papers
from tests.grants.test_reckoning import call_of, with_categories, written
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db


@remembered
def draft() -> Proposal:
    return factories.draft(by=factories.member(factories.organization()))


def forms_of(proposal: Proposal, data=None) -> DraftForms:
    return DraftForms(proposal, data, today=TODAY)


def taken(proposal: Proposal, language: str = "en") -> bytes:
    with translation.override(language):
        return workbooks.write(forms_of(proposal))


def changed(content: bytes, cells: dict[tuple[str, str], object]) -> bytes:
    """The workbook as somebody saved it who wrote into (sheet, cell)."""
    book = load_workbook(io.BytesIO(content))
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(content: bytes, proposal: Proposal):
    """Return what a workbook says and its faults, as ``{(sheet, cell): why}``."""
    found = workbooks.read(content, proposal, forms_of)
    read_back = forms_of(proposal, found.data)
    read_back.is_valid()
    return read_back, {(f.sheet, f.cell): f.why for f in workbooks.faults_of(read_back, found)}


def unchanged(proposal: Proposal, content: bytes) -> bool:
    mine, faults = read(content, proposal)
    before = forms_of(proposal, saved_data(forms_of(proposal)))
    assert before.is_valid()
    return not faults and not differences(mine, before) and mine.content() == before.content()


def cell_of(proposal: Proposal, name: str) -> tuple[str, str]:
    layout = layout_of(forms_of(proposal))
    return layout.sheet, layout.cell_of(name)


# Out


def test_workbook_shows_what_is_saved_and_guards_the_rest():
    proposal = draft()

    book = load_workbook(io.BytesIO(taken(proposal)))

    sheet, cell = cell_of(proposal, "title")
    assert book[sheet][cell].value == proposal.title
    assert not book[sheet][cell].protection.locked and book[sheet]["A4"].protection.locked
    assert [cell.value for cell in book["Income"][5]] == ["市の補助", None, 80_000, "○"]
    assert {book[name].sheet_state for name in ("_yell", "_choices")} == {"veryHidden", "hidden"}
    assert {sheet.protection.sheet for sheet in book.worksheets[:4]} == {True}
    said, total = [cell.value for cell in book["Income"][3]][1:3]
    assert said == "Total" and total.startswith("=SUM(C5:C")
    lists = [
        rule.formula1 for sheet in book.worksheets for rule in sheet.data_validations.dataValidation
    ]
    assert '"○"' in lists and any(rule.startswith("_choices!") for rule in lists)


def test_words_that_look_like_a_formula_stay_words():
    proposal = draft()
    Proposal.objects.filter(pk=proposal.pk).update(purpose='=HYPERLINK("http://a.example")')
    proposal.refresh_from_db()

    sheet, cell = cell_of(proposal, "purpose")
    found = load_workbook(io.BytesIO(taken(proposal)))[sheet][cell]

    assert (found.data_type, found.value) == ("s", proposal.purpose)
    assert unchanged(proposal, taken(proposal))


# Out and in again

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).map(str.strip)
AMOUNTS = st.integers(min_value=0, max_value=2_000_000_000)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_taking_and_uploading_changes_nothing(language):
    proposal = draft()

    @settings(max_examples=12)
    @given(words=WORDS, lines=st.lists(st.tuples(WORDS, AMOUNTS, st.booleans()), max_size=4))
    def holds(words, lines):
        words = words.replace("\0", "")
        Proposal.objects.filter(pk=proposal.pk).update(purpose=words, content=f"{words}\r\n- a")
        BudgetLine.objects.filter(proposal=proposal).delete()
        BudgetLine.objects.bulk_create(
            BudgetLine(proposal=proposal, side="income", label=label.replace("\0", "") or "x",
                       amount_yen=amount, from_city=asked)
            for label, amount, asked in lines
        )  # fmt: skip
        proposal.refresh_from_db()
        assert unchanged(proposal, taken(proposal, language))

    holds()


@pytest.mark.parametrize(("out", "back"), [("en", "ja"), ("ja", "en")])
def test_what_is_chosen_is_read_in_the_language_in_which_the_workbook_was_taken(out, back):
    group = factories.member(factories.organization())
    proposal = written(group, call_of(with_categories()))
    content = taken(proposal, out)

    with translation.override(back):
        mine, faults = read(content, proposal)

    assert faults == {}
    kept = proposal.budget_lines.order_by("side", "pk").values_list("label", "category")
    said = sorted(mine.content()["lines"], key=lambda line: line["side"])
    assert [(line["label"], line["category"]) for line in said] == list(kept)


@pytest.mark.parametrize(
    ("typed", "yen"),
    [("８５，０００円", 85_000), ("85,000", 85_000), (85_000.0, 85_000), ("¥85000", 85_000)],
)
def test_amounts_are_read_as_the_page_reads_them(typed, yen):
    proposal = draft()
    mine, faults = read(changed(taken(proposal), {("Income", "C5"): typed}), proposal)

    assert faults == {}
    assert mine.content()["lines"][0]["amount_yen"] == yen


def test_row_that_is_emptied_is_removed_and_a_new_one_is_added():
    proposal = draft()
    empty = {("Income", f"{letter}5"): None for letter in "ABCD"}
    new = {
        ("Income", "A7"): "雑入",
        ("Income", "A9"): "寄附",
        ("Income", "C9"): 1000,
        ("Income", "D9"): "〇",
    }

    mine, faults = read(changed(taken(proposal), empty | new), proposal)

    lines = [line for line in mine.content()["lines"] if line["side"] == "income"]
    assert faults == {}
    assert {line["detail"] for line in lines} == {""}
    assert [line["label"] for line in lines][-1] == "寄附" and lines[-1]["from_city"]
    assert len(lines) == proposal.budget_lines.filter(side="income").count() + 1


def test_days_are_read_in_the_japanese_calendar_too():
    factories.sender()
    year = papers.planned_year(factories.user(Role.OFFICE))

    def form(data=None):
        return YearDraft(year, data, lines=[])

    layout, content = layout_of(form()), workbooks.write(form())
    said = {
        (layout.sheet, layout.cell_of("starts_on")): "令和８年５月１日",
        (layout.sheet, layout.cell_of("ends_on")): date(2026, 6, 2),
    }
    found = workbooks.read(changed(content, said), year, lambda _year: form())
    mine = form(found.data)

    assert mine.is_valid() and workbooks.faults_of(mine, found) == []
    assert (mine.fields["starts_on"], mine.fields["ends_on"]) == (
        date(2026, 5, 1),
        date(2026, 6, 2),
    )


def test_measures_written_offline_are_those_that_are_kept_and_come_out_again(as_person):
    proposal, more = draft(), factories.measure()
    sheet, first = measures_sheet(proposal), proposal.proposal_measures.get()
    name = f"{more.number}. {more.name}"
    said = {
        (sheet, "B5"): "広場を\n毎週ひらく", (sheet, "A7"): name, (sheet, "B7"): "相談の席をつくる",
    }  # fmt: skip
    book = load_workbook(io.BytesIO(taken(proposal)))
    assert [cell.value for cell in book[sheet][4]][:2] == ["Measure", "How the project advances it"]
    assert book[sheet]["A5"].value == f"{first.measure.number}. {first.measure.name}"
    client = as_person(group_of(proposal))

    shown = upload(client, proposal, changed(taken(proposal), said))
    client.post(shown.context["page"], dict(shown.context["mine"]))

    proposal = Proposal.objects.get(pk=proposal.pk)
    kept = proposal.proposal_measures.order_by("pk").values_list("measure", "how")
    assert list(kept) == [
        (first.measure_id, "広場を\n毎週ひらく"), (more.pk, "相談の席をつくる")
    ]  # fmt: skip
    assert unchanged(proposal, taken(proposal))


def test_measure_written_twice_offline_is_named():
    proposal = draft()
    sheet, measure = measures_sheet(proposal), proposal.proposal_measures.get().measure
    again = {(sheet, "A6"): f"{measure.number}. {measure.name}", (sheet, "B6"): "もう一度"}

    _mine, faults = read(changed(taken(proposal), again), proposal)

    assert [where for where, _cell in faults] == [sheet]


# Faults


def test_every_faulty_cell_is_named_at_once():
    proposal = draft()
    title = cell_of(proposal, "title")
    planted = {
        title: None,
        cell_of(proposal, "years"): "十年",
        ("Income", "C5"): "たくさん",
        ("Income", "D5"): "たぶん",
        ("Income", "G20"): "メモ",
        ("Expenditure", "A5"): "長" * 101,
        ("Expenditure", "C6"): "=1/0+A1",
        ("Expenditure", "C4"): "金",
        (measures_sheet(proposal), "A7"): "99. ない施策",
    }

    _mine, faults = read(changed(taken(proposal), planted), proposal)

    assert faults.keys() == planted.keys()
    assert all(faults.values())


def measures_sheet(proposal: Proposal) -> str:
    return layout_of(forms_of(proposal)).tables[-1].sheet


def test_cell_far_from_the_form_is_named_too():
    """Nobody who wrote so far down or to the right believes that it was taken when it was not."""
    proposal = draft()
    planted = {
        ("Income", "C2001"): 40_000,
        ("Income", "B99999"): "=A1",
        ("Expenditure", "BI6"): "メモ",
        ("Expenditure", "XFD40"): 1,
        (cell_of(proposal, "title")[0], "A5000"): "もう一つの目的",
    }

    _mine, faults = read(changed(taken(proposal), planted), proposal)

    assert faults.keys() == planted.keys()


def test_of_very_many_cells_far_from_the_form_the_first_are_named():
    proposal = draft()
    planted = {("Income", f"A{row}"): "メモ" for row in range(3000, 3200)}

    _mine, faults = read(changed(taken(proposal), planted), proposal)

    assert list(faults) == list(planted)[:20]


def test_sheet_without_an_end_is_refused_with_its_name():
    proposal = draft()

    with pytest.raises(workbooks.Refused, match="“Income” goes on below row 100,000"):
        read(changed(taken(proposal), {("Income", "A100001"): "メモ"}), proposal)


def test_fault_says_where_it_is():
    assert str(workbooks.Fault("収支", "B7", "x")) == "Sheet “収支”, cell B7: x"
    assert workbooks.Fault("収支", "", "x").place == "Sheet “収支”"


def test_formula_counts_as_the_value_it_has():
    """A spreadsheet program stores beside a formula what it shows."""
    proposal = draft()
    content = changed(taken(proposal), {("Income", "C5"): "=40000+45000"})
    stored = rewritten(content, b"<f>40000+45000</f><v></v>", b"<f>40000+45000</f><v>85000</v>")

    mine, faults = read(stored, proposal)
    _mine, not_stored = read(content, proposal)

    assert faults == {}
    assert mine.content()["lines"][0]["amount_yen"] == 85_000
    assert not_stored.keys() == {("Income", "C5")}


def rewritten(content: bytes, before: bytes, after: bytes) -> bytes:
    """The same workbook with other bytes in one place."""
    made, places = io.BytesIO(), 0
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            places += part.count(before)
            new.writestr(name, part.replace(before, after))
    assert places
    return made.getvalue()


@pytest.mark.parametrize(
    "kind",
    ["foreign", "language", "other case", "other form", "older", "no zip", "broken", "sheet"],
)
def test_workbook_of_something_else_is_refused_by_name(kind):
    proposal = draft()
    content, why = taken(proposal), "damaged|not what its name says"
    if kind == "foreign":
        content, why = (
            changed(content, {("_yell", "B1"): "x"}),
            "no workbook that was taken from here",
        )
    elif kind == "other case":
        content, why = (
            taken(factories.draft(title="別の事業")),
            "belongs to something else: “別の事業”",
        )
    elif kind == "other form":
        content, why = changed(content, {("_yell", "B2"): "claim"}), "belongs to something else"
    elif kind == "language":
        content, why = changed(content, {("_yell", "B7"): "../x"}), "no workbook that was taken"
    elif kind == "sheet":
        content, why = rewritten(content, b'<c r="A4"', b'<c r="A4'), "damaged"
    elif kind == "older":
        content, why = changed(content, {("_yell", "B3"): "0" * 64}), "older than the form"
    else:
        content = b"a,b\n1,2\n" if kind == "no zip" else content[: len(content) // 2]

    with pytest.raises(workbooks.Refused, match=why):
        workbooks.read(content, proposal, forms_of)


# The page


def upload(client, proposal: Proposal, content: bytes):
    door = reverse("grants:proposal-workbook", args=[proposal.pk])
    return client.post(door, {"file": SimpleUploadedFile("提案.xlsx", content)})


def test_upload_is_shown_before_it_is_saved_by_one_button(as_person):
    proposal = draft()
    client = as_person(group_of(proposal))
    said = {cell_of(proposal, "purpose"): "川を\nきれいにする"}

    shown = upload(client, proposal, changed(taken(proposal), said))

    assert shown.status_code == 200
    assert [part.name for part in shown.context["differences"]] == ["purpose"]
    assert Proposal.objects.get(pk=proposal.pk).purpose == proposal.purpose  # nothing is saved yet
    client.post(shown.context["page"], dict(shown.context["mine"]))
    kept = Proposal.objects.get(pk=proposal.pk)
    assert (kept.purpose, kept.edit_number) == ("川を\nきれいにする", proposal.edit_number + 1)


def test_faulty_upload_names_the_cells_and_stores_nothing(as_person):
    proposal = draft()
    client = as_person(group_of(proposal))
    said = {cell_of(proposal, "purpose"): "新しい", ("Income", "C5"): "たくさん"}

    page = upload(client, proposal, changed(taken(proposal), said))

    assert page.status_code == 422 and "Sheet “Income”, cell C5" in page.content.decode()
    assert Proposal.objects.get(pk=proposal.pk).edit_number == proposal.edit_number


def test_workbook_of_before_a_later_save_overwrites_nothing(as_person):
    proposal = draft()
    client = as_person(group_of(proposal))
    content = changed(taken(proposal), {cell_of(proposal, "purpose"): "古い"})
    Proposal.objects.filter(pk=proposal.pk).update(
        purpose="新しい", edit_number=proposal.edit_number + 1
    )

    shown = upload(client, proposal, content)
    chosen = client.post(shown.context["page"], dict(shown.context["mine"]))

    assert shown.context["stale"] and chosen.status_code == 409
    assert Proposal.objects.get(pk=proposal.pk).purpose == "新しい"


@pytest.mark.parametrize("asks_for", ["change", "end", "postpone"])
def test_request_for_a_change_is_taken_and_changes_nothing_when_it_comes_back(as_person, asks_for):
    year = makers.granted_year()
    change = services.start_change(year, asks_for=asks_for, by=makers.group_of(year), at=NOON)
    client = as_person(makers.group_of(year))

    taken = client.get(reverse("grants:change-xlsx", args=[change.pk]))
    file = SimpleUploadedFile("change.xlsx", taken.content)
    shown = client.post(reverse("grants:change-workbook", args=[change.pk]), {"file": file})

    assert shown.status_code == 200 and shown.context["differences"] == []
    saved = client.post(shown.context["page"], dict(shown.context["mine"]))
    assert saved.status_code == 302
    assert change.budget_lines.count() == (year.budget_lines.count() if asks_for == "change" else 0)


def test_what_was_filed_is_written_in_no_workbook(as_person):
    proposal = filed()
    client = as_person(group_of(proposal))

    assert upload(client, proposal, b"x").status_code == 403
    assert client.get(reverse("grants:proposal-xlsx", args=[proposal.pk])).status_code == 403


# What the page hides in each row


class RowForm(forms.Form):
    line = forms.IntegerField(widget=forms.HiddenInput, required=False)
    label = forms.CharField(label="Item", required=False)


class RowsDraft(Draft):
    """A page whose rows know which line they are, as those of a settlement do."""

    class Words(forms.Form):
        edit_number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, case, data=None):
        rows = forms.formset_factory(RowForm, extra=0, max_num=5)
        saved = [{"line": 7, "label": "紙"}, {"line": 9, "label": "机"}]
        self.case, self.text = case, self.Words(data, initial={"edit_number": 3})
        made = rows(data, prefix="rows", initial=saved if data is None else None)
        self.tables = {"rows": ("Rows", made)}


def test_row_keeps_the_line_that_it_is_also_when_it_is_emptied():
    case = draft()
    content = changed(
        workbooks.write(RowsDraft(case)), {("Rows", "A5"): None, ("Rows", "A8"): "椅子"}
    )

    found = workbooks.read(content, case, RowsDraft)
    mine = RowsDraft(case, found.data)

    assert mine.is_valid() and workbooks.faults_of(mine, found) == []
    rows = [form.cleaned_data for form in mine.tables["rows"][1]]
    assert [(row["line"], row["label"]) for row in rows] == [(7, ""), (9, "机"), (None, "椅子")]
