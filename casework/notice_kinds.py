"""The kinds of notices of casework itself: what each may say, and when it goes out."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from . import engine, jobs
from .calendar import japan_date
from .models import Case, Extension, Notice, RepresentativeNotice, StoredFile
from .notice_words import (
    ABOUT_CASE,
    CASE_TITLE,
    INSTEAD_OF,
    READER,
    NoticeKind,
    Told,
    Variable,
    clock,
    counted,
    in_words,
    register,
    told_as,
)


def the_case(case: Case | None, at: datetime) -> dict:
    """Return a sample of what is told about a case alone."""
    return {"case": case}


# Dates


def _deadline(case: Case | None, at: datetime) -> dict | None:
    owed = case.deadlines.open().duties().filter(due_on__isnull=False) if case else ()
    found = next(iter(owed.order_by("due_on", "pk")[:1]), None) if case else None
    if found is None:
        return None
    left = (found.ends_on - japan_date(at)).days
    return {"case": case, "deadline": found, "days_left": max(left, 0), "days_late": max(-left, 1)}


def _with_a_date(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.filter(
        deadlines__met_at=None, deadlines__closed_at=None, deadlines__due_on__isnull=False,
        deadlines__owed_by__gt="",
    )  # fmt: skip


def _days(name: str):
    return lambda told, language: counted(told.get(name, 0), language, ja="日", en="day")


DEADLINE = (
    Variable("deadline", _("What is due"), lambda told, _l: str(told["deadline"].label)),
    Variable(
        "due_on", _("The date that counts now, in words"),
        lambda told, language: in_words(told["deadline"].ends_on, language),
    ),
    Variable(
        "due_on_iso", _("The date that counts now, in figures"),
        lambda told, _l: told["deadline"].ends_on.isoformat(),
    ),
    Variable(
        "derivation", _("How the date came about"), lambda told, _l: str(told["deadline"].in_words)
    ),
    Variable(
        "is_firm", _("Whether the reminder says what follows"),
        lambda told, _l: bool(told.get("firm")),
    ),
)  # fmt: skip

register(
    NoticeKind(
        "deadline_near", _("A date comes near"),
        _("On the days of the ladder of reminders, up to the date itself."),
        (
            *ABOUT_CASE, *DEADLINE,
            Variable("days_left", _("How many days are left"), _days("days_left")),
            Variable("is_due_today", _("Whether it is due today"), lambda told, _l: not told["days_left"]),
            Variable(
                "is_draft", _("Whether nothing was filed yet"),
                lambda told, _l: told["case"].state == "draft",
            ),
        ),
        _deadline, _with_a_date, on_paper=True,
    ),
    NoticeKind(
        "deadline_overdue", _("A date has passed"),
        _("On the days of the ladder of reminders that come after the date."),
        (*ABOUT_CASE, *DEADLINE,
         Variable("days_late", _("How many days it is late"), _days("days_late"))),
        _deadline, _with_a_date, on_paper=True,
    ),
)  # fmt: skip


def _more_time(case: Case | None, at: datetime) -> dict | None:
    rows = Extension.objects.filter(deadline__case=case).select_related("deadline")
    found = rows.order_by("-pk").first()
    return found and {"case": case, "extension": found}


register(
    NoticeKind(
        "more_time", _("There is more time"), _("When more time is given for a date."),
        (
            *ABOUT_CASE,
            Variable(
                "deadline", _("What is due"), lambda told, _l: str(told["extension"].deadline.label)
            ),
            Variable(
                "until_on", _("The new date, in words"),
                lambda told, language: in_words(told["extension"].until, language),
            ),
            Variable(
                "until_on_iso", _("The new date, in figures"),
                lambda told, _l: told["extension"].until.isoformat(),
            ),
            Variable("reason", _("Reason"), lambda told, _l: told["extension"].reason),
        ),
        _more_time, lambda cases: cases.filter(deadlines__extensions__isnull=False),
    )
)  # fmt: skip


# Turns and letters


def _letter(case: Case | None, at: datetime) -> dict | None:
    found = case.letters.defer("pdf").order_by("-pk").first() if case else None
    return found and {"case": case, "letter": found}


register(
    NoticeKind(
        "your_turn", _("It is your turn"), _("When a case comes to somebody who has to do something."),
        (*ABOUT_CASE,
         Variable("todo", _("What to do next"), lambda told, _l: str(told["case"].stage.todo)),
         Variable("reason", _("Why it came back"), told_as("reason"), optional=True),
         Variable(
             "due_on", _("By when it has to be done, in words"),
             lambda told, language: in_words(told["due_on"], language) if told.get("due_on") else "",
             optional=True,
         )),
        the_case, lambda cases: cases.filter(closed_at=None, internal=False),
    ),
    NoticeKind(
        "case_moved", _("A case has moved on"),
        _("When a case moves on and the group need not do anything."),
        ABOUT_CASE, the_case, lambda cases: cases.filter(internal=False),
    ),
    NoticeKind(
        "letter_sent", _("A letter has come"), _("When a formal letter leaves."),
        (
            *ABOUT_CASE,
            Variable("letter_title", _("Title of the letter"), lambda told, _l: told["letter"].title),
            Variable(
                "letter_symbol", _("Symbol and number of the letter"),
                lambda told, _l: told["letter"].symbol,
            ),
            Variable(
                "is_reissued", _("Whether it replaces an earlier letter of the same number"),
                lambda told, _l: told["letter"].version > 1,
            ),
        ),
        _letter, lambda cases: cases.filter(letters__isnull=False), on_paper=True,
    ),
    NoticeKind(
        "approval_drafted", _("A draft waits for a decision"),
        _("When the office submits a draft (起案) to the approver."),
        ABOUT_CASE, the_case, lambda cases: cases.filter(kind="approval"),
    ),
    NoticeKind(
        "approval_decided", _("A draft was decided"),
        _("When the approver decides on a draft, or sends it back."),
        ABOUT_CASE, the_case, lambda cases: cases.filter(kind="approval"),
    ),
)  # fmt: skip


# Messages


def _message(case: Case | None, at: datetime) -> dict | None:
    found = case.messages.filter(for_office=False).select_related("by").last() if case else None
    return found and {"case": case, "message": found}


register(
    NoticeKind(
        "message_received", _("A message about a case"),
        _("When somebody writes on a case to the others who have a part in it."),
        (
            *ABOUT_CASE,
            Variable("writer", _("Who wrote"), lambda told, _l: told["message"].writer),
            Variable("is_asked", _("Whether the reader is asked to answer"),
                     lambda told, _l: bool(told.get("asked"))),
        ),
        _message, lambda cases: cases.filter(messages__for_office=False),
    )
)  # fmt: skip


# What is about no case of its own


def _digest(case: Case | None, at: datetime) -> dict:
    parts = Notice.objects.filter(case=case).exclude(kind="digest").order_by("-pk")[:3]
    return {"parts": list(parts), "on": japan_date(at), "site": settings.SITE_URL}


def _listed(told: Told, language: str) -> str:
    """Return a line for each notice, and below it the address it leads to."""
    mark = "・" if language == "ja" else "- "
    lines = []
    for part in told["parts"]:
        lines.append(f"{mark}{part.subject}")
        if part.path:
            lines.append(f"  {told['site']}{part.path}")
    return "\n".join(lines)


def _title_if_told(told: Told, language: str) -> str:
    return told["case"].title if told.get("case") else ""


register(
    NoticeKind(
        "digest", _("Daily digest"), _("Once a day, for those who want notices in one e-mail."),
        (
            READER,
            Variable(
                "number", _("How many notices there are"),
                lambda told, language: counted(len(told["parts"]), language, ja="件", en="notice"),
            ),
            Variable("list", _("The notices, one a line, with their addresses"), _listed),
            Variable("day", _("The day, in words"), lambda told, language: in_words(told["on"], language)),
            Variable("day_iso", _("The day, in figures"), lambda told, _l: told["on"].isoformat()),
        ),
        _digest, lambda cases: cases.filter(notices__isnull=False),
    ),
    NoticeKind(
        "notice_bounced",
        _("An e-mail came back"),
        _("When the mail server of a reader refuses a notice for good."),
        (
            READER,
            Variable("case_title", CASE_TITLE.label, _title_if_told, optional=True),
            INSTEAD_OF,
            Variable(
                "address", _("The address that was refused"), lambda told, _l: told["bounced"].to
            ),
            Variable(
                "notice", _("Subject of the notice"),
                lambda told, _l: told["bounced"].subject if told.get("case") else "",
                optional=True,
            ),
            Variable("error", _("What the mail server said"), lambda told, _l: told["bounced"].error),
        ),
        lambda case, at: (found := _newest_mail(case)) and {"case": case, "bounced": found},
        lambda cases: cases.filter(Q(notices__isnull=False) & ~Q(notices__to="")),
    ),
)  # fmt: skip


def _newest_mail(case: Case | None) -> Notice | None:
    return Notice.objects.filter(case=case).exclude(to="").order_by("-pk").first()


def _infected(case: Case | None, at: datetime) -> dict | None:
    found = StoredFile.objects.filter(case=case).order_by("-pk").first()
    return found and {"case": case, "file": found}


register(
    NoticeKind(
        "file_infected", _("A file is infected"),
        _("When the virus scanner finds something in a file; to who sent it, and to the office."),
        (
            *ABOUT_CASE,
            Variable("file_name", _("Name of the file"), lambda told, _l: told["file"].name),
            Variable("found", _("What the virus scanner found"), lambda told, _l: told["file"].scan_found),
        ),
        _infected, lambda cases: cases.filter(files__isnull=False),
    )
)  # fmt: skip


def _backup(case: Case | None, at: datetime) -> dict:
    return {"last": engine.last_backup(), "hours": settings.BACKUP_EVERY_HOURS}


register(
    NoticeKind(
        "backup_late", _("A backup is overdue"),
        _("When no backup was made for longer than it is set; to administrators."),
        (
            READER,
            Variable("hours", _("Every how many hours a backup is to be made"), told_as("hours")),
            Variable(
                "last_at", _("When the last backup was made"),
                lambda told, _l: clock(told["last"].at) if told["last"] else "", optional=True,
            ),
        ),
        _backup, fitting=None,
    )
)  # fmt: skip


def _a_change(case: Case | None, at: datetime) -> dict | None:
    found = RepresentativeNotice.objects.select_related("organization").order_by("-pk").first()
    return found and {"group": found.organization, "holds_from": found.holds_from}


CHANGE_OF_REPRESENTATIVE = (
    READER,
    Variable("group", _("Name of the group"), lambda told, _l: told["group"].name),
    Variable("holds_from", _("From which day it holds, in words"),
             lambda told, language: in_words(told["holds_from"], language)),
)  # fmt: skip

register(
    NoticeKind(
        "representative_told", _("A group has a new representative"),
        _("When a group tells that another represents it; to the office."),
        CHANGE_OF_REPRESENTATIVE, _a_change, fitting=None,
    ),
    NoticeKind(
        "representative_noted", _("A change of representative was noted"),
        _("When the office has noted who represents a group; to whoever told it."),
        CHANGE_OF_REPRESENTATIVE, _a_change, fitting=None,
    ),
)  # fmt: skip


def _job(case: Case | None, at: datetime) -> dict | None:
    found = next(iter(jobs.periodic_jobs()), None)
    return found and {"job": found, "last": found.done_at or found.since or at, "now": at}


register(
    NoticeKind(
        "engine_late", _("A job of the program is late"),
        _("When a job by the clock has not come to its end in time; to administrators."),
        (
            READER,
            Variable("job", _("Name of the job"), lambda told, _l: str(told["job"].label)),
            Variable("interval", _("When the job is to run"), lambda told, _l: str(told["job"].interval)),
            Variable("last_at", _("When it last came to its end"), lambda told, _l: clock(told["last"])),
            Variable("is_known", _("Whether it ever came to its end"),
                     lambda told, _l: bool(told["job"].done_at)),
        ),
        _job, fitting=None,
    ),
    NoticeKind(
        "engine_back", _("The jobs run again"),
        _("When the jobs by the clock had stopped and run again; to administrators."),
        (
            READER,
            Variable("away", _("For how long they had stopped"),
                     lambda told, _l: timesince(told["last"], told["now"])),
            Variable("last_at", _("Since when they had stopped"), lambda told, _l: clock(told["last"])),
            Variable("now_at", _("Since when they run again"), lambda told, _l: clock(told["now"])),
        ),
        _job, fitting=None,
    ),
)  # fmt: skip


def _handover(case: Case | None, at: datetime) -> dict:
    return {"giver": _("nobody"), "taker": _("Clerk in charge"), "count": 3}


register(
    NoticeKind(
        "handed_over", _("Cases were handed over"),
        _("When cases pass from one clerk or department to another; once to each of the people concerned."),
        (
            READER,
            Variable("giver", _("Who was in charge"), lambda told, _l: str(told["giver"])),
            Variable("taker", _("Who is in charge now"), lambda told, _l: str(told["taker"])),
            Variable("cases", _("How many cases"),
                     lambda told, language: counted(told["count"], language, ja="件", en="case")),
        ),
        _handover, fitting=None,
    ),
    NoticeKind(
        "new_clerk", _("Another clerk is in charge"),
        _("When cases of a group pass from one clerk to another; once to each person of the group."),
        (
            READER,
            Variable("taker", _("Who is in charge now"), lambda told, _l: str(told["taker"])),
            Variable("cases", _("How many cases"),
                     lambda told, language: counted(told["count"], language, ja="件", en="case")),
        ),
        _handover, fitting=None,
    ),
)  # fmt: skip
