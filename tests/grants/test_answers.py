"""What the office answers, what a record keeps, and what is asked again."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import translation

from accounts.models import Officer, Role
from accounts.services import change_representative, merge_organizations
from casework import verification
from casework.errors import NotPossible
from casework.models import Approval
from casework.services import advance, correct
from grants import services as grants
from grants.adoptions import adoptions_before, cap_of
from grants.eligibility import Outcome
from grants.forms.moves import GrantForm
from grants.models import CourseEdition, EditionParameter, PastAward, ProjectYear, Proposal
from grants.services import Answer, answer_rules, open_round
from grants.standing import changes_since, last_record, open_rules, rule_standings
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import group_of
from tests.factories import NOON, TODAY
from tests.grants.test_eligibility_rules import edition as rules_of_the_city
from tests.remembering import remembered

pytestmark = pytest.mark.django_db
P, F, N, H = Outcome.PASSES, Outcome.FAILS, Outcome.NOT_SET, Outcome.NEEDS_PERSON
MET = Answer(P)
LATER = NOON + timedelta(days=1)


@pytest.fixture
def office():
    return factories.anyone(Role.OFFICE)


@remembered
def filed(group=None, **rules) -> Proposal:
    """A proposal under ``rules`` that its group has filed."""
    writer = factories.member(group or factories.organization(citizen_members=4))
    draft = factories.draft(by=writer, round=factories.call(**rules))
    return advance(draft, "submit", by=writer, at=NOON)


def row(proposal, code: str, on: date = TODAY):
    return next(row for row in rule_standings(proposal, on=on) if row.check.code == code)


def told(client, proposal) -> str:
    page = whole_page(client, proposal)
    part = page[page.index('id="eligibility"') :]
    return " ".join(part[: part.index("</section>")].split())


# Answering


def test_nothing_is_accepted_while_a_rule_fails_or_waits_for_a_person(office):
    proposal = filed(min_citizen_members="5", public_interest="required", nonprofit=None)

    with pytest.raises(NotPossible) as refusal:
        advance(proposal, "accept", by=office, at=NOON)
    assert "Citizens among the members, The project serves the public" in str(refusal.value.why)

    with pytest.raises(ValidationError):
        answer_rules(proposal, {"min_citizen_members": MET}, by=office, at=NOON)
    said = {"min_citizen_members": Answer(P, "名簿で5人を確認した。"), "public_interest": MET}
    answer_rules(proposal, said, by=office, at=NOON)
    assert row(proposal, "nonprofit").outcome == N

    overridden = row(proposal, "min_citizen_members")
    assert (overridden.outcome, overridden.is_overridden) == (P, True)
    assert (overridden.answer.by, overridden.answer.on) == (office, TODAY)
    assert overridden.reason == "名簿で5人を確認した。"
    accepted = advance(proposal, "accept", by=office, at=NOON)
    assert accepted.state == "accepted"
    assert list(verification.faults()) == []


def test_what_the_office_finds_not_met_keeps_a_proposal_from_being_accepted(office):
    proposal = filed(nonprofit="required")

    answer_rules(proposal, {"nonprofit": Answer(F)}, by=office, at=NOON)

    assert [row.check.code for row in open_rules(rule_standings(proposal, on=TODAY))] == [
        "nonprofit"
    ]


def test_newer_value_asks_again_and_the_same_answer_is_kept_once(office):
    proposal = filed(min_citizen_members="5")
    override = {"min_citizen_members": Answer(P, "名簿で確認した。")}
    answer_rules(proposal, override, by=office, at=NOON)
    answer_rules(proposal, override, by=office, at=LATER)
    assert proposal.eligibility_answers.count() == 1

    proposal.organization.citizen_members = 3
    proposal.organization.save()

    assert row(Proposal.objects.get(pk=proposal.pk), "min_citizen_members").outcome == F


def test_only_the_office_answers_and_only_what_is_filed(office):
    proposal = filed(nonprofit="required")
    others = [group_of(proposal), *(factories.user(r) for r in Role.values if r != Role.OFFICE)]
    for person in others:
        with pytest.raises(PermissionDenied):
            answer_rules(proposal, {"nonprofit": MET}, by=person, at=NOON)
    with pytest.raises(ValidationError):
        answer_rules(proposal, {"no_such_rule": MET}, by=office, at=NOON)
    with pytest.raises(ValidationError):
        answer_rules(factories.draft(), {"nonprofit": MET}, by=office, at=NOON)

    assert not proposal.eligibility_answers.exists()


def test_acceptance_asks_all_that_is_open_at_once(as_person, office):
    proposal = filed(min_citizen_members="5", public_interest="required", nonprofit=None)
    client, address = as_person(office), reverse("casework:move", args=[proposal.pk, "accept"])
    page = client.get(address).content.decode()
    assert page.count('type="radio"') == 4
    assert "at least 5" in page and "answer_nonprofit" not in page

    met = {"answer_min_citizen_members": "passes", "answer_public_interest": "passes"}
    for said, words in (
        ({}, "This field is required."),
        (met, "Say why this counts as met"),
        ({**met, "answer_public_interest": "fails"}, "cannot be accepted while this is not met"),
    ):
        refused = client.post(address, said)
        assert refused.status_code == 422
        assert words in refused.content.decode()
    assert f'href="{reverse("grants:proposal-answers", args=[proposal.pk])}"' in (
        refused.content.decode()
    )
    assert not proposal.eligibility_answers.exists()

    client.post(address, {**met, "reason_min_citizen_members": "名簿で確認した。", "note": "電話"})
    proposal.refresh_from_db()
    assert proposal.state == "accepted"
    assert set(proposal.events.get(verb="accept").facts) == {"note"}
    shown = told(client, proposal)
    assert "The program finds it not met." in shown and "名簿で確認した。" in shown
    hers = told(as_person(group_of(proposal)), proposal)
    assert "The office answered." in hers and "名簿で確認した。" not in hers


def test_answers_are_kept_on_a_page_of_their_own(as_person, office):
    proposal = filed(public_interest="required", nonprofit=None)
    address = reverse("grants:proposal-answers", args=[proposal.pk])

    said = {"answer_public_interest": "fails", "answer_nonprofit": "passes"}
    assert as_person(office).post(address, said).status_code == 302
    assert row(proposal, "public_interest").outcome == F
    assert (row(proposal, "nonprofit").outcome, row(proposal, "nonprofit").check.outcome) == (P, N)
    assert as_person(group_of(proposal)).get(address).status_code == 403
    assert as_person(factories.user()).get(address).status_code == 404


# Records


def test_records_are_kept_at_each_step_and_tell_no_words(office):
    proposal = filed(public_interest="required")
    proposal = factories.accept(proposal, by=office)

    submitted, accepted = proposal.eligibility_records.order_by("pk")
    assert (submitted.verb, accepted.verb, accepted.on) == ("submit", "accept", TODAY)
    assert (submitted.outcomes["public_interest"], accepted.outcomes["public_interest"]) == (H, P)
    said = next(a for a in accepted.answers if a["code"] == "cap_yen")
    assert said == {
        "code": "cap_yen", "outcome": "passes", "value": "80000", "limit": "100000",
        "source": "試験", "on": TODAY.isoformat(),
    }  # fmt: skip


def test_acceptance_can_still_be_taken_back(office):
    proposal = factories.accept(filed(public_interest="required"), by=office)

    corrected = correct(proposal, reason="別の団体", by=office, at=LATER)

    assert corrected.state == "submitted"
    assert row(corrected, "public_interest").outcome == P


def test_change_since_the_last_record_is_shown_to_the_city(as_person, office):
    proposal = filed(min_citizen_members="4")
    assert changes_since(last_record(proposal), rule_standings(proposal, on=TODAY)) is None
    proposal.organization.citizen_members = 3
    proposal.organization.save()

    shown = told(as_person(office), proposal)
    assert "Since the submission" in shown
    assert (
        "Citizens among the members: meets the requirement → does not meet the requirement" in shown
    )
    assert "Since the submission" not in told(as_person(group_of(proposal)), proposal)


@remembered
def applied_for(office) -> ProjectYear:
    """A year whose group, of four citizens where four are asked for, has applied for the grant."""
    group = factories.organization(citizen_members=4)
    proposal = factories.accept(
        filed(group, min_citizen_members="4", rules_on_file="by_project_start"), by=office
    )
    proposal = factories.approved(
        advance(proposal, "refer", by=office, at=NOON), "select", assessed_yen=80_000
    )
    year = advance(proposal, "prepare", by=office, at=NOON).project_years.get()
    days = {"content": "内容", "starts_on": TODAY, "ends_on": TODAY + timedelta(days=9)}
    lines = [factories.line("income", "市", 80_000, from_city=True),
             factories.line("expenditure", "印刷", 80_000)]  # fmt: skip
    by = group_of(proposal)
    year = factories.services.save_year(
        year, fields=days, lines=lines, edit_number=0, by=by, at=NOON
    )
    return advance(year, "apply", by=by, at=NOON)


def test_grant_is_drafted_with_what_changed_and_put_on_record(as_person, office, sender):
    year = applied_for(office)
    proposal, group = year.proposal, year.organization
    assert last_record(proposal).case_id == year.pk
    type(group).objects.filter(pk=group.pk).update(citizen_members=3)

    page = whole_page(as_person(office), year)
    with translation.override("en"):
        asked = str(GrantForm(case=year, today=TODAY).fields["granted_yen"].help_text)
    for words in (" ".join(page.split()), asked):
        assert "Requirements that changed since the application for the grant" in words
        assert "Citizens among the members: meets the requirement → does not meet" in words
    begun = rule_standings(Proposal.objects.get(pk=proposal.pk), on=TODAY + timedelta(days=1))
    late = next(row for row in begun if row.check.code == "rules_on_file")
    assert late.outcome == F


def test_requirement_that_fails_stops_the_grant_until_it_is_overridden(as_person, office, sender):
    year = applied_for(office)
    grants.enter_budget(
        year.proposal.round.edition, fiscal_year=year.fiscal_year, kind="initial",
        amount_yen=9_000_000, voted_on=TODAY, document="予算書", by=office, at=NOON,
    )  # fmt: skip
    group = year.organization
    type(group).objects.filter(pk=group.pk).update(citizen_members=3)
    year = ProjectYear.objects.get(pk=year.pk)
    drafted_at = reverse("casework:draft", args=[year.pk, "grant"])
    answers_at = reverse("grants:proposal-answers", args=[year.proposal_id])

    with pytest.raises(NotPossible, match="Citizens among the members"), translation.override("en"):
        factories.approved(year, "grant", granted_yen=80_000)
    page = as_person(office).get(drafted_at).text
    assert "Not met: Citizens among the members" in page and answers_at in page
    shown = as_person(office).get(reverse("casework:case-part", args=[year.pk, "requirements"]))
    for words in ("does not meet the requirement", "found: 3", "asked: ", "4"):
        assert words in shown.text

    why = {"min_citizen_members": Answer(P, "名簿を確かめ、市民が4人いた。")}
    answer_rules(year.proposal, why, by=office, at=NOON)
    told = {"granted_yen": "80000", "reason": "", "conditions": "", "title": "交付決定"}
    assert as_person(office).post(drafted_at, told).status_code == 302
    draft = Approval.objects.latest("pk")
    read = as_person(factories.anyone(Role.APPROVER)).get(
        reverse("casework:grounds", args=[draft.items.get().pk])
    ).text  # fmt: skip
    for words in ("Counts as met, although the program finds it not met", "名簿を確かめ",
                  str(office), "How the amount comes about"):  # fmt: skip
        assert words in read


# The group through time


def test_limit_follows_a_group_through_a_new_name_and_a_new_representative(office, sender):
    call = factories.call(max_adoptions="1")
    group = factories.organization(name="はじめの会")
    first = factories.draft(by=factories.member(group), round=call)
    Officer.objects.create(
        organization=group, name="初代 代表", post="代表", is_representative=True
    )
    adopted = factories.approved(
        advance(
            factories.accept(advance(first, "submit", by=group_of(first), at=NOON)),
            "refer", by=office, at=NOON,
        ),
        "select", assessed_yen=80_000,
    )  # fmt: skip
    group.name = "まったく新しい名"
    group.save()
    change_representative(
        group,
        name="次の 代表",
        post="代表",
        valid_from=TODAY + timedelta(days=1),
        by=office,
        at=NOON,
    )
    new = factories.user()
    group.membership_set.create(user=new, role="owner")

    again = factories.draft(by=new.act_on(TODAY), round=call)

    assert adoptions_before(again) == [adopted]
    later = TODAY + timedelta(days=1)
    assert again.organization.representative_on(later).name == "次の 代表"
    found = {check.check.code: check for check in rule_standings(again, on=later)}
    assert found["max_adoptions"].outcome == F


def award(**fields) -> PastAward:
    fields = {"key": "k", "course": "startup", "adoption_fiscal_year": 2024, "status": "adopted",
              "source": "s", "group_name": "みどりの会", **fields}  # fmt: skip
    return PastAward.objects.create(**fields)


def test_what_looks_like_the_same_group_is_put_before_the_office_alone(as_person, office):
    group = factories.organization(name="NPO法人みどりの会", address="架空市架空町1-1")
    group.officer_set.create(name="山田 花子", post="代表")
    other = factories.organization(name="海辺のなかま", address="架空市 架空町１－１")
    other.officer_set.create(name="山田　花子", post="会計")
    award()
    award(key="o", organization=other, group_name="")
    award(key="unlike", group_name="はるかな別の団体")
    award(key="course", course="collaboration")
    proposal = filed(group, max_adoptions="1")

    found = row(proposal, "same_group")
    assert found.outcome == H
    assert {(a.ref, a.why) for a in found.check.alike} == {
        ("award:k", ("name",)), ("award:o", ("officer", "address")),
    }  # fmt: skip
    shown = told(as_person(office), proposal)
    assert "みどりの会 (2024): a similar name" in shown
    assert "an officer of the same name, the same address" in shown and "山田" not in shown
    hers = told(as_person(group_of(proposal)), proposal)
    assert "The same group under another name" not in hers and "海辺のなかま" not in hers

    answer_rules(proposal, {"same_group": MET}, by=office, at=NOON)
    assert row(proposal, "same_group").outcome == P
    award(key="new", group_name="みどりの会")
    assert row(proposal, "same_group").outcome == H


def test_adoption_under_a_former_name_is_put_before_the_office(office):
    """A past award bears the name of its day; the group was renamed since, or merged with another entry."""
    group = factories.organization(name="みどりの会")
    group.name = "浜辺ラボ"
    group.save()
    merge_organizations(factories.organization(name="旧・海の家"), into=group, by=office, at=NOON)
    award()
    award(key="merged", group_name="旧海の家")
    award(key="unlike", group_name="はるかな別の団体")
    other = factories.organization(name="もとは潮風の会")
    other.name = "浜辺ラボラトリー"
    other.save()
    award(key="renamed", organization=other, group_name="潮の会")

    found = row(
        filed(factories.organization(name="もとは潮風の会"), max_adoptions="1"), "same_group"
    )
    assert {alike.ref for alike in found.check.alike} == {"award:renamed"}
    found = row(filed(group, max_adoptions="1"), "same_group")
    assert {alike.ref for alike in found.check.alike} == {"award:k", "award:merged"}


# Repeats under the city's own editions


def call_of_the_city(course: str, year: int, *, in_year: int):
    said = rules_of_the_city(course, year).values
    made = CourseEdition.objects.create(
        course=course, first_fiscal_year=year, label_ja=course, instrument="subsidy"
    )
    EditionParameter.objects.bulk_create(
        EditionParameter(edition=made, name=name, status=entry["status"], value=entry["value"])
        for name, entry in said.items()
    )
    return open_round(
        made, fiscal_year=in_year, name="募集", opens_at=NOON - timedelta(days=1),
        closes_at=NOON + timedelta(days=1), budget_yen=None, by=factories.anyone(Role.OFFICE),
        at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("edition", "in_year", "adopted_in", "outcome", "cap_yen"),
    [
        (("startup", 2022), 2024, (2022, 2023), N, 100_000),
        (("collaboration", 2022), 2023, (2022,), N, 500_000),
        (("collaboration", 2024), 2025, (2022, 2023), P, 500_000),
        (("collaboration", 2024), 2025, (2024,), F, 500_000),
        (("revitalization", 2024), 2025, (), P, 300_000),
        (("revitalization", 2024), 2025, (2024,), P, 150_000),
        (("revitalization", 2024), 2026, (2024, 2025), F, 150_000),
        (("revitalization", 2024), 2025, (2023,), P, 300_000),
    ],
)
def test_repeats_under_the_rules_of_the_city(edition, in_year, adopted_in, outcome, cap_yen):
    group = factories.organization()
    for year in adopted_in:
        award(key=f"k{year}", course=edition[0], adoption_fiscal_year=year, organization=group)
    draft = factories.draft(
        by=factories.member(group), round=call_of_the_city(*edition, in_year=in_year)
    )

    assert (row(draft, "max_adoptions").outcome, cap_of(draft)) == (outcome, cap_yen)
