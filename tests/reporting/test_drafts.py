"""Writing reports and applications: saved by themselves, two windows, totals of what was typed."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import MemberRole, Role
from casework.drafts import saved_data
from casework.services import advance
from grants.forms.projects import YearDraft
from grants.models import BudgetLine, ProjectYear
from reporting.collaboration_form import CollaborationDraft
from reporting.models import CollaborationReport, Report
from reporting.publishing import releases
from reporting.report_page import ReportDraft
from tests import factories
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.makers import LATER

pytestmark = pytest.mark.django_db

AUTOSAVE = {"X-Autosave": "1"}


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(LATER, tick=False):
        yield


class Page:
    """A page on which somebody writes a text: what it would post, and what is saved."""

    def __init__(self, name, case, person, read, *, text: str):
        self.case, self.read, self.text = case, read, text
        self.url = reverse(name, args=[case.pk])
        self.client = Client(headers={"accept-language": "en"})
        self.client.force_login(person)
        self.client.cookies["django_language"] = "en"

    def fresh(self):
        return type(self.case).objects.get(pk=self.case.pk)

    def posted(self, **changes) -> dict:
        return {**saved_data(self.read(self.fresh())), **changes}

    def post(self, data, **kwargs):
        return self.client.post(self.url, data, **kwargs)

    def saved(self) -> str:
        return getattr(self.fresh(), self.text)


@remembered
def report_page() -> Page:
    year = makers.granted_year()
    report = makers.written_report(year)
    group = makers.group_of(year)
    return Page("reporting:report-edit", report, group, ReportDraft, text="content")


@remembered
def collaboration_page() -> Page:
    report = makers.collaboration(measures=[factories.measure()])
    clerk = makers.department_clerk(report.department)
    return Page("reporting:collaboration-edit", report, clerk, CollaborationDraft, text="content")


def year_page() -> Page:
    factories.sender()
    proposal = makers.ready_proposal("startup", office=factories.user(Role.OFFICE))
    year = ProjectYear.objects.get(proposal=proposal)
    group = makers.group_of(year)

    def read(case, data=None):
        return YearDraft(case, data, lines=list(case.budget_lines.order_by("pk")))

    return Page("grants:year-edit", year, group, read, text="content")


@pytest.fixture(params=[report_page, collaboration_page, year_page])
def page(request) -> Page:
    return request.param()


# Saved by itself


def test_page_saves_itself_and_says_so(page):
    number = page.fresh().edit_number

    answer = page.post(page.posted(content="書きかけ"), headers=AUTOSAVE)

    assert answer.json()["edit_number"] == number + 1
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["saved_at"])
    assert page.saved() == "書きかけ"
    form = page.client.get(page.url).content.decode()
    assert f'data-autosave="{page.url}"' in form
    assert "data-autosave-status" in form


def test_saving_itself_again_with_the_new_number_goes_on(page):
    data = page.posted(content="一")
    data["edit_number"] = page.post(data, headers=AUTOSAVE).json()["edit_number"]

    assert page.post({**data, "content": "二"}, headers=AUTOSAVE).status_code == 200
    assert page.saved() == "二"


def test_saving_unchanged_changes_nothing(page):
    page.post(page.posted())  # names that stood in a line become rows of their own
    before = page.posted()

    assert page.post(before).status_code == 302

    assert {**page.posted(), "edit_number": before["edit_number"]} == before


def test_stale_window_saves_nothing_by_itself(page):
    stale = page.posted(content="古い窓")
    page.post(page.posted(content="先"))

    answer = page.post(stale, headers=AUTOSAVE)

    assert (answer.status_code, page.saved()) == (409, "先")


def test_wrong_number_saves_nothing_by_itself(page):
    answer = page.post(page.posted(edit_number="x"), headers=AUTOSAVE)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/json"


def test_buttons_lead_back_to_the_page_or_to_the_case(page):
    assert page.post(page.posted())["Location"] == page.url
    to_case = page.post(page.posted(then="case"))["Location"]
    assert to_case == reverse("casework:case", args=[page.case.pk])


# Two windows


def test_stale_window_gets_both_texts(page):
    stale = page.posted(content="古い窓")
    page.post(page.posted(content="先に保存"))

    answer = page.post(stale)

    assert answer.status_code == 409
    (part,) = answer.context["differences"]
    assert (part.name, part.mine, part.saved) == ("content", ["古い窓"], ["先に保存"])
    assert page.saved() == "先に保存"
    assert f'value="{page.fresh().edit_number}"' in answer.content.decode()


@pytest.mark.parametrize(("choice", "kept"), [("mine", "古い窓"), ("saved", "先に保存")])
def test_stale_window_keeps_what_is_chosen(page, choice, kept):
    stale = page.posted(content="古い窓")
    page.post(page.posted(content="先に保存"))
    chosen = {
        **stale, "edit_number": page.fresh().edit_number, "differs": "content",
        "choose_content": choice,
    }  # fmt: skip

    assert page.post(chosen).status_code == 302
    assert page.saved() == kept


def test_stale_window_has_to_choose(page):
    stale = page.posted(content="古い窓")
    page.post(page.posted(content="先に保存"))

    answer = page.post({**stale, "edit_number": page.fresh().edit_number, "differs": "content"})

    assert (answer.status_code, page.saved()) == (409, "先に保存")
    assert "Choose one of the two texts" in answer.content.decode()


def test_words_of_all_kinds_of_fields_can_be_compared():
    page = collaboration_page()
    stale = page.posted(
        form="commission", cost_yen="4万", process_score="", **{"measures-0-how": "別"}
    )
    page.post(page.posted(title="新しい名"))

    assert page.post(stale).status_code == 422
    answer = page.post({**stale, "cost_yen": "40,000円"})

    said = {part.name: (part.mine, part.saved) for part in answer.context["differences"]}
    assert said["title"] == (["川の自然観察会"], ["新しい名"])
    assert said["form"] == (["Commission (委託)"], ["Joint hosting (共催)"])
    assert said["cost_yen"] == (["40,000"], ["30,000"])
    assert said["process_score"] == ([], ["4"])
    assert [line.split(" / ")[-1] for line in said["measures"][0]] == ["別"]


def test_tables_and_days_can_be_chosen():
    page = report_page()
    stale = page.posted(completed_on="2027-01-30", **{"income-1-label": "寄附"})
    page.post(page.posted(**{"income-0-amount_yen": "70000"}))

    answer = page.post(stale)
    said = {part.name: part for part in answer.context["differences"]}
    assert set(said) == {"completed_on", "income"}
    assert said["income"].saved[0].endswith("70,000 / Asked of the city")

    page.post({
        **stale, "edit_number": page.fresh().edit_number, "differs": ["completed_on", "income"],
        "choose_completed_on": "mine", "choose_income": "saved",
    })  # fmt: skip

    report = page.fresh()
    assert str(report.completed_on) == "2027-01-30"
    lines = report.settlement_lines.filter(side="income").order_by("pk")
    assert list(lines.values_list("label", "amount_yen")) == [
        ("市の補助", 70_000),
        ("会費", 20_000),
    ]


def test_a_budget_emptied_on_purpose_stays_empty():
    page = year_page()
    empty = {f"{side}-{n}-DELETE": "on" for side in ("income", "expenditure") for n in (0, 1)}

    page.post(page.posted(**empty))

    assert not page.fresh().budget_lines.exists()
    assert BudgetLine.objects.filter(proposal=page.case.proposal).exists()
    shown = page.client.get(page.url).context["draft"].budget
    assert (shown.income.initial, shown.expenditure.initial) == ([], [])


# What was typed adds up


@pytest.mark.parametrize("make", [report_page, year_page])
@pytest.mark.parametrize("typed", ["85,000", "８５，０００円", "¥85000", "85、000"])
def test_page_that_came_back_adds_up_what_was_typed(make, typed):
    page = make()
    data = page.posted(**{"income-0-amount_yen": typed, "expenditure-0-amount_yen": "たくさん"})
    rest = sum(
        int(value) for name, value in data.items()
        if name.startswith("income-") and name.endswith("-amount_yen") and name[7] != "0"
    )  # fmt: skip

    answer = page.post(data)

    assert answer.status_code == 422
    draft = answer.context["draft"]
    assert draft.budget.excess_yen == 85_000 + rest
    figures = re.findall(r'<output data-sum="amount_yen"><span class="amount">(.*?)</span>',
                         answer.content.decode())  # fmt: skip
    assert figures == [f"¥{85_000 + rest:,}", "¥0"]


def test_page_says_which_side_is_more_and_by_how_much():
    page = report_page()

    page.post(page.posted(**{"expenditure-0-amount_yen": "96,500"}))
    text = " ".join(page.client.get(page.url).content.decode().split())

    hidden = re.findall(r'<span data-more="(\w+)"( hidden)?>', text)
    assert dict(hidden) == {"same": " hidden", "income": " hidden", "expenditure": ""}
    assert 'Expenditure is <span data-gap><span class="amount">¥1,500</span></span> more' in text


def test_removed_row_counts_no_more():
    page = report_page()
    data = page.posted(completed_on="?", **{"income-1-DELETE": "on"})

    assert page.post(data).context["draft"].budget.excess_yen == -20_000


# Who writes, and on paper


def test_only_who_may_write_can_save_by_itself():
    page = report_page()
    viewer = factories.member(page.case.organization, MemberRole.VIEWER)
    for person, status in ((viewer, 403), (factories.user(Role.OFFICE), 403),
                           (factories.user(), 404)):  # fmt: skip
        page.client.force_login(person)
        answer = page.post(page.posted(content="x"), headers=AUTOSAVE)
        assert answer.status_code == status
    assert page.saved() == "まちの居場所を10回開いた。"


def test_page_repeats_what_the_office_asks_for():
    page = report_page()
    report = advance(page.case, "submit", by=makers.group_of(page.case), at=LATER)
    office = factories.user(Role.OFFICE)
    advance(report, "send_back", by=office, at=LATER, reason="領収書の写し", due_on=None)

    assert "領収書の写し" in page.client.get(page.url).content.decode()


def test_sent_report_is_saved_no_more():
    page = report_page()
    data = page.posted(content="後から")
    advance(page.case, "submit", by=makers.group_of(page.case), at=LATER)

    assert page.post(data, headers=AUTOSAVE).status_code == 403
    assert Report.objects.get().content != "後から"


def test_correction_that_waits_for_approval_is_not_saved_by_itself():
    report = makers.published_collaboration()
    office = factories.user(Role.OFFICE)
    page = Page("reporting:collaboration-edit", report, office, CollaborationDraft, text="content")
    data = page.posted(content="訂正の途中")
    assert page.post(data, headers=AUTOSAVE).status_code == 200
    CollaborationReport.objects.update(results="61人")
    release = releases.begin_with(page.fresh(), note="誤りの訂正", by=office, at=LATER)
    releases.propose(release, by=office, at=LATER)

    answer = page.post(page.posted(content="さらに"), headers=AUTOSAVE)

    assert answer.status_code == 422
    assert page.saved() == "訂正の途中"
    public = CollaborationReport.objects.get().publication.version
    assert public.content["content"] == "観察会を3回開いた。"
