"""The yearly agreement of a shared cost: signed by all parties before money goes out."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Role
from accounts.services import add_officer
from grants import agreements, services
from grants.agreements import sign_agreement, strike_signature
from grants.desk_notes import advances_to_claim, money_to_move
from grants.letters import agreement
from grants.models import AgreementSignature, Payment, ProjectYear
from tests import factories
from tests.case_pages import whole_page
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.makers import department_clerk, granted_year, group_of

pytestmark = pytest.mark.django_db

YESTERDAY = TODAY - timedelta(days=1)
A_WEEK_LATER = NOON + timedelta(days=7)


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def accounting():
    return factories.user(Role.ACCOUNTING)


@pytest.fixture
@remembered
def year() -> ProjectYear:
    """A year of the collaboration course that is granted and not signed by anybody."""
    return granted_year("collaboration")


def shown(year) -> list[ProjectYear]:
    """The year as a desk reads it."""
    return list(ProjectYear.objects.as_shown().filter(pk=year.pk))


def with_parties(parties: str) -> ProjectYear:
    return granted_year("collaboration", agreement_parties=parties)


def sign(year, party: str, by, *, signed_on=TODAY, at=NOON) -> AgreementSignature:
    return sign_agreement(year, party=party, name="鎌倉 花", signed_on=signed_on, by=by, at=at)


@remembered
def pay(year, by, kind: str = Payment.Kind.ADVANCE) -> Payment:
    return factories.paid(year, 80_000, kind, by=by)


# Who signs


@pytest.mark.parametrize("parties", [None, "department", "organization city department"])
def test_lacking_asks_of_all_years_what_unsigned_says_of_one(office, parties):
    year = with_parties(parties)
    granted_year("startup")

    for _ in range(3):
        missing = agreements.unsigned(year)
        assert [p for p in AgreementSignature.Party.values if agreements.lacking(p)] == missing
        if missing:
            sign(year, missing[0], office)


def test_struck_signature_is_lacking_again(year, office):
    signature = sign(year, "city", office)
    assert not agreements.lacking("city").exists()

    strike_signature(signature, reason="日付の誤り", by=office, at=NOON)

    assert agreements.lacking("city").get() == year


def test_city_and_group_sign_where_the_course_does_not_say(year):
    assert year.rules.text("agreement_parties") is None
    assert agreements.unsigned(year) == ["organization", "city"]


def test_course_says_who_signs():
    year = with_parties("organization city department")

    assert agreements.unsigned(year) == ["organization", "city", "department"]


@pytest.mark.parametrize("course", ["startup", "revitalization"])
def test_nobody_signs_for_a_subsidy(course, office, accounting):
    year = granted_year(course)

    assert agreements.parties_of(year) == []
    with pytest.raises(PermissionDenied):
        sign(year, "organization", group_of(year))
    assert pay(year, accounting).amount_yen == 80_000


def test_group_signs_for_itself_and_the_office_enters_the_city(year, office):
    sign(year, "organization", group_of(year))
    assert agreements.unsigned(year) == ["city"]
    sign(year, "city", office, signed_on=TODAY, at=A_WEEK_LATER)

    assert agreements.unsigned(year) == []
    (first, second) = year.events.filter(verb="sign_agreement").order_by("pk")
    assert (first.facts["party"], second.facts["party"]) == ("organization", "city")
    assert second.facts["signed_on"] == TODAY.isoformat()
    assert "鎌倉 花" not in f"{first.facts} {second.facts}"


def test_office_enters_what_was_signed_on_paper(year, office):
    sign(year, "organization", office, signed_on=date(2026, 11, 24), at=A_WEEK_LATER)

    assert agreements.signatures_of(year)["organization"].signed_on == date(2026, 11, 24)


def test_nobody_has_signed_before_the_agreement_was_written(year, office):
    with pytest.raises(ValidationError, match="nobody can have signed it before"):
        sign(year, "organization", office, signed_on=YESTERDAY)

    assert agreements.signatures_of(year) == {}


def test_department_signs_for_itself_where_it_is_a_party():
    year = with_parties("organization city department")
    clerk = department_clerk(year.department)

    assert agreements.signable_by(clerk, year) == ["department"]
    sign(year, "department", clerk)
    assert agreements.unsigned(year) == ["organization", "city"]


def test_nobody_signs_for_another(year):
    group, clerk = group_of(year), department_clerk(year.department)

    for party, person in (("city", group), ("organization", clerk), ("department", clerk),
                          ("organization", factories.user(Role.APPROVER)),
                          ("organization", factories.member(factories.organization()))):  # fmt: skip
        with pytest.raises(PermissionDenied):
            sign(year, party, person)
    assert not year.signatures.exists()


def test_own_signature_is_of_today_and_none_is_of_tomorrow(year, office):
    with pytest.raises(ValidationError):
        sign(year, "organization", group_of(year), signed_on=YESTERDAY)
    with pytest.raises(ValidationError):
        sign(year, "city", office, signed_on=TODAY + timedelta(days=1))


def test_party_signs_once(year, office):
    sign(year, "city", office)

    with pytest.raises(PermissionDenied):
        sign(year, "city", office)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementSignature.objects.create(
            year=year, party="city", name="鎌倉", signed_on=TODAY, by=office, at=NOON
        )


def test_nothing_is_signed_before_the_grant_or_after_the_end(year, office):
    year = factories.approved(year, "revoke", reason="理由")

    with pytest.raises(PermissionDenied):
        sign(year, "city", office)


# Striking out


def test_signature_is_struck_out_with_a_reason_and_given_anew(year, office):
    wrong = sign(year, "city", office)

    strike_signature(wrong, reason="日付の誤り", by=office, at=NOON)

    assert agreements.unsigned(year) == ["organization", "city"]
    struck = year.events.get(verb="strike_signature")
    assert year.remarks.get(pk=struck.facts["reason"]["remark"]).text == "日付の誤り"
    sign(year, "city", office)
    assert year.signatures.count() == 2
    with pytest.raises(ValidationError):
        strike_signature(wrong, reason="二度", by=office, at=NOON)


def test_only_the_office_strikes_out(year, office):
    own = sign(year, "organization", group_of(year))

    with pytest.raises(PermissionDenied):
        strike_signature(own, reason="誤り", by=group_of(year), at=NOON)
    assert agreements.unsigned(year) == ["city"]


def test_department_finds_the_year_of_its_project_before_and_after_it_signs(as_person):
    year = with_parties("organization city department")
    clerk = department_clerk(year.department)
    client = as_person(clerk)

    ((case, deadline),) = client.get("/department/").context["rows"]
    assert (case.pk, deadline) == (year.pk, None)  # the report is the group's duty
    sign(year, "department", clerk)

    desk = client.get("/department/").context
    assert desk["rows"] == [] and year.pk in [case.pk for case, _next in desk["others"]]


def test_year_that_is_postponed_has_to_be_signed_anew(year, office):
    sign(year, "organization", group_of(year))
    sign(year, "city", office)

    year = factories.approved(year, "postpone", fiscal_year=2030, reason="理由")

    assert agreements.signatures_of(year) == {}
    assert year.signatures.filter(struck_at=NOON).count() == 2


# Money


def test_nothing_is_paid_out_before_all_have_signed(year, office, accounting):
    with pytest.raises(ValidationError, match="団体|The group"):
        pay(year, accounting)
    sign(year, "organization", group_of(year))
    with pytest.raises(ValidationError):
        pay(year, accounting)
    sign(year, "city", office)

    assert pay(year, accounting).year == year


def test_balance_waits_too_and_a_repayment_does_not(year, office, accounting):
    sign(year, "organization", group_of(year))
    city = sign(year, "city", office)
    pay(year, accounting)
    strike_signature(city, reason="誤り", by=office, at=NOON)
    year = factories.approved(year, "revoke", reason="理由")

    assert pay(year, accounting, Payment.Kind.REPAYMENT).signed_yen == -80_000


def test_desk_of_accounting_says_that_a_signature_is_missing(year, office):
    makers.sent_report(year)
    year = factories.approved(year, "confirm", at=makers.LATER, confirmed_yen=75_000)
    assert "年度協定書" in money_to_move(shown(year), NOON)[year.pk]

    sign(year, "organization", group_of(year))
    sign(year, "city", office)

    assert "75,000" in money_to_move(shown(year), NOON)[year.pk]


# Notices


def told(person) -> list[str]:
    """Kinds of notices on signatures that ``person`` received, in their order."""
    kinds = person.notices.filter(kind__startswith="agreement").order_by("pk")
    return list(kinds.values_list("kind", flat=True))


def test_signature_is_told_to_whoever_still_has_to_sign(office, accounting):
    year = with_parties("organization city department")
    group, clerk = group_of(year), department_clerk(year.department)

    sign(year, "organization", group)

    assert (told(clerk), told(office)) == (["agreement_to_sign"], ["agreement_to_sign"])
    assert told(group) == told(accounting) == []


def test_last_signature_is_told_to_office_and_accounting(year, office, accounting):
    colleague = factories.user(Role.OFFICE)
    sign(year, "city", office)
    assert told(group_of(year)) == ["agreement_to_sign"]

    sign(year, "organization", group_of(year))

    assert told(accounting) == ["agreement_signed"]
    assert told(colleague) == told(office) == ["agreement_signed"]
    notice = accounting.notices.get(kind="agreement_signed")
    assert year.title in notice.subject


def test_signature_that_a_group_on_paper_owes_is_told_to_the_office(year, office):
    year.organization.membership_set.all().delete()
    colleague = factories.user(Role.OFFICE)

    sign(year, "city", office)

    body = colleague.notices.get(kind="agreement_to_sign").body
    assert "このお知らせを受け取れる人がいない宛先" in body


# Advances


def desk_of(client) -> list[int]:
    return [case.pk for case, _deadline in client.get("/accounting/").context["rows"]]


@pytest.mark.parametrize("percent", [None, "0"])
def test_group_is_told_of_no_advance_where_no_rule_says_so(percent):
    year = granted_year("startup", advance_percent=percent)

    assert advances_to_claim(shown(year), NOON) == {}


def test_group_is_told_of_the_advance_until_it_claims_it_and_accounting_until_it_pays(
    as_person, accounting
):
    year = granted_year("startup", advance_percent="70")
    client = as_person(accounting)
    assert "up to 56,000 yen in advance" in advances_to_claim(shown(year), NOON)[year.pk]
    assert desk_of(client) == []

    claim = factories.claimed(year)
    assert advances_to_claim(shown(year), NOON) == {}
    assert desk_of(client) == [claim.pk]
    assert "Pay 56,000 yen" in client.get("/accounting/").content.decode()
    payment = factories.paid(year, by=accounting)
    assert desk_of(client) == []

    services.reverse_payment(
        payment, reason="誤り", paid_on=TODAY, document="訂正", by=accounting, at=NOON
    )
    assert desk_of(client) == [claim.pk]


def test_advance_waits_until_all_have_signed(office):
    year = granted_year("collaboration", advance_percent="100")
    sign(year, "organization", group_of(year))
    assert advances_to_claim(shown(year), NOON) == {}

    sign(year, "city", office)

    assert year.pk in advances_to_claim(shown(year), NOON)


# Pages


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


def page_of(client, year) -> str:
    return whole_page(client, year)


def test_group_signs_on_the_page(as_person, year):
    client, url = as_person(group_of(year)), reverse("grants:agreement-sign", args=[year.pk])
    assert url in page_of(client, year)
    form = client.get(url).context["form"]
    assert [code for code, _label in form.fields["party"].choices] == ["organization"]
    assert client.post(url, {"party": "organization", "name": "花"}).status_code == 422
    assert client.post(url, {"party": "city", "name": "花", "agree": "on"}).status_code == 422

    client.post(
        url, {"party": "organization", "name": "花", "agree": "on", "signed_on": "2026-01-01"}
    )

    assert agreements.signatures_of(year)["organization"].signed_on == TODAY
    page = page_of(client, year)
    assert "Not signed yet by: The city." in page
    assert client.get(url).status_code == 403


def test_office_enters_the_day_of_a_signature(as_person, office, year):
    client, url = as_person(office), reverse("grants:agreement-sign", args=[year.pk])
    data = {"party": "city", "name": "市長", "signed_on": "2026-11-21"}
    assert client.post(url, data).status_code == 422

    refused = client.post(url, {**data, "signed_on": "2026-11-19"})
    assert "nobody can have signed it before" in refused.content.decode()

    client.post(url, {**data, "signed_on": "2026-11-20"})

    assert agreements.signatures_of(year)["city"].signed_on == TODAY


def test_accounting_is_told_why_nothing_can_be_paid(as_person, accounting, year):
    page = page_of(as_person(accounting), year)

    assert "the yearly agreement is not signed by The group, The city" in page
    assert page.count("is not signed yet by: The group, The city") >= 2  # of advance and prepayment


def test_wrong_people_get_nowhere(as_person, office, year):
    signature = sign(year, "city", office)
    doors = [
        reverse("grants:agreement-sign", args=[year.pk]),
        reverse("grants:signature-strike", args=[year.pk, signature.pk]),
    ]
    stranger = factories.member(factories.organization())
    for url in doors:
        assert as_person(stranger).get(url).status_code == 404
        assert as_person(factories.user(Role.APPROVER)).get(url).status_code == 403
    assert as_person(group_of(year)).get(doors[1]).status_code == 403
    assert as_person(office).post(doors[1], {"reason": ""}).status_code == 422
    as_person(office).post(doors[1], {"reason": "誤り"})
    assert agreements.signatures_of(year) == {}
    assert as_person(office).get(doors[1]).status_code == 404


def test_agreement_names_who_represents_the_group_on_its_day(year):
    group, writer = year.organization, group_of(year)
    told = {"post": "会長", "is_representative": True, "by": writer, "at": NOON}
    add_officer(group, name="架空 甲", valid_from=TODAY, **told)
    add_officer(group, name="架空 乙", valid_from=TODAY + timedelta(days=1), **told)

    names = [
        agreement(year, {"granted_yen": 1, "issued_on": TODAY + timedelta(days=days)})["parties"]
        for days in (0, 1)
    ]
    assert [[place["name"] for place in places if place["mark"] == "乙"] for places in names] == [
        ["架空 甲"], ["架空 乙"],
    ]  # fmt: skip
