"""Two rows of one group become one: its cases, past awards and limits go with it."""

import pytest

from accounts.models import Role, User
from accounts.services import merge_organizations
from casework import verification
from casework.models import Case
from casework.services import advance
from grants.adoptions import adoptions_before
from grants.models import PastAward
from grants.services import register_account
from tests import factories
from tests.case_pages import whole_page
from tests.factories import NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return factories.user(Role.OFFICE)


@pytest.fixture
@remembered
def filed():
    proposal = factories.draft()
    return advance(proposal, "submit", by=proposal.organization.members.get(), at=NOON)


def merge(duplicate, into, by):
    return merge_organizations(duplicate, into=into, by=by, at=NOON)


def test_member_of_the_duplicate_still_opens_the_case(filed, clerk, as_person):
    member, into = filed.organization.members.get(), factories.organization(name="残る会")

    merge(filed.organization, into, clerk)

    page = whole_page(as_person(member), filed)
    assert "残る会" in page
    assert "Group joined with another entry" in page
    assert User.objects.get(pk=member.pk).act_on(TODAY).duties.edits(into.pk)


def test_every_case_moves_and_says_so_once(filed, clerk):
    duplicate, into = filed.organization, factories.organization()
    other = factories.draft()
    draft = factories.draft(by=duplicate.members.get(), round=filed.round)

    merge(duplicate, into, clerk)

    assert set(into.cases.all()) == set(Case.objects.filter(pk__in=[filed.pk, draft.pk]))
    assert not duplicate.cases.exists()
    for case in into.cases.all():
        line = case.events.order_by("-pk").first()
        assert (line.verb, line.by, line.source, line.target) == (
            "merge_group", clerk, case.state, case.state,
        )  # fmt: skip
        assert line.facts == {"duplicate": duplicate.pk, "into": into.pk}
    assert not other.events.filter(verb="merge_group").exists()
    assert list(verification.faults()) == []


def test_limit_on_repeats_counts_the_adoptions_of_both(clerk, sender):
    into = factories.organization()
    duplicate = factories.organization()
    for group, key in ((into, "a"), (duplicate, "b")):
        PastAward.objects.create(
            key=key, course="startup", adoption_fiscal_year=2023, status="adopted", source="試験",
            organization=group,
        )  # fmt: skip
    adopted = factories.draft(by=factories.member(duplicate))
    adopted = advance(adopted, "submit", by=duplicate.members.get(), at=NOON)
    for verb in ("accept", "refer"):
        adopted = advance(adopted, verb, by=clerk, at=NOON)
    adopted = factories.approved(adopted, "select", assessed_yen=1)

    merge(duplicate, into, clerk)

    again = factories.draft(by=factories.member(into), round=adopted.round)
    assert [str(found.pk) for found in adoptions_before(again)] == [
        str(adopted.pk), *map(str, PastAward.objects.order_by("key").values_list("pk", flat=True)),
    ]  # fmt: skip


@pytest.mark.parametrize("has_one", [True, False])
def test_one_bank_account_counts_for_the_one_group(clerk, has_one):
    owner, other = (factories.member(factories.organization()) for _ in range(2))
    duplicate, into = owner.organizations.get(), other.organizations.get()
    moved = register_account(duplicate, factories.account(), by=owner, at=NOON)
    own = register_account(into, factories.account(), by=other, at=NOON) if has_one else None

    merge(duplicate, into, clerk)

    assert into.bank_accounts.current().get() == (own or moved)
    assert into.bank_accounts.count() == 1 + has_one
