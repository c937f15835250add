"""The index and its answers, the same on SQLite and PostgreSQL."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, Role
from casework.services import advance
from grants.models import PastAward, Proposal
from guideline.models import Progress
from guideline.public_days import make_public
from reporting import partner_parts, services, tasks
from reporting.models import SearchEntry
from reporting.search import indexing, store
from reporting.search.questions import words_of
from reporting.search.searching import answer
from reporting.search.sources import SOURCES, Document, Source
from reporting.search.tokens import tokens_of
from tests import factories
from tests.factories import NOON
from tests.reporting import makers

pytestmark = pytest.mark.django_db

#: Each test that asks the full text runs on both: here, and in the pass on PostgreSQL.
on_both = pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)

#: What is in the index for the table of cases: key → title, text.
TEXTS = {
    "npo": ("ＮＰＯ入門", "特定非営利活動法人 みどりの会と NPO法人はまの会"),
    "matsuri": ("ﾏﾂﾘの手伝い", "夏祭りをした"),
    "bosai": ("防災訓練", "鎌倉市の防災。訓練の記録は12月5日まで"),
    "old": ("鐮倉の髙い木", "佐々木邉さんの觀察会"),
    "river": ("川の観察", "Volunteers of 2023 walked; 七里ガ浜と七里ヶ浜。100%"),
    "quote": ('it\'s "quoted" & <b>', "' OR 1=1 -- * ( ) : NEAR"),
}
#: (question, keys of what it finds), the same on both databases.
CASES = [
    ("NPO", {"npo"}),
    ("ＮＰＯ", {"npo"}),
    ("npo", {"npo"}),
    ("NPO法人", {"npo"}),
    ("特定非営利活動法人", {"npo"}),
    ("NPO法人みどりの会", {"npo"}),
    ("特定非営利活動法人はまの会", {"npo"}),
    ("(特非)はまの会", {"npo"}),
    ("みどりの会", {"npo"}),
    ("NPO法人 みどりの会", {"npo"}),
    ("NPO法人の会", set()),
    ("ﾏﾂﾘ", {"matsuri"}),
    ("マツリ", {"matsuri"}),
    ("まつり", {"matsuri"}),
    ("祭り", {"matsuri"}),
    ("防災", {"bosai"}),
    ("防災訓練", {"bosai"}),
    ("訓練防災", set()),
    ("訓練 防災", {"bosai"}),
    ("「訓練 防災」", set()),
    ("「防災 訓練」", {"bosai"}),
    ("鎌倉", {"bosai", "old"}),
    ("鐮倉", {"bosai", "old"}),
    ("鎌倉 木", {"old"}),
    ("高い木", {"old"}),
    ("佐々木辺", {"old"}),
    ("觀察", {"old", "river"}),
    ("観察", {"old", "river"}),
    ("木", {"old"}),
    ("会", {"npo", "old"}),
    ("練", {"bosai"}),
    ("録", {"bosai"}),
    ("5", {"bosai"}),
    ("12月5日", {"bosai"}),
    ("２０２３", {"river"}),
    ("202", set()),
    ("volunteer", {"river"}),
    ("VOLUNTEERS", {"river"}),
    ("七里ケ浜", {"river"}),
    ("七里が浜", {"river"}),
    ("ない言葉", set()),
    ("' OR 1=1 --", {"quote"}),
    ("it's", {"quote"}),
    ("NEAR(", {"quote"}),
    ("防災 OR 川", set()),
    ("%", set()),
    ("*", set()),
    ("\0", set()),
]


def keep(key: str, title: str, text: str = "", **fields) -> SearchEntry:
    entry = SearchEntry.objects.create(
        kind="report", key=key, title=title, text=text, address=f"/{key}/", **fields
    )
    store.write([indexing.row_of(entry)])
    return entry


def ask(
    question: str, *, fictitious: bool = False, in_english: bool = False, **chosen
) -> list[str]:
    found = answer(question, chosen, fictitious=fictitious, in_english=in_english)
    keys = dict(SearchEntry.objects.values_list("pk", "key"))
    return [keys[hit.entry] for hit in found.hits]


@on_both
def test_each_question_finds_what_the_table_says(database):
    for key, words in TEXTS.items():
        keep(key, *words)

    assert {question: set(ask(question)) for question, _ in CASES} == dict(CASES)


@on_both
def test_titles_come_first_and_then_what_is_newer(database):
    keep("text-old", "はじめに", "防災の話", fiscal_year=2020)
    keep("text-new", "おわりに", "防災の話", fiscal_year=2024)
    keep("title-old", "防災の日", "ほかの話", fiscal_year=2019)
    keep("title-new", "防災の夜", "ほかの話", fiscal_year=2025)
    keep("unknown", "つぎには", "防災の話")

    assert ask("防災") == ["title-new", "title-old", "text-new", "text-old", "unknown"]


@on_both
def test_what_says_it_more_often_comes_first(database):
    keep("once", "はじめに", "防災の話をした。川の話をした。海の話をした。", fiscal_year=2025)
    keep("thrice", "おわりに", "防災の話をした。防災の話をした。防災の話をした。", fiscal_year=2020)
    keep("none", "つぎには", "川の話をした。川の話をした。川の話をした。")

    assert ask("防災") == ["thrice", "once"]


@on_both
def test_facets_count_what_each_choice_would_find(database):
    one, other = factories.department(), factories.department()
    first, second = factories.measure(), factories.measure()
    keep("a", "防災", fiscal_year=2024, course="startup", department=one, measures=f"{first.pk}")
    keep(
        "b",
        "防災",
        fiscal_year=2024,
        course="startup",
        department=other,
        measures=f"{first.pk} {second.pk}",
    )
    keep("c", "防災", fiscal_year=2025, course="collaboration", department=one)
    keep("d", "川", fiscal_year=2025)

    everything = answer("防災", {}, fictitious=False)
    chosen = answer("防災", {"year": 2024, "department": one.pk}, fictitious=False)

    assert everything.facets == {
        "kind": {"report": 3},
        "year": {2024: 2, 2025: 1},
        "course": {"startup": 2, "collaboration": 1},
        "department": {one.pk: 2, other.pk: 1},
        "measure": {first.pk: 2, second.pk: 1},
    }
    # Of a dimension that is chosen, its other values stay to be chosen.
    assert chosen.facets["year"] == {2024: 1, 2025: 1}
    assert chosen.facets["department"] == {one.pk: 1, other.pk: 1}
    assert chosen.facets["course"] == {"startup": 1}
    assert chosen.in_all == 3
    assert ask("防災", year=2024, department=one.pk) == ["a"]
    assert set(ask("防災", measure=first.pk)) == {"a", "b"}  # fmt: skip


@on_both
def test_entry_written_anew_is_found_by_its_new_words_alone(database):
    entry = keep("a", "防災")

    store.write([store.Row(entry.pk, tokens_of("川"), [])])

    assert ask("川") == ["a"]
    assert ask("防災") == []
    store.forget([entry.pk])
    assert ask("川") == []


@on_both
def test_words_beyond_the_longest_text_are_left_out_alike(database):
    keep("a", "長い", "あ" * store.MOST_TOKENS + "防災")

    assert ask("防災") == []
    assert ask("ああ") == ["a"]


@on_both
def test_more_than_a_few_are_found_in_as_many_queries(database, django_assert_max_num_queries):
    entries = SearchEntry.objects.bulk_create(
        SearchEntry(kind="report", key=f"{number}", title="防災", address="/")
        for number in range(501)
    )
    store.write(store.Row(entry.pk, tokens_of("防災"), []) for entry in entries)

    with django_assert_max_num_queries(6):
        assert len(answer("防災", {}, fictitious=False).hits) == 501


# What gets into the index, and what leaves it


SECRET = "公開前の秘密"


def found_by(question: str, person=None) -> str:
    client = Client()
    if person:
        client.force_login(person)
    page = client.get("/search/", {"q": question})
    assert page.status_code == 200
    return page.content.decode()


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    """Let what follows a commit follow."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@on_both
def test_report_is_found_from_its_publication_on(database, at_once):
    measure = factories.measure()
    with at_once():
        report = makers.published_collaboration(measures=[measure])

    entry = SearchEntry.objects.get(kind="report", key=report.pk)

    assert ask("川の自然観察会") == [str(report.pk)]
    assert entry.address == f"/reports/{report.pk}/"
    assert entry.department == report.department
    assert entry.fiscal_year == report.fiscal_year
    assert entry.measures == str(measure.pk)
    assert "川の" in found_by("自然観察会")


def test_whatever_the_page_of_a_report_says_is_found_and_nothing_else(at_once):
    group = factories.organization(name="川を守る会")
    member = factories.member(group)
    report = makers.collaboration(citizens_change="蛍が戻った。", difficulties="雨が多かった。")
    clerk = makers.department_clerk(report.department)
    report = services.save_collaboration_report(
        report, fields={}, measures=[], edit_number=report.edit_number, by=clerk, at=NOON,
        partners=[{"name": group.name, "organization": group}],
        figures=[{"label": "蛍の数", "value": 12, "unit": "匹"}],
    )  # fmt: skip
    (part,) = partner_parts.ask_partners(report, due_on=None, by=clerk, at=NOON)
    view = {
        "process_score": 5,
        "outcome_score": 2,
        "changed": "若者が来た。",
        "corrections": SECRET,
    }
    part = partner_parts.save_part(part, fields=view, edit_number=0, by=member, at=NOON)
    advance(part, "give", by=member, at=NOON)
    report = advance(report, "submit", by=clerk, at=NOON)
    report = advance(report, "accept", by=factories.user(Role.OFFICE), at=NOON)
    with at_once():
        factories.released(report)

    for words in ("蛍が戻った", "雨が多かった", "蛍の数", "若者が来た", "川を守る会"):
        assert ask(words) == [str(report.pk)], words
    assert ask(SECRET) == []


def test_correction_is_found_once_it_is_published(at_once):
    with at_once():
        report = makers.published_collaboration()
    fields = {"title": SECRET, "results": SECRET}
    with at_once():
        services.save_collaboration_report(
            report, fields=fields, measures=[], edit_number=report.edit_number,
            by=factories.user(Role.OFFICE), at=NOON,
        )  # fmt: skip
    indexing.rebuild()
    assert ask(SECRET) == []

    with at_once():
        report.refresh_from_db(fields=["edit_number"])
        factories.approved(report, "correct", note="題名を直した。")

    assert ask(SECRET) == [str(report.pk)]
    assert ask("川の自然観察会") == []


@pytest.mark.parametrize("verbs", [(), ("submit",), ("submit", "accept")])
def test_report_before_its_publication_is_found_by_nobody(verbs, at_once):
    with at_once():
        report = makers.collaboration(title=SECRET, content=SECRET)
        people = [makers.department_clerk(report.department), *map(factories.user, Role.values)]
        for verb in verbs:
            by = people[0] if verb == "submit" else factories.user(Role.OFFICE)
            report = advance(report, verb, by=by, at=NOON)
    indexing.rebuild()
    indexing.index("report", report.pk)

    assert not SearchEntry.objects.filter(kind="report").exists()
    empty = found_by("ほかの言葉のない問い")
    for person in (None, *people):
        assert found_by(SECRET, person).count(SECRET) == found_by(SECRET).count(SECRET)
        assert f"/reports/{report.pk}/" not in found_by(SECRET, person)
    assert f"/reports/{report.pk}/" not in empty


@on_both
def test_project_is_found_while_it_stands_in_the_register(database, at_once):
    makers.sender()
    office = factories.user(Role.OFFICE)
    with at_once():
        proposal = makers.ready_proposal("startup", office=office)

    entry = SearchEntry.objects.get(kind="project")
    assert ask(proposal.title) == [proposal.number]
    assert ask(proposal.organization.name) == [proposal.number]
    assert f'id="entry-{proposal.number}"' in Client().get(entry.address).content.decode()

    with at_once():
        advance(proposal, "renounce", by=makers.group_of(proposal), at=NOON)

    assert ask(proposal.title) == []


def test_proposal_that_was_not_selected_is_found_by_nobody(at_once):
    makers.sender()
    group = factories.member(factories.organization(name=SECRET))
    with at_once():
        proposal = factories.draft("startup", by=group)
        proposal = advance(proposal, "submit", by=group, at=NOON)
        office = factories.user(Role.OFFICE)
        for verb in ("accept", "refer"):
            proposal = advance(proposal, verb, by=office, at=NOON)
        factories.approved(proposal, "decline", reason="code")
    indexing.rebuild()

    assert ask(SECRET) == []
    assert ask(proposal.title) == []


def test_past_award_is_found_by_name_and_a_mere_number_is_not():
    PastAward.objects.create(
        key="y2023-1", course="startup", adoption_fiscal_year=2023, status="adopted",
        source="広報", group_name="浜の掃除の会", project_title="浜の掃除",
    )  # fmt: skip
    PastAward.objects.create(
        key="y2023-count", course="startup", adoption_fiscal_year=2023, status="adopted",
        source="広報", group_name="合計の行", count=5,
    )  # fmt: skip

    indexing.rebuild()

    assert ask("浜の掃除") == ["y2023-1"]
    assert ask("合計の行") == []


def department_named(year: int | None = None, **fields) -> Department:
    return Department.objects.create(
        name="道路課", valid_from=date(year, 4, 1) if year else None, **fields
    )


def found_department(key: str) -> int | None:
    return SearchEntry.objects.get(key=key).department_id


def test_published_row_has_the_department_that_bore_its_name_in_that_year():
    before = department_named(valid_until=date(2024, 3, 31))
    after = department_named(2024)
    for year in (2023, 2024, None):
        PastAward.objects.create(
            key=f"d-{year}", course="collaboration", adoption_fiscal_year=year,
            status="adopted", source="広報", project_title="道の花壇", department="道路課",
        )  # fmt: skip

    indexing.rebuild()

    assert found_department("d-2023") == before.pk
    assert found_department("d-2024") == after.pk
    assert found_department("d-None") is None


@pytest.mark.parametrize("other_is_made_first", [True, False])
def test_project_has_its_own_department_whoever_bears_the_same_name(other_is_made_first):
    if other_is_made_first:
        department_named(2020, valid_until=date(2030, 4, 1))
    own = department_named()
    if not other_is_made_first:
        department_named(2020, valid_until=date(2030, 4, 1))
    proposal = makers.granted_year("collaboration").proposal
    Proposal.objects.filter(pk=proposal.pk).update(department=own)

    indexing.rebuild()

    assert found_department(proposal.number) == own.pk


def test_measure_is_found_in_both_languages():
    measure = factories.measure(title="相談窓口の設置", title_en="Setting up a help desk")

    indexing.rebuild()

    assert ask("相談窓口") == [str(measure.pk)]
    assert ask("help desk", in_english=True) == [str(measure.pk)]
    # Who reads in Japanese would not see why it is found.
    assert ask("help desk") == ask("a") == []


def test_result_of_a_measure_is_found_once_its_day_is_public():
    measure = factories.measure(text="窓口で相談を受ける")
    told = {"measure": measure, "fiscal_year": 2025, "status": "done", "result": "秘密の成果"}
    Progress.objects.create(**told, as_of=date(2025, 12, 20))
    indexing.rebuild()
    assert (ask("相談を受ける"), ask("秘密の成果")) == ([str(measure.pk)], [])

    make_public(measure.edition, date(2025, 12, 20), source="試験", at=NOON)
    indexing.rebuild(anew=False)

    assert ask("秘密の成果") == [str(measure.pk)]


def test_invented_things_are_found_only_in_a_demonstration(settings, at_once):
    keep("a", "防災", fictitious=True)
    assert ask("防災") == []
    assert ask("防災", fictitious=True) == ["a"]
    department = factories.department(fictitious=True)
    with at_once():
        report = makers.published_collaboration(department)
    assert ask("川の自然観察会", fictitious=True) == []

    settings.DEMO = True
    indexing.rebuild()

    assert ask("川の自然観察会", fictitious=True) == [str(report.pk)]
    assert ask("川の自然観察会") == []


@on_both
def test_rebuilding_twice_changes_nothing_and_takes_out_what_is_gone(database):
    report = makers.published_collaboration()
    factories.measure()
    keep("999999", "消えた報告")
    stray = SearchEntry(kind="gone", key="1", title="消えた種類", address="/")
    stray.save()
    call_command("rebuild_search")
    once = list(SearchEntry.objects.order_by("pk").values())

    call_command("rebuild_search")

    assert list(SearchEntry.objects.order_by("pk").values()) == once
    assert ask("消えた") == []
    assert ask("川の自然観察会") == [str(report.pk)]
    assert len(store.matches(words_of("消えた"))) == 0


def test_each_night_only_what_changed_is_written():
    measure = factories.measure(title="相談窓口の設置")
    other = factories.measure(title="掲示板の設置")
    indexing.rebuild()
    type(other).objects.filter(pk=other.pk).update(title="看板の設置")

    with CaptureQueriesContext(connection) as queries:
        assert tasks.rebuild_search()["measure"] == 2

    written = [q["sql"] for q in queries if "INSERT INTO reporting_searchtokens" in q["sql"]]
    assert len(written) == 1
    assert (ask("看板"), ask("掲示板"), ask("相談窓口")) == ([str(other.pk)], [], [str(measure.pk)])


@on_both
def test_rebuilding_goes_on_batch_by_batch(database, monkeypatch):
    many = [Document(key=str(n), address="/", title=f"防災{n}") for n in range(1_001)]
    monkeypatch.setitem(SOURCES, "many", Source("many", "many", lambda keys: iter(many)))

    assert indexing.rebuild()["many"] == 1_001
    assert len(ask("防災")) == 1_001
    del many[1:]
    indexing.rebuild()
    assert ask("防災") == ["0"]


@on_both
def test_of_very_many_only_titles_and_years_say_which_comes_first(database, monkeypatch):
    monkeypatch.setattr(store, "MOST_WEIGHED", 2)
    keep("newer", "はじめに", "防災の話をした。川の話をした。海の話をした。", fiscal_year=2025)
    keep("thrice", "おわりに", "防災の話をした。防災の話をした。防災の話をした。", fiscal_year=2020)
    assert ask("防災") == ["thrice", "newer"]

    keep("title", "防災", "川", fiscal_year=2019)

    assert ask("防災") == ["title", "newer", "thrice"]


def test_what_is_withdrawn_is_found_by_nobody_though_the_process_dies_after_its_commit():
    report = makers.published_collaboration()
    indexing.rebuild()
    assert ask("川の自然観察会") == [str(report.pk)]

    # In a test nothing follows a commit, as where a process dies.
    indexing.index_soon("report", report.pk)
    assert ask("川の自然観察会") == []

    assert (indexing.catch_up(), indexing.catch_up()) == (1, 0)
    assert ask("川の自然観察会") == [str(report.pk)]
