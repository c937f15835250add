"""How a settlement is checked: receipts, what the office asks for, a line that does not count whole."""

from collections.abc import Iterable
from datetime import timedelta

from django.core.files.base import ContentFile

from accounts.models import User
from casework.calendar import wareki
from casework.services import advance
from casework.typesetting import typeset
from reporting.confirming import unchecked
from reporting.line_checks import Asked, Found, check_report, in_one_text
from reporting.models import Report, SettlementLine
from reporting.receipts import Paid, add_receipt

from .stage import Stage

A_DAY = timedelta(days=1)


def enter_receipts(
    stage: Stage, report: Report, group: User, lines: Iterable[SettlementLine]
) -> None:
    """The group enters two receipts for each line: one with its file, one to come on paper."""
    first = report.project_year.starts_on
    for line in lines:
        half = line.amount_yen // 2
        for part, amount in enumerate((half, line.amount_yen - half), start=1):
            paid_on = max(report.completed_on - part * A_DAY, first)
            paid = Paid(line.pk, f"{line.label}（{part}回目）", paid_on, amount)
            upload = _file(report, paid) if part == 1 else None
            add_receipt(report, paid, upload=upload, by=group, at=stage.at)


def spending(report: Report) -> list[SettlementLine]:
    return list(report.settlement_lines.filter(side="expenditure").order_by("pk"))


def _file(report: Report, paid: Paid) -> ContentFile:
    return ContentFile(_receipt(report, paid), name=f"領収書-{paid.line}.pdf")


def _receipt(report: Report, paid: Paid) -> bytes:
    """An invented receipt, as a PDF."""
    shop = {"title": "架空の店", "name": ""}
    group = {"organization": report.organization.name, "title": "", "name": "", "honorific": "御中"}
    words = f"{paid.item}の代金として、{paid.amount_yen:,}円を領収しました。"
    data = {"title": "領収書", "issued": wareki(paid.paid_on), "addressee": group, "sender": shop,
            "paragraphs": [words]}  # fmt: skip
    return typeset("letter", data)


def ask_for_receipts(stage: Stage, report: Report, office: User) -> Report:
    """The office asks at one line for its receipts, and returns the report."""
    last = spending(report)[-1]
    asked = [
        Asked("領収書を付けてください。", line=last.pk),
        Asked("回数も書いてください。", field="content"),
    ]
    check_report(report, found=[], asked=asked, by=office, at=stage.at)
    why = in_one_text(report)
    return advance(report, "send_back", by=office, at=stage.at, reason=why)


def check_lines(stage: Stage, report: Report, office: User, *, disallowed_yen: int) -> None:
    """The office allows every line but the last, of which a part does not count."""
    *others, last = spending(report)
    why = "懇親会の飲食代が含まれるため"
    found = [Found(line.pk, "allowed") for line in others]
    found.append(Found(last.pk, "disallowed", min(disallowed_yen, last.amount_yen), why))
    settled = report.field_notes.awaited().values_list("pk", flat=True)
    check_report(report, found=found, settled=settled, by=office, at=stage.at)


def allow_the_rest(stage: Stage, report: Report, office: User) -> Report:
    """The office allows every line of spending that it has not judged yet."""
    found = [Found(line.pk, "allowed") for line in unchecked(report)]
    return check_report(report, found=found, by=office, at=stage.at) if found else report
