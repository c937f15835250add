"""Both sides of a collaboration score it, and neither knows the other's scores before its own stand."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import MemberRole, Role
from casework.desks import waiting_for
from casework.effects import of_move
from casework.errors import NotPossible
from casework.models import Case, Event, Notice
from casework.services import advance
from casework.timeline import timeline
from reporting import line_checks, partner_parts, services
from reporting.models import CollaborationReport, PartnerPart
from reporting.partner_parts import reads_department_scores, reads_part
from reporting.printing import collaboration_sections
from reporting.public_text import text_of
from reporting.versions import content_of_collaboration
from tests import factories
from tests.case_pages import address_of
from tests.factories import NOON, TODAY
from tests.pdf_text import pdf_text
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

VIEW = {"process_score": 5, "outcome_score": 2, "changed": "子どもが川を知った。",
        "corrections": "会の名前が古い。"}  # fmt: skip


@remembered
def asked(*, names=(), **words) -> CollaborationReport:
    """A report whose one registered partner, and each of ``names``, was asked for its view."""
    group = factories.member(factories.organization(name="川を守る会")).organizations.get()
    report = makers.collaboration(**words)
    clerk = makers.department_clerk(report.department)
    rows = [{"name": group.name, "organization": group}, *({"name": name} for name in names)]
    report = services.save_collaboration_report(
        report, fields={"process_score": 4, "outcome_score": 3, **words}, measures=[], partners=rows,
        edit_number=report.edit_number, by=clerk, at=NOON,
    )  # fmt: skip
    partner_parts.ask_partners(report, due_on=None, by=clerk, at=NOON)
    return report


def clerk_of(report):
    return makers.department_clerk(report.department)


def part_of(report, name="川を守る会") -> PartnerPart:
    return PartnerPart.objects.get(report=report, partner__name=name)


def given(part, *, by=None, **said) -> PartnerPart:
    by = by or makers.group_of(part)
    part = partner_parts.save_part(
        part, fields={**VIEW, **said}, edit_number=part.edit_number, by=by, at=NOON
    )
    return advance(part, "give", by=by, at=NOON)


def test_partner_is_asked_once_told_and_owes_it_by_a_day_only_if_one_was_named():
    report = asked(names=["町内会"])
    part = part_of(report)

    assert part.deadlines.get().due_on is None
    assert part_of(report, "町内会").deadlines.count() == 0
    assert Notice.objects.filter(case=part, kind="your_turn").count() == 1
    assert partner_parts.ask_partners(report, due_on=None, by=clerk_of(report), at=NOON) == []

    other = makers.collaboration()
    group = factories.member(factories.organization()).organizations.get()
    services.save_collaboration_report(
        other, fields={}, measures=[], partners=[{"name": "会", "organization": group}],
        edit_number=other.edit_number, by=clerk_of(other), at=NOON,
    )  # fmt: skip
    day = TODAY + timedelta(days=20)
    (new,) = partner_parts.ask_partners(other, due_on=day, by=factories.user(Role.OFFICE), at=NOON)
    assert (new.deadlines.get().due_on, new.deadlines.get().owed_by) == (day, "organization")


def test_group_gives_its_view_and_cannot_change_it_then():
    report = asked()
    part = given(part_of(report))

    assert (part.state, part.process_score, part.outcome_score) == ("given", 5, 2)
    assert part.deadlines.get().met_at == NOON
    with pytest.raises(PermissionDenied):
        partner_parts.save_part(
            part, fields={"process_score": 1}, edit_number=part.edit_number,
            by=makers.group_of(part), at=NOON,
        )  # fmt: skip


def test_view_without_scores_is_not_given():
    part = part_of(asked())

    assert len(part.missing_parts()) == 2
    with pytest.raises(NotPossible):
        advance(part, "give", by=makers.group_of(part), at=NOON)


def test_neither_side_reads_the_others_scores_before_both_have_given_theirs():
    report = asked()
    clerk, group = clerk_of(report), makers.group_of(part_of(report))

    def read() -> tuple[bool, bool]:
        part = part_of(report)
        return reads_part(clerk, part), reads_department_scores(part)

    assert read() == (False, False)
    given(part_of(report))
    assert read() == (False, False)
    partner_parts.fix_scores(report, by=clerk, at=NOON)
    assert read() == (True, True)
    assert reads_part(group, part_of(report))


def test_department_that_fixed_first_is_not_read_before_the_group_has_given():
    report = asked()
    partner_parts.fix_scores(report, by=clerk_of(report), at=NOON)

    assert not reads_part(clerk_of(report), part_of(report))
    assert not reads_department_scores(part_of(report))


def test_sending_the_report_gives_the_departments_scores():
    report = asked()
    given(part_of(report))
    report = advance(report, "submit", by=clerk_of(report), at=NOON)

    assert report.scores_fixed_at == NOON
    assert reads_part(clerk_of(report), part_of(report))
    view = report.versions.get().content["views"][0]
    assert (view["partner"], view["process_score"], view["outcome_score"]) == ("川を守る会", 5, 2)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.APPROVER, Role.AUDITOR])
def test_office_reads_all_at_any_time(role):
    report = asked()
    partner_parts.save_part(
        part_of(report), fields=VIEW, edit_number=0, by=makers.group_of(part_of(report)), at=NOON
    )

    assert reads_part(factories.user(role), part_of(report))


def test_no_page_and_no_paper_tells_the_department_too_early(client):
    report = asked(outcome_comment="担当課の理由")
    part = given(part_of(report), changed="団体だけの秘密")
    client.force_login(clerk_of(report))
    pages = [address_of(report, "views"), address_of(part), address_of(report),
             address_of(report, "content"), address_of(part, "content")]  # fmt: skip
    pages += [reverse("reporting:collaboration-edit", args=[report.pk])]

    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert "団体だけの秘密" not in answer.content.decode(), page
    paper = client.get(reverse("reporting:collaboration-print", args=[report.pk]))
    assert "団体だけの秘密" not in pdf_text(paper.content)
    assert "団体だけの秘密" not in str(list(Event.objects.values_list("facts", flat=True)))

    partner_parts.fix_scores(report, by=clerk_of(report), at=NOON)
    for page in pages[:2]:
        assert "団体だけの秘密" in client.get(page).content.decode(), page


def test_no_page_tells_the_group_too_early(client):
    report = asked(outcome_comment="担当課の理由")
    part = part_of(report)
    client.force_login(makers.group_of(part))
    edit = reverse("reporting:part-edit", args=[part.pk])

    for page in (address_of(part, "content"), edit):
        text = client.get(page).content.decode()
        assert "のべ60人が参加した。" in text
        assert "担当課の理由" not in text, page
    assert client.get(address_of(report)).status_code == 404
    given(part)
    partner_parts.fix_scores(report, by=clerk_of(report), at=NOON)
    assert "担当課の理由" in client.get(address_of(part, "content")).content.decode()


def test_scores_given_for_good_do_not_change_unless_the_office_asks_for_them():
    report = asked()
    clerk, office = clerk_of(report), factories.user(Role.OFFICE)
    report = partner_parts.fix_scores(report, by=clerk, at=NOON)

    def rescore(report):
        return services.save_collaboration_report(
            report, fields={"process_score": 1}, measures=[], edit_number=report.edit_number,
            by=clerk, at=NOON,
        )  # fmt: skip

    with pytest.raises(ValidationError):
        rescore(report)
    with pytest.raises(ValidationError):
        partner_parts.fix_scores(report, by=clerk, at=NOON)
    report = advance(report, "submit", by=clerk, at=NOON)
    report = advance(report, "send_back", by=office, at=NOON, reason="費用")
    with pytest.raises(ValidationError):
        rescore(report)
    report = advance(report, "resubmit", by=clerk, at=NOON)
    line_checks.ask_at(
        report, line_checks.Asked("点をもう一度", field="process_score"), by=office, at=NOON
    )
    report = advance(report, "send_back", by=office, at=NOON, reason="点")
    assert rescore(report).process_score == 1


def test_department_types_in_what_a_partner_without_log_in_says():
    report = asked(names=["町内会"])
    part, clerk = part_of(report, "町内会"), clerk_of(report)

    part = partner_parts.save_part(part, fields=VIEW, edit_number=0, by=clerk, at=NOON)
    part = advance(part, "type_in", by=clerk, at=NOON, said_on=date(2026, 11, 1))

    assert (part.state, part.said_on, part.typed_in_by) == ("given", date(2026, 11, 1), clerk)
    assert reads_part(clerk, part)
    content = content_of_collaboration(report, reader=clerk)
    assert [view["told_on"] for view in content["views"]] == ["2026-11-01"]
    with translation.override("en"):
        page = render_to_string("reporting/_views.html", {"text": text_of(content)})
    assert "町内会 told the department on" in page and "which wrote it down here" in page
    (scores, *_said) = [
        one for one in collaboration_sections(content, []) if "町内会の評価" in one["heading"]
    ]
    assert scores["paragraphs"] == ["町内会が令和8年11月1日に担当課に話し、担当課が書き取った。"]


def test_department_has_to_act_for_a_partner_without_log_in(client):
    report = asked(names=["町内会"])
    part, clerk = part_of(report, "町内会"), clerk_of(report)
    own = part_of(report)
    client.force_login(clerk)
    client.cookies["django_language"] = "en"

    page = client.get(address_of(part)).content.decode()
    assert "write here what it told you" in page and "You need not do anything" not in page
    assert part.stage.holders == ("department",)
    with translation.override("en"):
        assert [step.holder for step in timeline(part)][:1] == ["Department"]
        assert [step.holder for step in timeline(own)][:1] == ["Organization"]
        assert "It then waits for: Department." in " ".join(of_move(part, part.flow["ask_anew"]))
    waiting = waiting_for(clerk.act_on(TODAY), "department")
    assert part.case_ptr in waiting and own.case_ptr not in waiting
    assert part.case_ptr not in Case.objects.held_by("organization")
    assert own.case_ptr in Case.objects.held_by("organization")
    form = client.get(reverse("reporting:part-edit", args=[part.pk])).content.decode()
    assert "Write what the partner told you" in form and "when it has given its own" not in form

    client.force_login(makers.group_of(own))
    form = client.get(reverse("reporting:part-edit", args=[own.pk])).content.decode()
    assert "Say how the collaboration went" in form and "Nobody there logs in" not in form


def test_name_of_a_partner_that_was_asked_is_put_right_in_its_row(client):
    report = asked(names=["えんがわの友"])
    clerk, wrong = clerk_of(report), report.partners.get(name="えんがわの友")
    client.force_login(clerk)
    address = reverse("reporting:collaboration-edit", args=[report.pk])
    page = client.get(address)
    rows = page.context["draft"].partners
    said = {field.html_name: field.value() or "" for form in rows for field in form}
    said = {name: value for name, value in said.items() if not name.endswith("DELETE")}
    (place,) = [name for name, value in said.items() if value == "えんがわの友"]
    assert said[place.replace("name", "partner")] == wrong.pk
    text = {field.html_name: field.value() or "" for field in page.context["draft"].text}
    management = {f"partners-{name}": page.context["draft"].partners.management_form[name].value()
                  for name in ("TOTAL_FORMS", "INITIAL_FORMS")}  # fmt: skip
    others = {
        f"{prefix}-{name}": 0
        for prefix in ("figures", "measures") for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }  # fmt: skip

    answer = client.post(address, text | said | management | others | {place: "えんがわの友の会"})

    assert answer.status_code == 302, answer.context["draft"].partners.errors
    wrong.refresh_from_db()
    assert (wrong.name, wrong.part.partner_id) == ("えんがわの友の会", wrong.pk)
    assert wrong.part.title == f"{report.title}（えんがわの友の会の意見）"
    assert {one.name for one in report.partners.all()} == {"川を守る会", "えんがわの友の会"}


def test_partner_that_was_asked_becomes_no_other_group():
    report = asked(names=["えんがわの友"])
    other = factories.organization(name="別の会", confirmed_at=NOON)
    river, friend = (report.partners.get(name=name) for name in ("川を守る会", "えんがわの友"))

    def saved(*rows):
        services.save_collaboration_report(
            report, fields={}, measures=[], partners=rows, edit_number=report.edit_number,
            by=clerk_of(report), at=NOON,
        )  # fmt: skip

    for rows in (
        ({"partner": river.pk, "name": "別の名"}, {"partner": friend.pk, "name": friend.name}),
        (
            {"partner": river.pk, "name": river.name},
            {"partner": friend.pk, "name": other.name, "organization": other},
        ),
        ({"partner": river.pk, "name": river.name},),
        ({"partner": friend.pk, "name": river.name},),
    ):
        with pytest.raises(ValidationError):
            saved(*rows)
        assert {one.name for one in report.partners.all()} == {river.name, friend.name}


def test_office_keys_in_what_a_registered_partner_hands_in_on_paper(client):
    group = factories.organization(name="かるたの会")
    report = makers.collaboration()
    clerk, office = clerk_of(report), factories.user(Role.OFFICE)
    services.save_collaboration_report(
        report, fields={}, measures=[], partners=[{"name": group.name, "organization": group}],
        edit_number=report.edit_number, by=clerk, at=NOON,
    )  # fmt: skip
    client.cookies["django_language"] = "en"
    client.force_login(clerk)
    page = client.get(reverse("reporting:ask-partners", args=[report.pk])).content.decode()
    assert "nobody there logs in: the office enters" in page and "told by its log-in" not in page
    (part,) = partner_parts.ask_partners(report, due_on=None, by=clerk, at=NOON)

    client.force_login(office)
    assert part.case_ptr in waiting_for(office.act_on(TODAY), "office")
    form = client.get(reverse("reporting:part-edit", args=[part.pk]))
    assert form.status_code == 200 and "Nobody there logs in" in form.content.decode()
    part = partner_parts.save_part(part, fields=VIEW, edit_number=0, by=office, at=NOON)
    part = advance(part, "give", by=office, at=NOON, received_on=TODAY)

    assert (part.state, part.said_on, part.typed_in_by) == ("given", TODAY, None)
    client.force_login(factories.user(Role.APPROVER))
    assert client.get(reverse("reporting:part-edit", args=[part.pk])).status_code == 403


def test_department_is_told_when_the_office_asks_a_partner_without_log_in():
    report = makers.collaboration()
    clerk = clerk_of(report)
    services.save_collaboration_report(
        report, fields={}, measures=[], partners=[{"name": "町内会"}],
        edit_number=report.edit_number, by=clerk, at=NOON,
    )  # fmt: skip
    (part,) = partner_parts.ask_partners(
        report, due_on=None, by=factories.user(Role.OFFICE), at=NOON
    )
    told = Notice.objects.filter(case=part, kind="your_turn").values_list("recipient", flat=True)
    assert clerk.pk in told


def test_department_that_typed_in_once_does_not_read_what_the_group_gives_itself_later():
    group = factories.organization(name="新しい会")
    report = makers.collaboration(outcome_score=3)
    clerk = clerk_of(report)
    report = services.save_collaboration_report(
        report, fields={}, measures=[], partners=[{"name": group.name, "organization": group}],
        edit_number=report.edit_number, by=clerk, at=NOON,
    )  # fmt: skip
    (part,) = partner_parts.ask_partners(report, due_on=None, by=clerk, at=NOON)
    part = partner_parts.save_part(part, fields=VIEW, edit_number=0, by=clerk, at=NOON)
    part = advance(part, "type_in", by=clerk, at=NOON, said_on=TODAY)
    person = factories.member(group)
    part = advance(part, "ask_anew", by=factories.user(Role.OFFICE), at=NOON, reason="点が逆")

    assert (part.said_on, part.typed_in_by) == (None, None)
    assert not reads_part(clerk, part)
    part = given(part_of(report, group.name), by=person, process_score=1)
    assert part.typed_in_by is None
    assert not reads_part(clerk, part)
    partner_parts.fix_scores(report, by=clerk, at=NOON)
    assert reads_part(clerk, part_of(report, group.name))


def test_department_does_not_write_for_a_partner_that_logs_in():
    part = part_of(asked())
    clerk = clerk_of(part)

    with pytest.raises(PermissionDenied):
        partner_parts.save_part(part, fields=VIEW, edit_number=0, by=clerk, at=NOON)
    for verb, facts in (("type_in", {"said_on": TODAY}), ("give", {})):
        with pytest.raises(PermissionDenied):
            advance(part, verb, by=clerk, at=NOON, **facts)


def test_strangers_and_readers_of_the_group_do_not_write():
    part = part_of(asked())
    reader = factories.member(part.organization, role=MemberRole.VIEWER)
    others = [factories.member(factories.organization()), factories.user(Role.OFFICE),
              makers.department_clerk(factories.department()), reader]  # fmt: skip

    for person in others:
        with pytest.raises(PermissionDenied):
            partner_parts.save_part(part, fields=VIEW, edit_number=0, by=person, at=NOON)


def test_partners_are_asked_by_department_or_office_while_the_report_takes_views():
    report = asked()
    for person in (makers.group_of(part_of(report)), factories.user(Role.AUDITOR),
                   makers.department_clerk(factories.department())):  # fmt: skip
        with pytest.raises(PermissionDenied):
            partner_parts.ask_partners(report, due_on=None, by=person, at=NOON)
    with pytest.raises(ValidationError):
        partner_parts.ask_partners(report, due_on=TODAY, by=clerk_of(report), at=NOON)
    accepted = makers.accepted_collaboration()
    with pytest.raises(ValidationError):
        partner_parts.ask_partners(accepted, due_on=None, by=clerk_of(accepted), at=NOON)


def test_accepting_the_report_closes_what_was_not_given():
    report = asked(names=["町内会"])
    given(part_of(report))
    report = advance(report, "submit", by=clerk_of(report), at=NOON)
    advance(report, "accept", by=factories.user(Role.OFFICE), at=NOON)

    assert (part_of(report).state, part_of(report, "町内会").state) == ("given", "closed")


def test_partner_that_was_asked_stays_named():
    report = asked()

    with pytest.raises(ValidationError):
        services.save_collaboration_report(
            report, fields={}, measures=[], partners=[{"name": "別の会"}],
            edit_number=report.edit_number, by=clerk_of(report), at=NOON,
        )  # fmt: skip


@pytest.mark.parametrize(
    "change", [{"name": "川を守り育てる会"}, {"confirmed_at": None}, {"another": True}]
)
def test_partner_keeps_its_way_to_answer_when_its_group_is_not_found_by_name_any_more(
    change, client
):
    group = factories.member(
        factories.organization(name="川を守る会", confirmed_at=NOON)
    ).organizations.get()  # fmt: skip
    report = makers.collaboration()
    client.force_login(clerk_of(report))
    edit = reverse("reporting:collaboration-edit", args=[report.pk])

    def save():
        report.refresh_from_db()
        posted = {**page_of(report), "partners-0-name": "川を守る会"}
        assert client.post(edit, posted).status_code == 302

    save()
    assert report.partners.get().organization == group
    if change.pop("another", False):
        factories.organization(name="川を守る会", confirmed_at=NOON)
    type(group).objects.filter(pk=group.pk).update(**change)
    save()
    (part,) = partner_parts.ask_partners(report, due_on=None, by=clerk_of(report), at=NOON)

    assert part.organization == group
    assert Notice.objects.filter(case=part, kind="your_turn").exists()


def page_of(report) -> dict:
    """What the page of a report posts, with one row in each table."""
    names = ("partners", "figures", "measures")
    tables = {f"{name}-TOTAL_FORMS": 1 for name in names}
    tables |= {f"{name}-INITIAL_FORMS": 0 for name in names}
    return {"title": report.title, "edit_number": report.edit_number, "then": "case", **tables}


def test_wishes_for_corrections_are_not_public():
    report = asked()
    given(part_of(report))

    assert "会の名前が古い。" in str(content_of_collaboration(report))
    public = str(content_of_collaboration(report, public=True))
    assert "会の名前が古い。" not in public
    assert "子どもが川を知った。" in public


def test_office_asks_anew_and_the_partner_changes_what_it_gave():
    report = asked()
    part = given(part_of(report))
    part = advance(part, "ask_anew", by=factories.user(Role.OFFICE), at=NOON, reason="点が逆")

    part = given(part, outcome_score=4)

    assert part.outcome_score == 4


def test_group_writes_and_gives_on_its_pages(client):
    part = part_of(asked())
    client.force_login(makers.group_of(part))
    edit = reverse("reporting:part-edit", args=[part.pk])
    assert "想定どおり" in client.get(edit).content.decode()

    answer = client.post(edit, {"edit_number": 0, "process_score": "3", "outcome_score": "4",
                                "changed": "変わった。", "then": "case"})  # fmt: skip
    assert answer.status_code == 302
    answer = client.post(reverse("casework:move", args=[part.pk, "give"]))
    assert answer.status_code == 302
    part = part_of(part.report)
    assert (part.state, part.answers_by_code) == ("given", {"changed": "変わった。"})
    assert client.get(edit).status_code == 403


def test_prefilled_report_names_the_group_of_the_project():
    year = makers.granted_year("collaboration")
    makers.sent_report(year)
    report = CollaborationReport.objects.get(project_year=year)

    assert [p.organization for p in report.partners.all()] == [year.organization]
    assert [str(figure) for figure in report.figures.all()] == ["参加者: 120人"]


@pytest.mark.parametrize("part", ["", "content", "views"])
def test_page_of_a_report_asks_no_more_with_three_partners_than_with_one(client, part):
    """Twelve queries at most, as for every page of a case; also for the office."""
    counts = {}
    for names in ((), ("町内会", "学校")):
        report = asked(names=names)
        given(part_of(report))
        for person in (clerk_of(report), factories.user(Role.OFFICE)):
            client.force_login(person)
            client.get(address_of(report, part))
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address_of(report, part)).status_code == 200
            counts.setdefault(len(queries), []).append(names)
    assert max(counts) <= 12, counts
