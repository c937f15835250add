"""The whole rehearsal: every fate and every verb is played, it adds up, and nothing leaves by mail."""

from collections import Counter
from datetime import date

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.test import override_settings

from accounts.models import Change, Duty, Organization, Role, SetupLink, User
from casework import clock, delivery, derivation, outbox, verification
from casework.models import Case, Event, Extension, Letter, Notice, Reminder
from casework.models.case import KINDS
from casework.timekeeping import STANDS_STILL
from config.rehearsal import cast
from grants import agreements, eligibility
from grants.advances import advance_yen, awaits_advance
from grants.models import Payment, ProjectYear, Proposal
from reporting.models import CollaborationReport
from reviews.models import Conflict
from tests import factories
from tests.casework import smtp_server
from tests.config.money import adds_up
from tests.factories import NOON

#: The year takes minutes to play; of the short form see test_rehearse, and the world of the doors.
pytestmark = [pytest.mark.long, pytest.mark.django_db]

#: A year that has not begun: the rules and the calendar know of it, the groups are as young in it.
YEAR = 2028

#: title → where its proposal, and each year of its project, end.
FATES = {
    "駅前つばめ広場のひらき方": ("ready", "settled"),
    "谷戸の道しるべ": ("ineligible",),
    "あじさいおはなし会": ("ready", "settled"),
    "みんなのしらす食堂": ("lapsed",),
    "くもの糸サロン開店": ("declined",),
    "はまべ一斉清掃": ("ready", "settled"),
    "なみおと青空コンサート": ("lapsed",),
    "ふるさとかるた再発見": ("ready", "settled"),
    "星空かんさつ入門": ("rescinded",),
    "手紙でつながる午後": ("ready", "refused"),
    "里山たんけん学校": ("ready", "settled", "granted", "expected"),
    "こども新聞と市の掲示板": ("unmatched",),
    "多言語みちしるべ": ("renounced",),
    "空き地であそぼう": ("ready", "settled", "not_funded", "not_continued"),
    "えんがわ出張相談": ("ready", "granted"),
    "こども新聞 市役所たんけん": ("withdrawn",),
    "自転車みちの安全地図": ("fallen_through",),
    "ほたるの川 再生": ("ready", "settled"),
    "まちかど祭りの復活": ("ready", "settled"),
    "屋台がつなぐ通り": ("ready", "granted"),
    "朝市をもういちど": ("ready", "withdrawn"),
    "たきぎ能こども教室": ("ready", "granted"),
    "手づくり花火の夕べ": ("declined",),
}

#: kind → verbs that no story makes, and why.
NOT_PLAYED = {
    # A draft that comes back is a matter between two desks; every other draft is approved.
    "approval": {"send_back", "redraft", "drop"},
    # Nothing of a year that was just played is past its retention period.
    "destruction": {"destroy", "drop"},
    # One proposal is given more time; for other kinds of cases it is the same move.
    "project_year": {"extend"},
    # No decision of a selection turns out to be wrong, and no member scores on paper.
    "proposal": {"reconsider"},
    "score_sheet": {"extend", "enter_from_paper", "recount"},
    "collaboration_report": {"extend"},
    # Each change of the year is noted or approved as it was asked for.
    "change": {"send_back", "resubmit", "refuse", "withdraw", "drop"},
    # The one interim report that is asked for comes, and is asked to say more.
    "interim_report": {"waive", "drop", "extend"},
    # Every claim of the year is right at once, and paid; one for an advance is not left over.
    "claim": {"resubmit", "send_back", "drop", "withdraw", "reopen"},
}


@pytest.fixture(scope="module")
def posted(django_db_setup, django_db_blocker):
    """Play the whole year once for this module, beside a real mail server; give what it got."""
    with smtp_server.running() as server, django_db_blocker.unblock(), transaction.atomic():
        host, port = server.server_address
        with override_settings(
            DEMO=True,
            EMAIL_URL_SET=True,
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST=host,
            EMAIL_PORT=port,
        ):
            call_command("rehearse", "--fiscal-year", str(YEAR))
            yield server.received
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def played(posted, db):
    """Every test of this module stands after the last day of the rehearsal."""


def test_rehearsal_plays_a_whole_year_through_every_fate():
    ends = {
        proposal.title: (proposal.state, *_years(proposal)) for proposal in Proposal.objects.all()
    }

    assert ends == FATES
    assert Organization.objects.filter(fictitious=True).count() == 24
    assert not Organization.objects.filter(fictitious=False).exists()
    assert list(verification.faults()) == []
    sums = adds_up()
    assert sums["paid"] > sums["returned"] > 0


def _years(proposal: Proposal) -> list[str]:
    return [year.state for year in proposal.project_years.order_by("position")]


@pytest.mark.parametrize("kind", KINDS)
def test_rehearsal_makes_every_move_of_the_tables(kind):
    made = set(Event.objects.filter(case__kind=kind).values_list("verb", flat=True))

    assert KINDS[kind].flow.keys() - made == NOT_PLAYED.get(kind, set())


def test_every_settled_year_was_paid_what_was_confirmed():
    settled = ProjectYear.objects.filter(state="settled")
    assert settled.count() == 8
    for year in settled:
        paid = dict.fromkeys(Payment.Kind.values, 0)
        for payment in Payment.objects.filter(year=year):
            paid[payment.kind] += payment.amount_yen
        assert paid["advance"] + paid["balance"] - paid["repayment"] == year.confirmed_yen
        assert year.confirmed_yen <= year.granted_yen
    assert Payment.objects.filter(kind=Payment.Kind.REPAYMENT).count() == 3


def test_every_group_came_in_and_was_confirmed_by_the_services():
    """Who signs up, who is keyed in from paper, and who is invited leave the record people leave."""
    done = {group.name: [] for group in Organization.objects.all()}
    came = Change.objects.exclude(
        what__startswith="bank_account"
    )  # what groups enter for their claims
    for change in came.exclude(organization=None).order_by("pk"):
        done[change.organization.name].append((change.what, change.by.email.partition("@")[0]))
    came_in = {
        told.name: _came_in("office" if short in cast.ON_PAPER else short)
        for short, told in cast.GROUPS.items()
    }
    came_in[cast.GROUPS[cast.INVITES].name] += [
        ("invited", cast.INVITES), ("joined", f"{cast.INVITES}2")
    ]  # fmt: skip

    assert done == came_in
    assert not Organization.objects.filter(confirmed_at=None).exists()


def _came_in(who: str) -> list[tuple[str, str]]:
    """What is done to a group by whom until it may propose: its member signs up, or a clerk keys in."""
    entered = ["registered", "edited", *["officer_added"] * 3]
    return [*((what, who) for what in entered), ("confirmed", "office")]


def test_every_duty_was_given_by_the_first_administrator():
    (first,) = Change.objects.filter(what="first_administrator")
    duties = Duty.objects.exclude(role=Role.SYSTEM).exclude(user=first.user)
    given = Change.objects.filter(what="duty_granted", by=first.user)

    assert {change.facts["duty"] for change in given} == {duty.pk for duty in duties}
    added = Change.objects.filter(what="person_added", by=first.user)
    assert {change.user_id for change in added} == {duty.user_id for duty in duties}
    assert first.user == User.objects.earliest("date_joined")
    assert SetupLink.objects.get().used_at == first.at


def test_everybody_of_the_cast_is_invented_and_can_log_in():
    people = User.objects.filter(is_active=True)

    assert people.count() == 13 + len(cast.GROUPS) - len(cast.ON_PAPER) + 1
    for person in people:
        assert person.fictitious and person.check_password(cast.PASSWORD), person.email
        assert person.emailaddress_set.get().verified, person.email


def test_stories_pay_the_advances_and_sign_the_agreements_that_the_rules_provide_for():
    advances = Payment.objects.filter(kind=Payment.Kind.ADVANCE)
    assert {payment.pk: payment.amount_yen for payment in advances} == {
        payment.pk: advance_yen(payment.year) for payment in advances
    }
    assert {p.year.rules.number("advance_percent") for p in advances} == {50, 80, 100}
    assert not any(map(awaits_advance, ProjectYear.objects.all()))
    signed = [y for y in ProjectYear.objects.exclude(granted_yen=None) if agreements.parties_of(y)]
    assert signed
    assert [agreements.unsigned(year) for year in signed] == [[]] * len(signed)
    kinds = set(Payment.objects.filter(year__state="settled").values_list("kind", flat=True))
    assert kinds == {"advance", "balance", "repayment"}


def test_three_year_project_is_under_way_in_its_second_year_and_waits_for_its_third():
    years = ProjectYear.objects.filter(proposal__title="里山たんけん学校").order_by("position")
    _first, second, third = years

    assert (second.state, second.balance_yen) == ("granted", 0)
    assert [year.fiscal_year for year in years] == [YEAR, YEAR + 1, YEAR + 3]
    assert third.state == "expected"


def test_paper_of_a_group_without_a_log_in_counts_from_the_day_it_came_in():
    proposal = Proposal.objects.get(title="ふるさとかるた再発見")

    assert not proposal.organization.membership_set.exists()
    assert proposal.received_on == date(YEAR, 5, 8)
    assert proposal.deadlines.get(kind="call").met_on == proposal.received_on
    sent = Notice.objects.filter(channel="post", case__organization=proposal.organization)
    became = set(sent.values_list("state", "withdrawn_because"))
    assert became == {("mailed", ""), ("withdrawn", "done")}  # what was done in time needs no stamp


def test_conflicts_slip_and_extension_stand_in_the_history():
    standing = Conflict.objects.standing()
    assert sorted(c.declared_by_self for c in standing) == [False, True]
    assert Conflict.objects.exclude(lifted_at=None).count() == 1
    slip = Event.objects.get(verb="take_back")
    assert (slip.case.title, slip.source) == ("みんなのしらす食堂", "accepted")
    (extension,) = Extension.objects.all()
    assert extension.deadline.due_on < extension.at.date() < extension.until
    assert not extension.deadline.is_late(extension.deadline.met_at)
    assert (extension.approval.state, extension.by) == ("approved", extension.approval.decided_by)
    letter = extension.deadline.case.letters.get(kind="extended")
    assert any("過ぎた後" in words for words in letter.data["paragraphs"])


def test_clock_until_the_decision_stood_still_for_every_supplement():
    supplemented = Proposal.objects.filter(events__verb="resubmit").distinct()
    assert supplemented
    for proposal in supplemented:
        rows = proposal.deadlines.filter(kind="processing").order_by("pk")
        stopped, running = rows[0], rows[1]
        assert stopped.closed_because == STANDS_STILL
        assert running.due_on >= stopped.due_on and "算入しない" in str(
            derivation.in_words(derivation.Due.from_json(running.derivation), "ja")
        )


def test_late_report_is_reminded_of():
    late = Reminder.objects.filter(deadline__kind="report", rung__lt=0, outcome="sent")
    assert set(late.values_list("deadline__case__title", flat=True)) == {"あじさいおはなし会"}


def test_departments_publish_what_they_did_with_and_without_a_project():
    published = CollaborationReport.objects.published()
    assert set(published.values_list("title", flat=True)) == {
        "里山たんけん学校", "空き地であそぼう", "こどもの居場所づくり勉強会"
    }  # fmt: skip
    assert published.get(project_year=None).publications.count() == 2


def test_groups_are_as_young_in_every_year_as_their_stories_say():
    checked = Proposal.objects.filter(round__edition__course="startup").order_by("pk")
    too_old = {
        proposal.title
        for proposal in checked
        if any(
            (answer.code, answer.outcome) == ("max_age_years", "fails")
            for answer in eligibility.checks(proposal, on=date(YEAR, 5, 20))
        )
    }
    assert too_old == {"谷戸の道しるべ"}


def test_demo_clock_stands_at_the_end_of_a_year_that_lies_ahead():
    assert clock.today() == date(YEAR + 1, 5, 31)


def test_letters_bear_numbers_of_their_own():
    numbers = Counter(Letter.objects.values_list("fiscal_year", "number"))
    assert numbers and set(numbers.values()) == {1}


def test_nothing_leaves_by_mail_although_a_mail_server_is_set(posted):
    assert settings.EMAIL_URL_SET
    assert Notice.objects.filter(state="sent").count() > 400
    assert not Notice.objects.filter(channel="email").exists()
    assert not Notice.objects.filter(sent_at__lt=F("posted_at")).exists()
    assert posted == []

    # The same server takes what goes to a real person, so the silence above says something.
    real, case = factories.user(), Case.objects.filter(kind="proposal").first()
    notice = outbox.post("case_moved", to=real, case=case, at=NOON, key="real")
    assert delivery.deliver(notice.pk, at=NOON)
    assert [message["To"] for message in posted] == [real.email]
