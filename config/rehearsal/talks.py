"""What people write to each other in the demo year: messages on cases, questions on calls, the log, plans by month, photos, interim reports."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.files.base import ContentFile

from accounts.models import Organization, User
from casework import messaging
from casework.calendar import japan_date
from casework.models import Case, Message
from casework.parties import Party
from casework.services import advance
from grants.models import CallAnswer, LogEntry, Picture, ProjectYear, Proposal, Question, Round
from grants.services import log, months, pictures, questions
from reporting import interim
from reporting.models import InterimReport

from . import scenery
from .cast import DOMAIN, Cast
from .stage import Stage


def _key(stage: Stage, *about: object) -> UUID:
    return uuid5(NAMESPACE_URL, f"{stage.at} {about}")


def coordinator() -> User:
    return User.objects.get(email=f"coordinator{DOMAIN}")


def say(stage: Stage, case: Case, who: User, text: str, *, asks: str = "") -> Message:
    """Let one party of a case write to the others."""
    key = _key(stage, case.pk, text)
    return messaging.write(case, text=text, key=key, asks=asks, by=who, at=stage.at)


def ask_the_coordinator(stage: Stage, draft: Proposal, group: User) -> None:
    """A group shares its draft, and asks what it does not know; the answer is still to come."""
    say(
        stage, draft, group, "参加費をいただく場合、収入の欄にどう書けばよいでしょうか。",
        asks=Party.COORDINATOR,
    )  # fmt: skip


def settle_where_to_meet(stage: Stage, proposal: Proposal, group: User, cast: Cast) -> None:
    """The department asks a group about its place, the group answers, the office keeps a note."""
    asked = "雨の日は、どこで行う予定ですか。公園の管理棟も使えます。"
    say(stage, proposal, cast.department, asked, asks=Party.ORGANIZATION)
    say(stage, proposal, group, "ありがとうございます。管理棟を使わせてください。")
    messaging.write(
        proposal, text="管理棟の使用は公園課と調整済み。", key=_key(stage, "note", proposal.pk),
        for_office=True, by=cast.office, at=stage.at,
    )  # fmt: skip


def ask_about_the_call(stage: Stage, call: Round, cast: Cast) -> None:
    """Two groups ask about a call: what everybody should know is published, the other one waits."""
    asked = _ask(stage, call, cast.groups["minato"], "みなと朗読の会です。講師の謝礼は対象ですか。")
    questions.answer(
        asked, wording="外部の講師に支払う謝礼は、対象の経費になりますか。",
        answer="はい。金額の根拠が分かる資料（見積書や規程）を添えてください。（架空の回答です）",
        audience=CallAnswer.Audience.EVERYBODY, after=0, by=cast.office, at=stage.at,
    )  # fmt: skip
    _ask(stage, call, cast.groups["engawa"], "提出のあとに、参加人数を変えることはできますか。")


def _ask(stage: Stage, call: Round, who: User, text: str) -> Question:
    return questions.ask(call, text=text, key=_key(stage, call.pk, text), by=who, at=stage.at)


def plan_by_month(stage: Stage, year: ProjectYear, group: User) -> None:
    """A group plans its months, and tells what it did in the first of them."""
    month = stage.today.month
    following = month % 12 + 1
    by = {"by": group, "at": stage.at}
    rehearsed = months.plan_activity(year, label="練習会", planned=[month, following], **by)
    months.plan_activity(year, label="発表会", planned=[following], **by)
    months.tell_done(rehearsed, month=month, note="2回ひらきました。", participants=14, **by)


def show_pictures(stage: Stage, year: ProjectYear, group: User) -> None:
    """A group adds two photos, of which one waits for words, and its flyer."""
    by = {"by": group, "at": stage.at}
    sent = [
        (Picture.Kind.PHOTO, "IMG_0001.HEIC", scenery.photo(1, stage.at)),
        (Picture.Kind.PHOTO, "IMG_0002.HEIC", scenery.photo(2, stage.at)),
        (
            Picture.Kind.FLYER,
            "チラシ.png",
            scenery.flyer(year.title, "入場無料", "（架空のチラシです）"),
        ),
    ]
    added = [
        pictures.add_picture(year, ContentFile(content, name=name), kind=kind, **by)
        for kind, name, content in sent
    ]
    told = {"taken_on": stage.today, "place": "架空の広場", "consent": Picture.Consent.NOBODY}
    for picture, caption, words in (
        (added[0], "会場のようす", "家並みの前に、色とりどりの花が咲いている。（架空の絵です）"),
        (added[2], "チラシ", f"催しのチラシ。「{year.title}」「入場無料」とある。"),
    ):
        fields = {**told, "caption": caption, "alternative_text": words}
        pictures.describe_picture(picture, fields=fields, **by)


def ask_how_it_goes(
    stage: Stage, year: ProjectYear, cast: Cast, *, by_when: datetime
) -> InterimReport:
    """The office asks a group for an interim report."""
    return interim.ask_for_interim(
        year, due_on=japan_date(by_when), asks="参加者の集まり具合を教えてください。",
        by=cast.office, at=stage.at,
    )  # fmt: skip


def tell_how_it_goes(stage: Stage, report: InterimReport, group: User) -> InterimReport:
    """The group begins with what its plan by month says, and sends it."""
    fields = dict.fromkeys(interim.FIELDS, "") | interim.begun_by_months(report.project_year)
    fields["troubles"] = "雨の日の参加が少ないです。"
    report = interim.save_interim(report, fields=fields, edit_number=0, by=group, at=stage.at)
    return advance(report, "submit", by=group, at=stage.at)


def consult(stage: Stage, group: User) -> LogEntry:
    """A coordinator talks with a group before it begins to write (事前相談)."""
    return _log(
        stage, group.organizations.get(), None, coordinator(), "consultation",
        text="夕涼みの会を続けたいとの相談。どのコースに合うかを一緒に確かめました。",
        agreed="スタートアップコースの下書きを書いてみる。", next_step="下書きを一緒に読む",
        next_by=stage.today + timedelta(days=14),
    )  # fmt: skip


def meet(stage: Stage, proposal: Proposal, cast: Cast) -> None:
    """Department and group meet; the office keeps for itself what it thought of it; one slip is mended."""
    group = proposal.organization
    entry = _log(
        stage, group, proposal, cast.department, "meeting", who="会の代表と会計、公園課の担当",
        text="歩く道すじを下見しました。", agreed="雨天のときは管理棟を使う。",
    )  # fmt: skip
    told = _fields(entry) | {"next_step": "管理棟の鍵の受け渡しを決める"}
    log.correct(
        entry, **told, key=_key(stage, "corrected", entry.pk), by=cast.department, at=stage.at
    )
    _log(
        stage, group, proposal, cast.office, "support", audience=LogEntry.Audience.INSIDE,
        text="団体は会計の経験が少ないため、精算の前に一度説明の場をもつとよい。",
    )  # fmt: skip


def _log(
    stage: Stage, group: Organization, case: Proposal | None, writer: User, kind: str, **told
) -> LogEntry:
    fields = {
        "who": "", "agreed": "", "next_step": "", "next_by": None,
        "audience": LogEntry.Audience.SHARED, "on": stage.today, "kind": kind, **told,
    }  # fmt: skip
    key = _key(stage, "log", group.pk, told["text"])
    return log.enter(group, case=case, **fields, key=key, by=writer, at=stage.at)


def _fields(entry: LogEntry) -> dict:
    names = ("kind", "on", "who", "text", "agreed", "next_step", "next_by", "audience")
    return {name: getattr(entry, name) for name in names}
