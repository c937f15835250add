"""Which rules the program computes with and which it only shows, and how periods are set."""

import ast
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from tablib import Dataset

from accounts.models import Role
from casework.deadlines import KINDS
from casework.models import ClosedDay
from casework.services import advance
from grants.date_rules import BESIDES
from grants.parameters import PARAMETERS, refuse_unreadable, rule_in_words
from grants.resources import EditionParameterResource
from grants.rules import RuleSet
from tests import factories
from tests.casework.cases import in_selection
from tests.factories import NOON

APPS = ("grants", "reviews", "reporting")


def words_of_the_program() -> Iterator[str]:
    """Yield every string in the code of the apps, but for the list of the rules itself.

    The calculator of dates knows every rule, whether a machine follows it or not.
    """
    files = (path for app in APPS for path in Path(settings.BASE_DIR, app).rglob("*.py"))
    for path in files:
        if path.name in ("parameters.py", "date_rules.py") or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


#: Names of rules that the code says of something else: what proves what came of a measure.
SAID_OF_OTHERS = {"evidence"}


def test_rules_that_no_code_reads_are_marked_as_shown_only():
    words = set(words_of_the_program()) - SAID_OF_OTHERS

    words |= {BESIDES[code].parameter for code in KINDS if code in BESIDES}
    unread = {name for name in PARAMETERS if name not in words}
    assert unread == {name for name, known in PARAMETERS.items() if known.shown_only}


@pytest.mark.django_db
def test_page_of_the_rules_says_which_ones_people_apply(as_person):
    edition = factories.call().edition
    office = as_person(factories.user(Role.OFFICE))

    page = office.get(reverse("grants:course", args=[edition.pk])).content.decode()

    def row(name: str) -> str:
        return page.split(f"<code>{name}</code>")[1].split("</th>")[0]

    assert "People apply this rule" in row("eligible_costs")
    assert "People apply this rule" not in row("report_days")


# Periods


def parameter_page(edition, name: str) -> str:
    return reverse("grants:parameter", args=[edition.pk, name])


@pytest.mark.django_db
def test_office_sets_a_period_part_by_part_and_the_rules_say_it_in_words(as_person):
    edition = factories.call().edition
    office = as_person(factories.user(Role.OFFICE))
    url = parameter_page(edition, "offer_days")
    parts = {
        "value_count": "10", "value_unit": "open_days", "value_first_day": "", "value_on_closed_day": "",
        "value_latest": "fiscal_year_end",
    }  # fmt: skip

    answer = office.post(url, {"status": "set", "source": "要綱", **parts})

    assert answer.status_code == 302
    assert edition.parameters.get(name="offer_days").value == "10 open_days fiscal_year_end"
    page = office.get(reverse("grants:course", args=[edition.pk])).content.decode()
    assert "10 open days" in page
    assert "at the latest: the end of the fiscal year (31 March)" in page
    form = office.get(url).content.decode()
    assert 'name="value_count" value="10"' in form
    assert '<option value="open_days" selected>' in form


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"value_count": "0"}, "greater than or equal to 1"),
        ({"value_count": ""}, "Give the value."),
        (
            {"value_unit": "open_days", "value_first_day": "first_day_counts"},
            "counted from the day after",
        ),
        ({"value_unit": "weeks"}, "Select a valid choice"),
        ({"status": "not_set"}, "A value was written."),
    ],
)
def test_period_that_cannot_be_is_refused_and_nothing_changes(as_person, parts, words):
    edition = factories.call().edition
    office = as_person(factories.user(Role.OFFICE))
    usual = {
        "value_count": "5",
        "value_unit": "days",
        "value_first_day": "",
        "value_on_closed_day": "",
        "value_latest": "",
    }

    answer = office.post(
        parameter_page(edition, "offer_days"),
        {"status": "set", "source": "要綱", **usual, **parts},
    )

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert edition.parameters.get(name="offer_days").value == "7"


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "value"), [("offer_days", "soon"), ("cap_yen", "100,000")])
def test_table_with_a_value_that_cannot_be_read_is_refused_whole(name, value):
    edition = factories.edition()
    header = ["course", "first_fiscal_year", "name", "status", "value", "source"]
    year = edition.first_fiscal_year
    good = ["startup", year, "min_officers", "set", "3", "要綱"]
    table = Dataset(good, ["startup", year, name, "set", value, "要綱"], headers=header)

    result = EditionParameterResource().import_data(table, rollback_on_validation_errors=True)

    assert result.has_validation_errors()
    assert not edition.parameters.filter(name="min_officers").exists()


@pytest.mark.django_db
def test_date_of_a_case_moves_off_a_closed_day_only_where_its_rule_says_so(sender):
    ClosedDay.objects.create(day=date(2026, 11, 30), name="試験")
    for offer_days, ends_on in (("10", "2026-11-30"), ("10 next_open_day", "2026-12-01")):
        call = factories.call(offer_days=offer_days)
        reserve = factories.approved(in_selection(round=call), "reserve", assessed_yen=70_000)
        offered = advance(reserve, "offer", by=factories.user(Role.OFFICE), at=NOON)

        assert offered.deadlines.get(kind="offer").due_on.isoformat() == ends_on


@pytest.mark.parametrize(
    ("said", "share"),
    [
        ("0", 0), ("90", Fraction(9, 10)), ("100", 1), ("66.5", Fraction(133, 200)),
        ("2/3", Fraction(2, 3)), ("1/1", 1), ("0/1", 0),
    ],
)  # fmt: skip
def test_share_is_written_in_percent_or_as_a_fraction(said, share):
    refuse_unreadable("subsidy_rate_percent", said)

    rules = RuleSet({"subsidy_rate_percent": {"status": "set", "value": said}})
    assert rules.share("subsidy_rate_percent") == share


@pytest.mark.parametrize(
    "said", ["101", "3/2", "2/0", "1/", "/3", "66,5", "２/３", "-1", "2 / 3", ""]
)
def test_share_that_is_none_is_refused(said):
    with pytest.raises(ValidationError):
        refuse_unreadable("subsidy_rate_percent", said)


def test_share_that_is_a_fraction_has_no_percent_sign():
    told = [rule_in_words("subsidy_rate_percent", "set", said) for said in ("2/3", "90")]

    assert [(rule.lines, str(rule.unit)) for rule in told] == [(("2/3",), ""), (("90",), "%")]
