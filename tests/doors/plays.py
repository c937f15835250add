"""What the rehearsed year does not have on its last day, played on through the same services.

One group, the doors' member's, has a proposal or a year at every point where somebody acts.
"""

from datetime import datetime, timedelta

from accounts.models import Department, Organization, User
from accounts.services import change_representative
from casework import approvals, by_post
from casework.calendar import last_day
from casework.services import advance
from config.rehearsal import scenes
from config.rehearsal.cast import DOMAIN
from config.rehearsal.stage import Stage
from grants import accounting, agreements
from grants import services as grants
from grants.models import LINE_FIELDS, ProjectYear, Proposal, Round
from guideline.models import Measure
from reporting import interim, partner_parts, tablings
from reporting import services as reporting
from reporting.models import Booklet, CollaborationReport
from reviews import services as reviews
from reviews.models import PossibleConflict, ScoreSheet

#: Name of a thing in the table of doors → title of the proposal that it is, or belongs to.
TITLES = {
    "draft": "書きかけの居場所",
    "keyed": "紙で届いた花壇",
    "returned": "補正を待つ音楽会",
    "submitted": "届いたばかりの体操",
    "checked": "受理された将棋の会",
    "in_selection": "選考中の子ども食堂",
    "selected": "採択された朝市",
    "planned": "これから申請する図書室",
    "applied": "申請された年度の工作室",
    "year": "交付決定を受けた見守り",
    "reported": "実績報告が届いた菜園",
    "confirmed": "額が確定した読み聞かせ",
}
#: A proposal that came on paper from a group that nobody logs in for.
FILED_PAPER = "紙で受け付けた花壇"
#: Why the office says that a requirement counts as met.
WHY = "扉の確認のため。"
#: Those that have a project year by now; the name is the year's.
YEARS = ("planned", "applied", "year", "reported", "confirmed")
#: How far each goes, one after the other.
ROAD = tuple(TITLES)


def person(name: str) -> User:
    return User.objects.get(email=f"{name}{DOMAIN}")


class People:
    """Who acts; the scenes of the rehearsal take it for its cast."""

    def __init__(self):
        self.office, self.approver = person("office"), person("approver")
        self.department, self.writer = person("department"), person("department2")
        self.group, self.accounting = person("engawa"), person("accounting")


class Play:
    """A few days before the doors are knocked at, in one open call.

    :param now: the moment at which the world stands still.
    """

    def __init__(self, now: datetime):
        self.cast = People()
        self.stage = Stage(now.year, until=now)  # the fiscal year bears the number of its April
        self.group = self.cast.group
        self.measures = list(Measure.objects.order_by("pk")[:1])
        open_calls = Round.objects.filter(name__contains="体験用")
        self.call = open_calls.get(edition__course="startup")

    def all(self) -> None:
        self.proposals()
        self.decide()
        self.years()
        self.conflict()
        self.terms()
        self.agreement()
        self.collaboration()
        self.representative()

    def proposals(self) -> None:
        """Everybody writes; what goes on is submitted, accepted and referred."""
        for name in ROAD:
            if name == "keyed":
                self.on_paper()
                continue
            proposal = self.write(TITLES[name])
            if name == "draft":
                grants.share_with_coordinators(proposal, by=self.group, at=self.stage.at)
            else:
                proposal = advance(proposal, "submit", by=self.group, at=self.stage.at)
            if name == "returned":
                self.office(proposal, "send_back", reason="見積書を添えてください。")
            if name == "checked":
                self.accept(proposal)
            if ROAD.index(name) > ROAD.index("in_selection"):
                self.office(self.accept(proposal), "refer")

    def write(self, title: str) -> Proposal:
        return scenes.write_proposal(
            self.stage, self.call, self.group, title=title, yen=50_000, years=1,
            measures=self.measures,
        )  # fmt: skip

    def office(self, case, verb: str, **facts):
        return advance(case, verb, by=self.cast.office, at=self.stage.at, **facts)

    def accept(self, proposal: Proposal) -> Proposal:
        """Accept; the group of the doors is too old for the course, and has been adopted often."""
        return scenes.accept(self.stage, proposal, self.cast.office, override=WHY)

    def on_paper(self) -> None:
        """One paper waits to be keyed in; another is filed, and what the group is told is printed."""
        self.key_in(TITLES["keyed"], group="紙とえんぴつの会")
        filed = self.key_in(FILED_PAPER, group="花壇の会")
        Organization.objects.filter(name="花壇の会").update(address="架空市架空町9-9")
        filed = grants.save_draft(
            filed,
            fields={"purpose": "目的", "content": "内容", "schedule": "予定", "effect": "効果"},
            lines=[
                scenes.line("income", "市の補助", 40_000, from_city=True),
                scenes.line("expenditure", "印刷", 40_000, category="printing"),
            ],
            measures=[{"measure": self.measures[0], "how": "花を植える"}],
            edit_number=filed.edit_number, by=self.cast.office, at=self.stage.at,
        )  # fmt: skip
        filed = grants.pledge(filed, name="花壇 花", by=self.cast.office, at=self.stage.at)
        filed = self.office(self.office(filed, "file_paper"), "send_back", reason="写真を1枚。")
        by_post.print_batch(filed.notices.by_post(), by=self.cast.office, at=self.stage.at)

    def key_in(self, title: str, *, group: str) -> Proposal:
        return grants.start_paper(
            self.call, organization=None, new_organization=group, title=title,
            received_on=self.stage.today, by=self.cast.office, at=self.stage.at,
        )  # fmt: skip

    def decide(self) -> None:
        """Score and select what was referred; what is still in selection comes after."""
        scenes.score(self.stage, self.call, {}, otherwise=8)
        scenes.decide_round(self.stage, self.call, {}, self.cast)
        for name in ROAD[ROAD.index("planned") :]:
            self.office(Proposal.objects.get(title=TITLES[name]), "prepare")
        waiting = Proposal.objects.get(title=TITLES["in_selection"])
        self.office(self.accept(waiting), "refer")

    def years(self) -> None:
        """Apply for four years; one waits for its decision, one runs, one reported, one is owed."""
        years = {name: self.apply(self.year(name)) for name in YEARS[1:]}
        waiting = years.pop("applied")
        wish = approvals.Wish(waiting, "grant", self.granted(waiting), waiting.requested_yen)
        approvals.draft("交付決定の起案", [wish], by=self.cast.office, at=self.stage.at)
        for name, year in years.items():
            years[name] = scenes.decide(
                self.stage, year, "grant", self.cast, amount_yen=year.requested_yen,
                **self.granted(year),
            )  # fmt: skip
        for name in ("reported", "confirmed"):
            self.report(years[name])
        confirmed = scenes.confirm(self.stage, years["confirmed"], self.cast)
        self.claims(years["year"], confirmed)

    def claims(self, running: ProjectYear, confirmed: ProjectYear) -> None:
        """The group writes a claim of the advance, and an interim report; a balance waits to be paid."""
        scenes.ask_for_a_change(self.stage, running, self.group, reason="増", content="別の内容")
        interim.ask_for_interim(
            running, due_on=self.stage.today + timedelta(days=20), asks="人数",
            by=self.cast.office, at=self.stage.at,
        )  # fmt: skip
        grants.start_claim(running, kind="advance", by=self.group, at=self.stage.at)
        balance = confirmed.balance_yen
        claim = scenes.claim(self.stage, confirmed, self.cast, "balance", balance)
        scenes.accept_claim(self.stage, claim, self.cast)
        columns = [{"header": "金額", "content": "amount_yen", "fixed_text": ""}]
        accounting.save_columns(columns, by=self.cast.accounting, at=self.stage.at)

    def year(self, name: str) -> ProjectYear:
        return ProjectYear.objects.get(proposal__title=TITLES[name])

    def granted(self, year: ProjectYear) -> dict:
        return {"granted_yen": year.requested_yen}

    def report(self, year: ProjectYear) -> None:
        """The project ended early, so that its report is there today."""
        year = scenes.decide(
            self.stage,
            year,
            "discontinue",
            self.cast,
            ended_on=self.stage.today,
            reason="会場の都合。",
        )
        scenes.write_report(self.stage, year, self.group, completed_on=self.stage.today, spent=0)

    def apply(self, year: ProjectYear) -> ProjectYear:
        """Apply for a year that begins today, so that it may also end today."""
        days = {"starts_on": self.stage.today, "ends_on": last_day(year.fiscal_year)}
        lines = list(year.budget_lines.values(*LINE_FIELDS))
        year = grants.save_year(
            year, fields=days, lines=lines, edit_number=year.edit_number, by=self.group,
            at=self.stage.at,
        )  # fmt: skip
        year = advance(year, "apply", by=self.group, at=self.stage.at)
        scenes.answer_rules(self.stage, year.proposal, self.cast.office, override=WHY)
        return year

    def conflict(self) -> None:
        sheet = ScoreSheet.objects.filter(
            proposal__title=TITLES["in_selection"], seat__user=person("panel2")
        ).get()
        reviews.declare_conflict(
            seat=sheet.seat, proposal=sheet.proposal, kind="other", by=self.cast.office,
            at=self.stage.at,
        )  # fmt: skip
        officer = self.group.organizations.get().officer_set.earliest("pk")
        PossibleConflict.objects.create(
            seat=sheet.seat, proposal=Proposal.objects.get(title=TITLES["planned"]),
            grounds=[["officer", officer.pk]], found_at=self.stage.at,
        )  # fmt: skip

    def terms(self) -> None:
        """The department proposes terms; neither side has accepted them."""
        grants.propose_terms(
            Proposal.objects.get(state="coordinating", organization=self.group.organizations.get()),
            organization_role="企画と運営", department_role="会場の提供", cost_share="市と団体が負担する。",
            by=self.cast.department, at=self.stage.at,
        )  # fmt: skip

    def agreement(self) -> None:
        """All signed a yearly agreement; the group's was a slip, and it is to sign anew."""
        year = ProjectYear.objects.get(proposal__title="里山たんけん学校", position=1)
        at, office = self.stage.at, self.cast.office
        for party in agreements.unsigned(year):
            agreements.sign_agreement(
                year, party=party, name="署名 太郎", signed_on=self.stage.today, by=office, at=at
            )
        slip = agreements.signatures_of(year)["organization"]
        agreements.strike_signature(slip, reason="別の年度のものでした。", by=office, at=at)

    def collaboration(self) -> None:
        """One department is asked for a report; another publishes one, and has one accepted.

        That one is made a real department: without DEMO the public reads nothing invented.
        """
        asked = Department.objects.filter(pk=scenes.department_of(self.cast.department))
        reporting.request_collaboration_reports(
            fiscal_year=self.stage.fiscal_year, due_on=self.stage.today + timedelta(days=60),
            among=asked, by=self.cast.office, at=self.stage.at,
        )  # fmt: skip
        writer = self.cast.writer
        department = Department.objects.get(pk=scenes.department_of(writer))
        tabled = []
        for title, goes_on in (
            ("公開された協働", True), ("受理された協働", False), ("報告された協働", False),
        ):  # fmt: skip
            report = reporting.open_collaboration_report(
                department, fiscal_year=self.stage.fiscal_year - 1, title=title, by=writer,
                at=self.stage.at,
            )  # fmt: skip
            report = self.written(report, writer)
            report = advance(report, "submit", by=writer, at=self.stage.at)
            report = self.office(report, "accept")
            if goes_on:
                scenes.publish(self.stage, report, self.cast)
            tabled = [report]
        self.tabled(tabled)
        self.issues(asked.get(), department)
        department.fictitious = False
        department.save(update_fields=["fictitious"])
        self.asks_its_partner()

    def tabled(self, reports: list[CollaborationReport]) -> None:
        """The committee received one report, and its booklet is made."""
        found = tablings.table_reports(
            reports, fiscal_year=self.stage.fiscal_year - 1, tabled_on=self.stage.today,
            comments_until=None, by=self.cast.office, at=self.stage.at,
        )  # fmt: skip
        Booklet.objects.create(tabling=found, pdf=b"%PDF-1.4", docx=b"PK")

    def asks_its_partner(self) -> None:
        """A department writes a report and asks the group for its view."""
        clerk, at = self.cast.department, self.stage.at
        department = Department.objects.get(pk=scenes.department_of(clerk))
        report = reporting.open_collaboration_report(
            department,
            fiscal_year=self.stage.fiscal_year - 1,
            title="団体にきく協働",
            by=clerk,
            at=at,
        )
        group = self.group.organizations.get()
        report = reporting.save_collaboration_report(
            report, fields={}, measures=[], edit_number=report.edit_number, by=clerk, at=at,
            partners=[{"name": group.name, "organization": group}],
        )  # fmt: skip
        partner_parts.ask_partners(report, due_on=None, by=clerk, at=at)

    def issues(self, writing: Department, published: Department) -> None:
        """One department writes a city issue, another has one public."""
        year, at = self.stage.fiscal_year, self.stage.at
        grants.open_issue(
            writing, fiscal_year=year, title="書いている課題", by=self.cast.department, at=at
        )
        writer = self.cast.writer
        issue = grants.open_issue(
            published, fiscal_year=year, title="公開された課題", by=writer, at=at
        )
        words = {"problem": "困りごと", "offers": "場所", "seeks": "団体"}
        issue = grants.save_issue(
            issue, fields=words, edit_number=issue.edit_number, by=writer, at=at
        )
        issue = advance(issue, "send", by=writer, at=at)
        self.office(issue, "publish")

    def representative(self) -> None:
        """The group tells that another represents it; the office has not noted it."""
        change_representative(
            self.group.organizations.get(), name="代わりの 代表", post="会長",
            valid_from=self.stage.today, by=self.group, at=self.stage.at,
        )  # fmt: skip

    def written(self, report: CollaborationReport, writer: User) -> CollaborationReport:
        return reporting.save_collaboration_report(
            report,
            fields={
                "partner_names": "架空の会", "form": "cost_share", "purpose": "目的",
                "content": "内容", "city_role": "広報", "partner_role": "運営",
                "cost_yen": 100_000, "cost_borne_by": "市と団体", "results": "成果",
                "process_score": 4, "outcome_score": 4,
            },
            measures=[{"measure_id": self.measures[0].pk, "how": "活動を通じて"}],
            edit_number=report.edit_number, by=writer, at=self.stage.at,
        )  # fmt: skip
