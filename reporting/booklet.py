"""The booklet of a written report to the committee (書面報告; Japanese only), made by a worker.

It holds what stands in the versions that were tabled, so it is the same however often it is made; only
a photo to which somebody objected meanwhile is not printed, and a paper that shows one is given to nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casework import works
from casework.calendar import wareki, wareki_year
from casework.history import digest_of
from casework.models import Work
from casework.typesetting import CommitteeData, CommitteePart, Section, typeset
from casework.word import docx_of
from casework.work_kinds import work
from casework.works import Progress

from .booklet_answers import Answered, how_many, in_words
from .booklet_totals import NO_FORM, DepartmentTotal, by_department, differences, sum_of
from .models import Booklet, TabledReport, Tabling
from .printing import FORM_JA, UNKNOWN, collaboration_items, collaboration_sections, files_of
from .public_photos import Printed, all_stand, printed, standing_in

KIND = "committee_booklet"
#: What the head of the booklet counts of the departments' answers.
HEAD = {"none": "協働はなかったと回答した担当課", "missing": "まだ提出していない担当課"}
CODES = {"process_score": "協働の進め方", "outcome_score": "協働の成果"}
#: What stands over the reports whose cost nobody gave, and in the place of a sum of none.
UNKNOWN_COST, UNKNOWN_YEN = "費用が未記入", "不明"
#: The columns of form, the one of reports that name none among them.
FORMS = {**FORM_JA, NO_FORM: UNKNOWN}


def tabled_in(tabling: Tabling) -> list[TabledReport]:
    """Return what was tabled, in the order of the booklet."""
    return list(tabling.tabled.select_related("version", "report").order_by("place"))


def booklet_data(
    tabling: Tabling, contents: Sequence[dict], photos: Sequence[Sequence[Printed]]
) -> CommitteeData:
    """Return the content of the booklet.

    :param contents: of the versions, in the order of the booklet.
    :param photos: of each of them, those that may be shown now.
    """
    totals = by_department(contents)
    before = [totals_part(contents), _apart(contents)]
    if tabling.answers:
        before.insert(0, _answers(tabling.answers))
    return {
        "title": f"協働事業報告書（{wareki_year(tabling.fiscal_year)}）",
        "issued": wareki(tabling.tabled_on),
        "note": "書面報告",
        "items": [
            {"label": "報告書", "value": f"{len(contents)}件"},
            {"label": "報告書のある担当課", "value": f"{len(totals)}課"},
            *(
                {"label": label, "value": f"{how_many(tabling.answers, kind)}課"}
                for kind, label in HEAD.items()
                if tabling.answers
            ),
        ],
        "parts": [
            _contents(contents, behind=len(before) + 1),
            *before,
            *(
                _report(place, content, own)
                for place, (content, own) in enumerate(zip(contents, photos, strict=True), start=1)
            ),
        ],
    }  # fmt: skip


def _part(heading: str, section: Section) -> CommitteePart:
    return {"heading": heading, "sections": [section]}


def _contents(contents: Sequence[dict], *, behind: int) -> CommitteePart:
    """:param behind: how many parts stand before the first report."""
    rows: list[list[str | int | None]] = [
        [f"報告{place}", content["title"], content["department"], content["partner_names"]]
        for place, content in enumerate(contents, start=1)
    ]
    table = {"columns": ["番号", "協働の名前", "担当課", "相手"], "rows": rows}
    parts = list(range(behind, behind + len(rows)))
    return _part("目次", {"heading": "", "table": table, "parts": parts})


def _answers(answers: Sequence[Answered]) -> CommitteePart:
    """Every department that was asked, or should have been, and what it answered."""
    rows: list[list[str | int | None]] = [
        [one["department"], one["counts"].get("here", 0), in_words(one)] for one in answers
    ]
    table = {"columns": ["担当課", "この冊子の報告書（件）", "ほかの回答"], "rows": rows}
    return _part("担当課の回答", {"heading": "", "table": table})


def totals_part(contents: Sequence[dict]) -> CommitteePart:
    """Reports by department and form, with the cost that is known."""
    totals = by_department(contents)
    together = sum_of(totals)
    used = {code: words for code, words in FORMS.items() if together.forms[code]}
    rows = [_total(one, one.department, used) for one in totals]
    sums = _total(together, "計", used)
    columns = ["担当課", *used.values(), "件数", "事業費（円）", UNKNOWN_COST]
    return _part(
        "担当課と形態ごとの集計",
        {"heading": "", "table": {"columns": columns, "rows": rows, "total": sums}},
    )


def _total(one: DepartmentTotal, name: str, used: Iterable[str]) -> list[str | int | None]:
    cost = UNKNOWN_YEN if one.cost_yen is None else one.cost_yen
    return [name, *(one.forms[code] for code in used), one.reports, cost, one.unknown]


def _apart(contents: Sequence[dict]) -> CommitteePart:
    """What both sides scored, and how far apart they are."""
    found = differences(contents)
    if not found:
        return _part(
            "双方の評価の差", {"heading": "", "paragraphs": ["双方が評価した報告はない。"]}
        )
    rows: list[list[str | int | None]] = [
        [f"報告{one.place}", one.partner, CODES[one.code], f"{one.of_department}点",
         f"{one.of_partner}点", f"{one.difference:+d}".replace("-", "−").replace("+0", "0")]
        for one in found
    ]  # fmt: skip
    columns = ["番号", "相手", "評価", "担当課", "相手の評価", "差"]
    return _part(
        "双方の評価の差",
        {
            "heading": "",
            "paragraphs": ["差は、担当課の点から相手の点を引いた数。"],
            "table": {"columns": columns, "rows": rows},
        },
    )


def _report(place: int, content: dict, photos: Sequence[Printed]) -> CommitteePart:
    return {
        "heading": f"報告{place}　{content['title']}",
        "new_page": True,
        "items": [
            {"label": "担当課", "value": content["department"]}, *collaboration_items(content)
        ],
        "sections": collaboration_sections(content, photos),
    }  # fmt: skip


# The work


def fingerprint(tabling: Tabling) -> str:
    tabled = tabled_in(tabling)
    photos = standing_in(one.version.content or {} for one in tabled)
    return digest_of([[one.version.digest for one in tabled], sorted(photos)])


def made_of(tabling: Tabling) -> Booklet | None:
    """Return the paper of a tabling; ``None`` where there is none, or it shows what may not be shown now."""
    made = getattr(tabling, "booklet", None)
    return made if made and all_stand(made.photos) else None


def ask_for_booklet(tabling: Tabling, *, by, at) -> Work:
    """Ask a worker for the booklet; as it is to be now, it is made once."""
    return works.ask(
        KIND, params={"tabling": tabling.pk}, fingerprint=fingerprint(tabling), by=by, at=at
    )


def _tabling(asked: Work) -> Tabling:
    return Tabling.objects.get(pk=asked.params["tabling"])


def _readers(user) -> Q:
    """Whoever reads tablings."""
    return Q() if user.has_perm("reporting.read_tablings") else Q(pk__in=[])


@work(
    KIND,
    label=_("Booklet for the committee"),
    address=lambda asked: reverse("reporting:tabled", args=[asked.params["tabling"]]),
    about=lambda asked: str(_tabling(asked)),
    readers=_readers,
)
def make_booklet(asked: Work, progress: Progress) -> dict:
    """Make PDF and DOCX of the versions that were tabled, and keep them."""
    tabling = _tabling(asked)
    told = [one.version.content for one in progress.each(tabled_in(tabling))]
    contents = [content for content in told if content]  # what was withdrawn may be destroyed
    photos = [printed(content) for content in contents]
    data, files = booklet_data(tabling, contents, photos), files_of(chain.from_iterable(photos))
    made: dict[str, Any] = {"photos": sorted(standing_in(contents))}
    for name, make in progress.each([("pdf", _pdf), ("docx", docx_of)]):
        made[name] = make(data, files=files)
    Booklet.objects.update_or_create(tabling=tabling, defaults=made)
    return {"reports": len(contents)}


def _pdf(data: CommitteeData, *, files: Mapping[str, bytes]) -> bytes:
    return typeset("committee", dict(data), files=files)
