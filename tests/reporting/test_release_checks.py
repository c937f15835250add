"""Checks before the button: what they find of a planted set, what blocks, what can stand and why."""

import html
import json
import re
from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Officer, Role
from casework import city
from casework.errors import NotPossible
from casework.models import Remark
from casework.services import advance
from grants.models import AgreementSignature
from guideline.models.accepted_words import LOOKS_LIKE
from reporting import open_data, services
from reporting.models import PublicEntry, Release, ReleaseItem
from reporting.publishing import checks, contents, difference, personal, releases, wording
from reporting.publishing.decision_grounds import what_becomes_public
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers, planted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def found_in(text: str) -> set[str]:
    names = personal.Names((*planted.NAMES, *planted.IN_KANA))
    return {one.what for one in (*names.within(text), *personal.ways_to_reach(text))}


@pytest.mark.parametrize(("text", "what"), planted.TO_BE_FOUND.items())
def test_planted_text_is_found(text, what):
    assert found_in(text) == {what}


@pytest.mark.parametrize("text", planted.CLEAN)
def test_clean_text_is_not_found(text):
    assert found_in(text) == set()


def test_line_without_a_blank_is_read_once():
    """Read from each of its letters to its end, this one would take the rest of the day."""
    assert found_in("a" * 1_000_000 + " mihon@example.jp") == {"email"}


def test_recall_that_the_page_tells_is_that_of_the_planted_set():
    every = {**planted.TO_BE_FOUND, **planted.UNKNOWN}
    wanted, found = Counter(every.values()), Counter()
    for text, what in every.items():
        found[what] += what in found_in(text)

    assert {what: (found[what], wanted[what]) for what in wanted} == personal.RECALL


def test_page_tells_how_much_of_the_planted_set_is_found(office):
    release = release_of(office)

    page = browser(office).post(reverse("reporting:release-check", args=[release.pk]))

    words = page.content.decode()
    for what, (found, all_of_them) in personal.RECALL.items():
        assert f"{LOOKS_LIKE[what]}：{all_of_them}件のうち{found}件" in words


# On a release


def release_of(office, **words) -> Release:
    return releases.begin_with(makers.accepted_collaboration(**words), by=office, at=NOON)


def said(release: Release) -> list[tuple[str, str, str]]:
    return [(one.code, one.place, one.level) for one in checks.findings(release, at=NOON)]


def test_clean_release_has_nothing_in_the_way(office):
    assert said(release_of(office)) == []


def test_names_of_officers_and_members_are_found_with_their_place(office):
    member = factories.member(factories.organization())
    type(member).objects.filter(pk=member.pk).update(name="見本 花子")
    Officer.objects.create(organization=member.organizations.get(), name="架空 太郎", post="会長")
    release = release_of(office, results="架空太郎さんが来た。", city_role="見本花子が司会")

    results = str(makers.CollaborationReport._meta.get_field("results").verbose_name)
    city_role = str(makers.CollaborationReport._meta.get_field("city_role").verbose_name)
    assert sorted(said(release)) == sorted(
        [("names", results, "warns"), ("names", city_role, "warns")]
    )


def test_kana_of_officers_and_signers_of_agreements_are_found(office):
    year = makers.granted_year()
    AgreementSignature.objects.create(
        year=year, party="organization", name="例示沢 一", signed_on=TODAY, by=office, at=NOON
    )
    group = factories.organization()
    Officer.objects.create(
        organization=group, name="見本 花子", name_kana="みほん はなこ", post="会計"
    )

    names = personal.known_names()

    for text in ("ミホンハナコさん", "ﾐﾎﾝ ﾊﾅｺさん", "例示沢一さん"):
        (found,) = names.within(text)
        assert found.words in personal.normal(text).replace(" ", "")


def test_partner_that_the_report_names_is_published(office):
    Officer.objects.create(organization=factories.organization(), name="架空 太郎", post="会長")
    release = release_of(office, partner_names="架空太郎", results="架空太郎さんと開いた。")

    assert said(release) == []


@pytest.mark.parametrize(
    ("note", "code"),
    [("電話 0467-00-0000 の求めによる", "reach"), ("架空太郎の求めによる", "names")],
)
def test_note_and_title_of_what_is_withdrawn_are_looked_at(office, note, code):
    Officer.objects.create(organization=factories.organization(), name="架空 太郎", post="会長")
    report = makers.published_collaboration()
    release = releases.begin(by=office, at=NOON)
    releases.put_in(release, "report", str(report.pk), withdraw=True, note=note, by=office, at=NOON)
    (found,) = checks.in_the_way(release, at=NOON)
    assert found.code == code
    ReleaseItem.objects.filter(release=release).update(note="誤り")
    assert said(release) == []

    ReleaseItem.objects.filter(release=release).update(title=note)
    assert [one.code for one in checks.in_the_way(release, at=NOON)] == [code]


def test_table_is_withdrawn_without_a_finding(office):
    year = makers.granted_year()
    things = [("register", "all"), ("figures", str(year.proposal.fiscal_year))]
    first, second = (releases.begin(by=office, at=NOON) for _release in range(2))
    for thing in things:
        releases.put_in(first, *thing, by=office, at=NOON)
    draft = releases.propose(first, by=office, at=NOON)
    advance(draft, "approve", by=factories.user(Role.APPROVER), at=NOON, decided_on=TODAY)
    for thing in things:
        releases.put_in(second, *thing, withdraw=True, note="誤り", by=office, at=NOON)

    assert said(second) == []


def test_days_of_another_fiscal_year_are_found(office):
    words = (
        "令和7年5月3日と2026-03-31に開いた。R8.4.1と令和元年5月1日は別の年度。2025年13月1日はない。"
    )
    release = release_of(office, fiscal_year=2025, results=words)

    days = [one.words.split()[0] for one in checks.findings(release, at=NOON)]
    assert [day[:10] for day in days] == ["2026-04-01", "2019-05-01"]


def test_days_in_a_text_are_read():
    assert list(checks.days_in("平成３１年４月３０日、H31.4.30、2025/5/3")) == [
        date(2019, 4, 30), date(2019, 4, 30), date(2025, 5, 3),
    ]  # fmt: skip


def test_link_within_the_site_has_to_lead_somewhere(office, settings):
    settings.SITE_URL = "https://example.jp"
    there = makers.published_collaboration()
    text = (
        f"https://example.jp/public/reports/2025/{there.pk}.html と "
        "https://example.jp/public/reports/2025/99.html と https://other.example.jp/x"
    )
    found = checks.findings(release_of(office, content=text), at=NOON)

    assert [one.code for one in found] == ["links", "links"]
    assert "99.html" in found[0].words
    assert "https://other.example.jp/x" in found[1].words


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/reports/{pk}/", 0), ("/register/", 0), ("/public/", 0), ("/public", 0), ("/open-data/", 0),
        ("/open-data/reports.csv#a", 0), ("/register/?course=startup", 0),
        ("/reports/{waiting}/", 1), ("/cases/{pk}/", 1), ("/nowhere/", 1), ("/public/x.html", 1),
    ],
)  # fmt: skip
def test_every_address_of_this_system_has_to_lead_to_something_public(
    office, settings, path, count
):
    settings.SITE_URL = "https://testserver"
    settings.ALLOWED_HOSTS = ["testserver"]
    there, waiting = makers.published_collaboration(), makers.accepted_collaboration()
    url = "https://testserver" + path.format(pk=there.pk, waiting=waiting.pk)
    with translation.override("en"):
        found = checks.findings(release_of(office, content=f"詳しくは{url}。"), at=NOON)
        assert [one.words for one in found] == [f"Nothing public stands at {url}"] * count


def test_address_of_the_exported_site_is_read_from_what_is_public(office):
    there = makers.published_collaboration()
    root = "https://www.city.example.jp/yell"
    city.set_value("public_site_url", root, source="試験", by=office, at=NOON)
    text = f"{root} {root}/reports/2025/{there.pk}.html {root}/reports/2025/99.html"

    (found,) = checks.findings(release_of(office, content=text), at=NOON)

    assert found.words.endswith("/99.html")
    assert "another site" not in found.words


@pytest.mark.parametrize(
    "words",
    [
        "https://www.city.example.jp？くわしくは市へ", "https://www.city.example.jp：市", "https://[例]",
        "https://[", "{root}/calls/をご覧ください。", "{root}/%E9%8E%8C", "{root}/%FF%FE", "{root}/calls/%E9",
        "https://www.city.example.jp／案内", "{root}/?q=鎌倉",
    ],
)  # fmt: skip
def test_address_within_a_japanese_sentence_is_looked_at_and_breaks_nothing(
    office, words, settings
):
    settings.SITE_URL = "https://yell.example.jp"
    release = release_of(office, content=words.format(root=settings.SITE_URL))

    found = checks.findings(release, at=NOON)

    assert {one.code for one in found} <= {"links"}
    assert all("ご覧" not in one.words and "くわしく" not in one.words for one in found)


def test_address_ends_before_the_words_around_it(office):
    text = "（https://a.example.jp/x）や、https://b.example.jp/y.をどうぞ：https://c.example.jp/?q=1,2。"

    assert wording._LINK.findall(text) == [
        "https://a.example.jp/x", "https://b.example.jp/y", "https://c.example.jp/?q=1,2",
    ]  # fmt: skip


def test_photo_without_words_or_consent_blocks(office):
    item = ReleaseItem(kind="report", key="1", action="publish", title="x", fiscal_year=2025)
    whole = {"alt": "川", "consent": "nobody", "media_type": "image/jpeg"}
    wrong = [{"alt": " "}, {"consent": ""}, {"consent": "no such answer"}, {"media_type": ""}]
    content = {"text": {"photos": [whole, *({**whole, **one} for one in wrong)]}}

    places = [place for place, _words in checks.pictures(None, item, content)]

    assert places == ["Photo 2", "Photo 3", "Photo 4", "Photo 5"]
    assert checks._CHECKS["pictures"][1] == checks.BLOCKS


def test_figures_that_do_not_agree_with_the_register_block(office):
    year = makers.granted_year()
    release = releases.begin(by=office, at=NOON)
    for kind, key in (("register", "all"), ("figures", str(year.proposal.fiscal_year))):
        releases.put_in(release, kind, key, by=office, at=NOON)
    assert said(release) == []

    item = release.items.get(kind="figures")
    item.content = checks.content_of(item, at=NOON)
    item.content["rows"][0]["granted_yen"] += 1
    item.save()

    (found,) = checks.findings(release, at=NOON)
    assert (found.code, found.blocks) == ("sums", True)
    assert "80001" in found.words and "80000" in found.words
    with pytest.raises(NotPossible):
        checks.accept(release, found.digest, reason="よい", by=office, at=NOON)


# Accepting


@pytest.mark.parametrize(
    ("name", "before", "after", "place"),
    [
        ("awards.csv", ",80000,", ",80001,", "register, this_program, granted_yen"),
        ("figures.csv", ",80000,", ",80001,", "register, this_program, granted_yen"),
    ],
)
def test_open_data_that_the_rows_do_not_bear_out_block_with_the_cell(
    office, name, before, after, place
):
    makers.granted_year()
    release = releases.begin(by=office, at=NOON)
    item = releases.put_in(release, "register", contents.ALL, by=office, at=NOON)
    assert said(release) == []
    item.content = contents.thing(item.kind, item.key, at=NOON).content
    assert before in item.content["files"][name]
    item.content["files"][name] = item.content["files"][name].replace(before, after)
    item.save()

    (first, *_more) = checks.in_the_way(release, at=NOON)

    assert first.blocks
    assert first.place == place
    assert "80001" in first.words and "80000" in first.words


def test_warning_is_in_the_way_until_somebody_accepts_it_with_a_reason(office):
    release = release_of(office, results="問い合わせは0467-00-0000へ。")
    (found,) = checks.in_the_way(release, at=NOON)
    with pytest.raises(NotPossible, match="0467-00-0000"):
        releases.propose(release, by=office, at=NOON)
    assert Release.objects.get().state == "draft"
    assert ReleaseItem.objects.get().content is None

    with pytest.raises(PermissionDenied):
        checks.accept(
            release, found.digest, reason="よい", by=factories.user(Role.APPROVER), at=NOON
        )
    row = checks.accept(release, found.digest, reason="市役所の代表番号", by=office, at=NOON)

    assert (row.by, row.reason, row.check_code) == (office, "市役所の代表番号", "reach")
    assert Remark.objects.filter(text="市役所の代表番号").exists()
    assert checks.in_the_way(release, at=NOON) == []
    releases.propose(release, by=office, at=NOON)


def test_approver_reads_what_was_found_where_and_why_it_can_stand(office):
    release = release_of(office, results="0467-00-0000", content="2031年1月1日")
    for one in checks.in_the_way(release, at=NOON):
        checks.accept(release, one.digest, reason=f"理由{one.code}", by=office, at=NOON)
    said = checks.findings(release, at=NOON)
    releases.propose(release, by=office, at=NOON)

    drawn = what_becomes_public(Release.objects.get(), facts={}, today=NOON.date())

    assert len(said) > 1
    for one in said:
        assert {one.words, one.place, one.item.title, f"理由{one.code}"} <= _texts(drawn)
    assert drawn.index("0467-00-0000") < drawn.index("2031")


def _texts(drawn: str) -> set[str]:
    """Return the texts of a page, and the parts of those that a sign parts."""
    texts = {html.unescape(text).strip() for text in re.split(r"<[^>]*>", drawn)}
    return texts | {part.strip() for text in texts for part in re.split(" · |: ", text)}


def test_warning_is_accepted_in_whatever_language_it_is_read(office):
    release = release_of(office, results="0467-00-0000", content="2031年1月1日")
    for language in ("en", "ja"):
        with translation.override(language):
            digests = [one.digest for one in checks.in_the_way(release, at=NOON)]
            checks.accept(release, digests[0], reason="代表番号", by=office, at=NOON)

    for language in ("ja", "en"):
        with translation.override(language):
            assert checks.in_the_way(release, at=NOON) == []


def test_warning_that_is_accepted_twice_is_in_the_history_once(office):
    release = release_of(office, results="0467-00-0000")
    (found,) = checks.in_the_way(release, at=NOON)
    for _press in range(2):
        checks.accept(release, found.digest, reason="代表番号", by=office, at=NOON)

    assert release.events.filter(verb="accept_warning").count() == 1


def test_accepted_warning_covers_no_other_finding(office):
    release = release_of(office, results="0467-00-0000")
    (found,) = checks.in_the_way(release, at=NOON)
    checks.accept(release, found.digest, reason="代表番号", by=office, at=NOON)
    makers.CollaborationReport.objects.update(results="0467-00-0001")

    assert [one.digest == found.digest for one in checks.in_the_way(release, at=NOON)] == [False]


# The difference


def test_difference_names_words_and_numbers_that_change(office):
    report = makers.published_collaboration(results="のべ60人が参加した。", cost_yen=30_000)
    services.save_collaboration_report(
        report, fields={"results": "のべ61人が参加した。", "cost_yen": 29_000}, measures=[],
        edit_number=report.edit_number, by=office, at=NOON,
    )  # fmt: skip
    release = releases.begin_with(report, note="人数", by=office, at=NOON)

    cost, results = sorted(
        difference.of_item(release.items.get(), at=NOON), key=lambda c: str(c.before)
    )

    assert (cost.before, cost.after, cost.parts) == ("¥30,000", "¥29,000", ())
    assert results.parts == (
        ("same", "のべ"), ("removed", "60"), ("added", "61"), ("same", "人が参加した。"),
    )  # fmt: skip


def test_first_publication_has_nothing_to_differ_from(office):
    assert difference.of_item(release_of(office).items.get(), at=NOON) is None


def test_row_of_a_table_is_told_by_its_key():
    before = {"rows": [{"number": 1, "status": "partly"},
                       {"number": 2, "title": "名簿", "status": "ongoing"}]}  # fmt: skip
    after = {"rows": [{"number": 2, "title": "名簿", "status": "done"},
                      {"number": 3, "status": "done"}]}  # fmt: skip

    with translation.override("ja"):
        told = {one.place: one for one in difference.between(before, after)}

    assert {place: (one.before, one.after) for place, one in told.items()} == {
        "1": ("番号: 1、進捗: 一部済", None),
        "2. 名簿: 進捗": ("済・継", "済"),
        "3": (None, "番号: 3、進捗: 済"),
    }
    assert told["2. 名簿: 進捗"].parts == ()  # a status is another one, not some signs less


def test_figures_are_told_by_the_names_of_courses_and_columns():
    row = {"course": "startup", "confirmed_yen": None, "confirmed": 0, "here": 1, "projects": 1}
    courses = {"startup": ["スタート", "Start"]}
    before = {"rows": [row], "courses": courses}
    after = {"rows": [{**row, "confirmed_yen": 60_000, "confirmed": 1}], "courses": courses}

    told = {}
    for language in ("ja", "en"):
        with translation.override(language):
            told[language] = [
                (one.place, one.before, one.after) for one in difference.between(before, after)
            ]

    assert told == {
        "ja": [("スタート: 確定額", None, "60,000円"), ("スタート: 確定額がわかる事業", 0, 1)],
        "en": [
            ("Start: Confirmed amount", None, "¥60,000"),
            ("Start: Projects whose confirmed amount is known", 0, 1),
        ],
    }


def test_change_of_the_register_is_told_once_and_in_words(office):
    def content(**changed) -> dict:
        row = {
            "entry_key": "R-1", "course_code": "startup", "adopted_in": 2026, "project": "花壇",
            "granted_yen": None, "invented": False, "outcome": "adopted", "counted": 1, **changed,
        }  # fmt: skip
        cell = {"id": "R-1", "project_title": "花壇", "granted_yen": row["granted_yen"]}
        shares = [{"project_id": "R-1", "edition": "first", "number": 3,
                   "weight_percent": 40 if changed else None}]  # fmt: skip
        return {
            "rows": [row], "courses": {},
            "files": {"awards.json": json.dumps([cell]), "project-measures.json": json.dumps(shares)},
        }  # fmt: skip

    with translation.override("ja"):
        told = list(difference.between(content(), content(granted_yen=80_000, invented=True)))

    assert [(one.place, one.before, one.after) for one in told] == [
        ("花壇 (R-1): 交付決定額", None, "80,000円"),
        ("花壇 (R-1): 架空", "いいえ", "はい"),
        ("採択された事業が進める施策: R-1 / first / 3: 割合（%）", None, 40),
    ]


def test_no_column_of_the_page_of_the_register_is_left_out_of_the_difference(office):
    """Each value that a row can hold is told when it changes alone."""
    makers.granted_year()
    (row,) = contents.thing("register", "all", at=NOON).content["rows"]
    other = {str: "別", bool: True, int: 7, type(None): 7}

    for name, value in row.items():
        changed = {**row, name: other[type(value)]}
        told = list(difference.between({"rows": [row]}, {"rows": [changed]}))

        assert told, name


def test_open_data_of_the_register_differ_by_row_and_column(office):
    def files(*rows: dict) -> dict:
        return {"files": {"awards.json": json.dumps(rows), "awards.csv": "id\nanother",
                          "figures.json": json.dumps(rows)}}  # fmt: skip

    stays, goes, comes = ({"id": name, "project_title": name} for name in "abc")
    before = files({**stays, "granted_yen": None}, goes)
    after = files({**stays, "granted_yen": 5}, comes)

    with translation.override("en"):
        told = list(difference.between(before, after))

    label = str(open_data.DATASETS["awards"].label)
    cell, gone, come = told
    assert (cell.place, cell.before, cell.after) == (f"{label}: a (a): Granted amount", None, "¥5")
    assert (gone.place, gone.parts) == (f"{label}: b (b)", (("removed", "Number: b; Project: b"),))
    assert (come.place, come.parts) == (f"{label}: c (c)", (("added", "Number: c; Project: c"),))


# Pages


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "ja"
    return client


def test_every_change_can_be_read_page_by_page(office):
    report = makers.published_collaboration()
    entry = PublicEntry.objects.get(kind="report", key=str(report.pk))
    text = {f"place {number:03}": "x" for number in range(450)}
    ReleaseItem.objects.filter(pk=entry.item_id).update(content={"text": text})
    release = releases.begin_with(report, note="訂正", by=office, at=NOON)
    path = reverse("reporting:release-item", args=[release.pk, release.items.get().pk])

    pages = [
        browser(office).get(f"{path}?page={number}").getvalue().decode() for number in (1, 2, 3)
    ]

    found = [name for page in pages for name in re.findall(r"<dt>(place \d+)</dt>", page)]
    assert found == list(text)
    assert "page=2" in pages[0]


def test_preview_is_the_page_marked_and_only_for_who_may_see_the_release(office):
    release = release_of(office)
    item = release.items.get()
    path = reverse("reporting:release-preview", args=[release.pk, item.pk, "ja"])

    answer = browser(office).get(path)
    page = answer.content.decode()

    assert "まだ公開していません" in page and "川を守る会" in page
    assert (answer["X-Robots-Tag"], 'content="noindex"' in page) == ("noindex", True)
    assert 'href="/public/style.css"' in page
    assert Client().get(path).status_code == 302
    for role in (Role.DEPARTMENT, Role.COMMITTEE, Role.PANEL):
        assert browser(factories.user(role)).get(path).status_code == 404


def test_preview_of_what_waits_is_what_was_frozen(office):
    release = release_of(office)
    releases.propose(release, by=office, at=NOON)
    makers.CollaborationReport.objects.update(results="後から")
    item = release.items.get()

    page = browser(factories.user(Role.APPROVER)).get(
        reverse("reporting:release-preview", args=[release.pk, item.pk, "en"])
    )
    assert "のべ60人" in page.content.decode()


def test_office_runs_the_checks_accepts_and_is_led_to_the_proposal(office):
    release = release_of(office, results="0467-00-0000")
    client, check = browser(office), reverse("reporting:release-check", args=[release.pk])
    page = client.post(check).content.decode()
    (found,) = checks.in_the_way(release, at=NOON)
    propose = reverse("casework:move", args=[release.pk, "propose"])
    assert "0467-00-0000" in page and propose not in page

    accept = reverse("reporting:release-accept", args=[release.pk])
    assert client.post(accept, {"finding": found.digest, "reason": ""}).status_code == 422
    page = client.post(accept, {"finding": found.digest, "reason": "代表番号"}).content.decode()

    assert propose in page and "代表番号" in page
    assert client.post(propose).status_code == 302
    assert Release.objects.get().state == "waiting"


def test_page_of_an_item_shows_what_changes(office):
    report = makers.published_collaboration()
    release = releases.begin(by=office, at=NOON)
    item = releases.put_in(
        release, "report", str(report.pk), withdraw=True, note="誤り", by=office, at=NOON
    )
    path = reverse("reporting:release-item", args=[release.pk, item.pk])

    assert "ページがなくなり" in browser(office).get(path).content.decode()
    late = NOON + timedelta(days=1)
    releases.take_out(item, by=office, at=late)
    makers.CollaborationReport.objects.update(results="のべ61人が参加した。")
    item = releases.put_in(release, "report", str(report.pk), note="数", by=office, at=late)
    page = browser(office).get(reverse("reporting:release-item", args=[release.pk, item.pk]))
    assert "</span>61</ins>" in page.content.decode()
