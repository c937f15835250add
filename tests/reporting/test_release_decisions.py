"""What the approver of a release reads before deciding, and where its pages lead."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from casework.services import advance
from reporting import services
from reporting.models import AcceptedWarning
from reporting.publishing import releases
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def approver():
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.user(Role.APPROVER))
    return client


def proposed(*reports, by, publish_at=None, **said):
    release = releases.begin(by=by, at=NOON)
    for report in reports:
        releases.put_in(release, "report", str(report.pk), by=by, at=NOON, **said)
    if publish_at:
        releases.set_moment(release, publish_at, by=by, at=NOON)
    return release, releases.propose(release, by=by, at=NOON)


def approve_page(client, draft) -> str:
    return client.get(reverse("casework:move", args=[draft.pk, "approve"])).content.decode()


def test_approver_reads_what_becomes_public_and_is_led_to_each_page(office, approver):
    moment = timezone.now() + timedelta(days=400)
    report = makers.accepted_collaboration(title="川の自然観察会")
    release, draft = proposed(report, by=office, publish_at=moment)
    AcceptedWarning.objects.create(
        release=release, finding="0" * 64, check_code="unverified", reason="窓口で確かめた",
        by=office, at=NOON,
    )  # fmt: skip

    shown = approve_page(approver, draft)

    item = release.items.get()
    assert "川の自然観察会" in shown and "becomes public at" in shown
    for name, args in (
        ("reporting:release-preview", [release.pk, item.pk, "ja"]),
        ("reporting:release-item", [release.pk, item.pk]),
        ("reporting:release", [release.pk]),
    ):
        address = reverse(name, args=args)
        assert address in shown
        assert approver.get(address).status_code == 200
    assert "窓口で確かめた" in shown


def test_draft_says_whether_pages_are_new_corrected_or_withdrawn(office):
    first, second = (makers.published_collaboration() for _ in range(2))
    new = makers.accepted_collaboration()
    services.save_collaboration_report(
        first, fields={"results": "のべ61人が参加した。"}, measures=[],
        edit_number=first.edit_number, by=office, at=NOON,
    )  # fmt: skip

    assert proposed(new, by=office)[1].title.endswith("（公開する）")
    assert proposed(first, by=office, note="人数を直した")[1].title.endswith("（訂正を公開する）")
    withdrawn = proposed(second, by=office, withdraw=True, note="重複")[1]
    assert withdrawn.title.endswith("（公開を終える）")


def mixed(office):
    """A draft that publishes one report and withdraws another."""
    release = releases.begin(by=office, at=NOON)
    for report, said in (
        (makers.accepted_collaboration(title="新しい報告"), {}),
        (makers.published_collaboration(title="重複した報告"), {"withdraw": True, "note": "重複"}),
    ):
        releases.put_in(release, "report", str(report.pk), by=office, at=NOON, **said)
    return releases.propose(release, by=office, at=NOON)


def test_draft_of_several_kinds_names_those_that_it_holds(office):
    assert mixed(office).title.endswith("（公開・公開終了）")


def test_line_of_the_draft_says_what_is_done_to_each_thing(office, approver):
    draft = mixed(office)

    for path in (reverse("casework:case", args=[draft.pk]),
                 reverse("casework:move", args=[draft.pk, "approve"])):  # fmt: skip
        shown = approver.get(path).content.decode()
        table = shown[shown.index("<table") : shown.index("</table>")]

        assert "publish, withdraw" in table
        assert "Publish: 新しい報告" in table and "Withdraw: 重複した報告" in table
        for nothing in ("Amount", "Letter", "None"):
            assert nothing not in table


def test_decision_column_says_that_what_is_withdrawn_is_withdrawn(office, approver):
    _release, draft = proposed(
        makers.published_collaboration(), by=office, withdraw=True, note="重複"
    )

    shown = approver.get(reverse("casework:case", args=[draft.pk])).content.decode()

    table = shown[shown.index("<table") : shown.index("</table>")]
    assert "withdraw from the public pages" in table and "Publish" not in table


def test_page_of_a_waiting_release_says_that_the_approver_decides(office, approver):
    release, draft = proposed(makers.accepted_collaboration(), by=office)

    shown = approver.get(reverse("casework:case", args=[release.pk]))

    assert "waits for the approver" in shown.context["what_to_do"]
    assert reverse("casework:case", args=[draft.pk]) in shown.content.decode()


@pytest.mark.parametrize(
    "name",
    ["release-check", "release-accept", "release-reports", "release-table", "release-moment"],
)
def test_address_of_a_button_leads_back_to_the_release(name, office, client):
    release = releases.begin(by=office, at=NOON)
    client.force_login(office)

    answer = client.get(reverse(f"reporting:{name}", args=[release.pk]))

    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("reporting:release", args=[release.pk]),
    )
    assert client.get(reverse(f"reporting:{name}", args=[0])).status_code == 404


def test_release_that_came_back_says_why_and_how_its_contents_are_changed(office, approver):
    release, draft = proposed(makers.accepted_collaboration(), by=office)
    sender = factories.user(Role.APPROVER)
    draft = advance(draft, "send_back", by=sender, at=NOON, reason="電話番号を消してください")
    clerk = Client(headers={"accept-language": "en"})
    clerk.force_login(office)
    drop = reverse("casework:move", args=[draft.pk, "drop"])

    own = reverse("reporting:release", args=[release.pk])
    assert "電話番号を消してください" in clerk.get(own).content.decode()
    for case in (release, draft):
        page = clerk.get(reverse("casework:case", args=[case.pk])).content.decode()
        assert "電話番号を消してください" in page and f'href="{drop}"' in page
        assert "Change the contents" in page and "stay where they are" not in page
    assert "The release opens again" in clerk.get(drop).content.decode()
    advance(draft, "drop", by=office, at=NOON)
    page = clerk.get(reverse("casework:case", args=[release.pk])).content.decode()
    assert own in page and drop not in page
    for address in (own, reverse("casework:case", args=[release.pk])):
        assert "電話番号を消してください" in clerk.get(address).content.decode()

    release.refresh_from_db()
    releases.propose(
        release, by=office, at=NOON
    )  # now it is told no more: the draft is another one
    assert "電話番号を消してください" not in clerk.get(own).content.decode()


def test_case_page_of_a_scheduled_release_says_its_moment(office, approver):
    moment = timezone.now() + timedelta(days=400)
    release, draft = proposed(makers.accepted_collaboration(), by=office, publish_at=moment)
    advance(draft, "approve", by=factories.user(Role.APPROVER), at=NOON, decided_on=TODAY)
    page = approver.get(reverse("casework:case", args=[release.pk])).content.decode()
    assert "becomes public at" in page and timezone.localtime(moment).date().isoformat() in page
