"""The amount of a grant: reckoned by the rules of the round, explained, kept, printed, shown."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import Role
from casework.errors import NotPossible
from casework.moves import form_for
from casework.services import advance, open_case
from casework.typesetting import typeset
from grants import services
from grants.amount import Amount
from grants.changes import changes
from grants.completeness import NO_CATEGORY
from grants.models import (
    LINE_FIELDS,
    BudgetEntry,
    CourseEdition,
    EditionParameter,
    LineCategory,
    PastAward,
    ProjectYear,
    YearBudgetLine,
)
from grants.printing import sheet
from grants.reckoning import grantable
from tests import factories
from tests.case_pages import whole_page
from tests.factories import NOON, TODAY
from tests.grants.test_reference_files import parameters
from tests.pdf_text import pdf_text
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


def with_categories(course: str = "startup", **rules):
    """A call whose round knows a few categories; invented like all test data."""
    edition = factories.edition(course, **rules)
    for side, code, name, treatment, limits in (
        ("expenditure", "print", "印刷製本費", "eligible", {}),
        ("expenditure", "fees", "謝礼", "limited", {"limit_yen": 10_000}),
        ("expenditure", "food", "飲食費", "ineligible", {}),
        ("income", "own", "自己資金", "not_deducted", {}),
        ("income", "tickets", "参加費", "deducted", {}),
    ):
        LineCategory.objects.create(
            edition=edition, side=side, code=code, label_ja=name, treatment=treatment,
            proofs="領収書", source="試験", **limits,
        )  # fmt: skip
    return edition


@remembered
def call_of(edition):
    made = services.open_round(
        edition, fiscal_year=2026, name="試験の募集", opens_at=NOON, closes_at=NOON.replace(year=2027),
        budget_yen=1_000_000, by=factories.anyone(Role.OFFICE), at=NOON,
    )  # fmt: skip
    factories.panel(made)
    return made


def line(side: str, label: str, yen: int, category: str = "", **more) -> dict:
    return {**factories.line(side, label, yen, **more), "category": category}


#: Costs of 100,000 yen; 80,000 of them count, and 5,000 of the income is taken off.
LINES = [
    line("income", "市の補助", 80_000, from_city=True),
    line("income", "会から", 15_000, "own"),
    line("income", "参加費", 5_000, "tickets"),
    line("expenditure", "ちらし", 70_000, "print"),
    line("expenditure", "講師", 20_000, "fees"),
    line("expenditure", "弁当", 10_000, "food"),
]


@pytest.fixture
def group():
    return factories.member(factories.organization(founded_on=date(2025, 4, 1)))


@remembered
def written(group, call, lines=LINES):
    draft = factories.draft(by=group, round=call)
    return services.save_draft(
        draft, fields={}, lines=lines, measures=[{"measure": factories.measure(), "how": "場"}],
        edit_number=draft.edit_number, by=group, at=NOON,
    )  # fmt: skip


@remembered
def applied(group, call, *, budget_yen: int = 300_000) -> ProjectYear:
    """A year that is applied for with LINES, of a project that the selection assessed as asked."""
    factories.sender()
    office = factories.anyone(Role.OFFICE)
    proposal = advance(written(group, call), "submit", by=group, at=NOON)
    for verb in ("accept", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    year = advance(proposal, "prepare", by=office, at=NOON).project_years.get()
    days = {"content": "内容", "starts_on": TODAY, "ends_on": date(2027, 2, 28)}
    year = services.save_year(
        year, fields=days, lines=list(year.budget_lines.values(*LINES[0])), edit_number=0,
        by=group, at=NOON,
    )  # fmt: skip
    services.enter_budget(
        call.edition, fiscal_year=2026, kind=BudgetEntry.Kind.INITIAL, amount_yen=budget_yen,
        voted_on=date(2026, 3, 20), document="予算書", by=office, at=NOON,
    )  # fmt: skip
    return advance(year, "apply", by=group, at=NOON)


# The rules of the real editions


def real_edition(course: str, year: str) -> CourseEdition:
    """An edition that says what the city's own says, by the file that the program ships."""
    edition = CourseEdition.objects.create(
        course=course, first_fiscal_year=int(year), label_ja=course, instrument="subsidy"
    )
    EditionParameter.objects.bulk_create(
        EditionParameter(edition=edition, name=name, status=row["status"], value=row["value"])
        for name, row in parameters(course, year).items()
    )
    return edition


#: Course, edition, fiscal year of the call, adoptions before, granted in earlier years → the most.
REAL = [
    ("startup", "2022", 2024, 0, (), 100_000, "cap"),
    ("collaboration", "2022", 2023, 0, (), 500_000, "cap"),
    ("collaboration", "2024", 2024, 0, (), 500_000, "cap"),
    ("collaboration", "2024", 2024, 0, (500_000, 500_000), 500_000, "cap"),
    ("collaboration", "2024", 2024, 0, (500_000, 500_000, 400_000), 100_000, "cap_total"),
    ("revitalization", "2024", 2026, 0, (), 300_000, "cap"),
    ("revitalization", "2024", 2026, 1, (), 150_000, "cap_of_adoption"),
]


@pytest.mark.parametrize(
    ("course", "edition", "fiscal_year", "before", "granted", "most", "decided"), REAL
)
def test_real_edition_grants_at_most_its_cap(
    group, course, edition, fiscal_year, before, granted, most, decided
):
    organization = group.organizations.get()
    for number in range(before):
        PastAward.objects.create(
            key=f"earlier-{number}", course=course, organization=organization, status="adopted",
            adoption_fiscal_year=fiscal_year - 1, source="試験",
        )  # fmt: skip
    call = services.open_round(
        real_edition(course, edition), fiscal_year=fiscal_year, name="募集", budget_yen=None,
        opens_at=NOON, closes_at=NOON.replace(year=2027), by=factories.anyone(Role.OFFICE), at=NOON,
    )  # fmt: skip
    draft = factories.draft(by=group, round=call, asks=600_000)
    year = None
    for position, yen in enumerate((*granted, None), start=1):
        year = ProjectYear(
            proposal=draft, position=position, fiscal_year=fiscal_year + position, title="年度",
            organization=organization, granted_yen=yen,
        )  # fmt: skip
        open_case(year, by=group, at=NOON, filed=True)
    YearBudgetLine.objects.bulk_create(
        YearBudgetLine(year=year, **row) for row in draft.budget_lines.values(*LINE_FIELDS)
    )

    amount = grantable(year)

    assert (amount.yen, amount.decided_by.code) == (most, decided)
    assert "rate" in {step.code for step in amount.steps if not step.is_set}
    assert LineCategory.objects.count() == 0


# Categories of a round


def test_round_freezes_its_categories_with_the_rules(group):
    edition = with_categories()
    call = call_of(edition)
    other = call_of(factories.edition())

    edition.categories.filter(code="food").update(treatment="eligible")

    assert [c.code for c in call.rules.categories] == ["fees", "food", "print", "own", "tickets"]
    assert call.rules.categories[1].treatment == "ineligible"
    assert call.rules_digest != call_of(edition).rules_digest
    assert other.rules.categories == ()


def test_line_without_a_category_is_missing_only_where_the_round_has_some(group):
    bare = [{**row, "category": ""} for row in LINES]

    assert NO_CATEGORY in written(group, call_of(with_categories()), bare).missing_parts()
    assert NO_CATEGORY not in written(group, call_of(with_categories())).missing_parts()
    assert NO_CATEGORY not in written(group, factories.call(), bare).missing_parts()


def test_category_is_chosen_in_the_line_and_told_what_it_means(as_person, group):
    draft = written(group, call_of(with_categories()))
    page = as_person(group).get(reverse("grants:proposal-edit", args=[draft.pk]))

    words = page.content.decode()
    assert "謝礼 (counts up to 10,000 yen)" in words
    assert "飲食費 (does not count)" in words
    assert "領収書" in words
    assert '<option value="food" selected>' in words
    # 70,000 and 10,000 count, 5,000 are taken off
    assert "By these lines the city can pay at most" in words
    assert page.context["amount"].yen == 75_000


def test_what_the_city_may_pay_comes_back_with_the_save_of_the_page_itself(as_person, group):
    draft = factories.draft(by=group, round=call_of(with_categories()))
    data = {
        "edit_number": draft.edit_number, "title": "題", "years": "1",
        "income-TOTAL_FORMS": "1", "income-INITIAL_FORMS": "0",
        "income-0-label": "市", "income-0-amount_yen": "30,000", "income-0-from_city": "on",
        "expenditure-TOTAL_FORMS": "1", "expenditure-INITIAL_FORMS": "0",
        "expenditure-0-label": "弁当", "expenditure-0-amount_yen": "40000",
        "expenditure-0-category": "print",
        "measures-TOTAL_FORMS": "0", "measures-INITIAL_FORMS": "0",
    }  # fmt: skip
    url, own = reverse("grants:proposal-edit", args=[draft.pk]), {"X-Autosave": "1"}

    told = as_person(group).post(url, data, headers=own).json()["parts"]["may-pay"]

    assert "¥30,000" in told and "no more is asked for" in told
    faulty = as_person(group).post(url, {**data, "income-0-amount_yen": "三万"}, headers=own)
    assert faulty.status_code == 422
    assert "First put the lines" in faulty.json()["parts"]["may-pay"]
    assert draft.budget_lines.get(label="弁当").category == "print"


def test_form_without_frozen_categories_has_no_field_for_them(as_person, group):
    draft = factories.draft(by=group)
    page = as_person(group).get(reverse("grants:proposal-edit", args=[draft.pk])).content.decode()

    assert "-category" not in page


# The grant


def test_grant_begins_with_what_the_rules_come_to_and_asks_why_another(group):
    year = applied(group, call_of(with_categories(rounding_unit_yen="1000")))

    form = form_for(year, "grant", today=TODAY)
    assert form["granted_yen"].value() == 75_000
    assert "飲食費" in str(form.fields["granted_yen"].help_text)

    def asked(yen, **more):
        bound = form_for(year, "grant", {"granted_yen": yen, **more}, today=TODAY)
        return {name: list(errors) for name, errors in bound.errors.items()}

    assert asked("75,000") == {}
    assert list(asked("70000")) == ["reason"]
    assert "75,000" in asked("80000")["reason"][0]
    assert asked("80000", reason="弁当は会議に要る") == {}


def test_grant_keeps_prints_and_shows_how_it_was_reckoned(as_person, group):
    call = call_of(with_categories(rounding_unit_yen="1000"))
    year = applied(group, call)
    year = factories.approved(year, "grant", granted_yen=70_000, reason="備品がある。")
    services.enter_budget(
        call.edition, fiscal_year=2026, kind=BudgetEntry.Kind.REDUCTION, amount_yen=-200_000,
        voted_on=TODAY, document="減額", by=factories.anyone(Role.OFFICE), at=NOON,
    )  # fmt: skip

    kept = Amount.read(year.reckoning)
    assert kept.yen == year.reckoning["amount_yen"] == 75_000
    assert kept.of("free_budget") == 300_000  # as it was then

    letter = pdf_text(bytes(year.letters.get(kind="granted").pdf)).replace(" ", "")
    for said in (
        "70,000円",
        "備品がある",
        "総事業費",
        "100,000",
        "飲食費（対象外経費）",
        "算定額",
        "75,000",
    ):
        assert said in letter
    assert "予算の残額" not in letter and "未設定" not in letter

    page = whole_page(as_person(group), year)
    assert "How the granted amount was reckoned" in page
    assert "Another amount was granted; the letter says why." in page
    assert "What is left of the city’s budget" not in page


def test_budget_that_decides_is_told_and_binds(group):
    year = applied(group, call_of(with_categories()), budget_yen=60_500)

    assert grantable(year).decided_by.code == "free_budget"
    with pytest.raises(NotPossible, match="60,500"):
        factories.approved(year, "grant", granted_yen=60_501)


def test_categories_go_with_the_lines_into_year_report_versions_and_letter(group):
    year = applied(group, call_of(with_categories()))
    year = factories.approved(year, "grant", granted_yen=75_000)
    wanted = [row["category"] for row in LINES]

    report = year.final_report
    assert [row.category for row in year.budget_lines.order_by("pk")] == wanted
    assert [row.category for row in report.settlement_lines.order_by("pk")] == wanted
    filed = year.versions.get().content["budget"]
    assert [row["category"] for row in filed] == wanted
    changed = [{**row, "category_label": "消耗品費"} if row["category"] == "food" else row
               for row in filed]  # fmt: skip
    (change,) = changes({"budget": filed}, {"budget": changed})
    assert ["飲食費" in text for mark, text in change.lines if mark == "-"] == [True]
    assert ["消耗品費" in text for mark, text in change.lines if mark == "+"] == [True]
    paper = pdf_text(typeset("proposal", sheet(year.proposal, today=TODAY)))
    assert "区分" in paper and "飲食費" in paper
    # the settlement is reckoned by the same rules
    assert report.settlement.proposed_confirmed_yen == 75_000


# The page of the office


def test_office_adds_and_changes_a_category(as_person):
    edition = factories.edition()
    client = as_person(factories.user(Role.OFFICE))
    said = {
        "side": "expenditure", "code": "fees", "label_ja": "謝礼", "treatment": "limited",
        "limit_yen": "１０，０００円", "limit_percent": "", "proofs": "領収書", "position": "1",
        "source": "試験の要綱",
    }  # fmt: skip
    page = client.get(reverse("grants:course", args=[edition.pk])).content.decode()
    assert "No categories are set" in page

    new = reverse("grants:category-new", args=[edition.pk])
    assert client.post(new, said).status_code == 302
    assert client.post(new, said).status_code == 422  # the code is taken
    assert client.post(new, {**said, "code": "x", "treatment": "deducted"}).status_code == 422
    assert client.post(new, {**said, "code": "x", "limit_yen": ""}).status_code == 422
    change = reverse("grants:category", args=[edition.pk, "fees"])
    assert client.post(change, {**said, "limit_yen": "", "limit_percent": "20"}).status_code == 302

    category = edition.categories.get()
    assert (category.limit_yen, category.limit_percent) == (None, 20)
    changes_kept = edition.parameter_changes.order_by("pk").values_list("name", "old_value")
    assert [(name, bool(old)) for name, old in changes_kept] == [
        ("category-fees", False), ("category-fees", True),
    ]  # fmt: skip
    page = client.get(reverse("grants:course", args=[edition.pk])).content.decode()
    assert "counts up to 20 % of all costs that count" in page


def test_office_removes_a_category_while_no_budget_names_it(as_person, group):
    edition = with_categories()
    office = factories.user(Role.OFFICE)
    client = as_person(office)
    used = next(row["category"] for row in LINES if row["category"])
    spare = services.set_category(
        edition, "spare", side="expenditure", label_ja="予備", treatment="eligible",
        source="試験", by=office, at=NOON,
    )  # fmt: skip
    page = reverse("grants:category-remove", args=[edition.pk, spare.code])
    assert page in client.get(reverse("grants:category", args=[edition.pk, spare.code])).text
    assert client.post(page).status_code == 302
    assert not edition.categories.filter(code="spare").exists()
    kept = edition.parameter_changes.order_by("-pk").first()
    assert (kept.name, kept.new_status, kept.new_value) == ("category-spare", "not_set", "")
    assert "予備" in client.get(reverse("grants:course", args=[edition.pk])).text  # its history

    applied(group, call_of(edition))
    named = edition.categories.get(code=used)
    with pytest.raises(ValidationError, match="Lines of budgets name"):
        services.remove_category(named, by=office, at=NOON)
    answer = client.get(reverse("grants:category-remove", args=[edition.pk, used]), follow=True)
    assert "Lines of budgets name this category" in answer.text
    with pytest.raises(PermissionDenied):
        services.remove_category(named, by=group, at=NOON)


def test_proposal_that_asks_more_than_the_rules_give_says_so_and_is_still_submitted(
    as_person, group
):
    draft = factories.draft(
        by=group, round=factories.call(subsidy_rate_percent="50", subsidy_rate_of="costs")
    )
    page = reverse("casework:case", args=[draft.pk])
    client = as_person(group)
    assert "More is asked of the city than the rules give" in client.get(page).content.decode()

    advance(draft, "submit", by=group, at=NOON)

    content = reverse("casework:case-part", args=[draft.pk, "content"])
    office = as_person(factories.anyone(Role.OFFICE))
    assert "the city does not pay more" in office.get(content).content.decode()
