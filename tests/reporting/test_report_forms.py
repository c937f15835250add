"""The form of the departments' reports is data: frozen by its first report, copied for a new year."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import Role
from casework.services import advance
from reporting import report_form_data, report_forms, services
from reporting.models import FormQuestion, ReportForm
from reporting.versions import content_of_collaboration
from tests import factories
from tests.factories import NOON
from tests.reporting import makers
from tests.windows import window, window_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped() -> ReportForm:
    return report_form_data.form_of(2026)


def copied(form, year=2027):
    return report_forms.copy_form(
        form, first_fiscal_year=year, by=factories.user(Role.OFFICE), at=NOON
    )


def as_is(form) -> dict[int, dict]:
    return {
        one.pk: {name: getattr(one, name) for name in report_forms.CHANGEABLE}
        for one in form.questions.all()
    }


def test_shipped_form_asks_what_a_report_has_to_tell(shipped):
    asked = {(one.filled_by, one.code): one.kind for one in shipped.all_questions}

    assert asked["department", "form"] == "choice"
    assert asked["department", "process_score"] == asked["partner", "process_score"] == "score"
    assert not shipped.questions.get(filled_by="partner", code="corrections").is_public
    assert {n: word.is_candidate for n, word in shipped.scale.items()} == {3: True, 5: True}
    assert all(one.label and one.label_en for one in shipped.all_questions)


def test_reference_is_loaded_once_and_not_into_a_form_that_is_used(shipped):
    assert report_form_data.load() == []
    report = makers.collaboration()
    shipped.questions.filter(code="figures").delete()

    report_form_data.load()

    assert report.report_form == shipped
    assert not shipped.questions.filter(code="figures").exists()


def test_report_keeps_the_form_it_was_begun_with(shipped):
    newer = copied(shipped)
    before = makers.collaboration(fiscal_year=2026)

    after = services.open_collaboration_report(
        before.department, fiscal_year=2027, title="新", at=NOON,
        by=makers.department_clerk(before.department),
    )  # fmt: skip

    assert (before.report_form, after.report_form) == (shipped, newer)


def test_office_changes_a_copy_and_the_old_form_stays(shipped):
    newer = copied(shipped)
    changed = as_is(newer)
    results = newer.questions.get(code="results")
    changed[results.pk] |= {"label": "効果", "required": False, "position": 5}
    gone = newer.questions.get(code="difficulties")

    report_forms.change_form(
        newer, changed=changed, retired=[gone.pk],
        added={"filled_by": "department", "kind": "words", "label": "工夫", "label_en": "Ideas",
               "section": "成果", "position": 999},
        words={5: {"words": "大変よい", "words_en": "Very good", "source": "市"}, 3: {"words": "", "words_en": "", "source": ""}},
        by=factories.user(Role.OFFICE), at=NOON,
    )  # fmt: skip

    newer = ReportForm.objects.get(pk=newer.pk)
    assert newer.asked("department")[0].label == "効果"
    assert newer.asked("department")[-1].code == "own-1"
    assert not newer.questions.filter(code="difficulties").exists()
    assert [(w.score, w.words, w.is_candidate) for w in newer.score_words.all()] == [
        (5, "大変よい", False)
    ]
    assert shipped.questions.filter(code="difficulties").exists()
    assert shipped.questions.get(code="results").label == "成果"


def test_form_that_a_report_uses_is_frozen(shipped):
    makers.collaboration()

    with pytest.raises(ValidationError):
        report_forms.change_form(
            shipped, changed=as_is(shipped), by=factories.user(Role.OFFICE), at=NOON
        )


def test_what_is_counted_cannot_be_retired(shipped):
    newer = copied(shipped)
    office = factories.user(Role.OFFICE)

    for code in ("form", "cost_yen", "process_score", "measures", "partners", "title"):
        question = newer.questions.get(code=code, filled_by="department")
        with pytest.raises(ValidationError):
            report_forms.change_form(newer, changed={}, retired=[question.pk], by=office, at=NOON)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.COMMITTEE, Role.ACCOUNTING])
def test_forms_are_the_offices(client, shipped, role):
    person = factories.user(role)
    with pytest.raises(PermissionDenied):
        report_forms.copy_form(shipped, first_fiscal_year=2027, by=person, at=NOON)
    with pytest.raises(PermissionDenied):
        report_forms.change_form(shipped, changed={}, by=person, at=NOON)
    client.force_login(person)
    for address in (
        reverse("reporting:report-forms"),
        reverse("reporting:report-form", args=[shipped.pk]),
    ):
        assert client.get(address).status_code == 403
        assert client.post(address, {}).status_code == 403


def test_year_has_one_form(shipped):
    with pytest.raises(ValidationError):
        copied(shipped, year=2022)


def test_answers_without_a_column_are_rows_and_stand_in_the_version(shipped):
    report = makers.collaboration(citizens_change="川へ来る人が増えた。", difficulties="")
    clerk = makers.department_clerk(report.department)
    report = services.save_collaboration_report(
        report, fields={"next_year": "続ける。"}, measures=[], edit_number=report.edit_number,
        partners=[{"name": "川を守る会", "share_yen": 1_000}, {"name": "町内会"}],
        figures=[{"label": "参加者", "value": "60.50", "unit": "人"}], by=clerk, at=NOON,
    )  # fmt: skip

    assert {a.question.code: a.words for a in report.answers.all()} == {
        "citizens_change": "川へ来る人が増えた。", "next_year": "続ける。"
    }  # fmt: skip
    report = advance(report, "submit", by=clerk, at=NOON)
    content = report.versions.get().content
    words = {part["code"]: part["words"] for part in content["parts"]}
    assert (words["citizens_change"], words["difficulties"]) == ("川へ来る人が増えた。", "")
    assert content["partner_names"] == "川を守る会\n町内会"
    assert content["partners"][0] == {"name": "川を守る会", "share_yen": 1_000}
    assert content["figures"] == [{"label": "参加者", "value": "60.5", "unit": "人"}]


def test_what_the_form_keeps_back_is_not_public(shipped):
    shipped.questions.filter(code="difficulties").update(is_public=False)
    report = makers.collaboration(difficulties="担当者が替わった。")

    assert "担当者が替わった。" in str(content_of_collaboration(report))
    assert "担当者が替わった。" not in str(content_of_collaboration(report, public=True))


def test_form_decides_what_has_to_be_there(shipped):
    shipped.questions.filter(code__in=["next_year", "figures", "cost_yen"]).update(required=True)
    report = makers.collaboration(cost_yen=0)

    missing = [str(part) for part in report.missing_parts()]

    assert len(missing) == 2, missing


def test_department_writes_every_question_on_one_page(client, shipped):
    report = makers.collaboration()
    client.force_login(makers.department_clerk(report.department))
    address = reverse("reporting:collaboration-edit", args=[report.pk])
    page = client.get(address).content.decode()
    for question in shipped.asked("department"):
        assert question.kind == FormQuestion.Kind.PHOTOS or question.label in page
    assert "想定どおり" in page

    answer = client.post(address, {
        "edit_number": report.edit_number, "title": "川の観察", "form": "commission",
        "purpose": "目的", "citizens_change": "変わった。", "process_score": "3", "cost_yen": "１，０００円",
        "partners-TOTAL_FORMS": "1", "partners-INITIAL_FORMS": "0", "partners-0-name": "川を守る会",
        "figures-TOTAL_FORMS": "1", "figures-INITIAL_FORMS": "0", "figures-0-label": "開催",
        "figures-0-value": "3", "figures-0-unit": "回",
        "measures-TOTAL_FORMS": "0", "measures-INITIAL_FORMS": "0",
    })  # fmt: skip

    assert answer.status_code == 302
    report = type(report).objects.get(pk=report.pk)
    assert (report.title, report.form, report.process_score) == ("川の観察", "commission", 3)
    assert (report.cost_yen, report.answers_by_code["citizens_change"]) == (1_000, "変わった。")
    assert [str(figure) for figure in report.figures.all()] == ["開催: 3回"]


def test_partner_that_is_registered_is_known_by_its_name(client, shipped):
    group = factories.organization(name="川を守る会", confirmed_at=NOON)
    twins = [factories.organization(name="双子の会", confirmed_at=NOON) for _ in range(2)]
    report = makers.collaboration()
    client.force_login(makers.department_clerk(report.department))
    client.post(reverse("reporting:collaboration-edit", args=[report.pk]), {
        "edit_number": report.edit_number, "title": "川の観察",
        "partners-TOTAL_FORMS": "3", "partners-INITIAL_FORMS": "0", "partners-0-name": "川を守る会",
        "partners-1-name": "双子の会", "partners-2-name": "名前だけの会",
        "figures-TOTAL_FORMS": "0", "figures-INITIAL_FORMS": "0",
        "measures-TOTAL_FORMS": "0", "measures-INITIAL_FORMS": "0",
    })  # fmt: skip

    found = dict(report.partners.values_list("name", "organization"))
    assert found == {"川を守る会": group.pk, "双子の会": None, "名前だけの会": None}
    assert len(twins) == 2


@pytest.fixture
def opened(client, shipped):
    """The page of a copy, in the window of a clerk."""
    client.force_login(factories.user(Role.OFFICE))
    client.cookies["django_language"] = "en"
    return reverse("reporting:report-form", args=[copied(shipped).pk])


def labels() -> dict:
    form = ReportForm.objects.order_by("first_fiscal_year").last()
    return dict(form.questions.filter(filled_by="department").values_list("code", "label"))


def label_of(code: str) -> str:
    form = ReportForm.objects.order_by("first_fiscal_year").last()
    return f"q{form.questions.get(code=code, filled_by='department').pk}-label"


def test_an_older_window_turns_no_label_back_that_another_clerk_wrote(client, opened):
    first, second = (window(client, opened) for _one in range(2))

    client.post(opened, {**first, label_of("purpose"): "ねらい", "score5-words": "とてもよい"})
    answer = client.post(opened, {**second, label_of("results"): "効果"})

    assert answer.status_code == 302
    assert (labels()["purpose"], labels()["results"]) == ("ねらい", "効果")
    form = ReportForm.objects.order_by("first_fiscal_year").last()
    assert form.scale[5].words == "とてもよい"


def test_two_clerks_who_change_one_label_read_each_other_first(client, opened):
    older, name = window(client, opened), label_of("purpose")
    client.post(opened, {**older, name: "ねらい"})

    answer = client.post(opened, {**older, name: "めあて"})

    assert answer.status_code == 422 and "“ねらい”" in answer.content.decode()
    assert labels()["purpose"] == "ねらい"
    assert client.post(opened, window_of(answer)).status_code == 302
    assert labels()["purpose"] == "めあて"


def test_question_that_another_clerk_changed_is_retired_only_by_who_saw_it(client, opened):
    older, name = window(client, opened), label_of("difficulties")
    retired = name.replace("label", "retired")
    client.post(opened, {**older, name: "難しかった点"})

    assert client.post(opened, {**older, retired: "on"}).status_code == 422
    assert labels()["difficulties"] == "難しかった点"
    assert client.post(opened, {**window(client, opened), retired: "on"}).status_code == 302
    assert "difficulties" not in labels()


def test_question_that_another_clerk_retired_meanwhile_is_no_failure(client, opened):
    older, name = window(client, opened), label_of("difficulties")
    form = ReportForm.objects.order_by("first_fiscal_year").last()
    gone = form.questions.get(code="difficulties", filled_by="department").pk
    office = factories.user(Role.OFFICE)
    changed = as_is(form)
    report_forms.change_form(form, changed={}, retired=[gone], by=office, at=NOON)

    report_forms.change_form(form, changed=changed, retired=[gone], by=office, at=NOON)
    answer = client.post(opened, {**older, name: "難しかった点", label_of("purpose"): "ねらい"})

    assert answer.status_code == 302
    assert labels()["purpose"] == "ねらい" and "difficulties" not in labels()


def test_question_that_another_clerk_added_meanwhile_stays_as_it_was_added(client, opened):
    older, name = window(client, opened), label_of("purpose")
    more = {"new-label": "会員の数", "new-section": "評価", "new-position": "900"}
    client.post(opened, {**older, **more})

    assert client.post(opened, {**older, name: "ねらい"}).status_code == 302
    assert (labels()["purpose"], labels()["own-1"]) == ("ねらい", "会員の数")


def test_office_changes_a_copy_on_its_page(client, shipped):
    client.force_login(factories.user(Role.OFFICE))
    answer = client.post(
        reverse("reporting:report-forms"), {"form": shipped.pk, "first_fiscal_year": 2027}
    )
    newer = ReportForm.objects.get(first_fiscal_year=2027)
    assert answer.url == reverse("reporting:report-form", args=[newer.pk])

    data = window(client, answer.url)
    goal = newer.questions.get(code="purpose")
    data |= {f"q{goal.pk}-label": "ねらい", "new-filled_by": "partner", "new-kind": "whole",
             "new-label": "会員の数", "new-section": "評価", "new-position": "900"}  # fmt: skip
    answer = client.post(answer.url, data)

    assert answer.status_code == 302
    assert newer.questions.get(code="purpose").label == "ねらい"
    assert newer.questions.get(code="own-1", filled_by="partner").kind == "whole"
    assert newer.score_words.count() == shipped.score_words.count()
