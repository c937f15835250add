"""The rehearsed year reaches every fate it promises, and everything in it adds up."""

from collections import Counter

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.models import Organization
from casework import verification
from casework.models import Letter, Notice, Reminder
from grants.models import CourseEdition, Payment, ProjectYear, Proposal
from reporting.models import CollaborationReport
from tests import factories

pytestmark = pytest.mark.django_db

#: title → where its proposal, and the first year of its project, end.
FATES = {
    "駅前つばめ広場のひらき方": ("ready", "settled"),
    "谷戸の道しるべ": ("ineligible", None),
    "あじさいおはなし会": ("ready", "settled"),
    "みんなのしらす食堂": ("lapsed", None),
    "くもの糸サロン開店": ("declined", None),
    "はまべ一斉清掃": ("ready", "settled"),
    "なみおと青空コンサート": ("lapsed", None),
    "里山たんけん学校": ("ready", "settled"),
    "こども新聞と市の掲示板": ("unmatched", None),
    "多言語みちしるべ": ("renounced", None),
    "えんがわ出張相談": ("ready", "granted"),
    "こども新聞 市役所たんけん": ("withdrawn", None),
    "自転車みちの安全地図": ("fallen_through", None),
    "ほたるの川 再生": ("ready", "settled"),
    "まちかど祭りの復活": ("ready", "settled"),
    "たきぎ能こども教室": ("ready", "granted"),
    "手づくり花火の夕べ": ("declined", None),
}


@pytest.fixture
def played(db):
    call_command("load_reference", verbosity=0)
    call_command("rehearse", "--whole", "--fiscal-year", "2025")


def test_rehearsal_plays_a_whole_year_through_every_fate(played):
    ends = {
        proposal.title: (proposal.state, _first_year(proposal))
        for proposal in Proposal.objects.all()
    }

    assert ends == FATES
    assert Organization.objects.filter(fictitious=True).count() == 16
    assert not Organization.objects.filter(fictitious=False).exists()
    assert list(verification.faults()) == []
    _assert_money_adds_up()
    _assert_repayment_discontinuation_and_revocation()
    _assert_nothing_left_by_mail()
    assert CollaborationReport.objects.published().count() == 1
    three = ProjectYear.objects.filter(proposal__title="里山たんけん学校").order_by("position")
    assert [year.fiscal_year for year in three] == [2025, 2026, 2027]


def _first_year(proposal: Proposal) -> str | None:
    year = proposal.project_years.order_by("position").first()
    return year and year.state


def _assert_money_adds_up():
    """Every settled year: what was confirmed is what was paid, less what came back."""
    for year in ProjectYear.objects.filter(state="settled"):
        paid = dict.fromkeys(Payment.Kind.values, 0)
        for payment in Payment.objects.filter(year=year):
            paid[payment.kind] += payment.amount_yen
        assert paid["advance"] + paid["balance"] - paid["repayment"] == year.confirmed_yen
        assert year.confirmed_yen <= year.granted_yen


def _assert_repayment_discontinuation_and_revocation():
    verbs = Counter(
        verb
        for year in ProjectYear.objects.all()
        for verb in year.events.values_list("verb", flat=True)
    )
    assert verbs["discontinue"] == verbs["revoke"] == 1
    assert Payment.objects.filter(kind=Payment.Kind.REPAYMENT).count() == 3
    late = Reminder.objects.filter(deadline__kind="report", rung__lt=0, outcome="sent")
    assert late.values("deadline").distinct().count() == 1


def _assert_nothing_left_by_mail():
    assert mail.outbox == []
    assert set(Notice.objects.values_list("channel", "state")) == {("mailbox", "sent")}
    assert (
        Letter.objects.count() == Letter.objects.values("fiscal_year", "number").distinct().count()
    )


def test_rehearsal_of_today_leaves_an_open_call_of_each_course():
    call_command("rehearse", "--fiscal-year", "2026")

    courses = CourseEdition.objects.filter(rounds__name__endswith="体験用の募集")
    assert {edition.course for edition in courses} == {
        "startup", "collaboration", "revitalization"
    }  # fmt: skip


def test_rehearsal_refuses_a_database_with_people():
    factories.user()
    with pytest.raises(CommandError, match="empty database"):
        call_command("rehearse")
