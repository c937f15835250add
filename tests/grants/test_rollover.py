"""The change of a fiscal year: the dry run and the run are one, and twice is once."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import Role
from casework import services as door
from casework.models import Access, Case, ClosedDay, Event, Notice
from grants import rollover, services
from grants.models import BudgetEntry, CourseEdition, EditionParameter, ProjectYear, Round
from grants.plan import Planned
from grants.rollover import Call, Decisions, Status, digest_of, roll_over
from grants.rollover.doing import steps_of
from grants.rollover.words import address_of, in_words
from tests import factories
from tests.doors.jobs import difference, rows_of_all_tables
from tests.factories import NOON, TODAY
from tests.remembering import remembered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]

MAY = Call(date(2027, 5, 10), date(2027, 6, 10))


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
@remembered
def project(office) -> list[ProjectYear]:
    """The three years of a project of fiscal year 2026, whose later ones are not decided."""
    group = factories.member(factories.organization())
    call = factories.call(max_years="3")
    CourseEdition.objects.filter(pk=call.edition_id).update(first_fiscal_year=2026)
    proposal = factories.draft(by=group, round=call, years=3)
    proposal = door.advance(proposal, "submit", by=group, at=NOON)
    for verb in ("accept", "refer"):
        proposal = door.advance(proposal, verb, by=office, at=NOON)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    proposal = door.advance(proposal, "prepare", by=office, at=NOON)
    return list(proposal.project_years.order_by("position"))


@pytest.fixture
def decided(project) -> Decisions:
    call = project[0].proposal.round
    return Decisions({call.pk: MAY}, frozenset({project[1].pk}), TODAY, "継続決定書")


def making(steps) -> list[str]:
    return [step.what for step in steps if step.status == Status.MAKE]


# One plan, seen and carried out


def test_run_makes_exactly_what_the_dry_run_shows(office, project, decided):
    before = rows_of_all_tables()
    _facts, shown = steps_of(2027, decided, by=office, at=NOON)
    assert difference(before, rows_of_all_tables()) == ""

    done = roll_over(2027, decided, seen=digest_of(shown), by=office, at=NOON)

    assert done == shown and making(done) == ["make_call", "open_year"]
    made = Round.objects.get(copied_from=project[0].proposal.round)
    assert (made.fiscal_year, made.announced_at, made.budget_yen) == (2027, None, None)
    assert (made.opens_at.astimezone(factories.JAPAN).date(), made.last_day) == (
        date(2027, 5, 10), date(2027, 6, 10),
    )  # fmt: skip
    year = ProjectYear.objects.get(pk=project[1].pk)
    assert (year.state, year.continuation_document) == ("planned", "継続決定書")
    assert year.events.get(verb="plan").by == office
    assert not BudgetEntry.objects.filter(fiscal_year=2027).exists()


def test_second_run_makes_nothing_and_says_that_all_is_there(office, project, decided):
    roll_over(2027, decided, by=office, at=NOON)
    before = rows_of_all_tables()

    again = roll_over(2027, decided, by=office, at=NOON + timedelta(hours=1))

    assert making(again) == []
    assert {"call_there", "year_open"} <= {s.what for s in again if s.status == Status.THERE}
    assert difference(before, rows_of_all_tables()) == ""


def test_run_without_decisions_makes_nothing(office, project):
    before = rows_of_all_tables()

    steps = roll_over(2027, by=office, at=NOON)

    assert making(steps) == []
    waiting = {step.what for step in steps if step.status == Status.WAITS}
    assert {"call_without_days", "year_undecided", "budget_waits", "closed_days_missing"} <= waiting
    assert difference(before, rows_of_all_tables()) == ""


def test_what_changed_since_it_was_shown_is_shown_again(office, project, decided):
    _facts, shown = steps_of(2027, decided, by=office, at=NOON)
    door.advance(project[1], "plan", by=office, at=NOON, decided_on=TODAY, document="別の決定書")

    with pytest.raises(ValidationError, match="Something has changed"):
        roll_over(2027, decided, seen=digest_of(shown), by=office, at=NOON)

    assert not Round.objects.filter(fiscal_year=2027).exists()


def test_failure_in_the_middle_leaves_nothing(office, project, decided, monkeypatch):
    from grants.rollover import doing

    def dies(*told, **named):
        assert Round.objects.filter(fiscal_year=2027).exists()
        raise RuntimeError("the machine dies")

    monkeypatch.setitem(doing._CARRY_OUT, "open_year", dies)
    before = rows_of_all_tables()
    with pytest.raises(RuntimeError):
        roll_over(2027, decided, by=office, at=NOON)

    assert difference(before, rows_of_all_tables()) == ""


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR, Role.ACCOUNTING])
def test_only_the_office_changes_the_year(role, project, decided):
    with pytest.raises(PermissionDenied):
        roll_over(2027, decided, by=factories.user(role), at=NOON)


@pytest.mark.parametrize(
    "wrong",
    [
        Decisions(calls={1: Call(date(2027, 6, 10), date(2027, 5, 10))}),
        Decisions(calls={1: Call(TODAY - timedelta(days=1), date(2027, 5, 10))}),
        Decisions(continued=frozenset({1}), decided_on=TODAY + timedelta(days=1), document="書"),
        Decisions(continued=frozenset({1}), decided_on=TODAY, document=" "),
    ],
)
def test_days_that_cannot_be_are_refused_in_dry_run_and_run(office, wrong):
    for act in (steps_of, roll_over):
        with pytest.raises(ValidationError):
            act(2027, wrong, by=office, at=NOON)


# What it looks at


def found(office, what: str):
    _facts, steps = steps_of(2027, by=office, at=NOON)
    return [step for step in steps if step.what == what]


def test_only_what_a_rule_gives_a_day_is_taken_over_of_the_plan(office, project, decided):
    call = project[0].proposal.round
    old = [
        Planned("result", on=date(2027, 1, 20)),
        Planned("scores", follows="closes", period="20"),
    ]
    services.save_plan(call, old, version=0, reason="計画", by=office, at=NOON)

    roll_over(2027, decided, by=office, at=NOON)

    assert services.plan_of(Round.objects.get(fiscal_year=2027)) == [old[1]]


def test_new_edition_gives_the_new_call_its_rules(office, project, decided):
    old = project[0].proposal.round.edition
    new = CourseEdition.objects.create(
        course=old.course, first_fiscal_year=2027, label_ja="新しい版", instrument="subsidy"
    )
    EditionParameter.objects.create(
        edition=new, name="cap_yen", status="set", value="70000", source="新要綱"
    )

    (begins,) = found(office, "edition_begins")
    assert begins.about == new.pk and begins.told["ends"] == str(old)
    roll_over(2027, decided, by=office, at=NOON)

    made = Round.objects.get(fiscal_year=2027)
    assert (made.edition, made.rules.number("cap_yen")) == (new, 70_000)


def test_call_that_was_made_by_hand_stands_for_the_copy(office, project, decided):
    call = project[0].proposal.round
    services.open_round(
        call.edition, fiscal_year=2027, name="手作り", opens_at=NOON, budget_yen=None,
        closes_at=NOON + timedelta(days=200), by=office, at=NOON,
    )  # fmt: skip

    assert "make_call" not in making(roll_over(2027, decided, by=office, at=NOON))
    assert found(office, "call_there")[0].told["round"] == "手作り"
    lacking = {step.told["lack"] for step in found(office, "call_lacks")}
    assert lacking == {"budget", "plan", "rubric", "members"}


def test_budget_waits_by_course_and_source_until_it_is_entered(office, project):
    edition = project[0].proposal.round.edition
    told = {"kind": "initial", "amount_yen": 1_000, "voted_on": TODAY, "document": "予算書"}
    for source in ("general", "fund"):
        services.enter_budget(
            edition, fiscal_year=2026, financed_by=source, by=office, at=NOON, **told
        )
    services.enter_budget(edition, fiscal_year=2027, financed_by="fund", by=office, at=NOON, **told)

    assert [s.told["source"] for s in found(office, "budget_waits")] == ["general"]
    assert [s.told["source"] for s in found(office, "budget_there")] == ["fund"]


def test_rules_that_nobody_confirmed_for_the_year_are_counted(office, project):
    edition = project[0].proposal.round.edition
    rules = edition.parameters.filter(status="set")
    edition.parameters.filter(name="cap_yen").update(confirmed_years="2026 2027")

    (step,) = found(office, "rules_not_confirmed")
    assert (step.about, step.told["count"]) == (edition.pk, rules.count() - 1)


def test_closed_days_are_there_once_the_table_has_them(office):
    from casework.calendar import standard_closed_days

    ClosedDay.objects.bulk_create(
        ClosedDay(day=day, name=name) for day, name in standard_closed_days(2027, 2028)
    )
    assert found(office, "closed_days_missing") == []
    (step,) = found(office, "closed_days_there")
    assert step.told["count"] > 15
    ClosedDay.objects.filter(day=date(2027, 4, 29)).delete()
    assert found(office, "closed_days_missing")[0].told["days"] == [(date(2027, 4, 29), "昭和の日")]


def test_old_year_is_listed_by_state_but_not_a_project_that_goes_on(office, project):
    open_now = {(s.told["kind"], s.told["state"]) for s in found(office, "cases_open")}

    assert ("project_year", "planned") in open_now
    assert "proposal" not in {kind for kind, _state in open_now}


def test_case_that_is_barred_to_the_clerk_is_no_part_of_their_plan(office, project, decided):
    Access.objects.create(case=project[1], user=office, barred=True, reason="conflict")

    assert "open_year" not in making(roll_over(2027, decided, by=office, at=NOON))
    assert ProjectYear.objects.get(pk=project[1].pk).state == "expected"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_step_is_said_and_leads_somewhere(office, project, decided, language):
    from django.utils import translation

    roll_over(2027, decided, by=office, at=NOON)
    with translation.override(language):
        for decisions in (Decisions(), decided):
            _facts, steps = steps_of(2027, decisions, by=office, at=NOON)
            for step in steps:
                assert in_words(step) and "%(" not in in_words(step), step
                assert address_of(step) is not None


# Handover in the same run


def test_cases_pass_on_in_the_same_run(office, project, decided):
    taker = factories.user(Role.OFFICE)
    for year in project:
        door.assign(year, office, by=office, at=NOON)
    both = Decisions(calls=decided.calls, clerks=((office.pk, taker.pk),))

    _facts, shown = steps_of(2027, both, by=office, at=NOON)
    done = roll_over(2027, both, seen=digest_of(shown), by=office, at=NOON)

    assert making(done) == ["make_call", "hand_over"]
    assert set(Case.objects.filter(kind="project_year").values_list("clerk", flat=True)) == {
        taker.pk
    }
    assert Notice.objects.filter(kind="handed_over").count() == 1
    assert making(roll_over(2027, both, by=office, at=NOON)) == []


def test_nobody_gets_cases_before_their_duty_begins(office, project):
    outsider = factories.user(Role.AUDITOR)

    for act in (steps_of, roll_over):
        with pytest.raises(ValidationError, match="does not work in the office"):
            act(2027, Decisions(clerks=((office.pk, outsider.pk),)), by=office, at=NOON)


# A call that is being prepared


@pytest.fixture
def prepared(office, project, decided) -> Round:
    roll_over(2027, decided, by=office, at=NOON)
    return Round.objects.get(fiscal_year=2027)


def test_public_does_not_see_a_call_before_it_is_announced(client, office, prepared, as_person):
    assert client.get(reverse("grants:call", args=[prepared.pk])).status_code == 404
    assert not prepared.is_open(prepared.opens_at) and not prepared.was_open_on(MAY.first_day)
    group = factories.member(factories.organization())
    with pytest.raises(ValidationError):
        services.start_draft(
            prepared, group.organizations.get(), title="早い", by=group, at=prepared.opens_at
        )

    page = as_person(office).get(reverse("grants:round", args=[prepared.pk])).content.decode()
    assert "only the office sees it" in page and "As the public will see it" in page
    assert client.get(reverse("grants:call", args=[prepared.pk])).status_code == 200
    assert "Being prepared" in client.get(reverse("grants:rounds")).content.decode()


def test_rules_are_frozen_anew_when_it_is_announced_once(office, prepared, as_person):
    services.set_parameter(
        prepared.edition, "cap_yen", by=office, at=NOON, status="set", value="90000", source="改正"
    )
    url = reverse("grants:round-announce", args=[prepared.pk])
    client = as_person(office)
    assert "It still lacks" in client.get(url).content.decode()

    client.post(url)
    announced = Round.objects.get(pk=prepared.pk)
    client.post(url)

    assert announced.rules.number("cap_yen") == 90_000
    assert announced.announced_at == Round.objects.get(pk=prepared.pk).announced_at == NOON
    assert client.get(reverse("grants:call", args=[prepared.pk])).status_code == 200


# The page


def test_page_shows_tries_out_and_carries_out(as_person, office, project):
    client, url = as_person(office), reverse("grants:rollover", args=[2027])
    call = project[0].proposal.round
    typed = {
        f"call-{call.pk}-first_day": "2027-05-10", f"call-{call.pk}-last_day": "2027-06-10",
        f"call-{call.pk}-name": "", "continue-years": [project[1].pk],
        "continue-decided_on": TODAY.isoformat(), "continue-document": "継続決定書",
    }  # fmt: skip
    text = client.get(url).content.decode()
    assert "Calls of the new year" in text and call.name in text

    shown = client.post(url, {**typed, "do": "show"})
    assert shown.status_code == 200 and "Make these 2 things" in shown.content.decode()
    assert not Round.objects.filter(fiscal_year=2027).exists()

    run = {**typed, "do": "run", "digest": shown.context["digest"]}
    answer = client.post(url, run, follow=True)
    assert answer.status_code == 200 and Round.objects.filter(fiscal_year=2027).count() == 1
    assert ProjectYear.objects.get(pk=project[1].pk).state == "planned"
    again = client.post(url, run)
    assert "make these" not in again.content.decode().lower()
    assert Round.objects.filter(fiscal_year=2027).count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"first_day": "2027-05-10"},
        {"first_day": "2027-05-10", "last_day": "2027-05-01"},
        {"first_day": "2026-05-10", "last_day": "2027-05-01"},
        {"first_day": "いつか", "last_day": "2027-05-01"},
    ],
)
def test_page_names_the_day_that_cannot_be(as_person, office, project, typed):
    prefix = f"call-{project[0].proposal.round_id}-"
    told = {f"{prefix}{name}": value for name, value in typed.items()}

    answer = as_person(office).post(reverse("grants:rollover", args=[2027]), told)

    assert answer.status_code == 422 and "error" in answer.content.decode()


def test_other_years_are_not_changed_to(as_person, office):
    for year in (2025, 2028):
        url = reverse("grants:rollover", args=[year])
        assert as_person(office).get(url).status_code == 404


@pytest.mark.parametrize(("month", "year"), [(1, 2027), (3, 2027), (4, 2027), (11, 2027)])
def test_short_address_leads_to_the_year_that_people_mean(as_person, office, clock, month, year):
    clock(NOON.replace(year=2027, month=month))

    answer = as_person(office).get(reverse("grants:rollover-newest"))

    assert answer.url == reverse("grants:rollover", args=[year])


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_as_often_for_three_rounds_as_for_one(
    as_person, office, rows, django_assert_num_queries
):
    for number in range(rows):
        call = factories.call(seats=0)
        CourseEdition.objects.filter(pk=call.edition_id).update(first_fiscal_year=2020 + number)
    client, url = as_person(office), reverse("grants:rollover", args=[2027])
    client.get(url)
    with django_assert_num_queries(QUERIES):
        client.get(url)


#: How often the page of a change asks the database, whatever there is.
QUERIES = 19


# The command


@pytest.fixture
def plan_file(tmp_path, project):
    def write(told) -> str:
        path = tmp_path / "plan.json"
        path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
        return str(path)

    return write


def run(*told, **named) -> str:
    out = StringIO()
    call_command("roll_over", *told, stdout=out, **named)
    return out.getvalue()


def test_command_shows_and_then_makes_the_same(office, project, plan_file):
    file = plan_file(
        {
            "calls": [
                {
                    "of": project[0].proposal.round_id,
                    "first_day": "2027-05-10",
                    "last_day": "2027-06-10",
                }
            ],
            "continue": {
                "years": [project[1].number],
                "decided_on": TODAY.isoformat(),
                "document": "継続決定書",
            },
        }
    )
    before = rows_of_all_tables()
    told = ("2027", "--by", office.email, "--file", file)

    shown = run(*told, "--dry-run")
    assert difference(before, rows_of_all_tables()) == "" and "2 would be made" in shown
    done = run(*told)

    assert done.replace("2 made", "2 would be made") == shown
    assert "0 made" in run(*told)
    assert Round.objects.filter(fiscal_year=2027).count() == 1
    assert Event.objects.filter(case=project[1].pk, verb="plan").count() == 1


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("{", "no JSON"),
        ("[]", "may say"),
        ('{"rounds": []}', "may say"),
        ('{"calls": {}}', "is a list"),
        ('{"calls": [{"of": 0}]}', "no round"),
        ('{"calls": [{"of": "1"}]}', "no round"),
        ('{"continue": {"years": ["X-1"], "decided_on": "2026-11-20"}}', "is not there"),
        ('{"continue": {"years": [], "decided_on": "gestern"}}', "is a day"),
        ('{"clerks": [{"from": "a@example.jp", "to": "b@example.jp"}]}', "is not there"),
        ('{"departments": [{"from": "無い課", "to": "無い課"}]}', "is not there"),
    ],
)
def test_command_takes_no_file_that_is_wrong(office, project, plan_file, told, why):
    before = rows_of_all_tables()

    with pytest.raises(CommandError, match=why):
        run("2027", "--by", office.email, "--file", plan_file(told))

    assert difference(before, rows_of_all_tables()) == ""


def test_command_is_refused_to_whoever_may_not(project, office):
    auditor = factories.user(Role.AUDITOR)
    for told in (
        ("2027", "--by", auditor.email),
        ("2027", "--by", "nobody@example.jp"),
        ("2029", "--by", office.email),
        ("2027", "--by", office.email, "--file", "/nowhere/plan.json"),
        ("2027",),
    ):
        with pytest.raises(CommandError):
            run(*told)


def test_module_offers_what_pages_and_command_use():
    assert {name for name in rollover.__all__ if not hasattr(rollover, name)} == set()
