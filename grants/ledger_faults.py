"""Reading all the money back: whatever does not add up.

Sums are computed by SQL and by plain Python over the same rows; and what the rows say, decisions,
payments and claims, is held against the history, which is written apart and chained by digests.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from casework.calendar import closing_day
from casework.models import Event

from .amount import Amount
from .charges_owed import owed
from .claims import BEFOREHAND, ceiling_yen
from .fund import changes_of_fund, lowest_balance_from
from .models import BudgetEntry, FundEntry, Payment, ProgramBudget, ProjectYear, Side
from .models.ledger_line import standing
from .models.program_budget import COLUMNS, UNDECIDED, Key, with_money

CHUNK = 500
#: What is square by now is reckoned up to any day alike.
NEVER = date.max
Kind = Payment.Kind

#: Lines of the history of a project year that tell of a line of its ledger.
PAID_BY = ("pay", "reverse_payment")
#: Lines that tell of a line of its charges.
CHARGED_BY = ("pay_charge", "waive_charge", "reverse_charge")
#: Lines that decide how much: what was granted, and what was confirmed, after each of them.
DECIDED_BY: dict[str, Callable[[dict], dict[str, int | None]]] = {
    "grant": lambda facts: {"granted": facts.get("granted_yen")},
    "apply_change": lambda facts: {"granted": facts.get("granted_yen")},
    "withdraw": lambda facts: {"granted": None},
    "postpone": lambda facts: {"granted": None},
    "confirm": lambda facts: {"confirmed": facts.get("confirmed_yen")},
    "revoke": lambda facts: {"confirmed": 0},
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not add up.

    :param where: number of the case; of a budget or the fund its name.
    """

    where: str
    what: str

    def __str__(self):
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Account:
    """The account of one project year, in yen, as its rows and its page have it.

    :param paid_yen: paid out, and ``returned_yen`` come back, without what was reversed.
    :param to_pay_yen: what the page says is to be paid, and ``to_return_yen`` to come back.
    :param on_account_yen: paid on account (概算払), whose most is ``ceiling_yen`` where one is set:
        by the highest grant there was.
    """

    state: str
    granted_yen: int | None
    confirmed_yen: int | None
    paid_yen: int
    returned_yen: int
    to_pay_yen: int
    to_return_yen: int
    on_account_yen: int = 0
    ceiling_yen: int | None = None

    @property
    def owed_yen(self) -> int:
        """Confirmed, or granted as long as nothing is confirmed."""
        return (self.granted_yen if self.confirmed_yen is None else self.confirmed_yen) or 0


def faults_of(account: Account) -> Iterator[str]:
    """Yield what does not add up in one account."""
    open_yen = account.to_pay_yen - account.to_return_yen
    if account.owed_yen - account.paid_yen + account.returned_yen != open_yen:
        words = _(
            "confirmed %(owed)s − paid %(paid)s + returned %(returned)s is not to pay %(to_pay)s "
            "− to return %(to_return)s"
        )
        yield words % {
            "owed": account.owed_yen, "paid": account.paid_yen, "returned": account.returned_yen,
            "to_pay": account.to_pay_yen, "to_return": account.to_return_yen,
        }  # fmt: skip
    if account.state == "settled" and (account.to_pay_yen or account.to_return_yen):
        words = _("settled, but %(to_pay)s is to be paid and %(to_return)s to come back")
        yield words % {"to_pay": account.to_pay_yen, "to_return": account.to_return_yen}
    if (account.confirmed_yen or 0) > (account.granted_yen or 0):
        words = _("confirmed %(confirmed)s, but only %(granted)s was decided")
        yield words % {"confirmed": account.confirmed_yen, "granted": account.granted_yen or 0}
    if account.ceiling_yen is not None and account.on_account_yen > account.ceiling_yen:
        words = _("paid on account %(paid)s, but at most %(most)s may be")
        yield words % {"paid": account.on_account_yen, "most": account.ceiling_yen}


def count() -> int:
    """Return how many cases :func:`faults` reads, for a progress bar."""
    return ProjectYear.objects.count()


def faults(read: Callable[[], None] = lambda: None) -> Iterator[Fault]:
    """Yield all that does not add up: cases by id, then budgets, then the fund.

    :param read: called after every case.
    """
    totals: dict[Key, Counter[str]] = {}
    for year in _years():
        yield from (Fault(str(year.number or year.pk), what) for what in _faults_of_case(year))
        edition = year.proposal.round.edition
        key = (edition.course, edition.fictitious, year.fiscal_year)
        totals.setdefault(key, Counter()).update(part_of(year))
        read()
    yield from _faults_of_budgets(totals)
    yield from _faults_of_transfers()
    yield from _faults_of_fund()


def _years() -> Iterator[ProjectYear]:
    years = with_money(ProjectYear.objects.all()).select_related("proposal__round__edition")
    told = Event.objects.filter(verb__in=(*PAID_BY, *CHARGED_BY, *DECIDED_BY)).order_by("pk")
    related = years.prefetch_related(
        "charge_entries__of", "deadlines__extensions", "payments__of", "payments__claim", "budget_lines", "changes", "claims",
        Prefetch("events", told),
    )  # fmt: skip
    return related.order_by("pk").iterator(chunk_size=CHUNK)


def _faults_of_case(year: ProjectYear) -> Iterator[str]:
    yield from faults_of(_account(year))
    part = part_of(year)
    yield from differences({column: getattr(year, column) for column in COLUMNS}, part)
    lines = year.payments.all()
    if sum(line.signed_yen for line in lines) != part["paid"] - _back(part):
        yield _("a reversal was itself reversed")
    for line in lines:
        if line.of and line.of.amount_yen != line.amount_yen:
            words = _("the reversal of %(of)s says %(amount)s")
            yield words % {"of": line.of.amount_yen, "amount": line.amount_yen}
    held, most = part["paid"] - _back(part), _most_granted(year)
    if held > most:
        words = _("the group holds %(held)s, but at most %(most)s was ever decided")
        yield words % {"held": held, "most": most}
    yield from _faults_of_history(year)
    yield from _faults_of_charges(year)
    yield from _faults_of_claims(year)
    yield from _faults_of_explanations(year)


def _faults_of_history(year: ProjectYear) -> Iterator[str]:
    """Yield where the rows of a project year say another thing than its history."""
    decided: dict[str, int | None] = {"granted": None, "confirmed": None}
    told: dict[int, int] = {}
    for line in year.events.all():
        if line.verb in PAID_BY:
            told[line.facts["payment"]] = line.facts["amount_yen"]
        elif line.verb in DECIDED_BY:
            decided |= DECIDED_BY[line.verb](line.facts)
    for name, by_history in decided.items():
        by_row = getattr(year, f"{name}_yen")
        if by_row != by_history:
            words = _("%(name)s is %(row)s, but %(history)s by the history")
            yield words % {"name": name, "row": _shown(by_row), "history": _shown(by_history)}
    entered = {line.pk: line.amount_yen for line in year.payments.all()}
    for pk in sorted(entered.keys() | told.keys()):
        if entered.get(pk) != told.get(pk):
            row, history = _shown(entered.get(pk)), _shown(told.get(pk))
            words = _("the ledger says %(row)s, the history %(history)s: payment %(pk)s")
            yield words % {"pk": pk, "row": row, "history": history}


def _faults_of_charges(year: ProjectYear) -> Iterator[str]:
    """Yield where the charges differ between rows, SQL, history, and what is reckoned."""
    lines = list(year.charge_entries.all())
    by_rows = {"charges": sum(line.amount_yen for line in standing(year.charge_entries.all()))}
    yield from differences({"charges": year.charges}, by_rows)
    told = [e.facts for e in year.events.all() if e.verb in CHARGED_BY]
    by_history = {facts["charge"]: (facts["which"], facts["amount_yen"]) for facts in told}
    entered = {line.pk: (line.which, line.amount_yen) for line in lines}
    for pk in sorted(entered.keys() | by_history.keys()):
        if entered.get(pk) != by_history.get(pk):
            row, history = (
                _shown((found.get(pk) or (0, None))[1]) for found in (entered, by_history)
            )
            words = _("the charges say %(row)s, the history %(history)s: entry %(pk)s")
            yield words % {"pk": pk, "row": row, "history": history}
    for line in lines:
        if line.of and (line.of.which, line.of.amount_yen) != (line.which, line.amount_yen):
            words = _("the reversal of %(of)s says %(amount)s")
            yield words % {"of": line.of.amount_yen, "amount": line.amount_yen}
    if lines or year.state == "settled":
        yield from _charges_off(year)


def _charges_off(year: ProjectYear) -> Iterator[str]:
    found = owed(year, today=NEVER) if year.balance_yen >= 0 else []
    for one in found:
        taken = one.paid_yen + one.waived_yen
        if taken > one.charge.yen or (year.state == "settled" and one.open_yen):
            words = _("%(taken)s of %(name)s were paid or waived, but it comes to %(yen)s")
            yield words % {"taken": taken, "name": one.which, "yen": one.charge.yen}


def _shown(yen: int | None) -> str:
    return "—" if yen is None else str(yen)


def _faults_of_claims(year: ProjectYear) -> Iterator[str]:
    """Yield what went out otherwise than on one paid claim of the same kind and amount."""
    undone = {line.of_id for line in year.payments.all()}
    went_out = [
        line for line in year.payments.all()
        if line.kind not in (Kind.REPAYMENT, Kind.REVERSAL) and line.pk not in undone
    ]  # fmt: skip
    for line in went_out:
        claim = line.claim
        said = (line.year_id, line.kind, line.amount_yen)
        if claim is None or said != (claim.project_year_id, claim.payment_kind, claim.amount_yen):
            yield _("no claim says the same as payment %(pk)s") % {"pk": line.pk}
    paid = Counter(line.claim_id for line in went_out)
    for claim in year.claims.all():
        wanted = 1 if claim.state == "paid" else 0
        if paid[claim.pk] != wanted:
            words = _("claim %(claim)s stands at %(state)s, but was paid %(times)s times")
            told = {"claim": claim.number or claim.pk, "state": claim.state}
            yield words % {**told, "times": paid[claim.pk]}


def _faults_of_explanations(year: ProjectYear) -> Iterator[str]:
    """Yield which explanation that was kept with a decision does not come to what it says."""
    for kept in (year.reckoning, year.confirmed_reckoning):
        amount = Amount.read(kept)
        if amount and kept and not (amount.adds_up and amount.yen == kept["amount_yen"]):
            words = _("the explanation says %(said)s, but its steps come to %(yen)s")
            yield words % {"said": kept["amount_yen"], "yen": amount.yen}


def differences(by_sql: dict[str, int], by_rows: dict[str, int]) -> Iterator[str]:
    """Yield which sums, in yen, SQL and plain Python over the same rows do not agree on."""
    for name, yen in by_rows.items():
        if by_sql[name] != yen:
            words = _("%(name)s is %(sql)s by SQL, %(rows)s by its rows")
            yield words % {"name": name, "sql": by_sql[name], "rows": yen}


def _account(year: ProjectYear) -> Account:
    lines, undone = year.payments.all(), {line.of_id for line in year.payments.all()}
    advances = (line for line in lines if line.kind in BEFOREHAND and line.pk not in undone)
    return Account(
        state=year.state,
        granted_yen=year.granted_yen,
        confirmed_yen=year.confirmed_yen,
        paid_yen=year.paid,
        returned_yen=year.returned + year.returned_later,
        to_pay_yen=max(year.balance_yen, 0),
        to_return_yen=max(-year.balance_yen, 0),
        on_account_yen=sum(line.amount_yen for line in advances),
        ceiling_yen=ceiling_yen(year, _most_granted(year)),
    )


def _most_granted(year: ProjectYear) -> int:
    """Return the most that was ever granted for the year: a change may have lowered it since."""
    before = (change.granted_before_yen or 0 for change in year.changes.all())
    return max(year.granted_yen or 0, *before, 0)


def part_of(year: ProjectYear) -> dict[str, int]:
    """Return what a project year adds to its budget, by plain Python over its rows.

    :return: the ``COLUMNS`` of :func:`grants.models.program_budget.with_money`, in yen.
    """
    lines = list(year.payments.all())
    undone = {line.of_id for line in lines}
    standing = [line for line in lines if line.of_id is None and line.pk not in undone]
    back = [line for line in standing if line.kind == Kind.REPAYMENT]
    closes = closing_day(year.fiscal_year)
    asked = [b.amount_yen for b in year.budget_lines.all() if b.side == Side.INCOME and b.from_city]
    part = {
        "committed": sum(asked) if year.state in UNDECIDED else 0,
        "decided": year.owed_yen,
        "paid": sum(line.amount_yen for line in standing if line.kind != Kind.REPAYMENT),
        "returned": sum(line.amount_yen for line in back if line.paid_on <= closes),
        "returned_later": sum(line.amount_yen for line in back if line.paid_on > closes),
    }
    return {**part, "bound": max(part["decided"], part["paid"] - part["returned"])}


def _back(part: dict[str, int]) -> int:
    return part["returned"] + part["returned_later"]


def _faults_of_budgets(totals: dict[Key, Counter[str]]) -> Iterator[Fault]:
    """Compare the sums of the program with those of its cases and entries."""
    planned: Counter[Key] = Counter()
    for entry in BudgetEntry.objects.select_related("edition").iterator(chunk_size=CHUNK):
        key = (entry.edition.course, entry.edition.fictitious, entry.fiscal_year)
        planned[key] += entry.amount_yen
    budgets = ProgramBudget.all()
    for key in sorted({*budgets, *totals, *planned}):
        budget, total = budgets.get(key, ProgramBudget()), totals.get(key, Counter())
        by_rows = {"planned": planned[key], **{column: total[column] for column in COLUMNS}}
        by_sql = {name: getattr(budget, f"{name}_yen") or 0 for name in by_rows}
        yield from (Fault(_name(key), what) for what in differences(by_sql, by_rows))
        if budget.bound_yen > by_sql["planned"]:
            words = _("planned %(planned)s, but %(bound)s is decided or with groups")
            told = {"planned": by_sql["planned"], "bound": budget.bound_yen}
            yield Fault(_name(key), words % told)


def _name(key: Key) -> str:
    course, _fictitious, year = key
    return _("Budget %(course)s %(year)s") % {"course": course, "year": year}


def _faults_of_transfers() -> Iterator[Fault]:
    """Find transfers that do not add up to zero within one fiscal year and source."""
    moved = BudgetEntry.objects.filter(kind=BudgetEntry.Kind.TRANSFER)
    for entry in moved.select_related("edition", "taken_from", "given_to").order_by("pk"):
        if not _adds_up(entry):
            key = (entry.edition.course, entry.edition.fictitious, entry.fiscal_year)
            words = _("the transfer of %(amount)s has no counterpart that adds up to zero")
            yield Fault(_name(key), words % {"amount": entry.amount_yen})


def _adds_up(entry: BudgetEntry) -> bool:
    other = entry.taken_from or getattr(entry, "given_to", None)
    if other is None:
        return False
    same = ("fiscal_year", "financed_by", "kind")
    return not entry.amount_yen + other.amount_yen and all(
        getattr(entry, name) == getattr(other, name) for name in same
    )


def _faults_of_fund() -> Iterator[Fault]:
    where = _("Fund")
    undone = FundEntry.objects.filter(of__isnull=False).select_related("of").order_by("pk")
    for entry in undone:
        if entry.of.amount_yen != entry.amount_yen or entry.of.of_id:
            words = _("the reversal of %(of)s says %(amount)s")
            yield Fault(where, words % {"of": entry.of.amount_yen, "amount": entry.amount_yen})
    for fictitious in (False, True):
        for year, words in _differences_of_fund(fictitious=fictitious):
            yield Fault(f"{where} {year}", words)
        lowest = lowest_balance_from(0, fictitious=fictitious)
        if lowest < 0:
            yield Fault(where, _("stood at %(yen)s at the end of a year") % {"yen": lowest})


def _differences_of_fund(*, fictitious: bool) -> Iterator[tuple[int, str]]:
    by_rows: Counter[int] = Counter()
    for entry in FundEntry.objects.filter(fictitious=fictitious).select_related("of__of"):
        by_rows[entry.fiscal_year] += entry.signed_yen
    by_sql = changes_of_fund(fictitious=fictitious)
    for year in sorted(by_rows):
        found = differences({"change": by_sql.get(year, 0)}, {"change": by_rows[year]})
        yield from ((year, words) for words in found)
