"""Writing a proposal in the browser: saving, two tabs, the closing moment, pledges, paper."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import MemberRole, Organization, Role
from casework.drafts import saved_data
from casework.models import Event
from casework.services import advance
from grants.forms.drafts import DraftForms, measure_choices
from grants.models import Proposal
from guideline.models import Edition, Measure, Section
from tests import factories
from tests.factories import JAPAN, NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return factories.member(factories.organization())


@pytest.fixture
@remembered
def draft(group):
    return factories.draft(by=group)


def edit(proposal) -> str:
    return reverse("grants:proposal-edit", args=[proposal.pk])


def posted(proposal, **changes) -> dict:
    """What the page of ``proposal`` sends when a person changes only ``changes``."""
    return {**saved_data(DraftForms(proposal, today=TODAY)), **changes}


def fresh(proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)


# Saving


def test_saving_unchanged_loses_nothing(as_person, group, draft):
    before = list(draft.budget_lines.values_list("side", "label", "amount_yen", "from_city"))

    answer = as_person(group).post(edit(draft), posted(draft))

    assert answer.status_code == 302
    kept = list(draft.budget_lines.values_list("side", "label", "amount_yen", "from_city"))
    assert kept == before
    assert draft.proposal_measures.get().how == "活動の場をつくる"
    assert fresh(draft).edit_number == draft.edit_number + 1


def test_amounts_may_be_typed_as_in_japan(as_person, group, draft):
    as_person(group).post(edit(draft), posted(draft, **{"income-0-amount_yen": "８５，０００円"}))

    assert draft.budget_lines.order_by("pk").first().amount_yen == 85_000


def test_a_new_line_is_kept_and_an_empty_one_is_not(as_person, group, draft):
    new = {"expenditure-1-label": "会場", "expenditure-1-amount_yen": "3000"}

    as_person(group).post(edit(draft), posted(draft, **new))

    lines = draft.budget_lines.filter(side="expenditure").order_by("pk")
    assert [line.label for line in lines] == ["印刷", "会場"]


def test_a_removed_line_goes(as_person, group, draft):
    as_person(group).post(edit(draft), posted(draft, **{"income-1-DELETE": "on"}))

    assert not draft.budget_lines.filter(label="会費").exists()


@pytest.mark.parametrize("amount", ["-5", "abc", "99999999999", "1.5"])
def test_a_wrong_amount_saves_nothing(as_person, group, draft, amount):
    client = as_person(group)

    answer = client.post(edit(draft), posted(draft, title="新", **{"income-0-amount_yen": amount}))

    assert answer.status_code == 422
    assert fresh(draft).title == draft.title


def test_a_measure_named_twice_saves_nothing(as_person, group, draft):
    twice = {"measures-1-measure": posted(draft)["measures-0-measure"], "measures-1-how": "x"}

    assert as_person(group).post(edit(draft), posted(draft, **twice)).status_code == 422


def test_page_shows_edit_number_and_total(as_person, group, draft):
    page = as_person(group).get(edit(draft)).content.decode()

    assert f'name="edit_number" value="{draft.edit_number}"' in page
    assert "¥100,000" in page
    assert "Not submitted yet" in page


# Saved by itself


def test_autosave_answers_with_number_and_time(as_person, group, draft):
    client = as_person(group)

    answer = client.post(edit(draft), posted(draft, purpose="x"), headers={"X-Autosave": "1"})

    told = answer.json()
    assert told.pop("parts").keys() == {"may-pay"}
    assert told == {"edit_number": draft.edit_number + 1, "saved_at": "12:00"}
    assert fresh(draft).purpose == "x"


def test_autosave_twice_keeps_a_new_line(as_person, group, draft):
    client, data = as_person(group), posted(draft)
    data |= {"expenditure-1-label": "会場", "expenditure-1-amount_yen": "3000"}

    for _time in range(2):
        answer = client.post(edit(draft), data, headers={"X-Autosave": "1"})
        data["edit_number"] = answer.json()["edit_number"]

    assert draft.budget_lines.filter(label="会場").count() == 1


def test_autosave_of_a_stale_tab_is_refused(as_person, group, draft):
    stale = posted(draft, purpose="stale")
    client = as_person(group)
    client.post(edit(draft), posted(draft, purpose="first"))

    answer = client.post(edit(draft), stale, headers={"X-Autosave": "1"})

    assert answer.status_code == 409
    assert fresh(draft).purpose == "first"


def test_autosave_of_a_wrong_amount_says_so(as_person, group, draft):
    wrong = posted(draft, **{"income-0-amount_yen": "abc"})

    answer = as_person(group).post(edit(draft), wrong, headers={"X-Autosave": "1"})

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/json"


# Two tabs


@pytest.fixture
def stale(as_person, group, draft):
    """A second tab posted after the first one saved: client and answer."""
    client = as_person(group)
    mine = posted(draft, purpose="mine", content="both changed", **{"income-1-label": "寄附"})
    client.post(edit(draft), posted(draft, purpose="theirs"))
    return client, client.post(edit(draft), mine), mine


def test_stale_tab_shows_both_texts_and_overwrites_nothing(stale, draft):
    _client, answer, _mine = stale
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "theirs" in page and "mine" in page
    assert {part.name for part in answer.context["differences"]} == {"purpose", "content", "income"}
    assert fresh(draft).purpose == "theirs"


def test_stale_tab_keeps_what_the_person_chooses(stale, draft):
    client, _answer, mine = stale
    choice = {
        **mine, "edit_number": fresh(draft).edit_number, "differs": ["purpose", "content", "income"],
        "choose_purpose": "saved", "choose_content": "mine", "choose_income": "mine",
    }  # fmt: skip

    assert client.post(edit(draft), choice).status_code == 302

    kept = fresh(draft)
    assert (kept.purpose, kept.content) == ("theirs", "both changed")
    assert kept.budget_lines.filter(label="寄附").exists()


def test_stale_tab_may_keep_the_saved_table(stale, draft):
    client, _answer, mine = stale
    choice = {
        **mine, "edit_number": fresh(draft).edit_number, "differs": ["purpose", "content", "income"],
        "choose_purpose": "mine", "choose_content": "saved", "choose_income": "saved",
    }  # fmt: skip

    client.post(edit(draft), choice)

    kept = fresh(draft)
    assert (kept.purpose, kept.content) == ("mine", "内容")
    assert kept.budget_lines.filter(label="会費").exists()


def test_stale_tab_has_to_choose(stale, draft):
    client, _answer, mine = stale
    choice = {**mine, "edit_number": fresh(draft).edit_number, "differs": ["purpose", "content"],
              "choose_purpose": "mine"}  # fmt: skip

    answer = client.post(edit(draft), choice)

    assert answer.status_code == 409
    assert fresh(draft).purpose == "theirs"


# Who may write


@pytest.mark.parametrize("role", [Role.OFFICE, Role.COORDINATOR, Role.PANEL, Role.AUDITOR])
def test_a_draft_is_its_groups_alone(as_person, draft, role):
    client = as_person(factories.user(role))

    for name in ("proposal-edit", "proposal-pledge", "proposal-print", "proposal-pdf"):
        assert client.get(reverse(f"grants:{name}", args=[draft.pk])).status_code == 404


def test_another_group_sees_nothing(as_person, draft):
    stranger = factories.member(factories.organization())

    assert as_person(stranger).get(edit(draft)).status_code == 404


def test_a_viewer_reads_but_does_not_write(as_person, draft):
    viewer = factories.member(draft.organization, MemberRole.VIEWER)
    client = as_person(viewer)

    assert client.get(edit(draft)).status_code == 403
    assert client.post(edit(draft), posted(draft)).status_code == 403
    assert client.get(reverse("grants:proposal-print", args=[draft.pk])).status_code == 200


def test_a_filed_proposal_is_not_edited_and_leads_its_group_to_the_case(as_person, group, draft):
    advance(draft, "submit", by=group, at=NOON)
    client = as_person(group)

    answer = client.get(edit(draft), follow=True)

    assert answer.redirect_chain == [(reverse("casework:case", args=[draft.pk]), 302)]
    assert "It is filed and cannot be written any more." in answer.content.decode()
    assert client.post(edit(draft), {}, headers={"X-Autosave": "1"}).status_code == 403
    assert as_person(factories.user(Role.OFFICE)).get(edit(draft)).status_code == 403
    stranger = factories.member(factories.organization())
    assert as_person(stranger).get(edit(draft)).status_code == 404


# Measures


def edition(code: str, **fields) -> Edition:
    made = Edition.objects.create(code=code, title=f"指針{code}", **fields)
    section = Section.objects.create(edition=made, number=1, title="基盤")
    Measure.objects.create(
        edition=made, section=section, number=1, title=f"施策{code}", classification="I"
    )
    return made


def offered(draft) -> dict[str, list[str]]:
    """Headings of the list of measures, and the titles below each."""
    choices = measure_choices(draft)[1:]
    return {heading: [words for _pk, words in group] for heading, group in choices}


def test_measures_of_the_edition_in_force_are_offered_by_section(draft):
    draft.proposal_measures.all().delete()
    Edition.objects.filter(code="invented").update(status="draft")
    edition("now", status="in_force")
    edition("next", status="draft")

    assert offered(draft) == {"(1) 基盤": ["1. 施策now"]}


def test_measures_of_another_time_are_not_offered_but_stay_once_named(draft):
    named = draft.proposal_measures.get().measure
    year = draft.fiscal_year
    Edition.objects.filter(code="invented").update(valid_until=date(year, 3, 31))
    edition("now", status="in_force", valid_from=date(year, 4, 1))
    edition("later", status="in_force", valid_from=date(year + 1, 4, 1))

    assert offered(draft) == {
        "指針now (1) 基盤": ["1. 施策now"],
        "架空の指針 (1) 架空の章": [f"{named.number}. {named.title}"],
    }


def test_nobody_writes_without_log_in(client, draft):
    assert client.get(edit(draft))["Location"].startswith("/accounts/login/")


def test_shared_draft_is_read_by_coordinators(as_person, group, draft):
    coordinator = factories.user(Role.COORDINATOR)
    as_person(group).post(reverse("grants:proposal-share", args=[draft.pk]))

    client = as_person(coordinator)
    assert client.get(reverse("grants:proposal-print", args=[draft.pk])).status_code == 200
    assert client.get(edit(draft)).status_code == 403


def test_shared_draft_stands_on_the_coordinators_desk_and_is_told_once(as_person, group, draft):
    coordinator = factories.user(Role.COORDINATOR)
    for _twice in range(2):
        as_person(group).post(reverse("grants:proposal-share", args=[draft.pk]))

    page = as_person(coordinator).get("/coordinator/")

    assert [(case.pk, due.kind) for case, due in page.context["rows"]] == [(draft.pk, "call")]
    assert "The group shared this draft." in page.content.decode()
    assert [n.subject for n in coordinator.notices.all()] == [
        f"下書きを読んでください: {draft.title}"
    ]


# The closing moment


def submit(client, proposal):
    return client.post(reverse("casework:move", args=[proposal.pk, "submit"]))


def test_submitted_in_the_last_second(as_person, group, draft, clock):
    client = as_person(group)
    clock(draft.round.closes_at - timedelta(seconds=1))

    submit(client, draft)

    assert fresh(draft).state == "submitted"
    assert fresh(draft).number


def test_not_submitted_a_second_later(as_person, group, draft, clock):
    client = as_person(group)
    clock(draft.round.closes_at)

    submit(client, draft)

    assert fresh(draft).state == "draft"


def test_after_the_close_the_draft_is_still_saved(as_person, group, draft, clock):
    client = as_person(group)
    clock(draft.round.closes_at)

    assert client.post(edit(draft), posted(draft, purpose="later")).status_code == 302
    assert fresh(draft).purpose == "later"
    assert "cannot be submitted any more" in client.get(edit(draft)).content.decode()


# Pledges


def test_pledges_are_accepted_by_name(as_person, group):
    proposal = factories.draft(by=group, round=factories.call(pledges="一つ\n二つ"))
    Proposal.objects.filter(pk=proposal.pk).update(pledged_at=None, pledged_as=None)
    url = reverse("grants:proposal-pledge", args=[proposal.pk])
    client = as_person(group)

    page = client.get(url).content.decode()
    client.post(url, {"agree": "on", "name": "代表 花子"})

    assert "<li>一つ</li><li>二つ</li>" in page
    assert fresh(proposal).pledged_by_name == "代表 花子"
    assert fresh(proposal).pledged_at == NOON


def test_pledges_need_the_tick(as_person, group, draft):
    url = reverse("grants:proposal-pledge", args=[draft.pk])

    assert as_person(group).post(url, {"name": "代表"}).status_code == 422


def test_unknown_pledges_are_shown_as_not_set(as_person, group, draft):
    page = as_person(group).get(reverse("grants:proposal-pledge", args=[draft.pk]))

    assert "Not set" in page.content.decode()


# On paper


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def key_in(client, call, **fields):
    data = {
        "received_on": "2026-11-15",
        "title": "紙の提案",
        "new_organization": "紙の会",
        **fields,
    }
    return client.post(reverse("grants:paper", args=[call.pk]), data)


def test_paper_counts_from_the_day_it_was_received(as_person, office, sender, clock):
    call = factories.call()
    client = as_person(office)
    clock(call.closes_at + timedelta(days=3))

    answer = key_in(client, call)
    proposal = Proposal.objects.get()
    assert answer["Location"] == edit(proposal)
    source = factories.draft()
    client.post(edit(proposal), {**posted(source, title="紙の提案"), "edit_number": 0})
    client.post(
        reverse("grants:proposal-pledge", args=[proposal.pk]), {"agree": "on", "name": "代表"}
    )
    client.post(reverse("casework:move", args=[proposal.pk, "file_paper"]))

    proposal = fresh(proposal)
    assert proposal.state == "submitted"
    met = proposal.deadlines.get(kind="call")
    assert met.met_on.isoformat() == "2026-11-15"
    assert not met.is_late(NOON)


def test_paper_of_a_group_that_is_here(as_person, office):
    call, group = factories.call(), factories.organization()

    key_in(as_person(office), call, organization=group.pk, new_organization="")

    assert Proposal.objects.get().organization == group
    assert Organization.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"received_on": "2026-12-01"},
        {"received_on": "2026-11-01"},
        {"new_organization": ""},
        {"received_on": ""},
    ],
)
def test_paper_that_cannot_be_taken(as_person, office, fields):
    assert key_in(as_person(office), factories.call(), **fields).status_code == 422
    assert not Proposal.objects.exists()


def test_paper_is_for_the_office(as_person, group):
    assert key_in(as_person(group), factories.call()).status_code == 403


# Supplement


def test_supplement_shows_what_is_asked_and_makes_a_second_version(as_person, group, draft, sender):
    office = factories.user(Role.OFFICE)
    filed = advance(draft, "submit", by=group, at=NOON)
    advance(filed, "send_back", by=office, at=NOON, reason="予定を詳しく", due_on=None)
    client = as_person(group)

    assert "予定を詳しく" in client.get(edit(draft)).content.decode()
    client.post(edit(draft), posted(fresh(draft), schedule="四月から毎月"))
    client.post(reverse("casework:move", args=[draft.pk, "resubmit"]))

    assert fresh(draft).state == "submitted"
    page = client.get(reverse("grants:version", args=[draft.pk, 2])).content.decode()
    assert "四月から毎月</ins>" in page and "予定</del>" in page


@pytest.mark.parametrize("verb", ["accept", "refer"])
def test_open_supplement_blocks_every_decision(as_person, group, draft, sender, verb):
    office = factories.user(Role.OFFICE)
    filed = advance(draft, "submit", by=group, at=NOON)
    advance(filed, "send_back", by=office, at=NOON, reason="理由", due_on=None)

    as_person(office).post(reverse("casework:move", args=[draft.pk, verb]))

    assert fresh(draft).state == "returned"


def test_budget_that_does_not_balance_is_not_submitted(as_person, group, draft):
    client = as_person(group)
    client.post(edit(draft), posted(draft, **{"income-1-amount_yen": "1"}))

    submit(client, draft)

    assert fresh(draft).state == "draft"
    assert any("80,001" in str(line) for line in fresh(draft).missing_parts())


def test_more_than_the_cap_is_not_submitted(group):
    draft = factories.draft(by=group, asks=100_001)

    assert any("100,000" in str(line) for line in draft.missing_parts())


def test_cap_that_is_not_set_stops_nobody(group):
    draft = factories.draft(by=group, round=factories.call(cap_yen=None), asks=900_000)

    assert draft.missing_parts() == []


# On a page


def test_print_and_pdf_of_an_empty_draft(as_person, group):
    draft = factories.services.start_draft(
        factories.call(), group.organizations.get(), title="題", by=group, at=NOON
    )
    client = as_person(group)

    assert client.get(reverse("grants:proposal-print", args=[draft.pk])).status_code == 200
    pdf = client.get(reverse("grants:proposal-pdf", args=[draft.pk]))
    assert pdf.content.startswith(b"%PDF-")


def test_nothing_is_shared_while_there_is_no_coordinator(as_person, group, draft):
    client, case = as_person(group), reverse("casework:case", args=[draft.pk])
    share = reverse("grants:proposal-share", args=[draft.pk])
    page = client.get(case).content.decode()
    assert "There is no coordinator yet with whom you could share the draft." in page
    assert share not in page

    answer = client.post(share, follow=True)

    assert "Nothing was shared: there is no coordinator yet." in answer.content.decode()
    assert not draft.access.exists()
    factories.user(Role.COORDINATOR)
    assert share in client.get(case).content.decode()


def test_pledge_and_share_are_in_the_history(as_person, group, draft):
    factories.user(Role.COORDINATOR)
    as_person(group).post(reverse("grants:proposal-share", args=[draft.pk]))

    verbs = Event.objects.filter(case=draft).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["open", "pledge", "share"]


def test_closing_moment_is_shown_in_japanese_time(as_person, group, draft):
    page = as_person(group).get(reverse("grants:call", args=[draft.round_id])).content.decode()

    closes = draft.round.closes_at.astimezone(JAPAN)
    assert f"{closes:%H:%M}" in page
