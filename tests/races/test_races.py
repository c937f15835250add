"""People and workers who do the same thing at the same moment, on PostgreSQL with real threads."""

import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Role, User
from casework import approvals, delivery, history, outbox, reminders, verification
from casework.models import Approval, Case, Deadline, Event, Letter, Notice, Reminder
from casework.numbers import next_number
from casework.services import advance, correct, locked
from grants import agreements, ledger_faults, services
from grants.models import BudgetEntry, ProgramBudget, ProjectYear, Proposal, Round
from tests import factories
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.casework.smtp_server import running
from tests.factories import NOON, TODAY, wish
from tests.races.threads import PATIENCE, kinds, race
from tests.reporting import makers
from tests.reporting.makers import granted_year

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def world():
    """A sender of letters; and no worker is asked, for no broker runs here."""
    factories.sender()
    with outbox.delivered_by_hand():
        yield
    assert list(verification.faults()) == []


def fresh(case):
    """The case as a person of a second thread has it: read anew, and their own copy."""
    return type(case)._base_manager.get(pk=case.pk)


def person(someone: User) -> User:
    return User.objects.get(pk=someone.pk)


def moving(case, verb: str, by, *, at=NOON, **facts):
    """A runner that makes a move with a copy of its own, read before the race begins."""
    mine, who = fresh(case), person(by)

    def run():
        with outbox.delivered_by_hand():
            return advance(mine, verb, by=who, at=at, **facts)

    return run


def applied_for() -> ProjectYear:
    """A project year of 80,000 yen that waits for its grant."""
    proposal = in_selection()
    office, group = factories.user(Role.OFFICE), group_of(proposal)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    year = advance(proposal, "prepare", by=office, at=NOON).project_years.get()
    days = {"starts_on": date(2026, 12, 1), "ends_on": date(2027, 1, 31)}
    lines = list(year.budget_lines.values("side", "label", "detail", "amount_yen", "from_city"))
    year = services.save_year(year, fields=days, lines=lines, edit_number=0, by=group, at=NOON)
    return advance(year, "apply", by=group, at=NOON)


# Decisions


def test_of_two_stale_copies_that_decide_one_wins():
    proposal = filed()
    clerks = [factories.user(Role.OFFICE) for _ in range(2)]

    outcomes = race(
        moving(proposal, "accept", clerks[0]),
        moving(proposal, "ineligible", clerks[1], reason="要件"),
    )

    assert kinds(outcomes) == ["TransitionNotAllowed", "ok"]
    assert proposal.events.filter(verb__in=("accept", "ineligible")).count() == 1
    assert Letter.objects.count() == (fresh(proposal).state == "ineligible")


def test_of_two_approvers_of_one_draft_one_wins():
    proposals = [in_selection() for _ in range(2)]
    office = factories.user(Role.OFFICE)
    wishes = [wish(proposal, "decline") for proposal in proposals]
    draft = approvals.draft("起案", wishes, by=office, at=NOON)

    outcomes = race(
        *(
            moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY)
            for _ in range(2)
        )
    )

    assert kinds(outcomes) == ["TransitionNotAllowed", "ok"]
    assert Letter.objects.count() == 2
    assert Event.objects.filter(verb="decline").count() == 2


def test_approving_and_sending_back_at_once_does_one_of_the_two():
    proposal = in_selection()
    office = factories.user(Role.OFFICE)
    draft = approvals.draft("起案", [wish(proposal, "decline")], by=office, at=NOON)

    outcomes = race(
        moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY),
        moving(draft, "send_back", factories.user(Role.APPROVER), reason="誤字"),
    )

    assert kinds(outcomes) == ["TransitionNotAllowed", "ok"]
    approved = fresh(draft).state == "approved"
    assert fresh(proposal).state == ("declined" if approved else "in_selection")


def test_two_drafts_of_the_same_cases_in_another_order_leave_one():
    first, second = in_selection(), in_selection()
    clerks = [factories.user(Role.OFFICE) for _ in range(2)]

    def drafting(clerk, *cases):
        wishes = [wish(fresh(case), "decline") for case in cases]
        return lambda: approvals.draft("起案", wishes, by=person(clerk), at=NOON)

    outcomes = race(drafting(clerks[0], first, second), drafting(clerks[1], second, first))

    assert kinds(outcomes) == ["NotPossible", "ok"]
    assert Approval.objects.count() == 1


@pytest.mark.parametrize("presses", [2, 6])
def test_of_many_who_press_the_same_button_one_wins(presses):
    proposal = filed()
    clerk = factories.user(Role.OFFICE)

    outcomes = race(*(moving(proposal, "accept", clerk) for _ in range(presses)))

    assert kinds(outcomes) == ["TransitionNotAllowed"] * (presses - 1) + ["ok"]
    assert proposal.events.filter(verb="accept").count() == 1


def test_report_takes_its_year_before_itself_as_the_moves_of_the_year_do():
    year = granted_year()
    report = makers.written_report(year)
    submit = moving(report, "submit", group_of(year), at=makers.LATER)
    holds_the_year, tried = threading.Event(), threading.Event()

    def move_the_year():
        with transaction.atomic():
            locked(year)
            holds_the_year.set()
            tried.wait(2)  # the report tries to be submitted meanwhile
            locked(report)

    def hand_in():
        assert holds_the_year.wait(PATIENCE)
        try:
            return submit()
        finally:
            tried.set()

    assert kinds(race(move_the_year, hand_in)) == ["ok", "ok"]
    assert fresh(year).state == "reported"


def test_move_and_correction_at_once_leave_a_sound_history():
    proposal = accepted()
    office = factories.user(Role.OFFICE)
    mine, who = fresh(proposal), person(office)

    outcomes = race(
        moving(proposal, "refer", office),
        lambda: correct(mine, reason="誤り", by=who, at=NOON),
    )

    assert fresh(proposal).state in ("submitted", "in_selection")
    assert "ok" in kinds(outcomes)


def test_withdrawing_and_deciding_at_once_do_not_both_happen():
    proposal = in_selection()
    office = factories.user(Role.OFFICE)
    draft = approvals.draft("起案", [wish(proposal, "decline")], by=office, at=NOON)

    outcomes = race(
        moving(proposal, "withdraw", group_of(proposal)),
        moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY),
    )

    assert kinds(outcomes) == ["TransitionNotAllowed", "ok"]
    declined = fresh(proposal).state == "declined"
    assert fresh(draft).state == ("approved" if declined else "drafted")
    assert Letter.objects.filter(kind="declined").count() == declined


def test_two_grants_at_once_do_not_spend_the_same_budget():
    years = [applied_for() for _ in range(2)]
    office = factories.user(Role.OFFICE)
    services.enter_budget(
        years[0].proposal.round.edition, fiscal_year=2026, kind=BudgetEntry.Kind.INITIAL,
        amount_yen=100_000, voted_on=TODAY, document="予算書", by=office, at=NOON,
    )  # fmt: skip
    drafts = [
        approvals.draft("起案", [wish(year, "grant", granted_yen=80_000)], by=office, at=NOON)
        for year in years
    ]

    outcomes = race(
        *(
            moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY)
            for draft in drafts
        )
    )

    assert kinds(outcomes) == ["NotPossible", "ok"]
    assert sorted(fresh(year).state for year in years) == ["applied", "granted"]
    assert ProgramBudget.of(years[0].proposal.round.edition, 2026).free_yen == 20_000


def test_grant_waits_for_a_reduction_of_the_budget_that_is_being_entered():
    year, office = applied_for(), factories.user(Role.OFFICE)
    edition = year.proposal.round.edition
    entry = {"fiscal_year": 2026, "voted_on": TODAY, "document": "予算書", "at": NOON}
    services.enter_budget(
        edition, kind=BudgetEntry.Kind.INITIAL, amount_yen=100_000, by=office, **entry
    )
    granting = wish(year, "grant", granted_yen=80_000)
    draft = approvals.draft("起案", [granting], by=office, at=NOON)
    granting = moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY)
    entered, granted = threading.Event(), threading.Event()

    def reduce_slowly():
        with transaction.atomic():
            services.enter_budget(
                edition, kind=BudgetEntry.Kind.REDUCTION, amount_yen=-50_000, by=person(office),
                **entry,
            )  # fmt: skip
            entered.set()
            granted.wait(2)  # the grant tries to be made meanwhile

    def grant():
        assert entered.wait(PATIENCE)
        try:
            return granting()
        finally:
            granted.set()

    assert kinds(race(reduce_slowly, grant)) == ["NotPossible", "ok"]
    assert fresh(year).state == "applied"


def test_reduction_waits_for_a_grant_that_is_being_made_and_takes_none_of_it():
    year, office = applied_for(), factories.user(Role.OFFICE)
    edition = year.proposal.round.edition
    entry = {"fiscal_year": 2026, "voted_on": TODAY, "document": "予算書", "at": NOON}
    services.enter_budget(
        edition, kind=BudgetEntry.Kind.INITIAL, amount_yen=100_000, by=office, **entry
    )
    granting = wish(year, "grant", granted_yen=80_000)
    draft = approvals.draft("起案", [granting], by=office, at=NOON)
    granting = moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY)
    granted, reduced = threading.Event(), threading.Event()

    def grant_slowly():
        with transaction.atomic():
            granting()
            granted.set()
            reduced.wait(2)  # the reduction tries to be entered meanwhile

    def reduce():
        assert granted.wait(PATIENCE)
        try:
            services.enter_budget(
                edition, kind=BudgetEntry.Kind.REDUCTION, amount_yen=-50_000, by=person(office),
                **entry,
            )  # fmt: skip
        finally:
            reduced.set()

    assert kinds(race(grant_slowly, reduce)) == ["ValidationError", "ok"]
    assert ProgramBudget.of(edition, 2026).free_yen == 20_000
    assert list(ledger_faults.faults()) == []


def test_transfers_between_two_courses_both_ways_at_once_do_not_wait_in_a_circle():
    editions = [factories.edition(), factories.edition("revitalization")]
    office = factories.user(Role.OFFICE)
    entry = {"fiscal_year": 2026, "voted_on": TODAY, "document": "d", "at": NOON}
    for edition in editions:
        services.enter_budget(edition, kind="initial", amount_yen=100, by=office, **entry)

    def transfer(giver, taker):
        who = person(office)
        return lambda: services.transfer_budget(giver, taker, amount_yen=100, by=who, **entry)

    outcomes = race(*(transfer(*pair) for pair in (editions, editions[::-1]) for _time in (1, 2)))

    assert set(kinds(outcomes)) <= {"ok", "ValidationError"}
    assert sum(ProgramBudget.of(edition, 2026).planned_yen for edition in editions) == 200
    assert list(ledger_faults.faults()) == []


def test_two_uses_at_once_do_not_spend_the_same_money_of_the_fund():
    office = factories.user(Role.OFFICE)
    line = {"fiscal_year": 2026, "on": TODAY, "document": "d", "at": NOON}
    services.enter_in_fund(kind="gift", amount_yen=100, by=office, **line)

    def use():
        return services.enter_in_fund(kind="use", amount_yen=80, by=person(office), **line)

    assert kinds(race(use, use)) == ["ValidationError", "ok"]
    assert list(ledger_faults.faults()) == []


def offering(proposal, clerk):
    return moving(proposal, "offer", clerk)


def reserved(round_, *, yen: int = 80_000) -> Proposal:
    """A reserve of the round; it would cost ``yen``."""
    return factories.approved(in_selection(round=round_), "reserve", assessed_yen=yen)


def test_two_offers_of_one_round_at_once_do_not_spend_the_same_budget():
    round_ = factories.call()
    reserves = [reserved(round_) for _ in range(3)]
    Round.objects.filter(pk=round_.pk).update(budget_yen=100_000)
    clerks = [factories.user(Role.OFFICE) for _ in reserves]

    outcomes = race(*map(offering, reserves, clerks))

    assert kinds(outcomes) == ["NotPossible", "NotPossible", "ok"]
    assert round_.proposals.filter(state="offered").count() == 1
    assert Round.objects.get(pk=round_.pk).left_yen() == 20_000


def test_offers_of_two_rounds_at_once_do_not_hinder_each_other():
    rounds = [factories.call(), factories.call()]
    reserves = [reserved(round_) for round_ in rounds]

    outcomes = race(*(offering(reserve, factories.user(Role.OFFICE)) for reserve in reserves))

    assert kinds(outcomes) == ["ok", "ok"]


def test_offer_and_selection_at_once_do_not_spend_the_same_budget():
    round_ = factories.call()
    reserve = reserved(round_)
    late = in_selection(round=round_)
    Round.objects.filter(pk=round_.pk).update(budget_yen=100_000)
    wish = factories.wish(late, "select", assessed_yen=80_000)
    draft = approvals.draft("起案", [wish], by=factories.user(Role.OFFICE), at=NOON)

    outcomes = race(
        offering(reserve, factories.user(Role.OFFICE)),
        moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY),
    )

    assert kinds(outcomes) == ["NotPossible", "ok"]
    assert Round.objects.get(pk=round_.pk).left_yen() == 20_000


def test_selection_waits_for_an_offer_that_is_being_made():
    round_ = factories.call()
    reserve = reserved(round_)
    late = in_selection(round=round_)
    Round.objects.filter(pk=round_.pk).update(budget_yen=100_000)
    wish = factories.wish(late, "select", assessed_yen=80_000)
    draft = approvals.draft("起案", [wish], by=factories.user(Role.OFFICE), at=NOON)
    offer = offering(reserve, factories.user(Role.OFFICE))
    select = moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY)
    offered, tried = threading.Event(), threading.Event()

    def offer_slowly():
        with transaction.atomic():
            offer()
            offered.set()
            tried.wait(2)  # the selection tries to be made meanwhile

    def decide():
        assert offered.wait(PATIENCE)
        try:
            return select()
        finally:
            tried.set()

    assert kinds(race(offer_slowly, decide)) == ["NotPossible", "ok"]
    assert (fresh(reserve).state, fresh(late).state) == ("offered", "in_selection")


def several_years(years: int) -> list[ProjectYear]:
    """The years of a project; the first can be applied for, the others are expected."""
    proposal = in_selection(round=factories.call(max_years="3"), years=years)
    proposal = factories.approved(proposal, "select", assessed_yen=80_000)
    proposal = advance(proposal, "prepare", by=factories.user(Role.OFFICE), at=NOON)
    return list(proposal.project_years.order_by("position"))


def test_two_years_of_a_project_do_not_move_into_the_same_fiscal_year():
    first, second, third = several_years(3)
    wishes = [
        approvals.Wish(first, "postpone", {"fiscal_year": 2029, "reason": "事情"}),
        approvals.Wish(second, "defer", {"fiscal_year": 2029, "reason": "事情"}),
        approvals.Wish(third, "defer", {"fiscal_year": 2029, "reason": "事情"}),
    ]
    office = factories.user(Role.OFFICE)
    drafts = [approvals.draft("起案", [wish], by=office, at=NOON) for wish in wishes]

    outcomes = race(
        *(
            moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY)
            for draft in drafts
        )
    )

    assert kinds(outcomes) == ["NotPossible", "NotPossible", "ok"]
    moved = [fresh(year).fiscal_year for year in (first, second, third)]
    assert moved.count(2029) == 1


def test_two_postponed_grants_of_a_project_do_not_meet_in_one_fiscal_year():
    first, second = several_years(2)
    office = factories.user(Role.OFFICE)
    decision = {"decided_on": TODAY, "document": "決定書"}
    second = advance(second, "plan", by=office, at=NOON, **decision)
    drafts = [
        approvals.draft(
            "起案",
            [approvals.Wish(year, "postpone", {"fiscal_year": 2030, "reason": "事情"})],
            by=office, at=NOON,
        )
        for year in (first, second)
    ]  # fmt: skip

    outcomes = race(
        *(
            moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY)
            for draft in drafts
        )
    )

    assert kinds(outcomes) == ["NotPossible", "ok"]
    assert sorted(fresh(year).fiscal_year for year in (first, second)).count(2030) == 1


def test_party_that_signs_twice_at_once_has_signed_once():
    year = granted_year("collaboration")
    clerks = [factories.user(Role.OFFICE) for _ in range(3)]

    def signing(clerk):
        mine, who = fresh(year), person(clerk)
        return lambda: agreements.sign_agreement(
            mine, party="city", name="市長", signed_on=TODAY, by=who, at=NOON
        )

    outcomes = race(*map(signing, clerks))

    assert kinds(outcomes) == ["PermissionDenied", "PermissionDenied", "ok"]
    assert year.signatures.count() == 1


# Numbers


def test_numbers_of_letters_have_no_gap_and_no_double_under_load():
    office = factories.user(Role.OFFICE)
    cases = [[filed() for _ in range(5)] for _ in range(8)]

    def writing(mine):
        moves = [moving(case, "ineligible", office, reason="要件") for case in mine]
        return lambda: [move() for move in moves]

    outcomes = race(*map(writing, cases))

    assert kinds(outcomes) == ["ok"] * 8
    numbers = sorted(Letter.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 41))


def test_numbers_that_are_rolled_back_leave_no_gap():
    def taking(keeps: bool):
        def run():
            for _ in range(5):
                with transaction.atomic():
                    number = next_number("letter", 2026)
                    taken.append(number) if keeps else transaction.set_rollback(True)

        return run

    taken: list[int] = []
    outcomes = race(*(taking(keeps) for keeps in (True, False, True, False)))

    assert kinds(outcomes) == ["ok"] * 4
    assert sorted(taken) == list(range(1, 11))


def test_first_number_of_a_series_is_given_once():
    def taking():
        with transaction.atomic():
            return next_number("new", 2026)

    assert sorted(race(*[taking] * 6)) == [1, 2, 3, 4, 5, 6]


def test_receipt_numbers_of_many_who_submit_at_once_differ():
    round_ = factories.call()
    drafts = [factories.draft(round=round_) for _ in range(6)]

    outcomes = race(*(moving(draft, "submit", group_of(draft)) for draft in drafts))

    assert kinds(outcomes) == ["ok"] * 6
    numbers = sorted(Proposal.objects.values_list("number", flat=True))
    assert numbers == [f"S-2026-{n:03d}" for n in range(1, 7)]


# The closing moment


def test_submitting_at_the_closing_moment_counts_by_the_moment_of_each():
    round_ = factories.call()
    closes = round_.closes_at
    step = timedelta(microseconds=1)
    moments = [closes - 2 * step, closes - step, closes, closes + step]
    drafts = [factories.draft(round=round_) for _ in moments]

    outcomes = race(
        *(
            moving(draft, "submit", group_of(draft), at=moment)
            for draft, moment in zip(drafts, moments, strict=True)
        )
    )

    assert [type(o).__name__ for o in outcomes] == ["Proposal", "Proposal", *["NotPossible"] * 2]
    assert [fresh(d).state for d in drafts] == ["submitted", "submitted", "draft", "draft"]


def test_two_members_who_submit_at_once_file_one_version():
    draft = factories.draft()
    other = factories.member(draft.organization)
    members = [person(u) for u in draft.organization.members.all()]
    assert other in members

    outcomes = race(*(moving(draft, "submit", member) for member in members))

    assert kinds(outcomes) == ["TransitionNotAllowed", "ok"]
    assert fresh(draft).versions.count() == 1
    assert Round.objects.get().proposals.filter(state="submitted").count() == 1


# Notices and reminders


@pytest.fixture
def mail_server(settings):
    with running() as server:
        settings.EMAIL_URL_SET = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server


def test_of_many_workers_who_claim_a_notice_one_sends_it(mail_server):
    notice = outbox.post(
        "case_moved", to=factories.user(), at=NOON, key="k", case=factories.draft()
    )

    outcomes = race(*[lambda: delivery.deliver(notice.pk, at=NOON)] * 6)

    assert sorted(outcomes) == [False] * 5 + [True]
    assert len(mail_server.received) == 1
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("sent", 1)


def test_two_sweeps_send_each_notice_once(mail_server):
    case = factories.draft()
    for number in range(12):
        outbox.post("case_moved", to=factories.user(), at=NOON, key=f"k{number}", case=case)

    def sweeping():
        return delivery.sweep(delivery.pending(at=NOON), now=lambda: NOON)

    outcomes = race(sweeping, sweeping, sweeping)

    assert sum(outcomes) == 12
    assert len(mail_server.received) == 12
    assert len({mail["Message-ID"] for mail in mail_server.received}) == 12


def test_notice_is_sent_with_no_transaction_open(mail_server, monkeypatch):
    notice = outbox.post(
        "case_moved", to=factories.user(), at=NOON, key="k", case=factories.draft()
    )
    seen = []

    def look(message):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND state LIKE 'idle in transaction%%'"
            )
            seen.append(cursor.fetchone()[0])

    monkeypatch.setattr("django.core.mail.EmailMessage.send", look)

    assert delivery.deliver(notice.pk, at=NOON)
    assert seen == [0]
    assert not connection.in_atomic_block


def test_same_key_posted_by_two_at_once_is_one_notice():
    case, reader = factories.draft(), factories.user()

    def posting():
        with outbox.delivered_by_hand():
            return outbox.post("case_moved", to=reader, at=NOON, key="k", case=case).pk

    outcomes = race(*[posting] * 5)

    assert len(set(outcomes)) == 1
    assert Notice.objects.filter(key="k").count() == 1


def test_two_sweeps_remind_once():
    deadline = sent_back().deadlines.get(kind="supplement")
    Notice.objects.all().delete()

    def sweeping():
        rows = list(Deadline.objects.open())
        with outbox.delivered_by_hand():
            return reminders.sweep(rows, today=deadline.due_on, at=NOON)

    outcomes = race(*[sweeping] * 4)

    assert sorted(o.posted for o in outcomes) == [0, 0, 0, 1]
    assert Notice.objects.count() == 1
    assert Reminder.objects.filter(outcome="sent").count() == 1


def test_reminder_and_answer_at_once_do_not_remind_of_what_is_done():
    proposal = sent_back()
    deadline = proposal.deadlines.get(kind="supplement")
    row = Deadline.objects.open().get(pk=deadline.pk)
    Notice.objects.all().delete()

    def reminding():
        with outbox.delivered_by_hand():
            return reminders.remind(row, today=deadline.due_on, at=NOON)

    outcomes = race(moving(proposal, "resubmit", group_of(proposal)), reminding)

    assert kinds(outcomes) == ["ok", "ok"]
    assert Notice.objects.filter(kind="deadline_near").count() == outcomes[1]


# Deadlines and history


def test_more_time_and_the_answer_at_once_leave_one_of_both_or_the_answer_alone():
    proposal = sent_back()
    deadline = proposal.deadlines.get(kind="supplement")
    facts = {
        "deadline": deadline.pk, "until_on": deadline.due_on + timedelta(days=7), "reason": "事情"
    }  # fmt: skip
    draft = approvals.draft(
        "延長", [wish(proposal, "extend", **facts)], by=factories.user(Role.OFFICE), at=NOON
    )

    outcomes = race(
        moving(draft, "approve", factories.user(Role.APPROVER), decided_on=TODAY),
        moving(proposal, "resubmit", group_of(proposal)),
    )

    granted = deadline.extensions.count()
    assert kinds(outcomes) == (["ok", "ok"] if granted else ["NotPossible", "ok"])
    assert fresh(proposal).state == "submitted"
    assert proposal.letters.filter(kind="extended").count() == granted
    assert (fresh(draft).state == "approved") == bool(granted)


def test_lines_of_one_history_written_at_once_make_one_chain():
    proposal = filed()
    clerk = factories.user(Role.OFFICE)
    before = proposal.events.count()

    def writing():
        with transaction.atomic():
            case = locked(fresh(proposal))
            return history.append(
                case, "call", source=case.state, target=case.state, by=clerk, at=NOON, facts={}
            )

    outcomes = race(*[writing] * 8)

    assert kinds(outcomes) == ["ok"] * 8
    assert proposal.events.count() == before + 8


def test_seal_waits_for_lines_that_are_being_written():
    """A line with a lower id may be committed after one with a higher; the seal must hold both."""
    slow, quick = filed(), filed()
    clerk = factories.user(Role.OFFICE)
    written, sealed = threading.Event(), threading.Event()

    def line(case):
        return history.append(
            case, "call", source=case.state, target=case.state, by=clerk, at=NOON, facts={}
        )

    def write_slowly():
        with transaction.atomic():
            line(locked(fresh(slow)))
            written.set()
            sealed.wait(1)  # the seal tries to be made meanwhile

    def write_and_seal():
        assert written.wait(PATIENCE)
        with transaction.atomic():
            line(locked(fresh(quick)))
        try:
            return history.seal(day=TODAY)
        finally:
            sealed.set()

    outcomes = race(write_slowly, write_and_seal)

    assert kinds(outcomes) == ["ok", "ok"]
    assert list(verification.faults()) == []


def test_two_seals_of_a_day_are_one():
    filed()

    outcomes = race(*[lambda: history.seal(day=TODAY)] * 4)

    assert len({seal.pk for seal in outcomes}) == 1


# The database's own refusals hold here too


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE casework_case SET state = 'selected'",
        "UPDATE casework_event SET verb = 'x'",
        "DELETE FROM casework_event",
        "DELETE FROM casework_version",
    ],
)
def test_postgresql_refuses_what_passes_the_door(statement):
    proposal = filed()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Case.objects.get(pk=proposal.pk).state == "submitted"
