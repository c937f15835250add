"""The parts that pages are made of; each tag renders one template of ``templates/components``.

Words are translated here or in the template, never by the caller, except labels that the caller
passes.  Nothing here reads the clock: ``today`` comes from the context or from ``request.today``.
"""

import html
import re
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache

import budoux
from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS_ABBR
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from casework import calendar, language_of_parts, parties
from casework.parties import in_words
from casework.sums import sum_typed

register = template.Library()

#: A duty due within so many calendar days is shown as due soon.
SOON_DAYS = 7

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")

#: Where a line may break.
BREAK = SafeString("<wbr>")

#: How the names of fields end that hold whole yen.
YEN = "_yen"

Form = forms.BaseForm | BaseFormSet


def in_japanese() -> bool:
    """Return whether the page is in Japanese."""
    return (get_language() or "ja").startswith("ja")


# Words, money, days


@register.simple_block_tag
def parts_in_japanese(content: str) -> SafeString:
    """Mark what is Japanese between the tags, on a page in another language."""
    # What stands between the tags was escaped when it was drawn.
    words = content if in_japanese() else language_of_parts.marked(content)
    return SafeString(words)  # nosec B703


@register.simple_tag
def not_set() -> SafeString:
    """Say that the office has not entered this yet; never "none" and never "no limit"."""
    return format_html('<span class="not-set">{}</span>', _("Not set"))


@register.simple_tag
def yen(amount: int | None) -> SafeString:
    """Write whole yen: ``100,000円``, in English ``¥100,000``; ``None`` is "not set"."""
    if amount is None:
        return not_set()
    return format_html('<span class="amount">{}</span>', yen_in_words(amount))


def yen_in_words(amount: int) -> str:
    """Return whole yen as a person reads them in the language of the page, without marks."""
    return f"{amount:,}円" if in_japanese() else f"{'-' if amount < 0 else ''}¥{abs(amount):,}"


@register.filter
def wareki(day: date | None) -> SafeString | str:
    """Write a Japan date by its era: ``令和8年11月21日``; ``None`` is "not set"."""
    return not_set() if day is None else calendar.wareki(_day_of(day))


@register.simple_tag(name="day")
def day_tag(value: date | None, iso: bool = True) -> SafeString:
    """Write a Japan date with its weekday, and in Japanese beside it as ISO 8601."""
    if value is None:
        return not_set()
    on = _day_of(value)
    words = format_html('<time datetime="{}">{}</time>', on.isoformat(), _day_in_words(on))
    if iso and in_japanese():
        return format_html('{} <small class="iso">{}</small>', words, on.isoformat())
    return words


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """Write an aware moment as the date and the time of the clock in Japan."""
    if value is None:
        return not_set()
    local = timezone.localtime(value, calendar.JAPAN)
    return format_html(
        '<time datetime="{}">{} <span class="clock">{}</span></time>',
        local.isoformat(timespec="minutes"),
        _day_in_words(local.date()),
        f"{local:%H:%M}" if in_japanese() else f"{local:%H:%M} JST",
    )


@register.simple_tag
def closing(value: datetime | None) -> SafeString:
    """Write the moment at which something ends; a midnight is 24:00 of the day that it ends.

    Ends are half-open, and no reader takes 0:00 of the next day for the end of this one.
    """
    if value is None:
        return not_set()
    local = timezone.localtime(value, calendar.JAPAN)
    if local.time() != time.min:
        return moment(value)
    return format_html(
        '<time datetime="{}">{} <span class="clock">{}</span></time>',
        local.isoformat(timespec="minutes"),
        _day_in_words(local.date() - calendar.ONE_DAY),
        "24:00" if in_japanese() else "24:00 JST",
    )


def _day_of(value: date) -> date:
    return calendar.japan_date(value) if isinstance(value, datetime) else value


def _day_in_words(on: date) -> str:
    weekday = WEEKDAYS_ABBR[on.weekday()]
    if in_japanese():
        return f"{calendar.wareki(on)}（{weekday}）"
    return f"{on.day} {MONTHS[on.month]} {on.year} ({weekday})"


@register.simple_tag(name="month")
def month_tag(first: date) -> str:
    """Write the month that begins with ``first`` by the era of that day, in English by its name."""
    if in_japanese():
        return calendar.wareki(first).removesuffix("1日")
    return f"{MONTHS[first.month]} {first.year}"


@register.simple_tag(name="fiscal_year")
def fiscal_year_tag(year: int) -> str:
    """Write a fiscal year by its era, in English by its number."""
    return calendar.wareki_year(year) if in_japanese() else _("FY %(year)d") % {"year": year}


@register.filter
def party_name(code: str, by_paper: bool = False) -> str:
    """Write who owes a duty, by the code of the party; of a group, also that it is ``by_paper``."""
    return in_words([code], by_paper=by_paper)


@register.filter
def listed(things: Iterable) -> str:
    """Name several things in one line: 「団体、窓口」, in English with commas."""
    return parties.listed(things)


@register.filter
def month_name(month: int) -> str:
    """Name a month, 1 to 12: 「4月」, in English its name."""
    return str(MONTHS[month])


@register.filter
def short_month(month: int) -> str:
    """Name a month, 1 to 12, in a few signs: 「4月」, ``Apr``."""
    return str(MONTHS_3[month]).capitalize()


@register.filter
def value_in_words(setting, value: str) -> str:
    """Write the value of a setting; where only some make sense, by their words."""
    return str(dict(setting.choices).get(value, value))


@register.filter
def phrases(text: object) -> SafeString:
    """Let a Japanese heading break between phrases only; other text is just escaped."""
    if not JAPANESE.search(str(text)) or (isinstance(text, SafeString) and "<" in text):
        return conditional_escape(text)
    # what {% translate … as … %} hands over is escaped already
    plain = html.unescape(text) if isinstance(text, SafeString) else str(text)
    words = format_html_join(BREAK, "{}", ((phrase,) for phrase in _parser().parse(plain)))
    return format_html('<span class="phrases">{}</span>', words)


@cache
def _parser() -> budoux.Parser:
    return budoux.load_default_japanese_parser()


# Where a case stands


@register.inclusion_tag("components/badge.html")
def badge(case) -> dict:
    """Show where a case stands: the text says it, the colour of its stage only repeats it.

    Where a list asked ``with_paper``, it also says that the office enters what the group hands in.
    """
    stage = case.stage
    return {"label": stage.label, "tone": stage.tone, "by_paper": case.waits_by_paper}


@register.inclusion_tag("components/timeline.html")
def timeline(steps: Iterable) -> dict:
    """Draw the way of a case; a step has label, status, date, holder.

    :param steps: objects or dicts; ``status`` is done, current, next or skipped.
    """
    words = {
        "done": _("Done"),
        "current": _("Now"),
        "next": _("Still to come"),
        "skipped": _("Not needed"),
    }
    return {"steps": steps, "words": words}


@register.filter
def item(mapping: dict, key: str) -> object:
    """Look up ``key``, which is known only when the page is drawn."""
    return mapping.get(key, "")


@register.inclusion_tag("components/due.html", takes_context=True)
def due(context, deadline) -> dict:
    """Show when a duty is due and how many days are left, in words and by tone.

    :param deadline: a ``Deadline``, or a Japan date, or ``None`` for "not set".
    """
    if getattr(deadline, "met_at", None):
        return {
            "on": deadline.met_on or _day_of(deadline.met_at),
            "tone": "met",
            "words": _("Fulfilled"),
        }
    if getattr(deadline, "closed_at", None):
        return {"on": deadline.ends_on, "tone": "closed", "words": _("No longer owed")}
    on = getattr(deadline, "ends_on", deadline)
    today = _today(context)
    if on is None or today is None:
        return {"on": on}
    left = (on - today).days
    if left < 0 and getattr(deadline, "owed_by", None) == "":
        return {"on": on, "tone": "closed", "words": _("Has ended")}
    return {"on": on, "tone": _urgency(left), "words": _days_left(left)}


def _today(context) -> date | None:
    return context.get("today") or getattr(context.get("request"), "today", None)


def _urgency(days: int) -> str:
    if days < 0:
        return "late"
    return "soon" if days <= SOON_DAYS else "ok"


def _days_left(days: int) -> str:
    if days < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
    if days == 0:
        return _("Due today")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


@register.inclusion_tag("components/next_step.html", takes_context=True)
def next_step(
    context, case, moves, refused=(), deadline=None, holder: str = "", text: str = "", drafts=(),
    work=(), asked=(),
) -> dict:  # fmt: skip
    """Say what to do next on a case, by when, and why a button is not there.

    :param moves: moves the reader may make now; each has verb, label, hint, tone.
    :param refused: pairs of a move's label and the words why it cannot be made now.
    :param holder: who holds the case, in words; if empty, the parties of its stage.
    :param text: what to do, one sentence; if empty, what the stage says.
    :param drafts: moves the reader may draft for an approver (起案).
    :param asked: the words in which somebody asked for this, such as the reason of a supplement.
    :param work: pages where the work is done (``casework.work_pages.Work``); they come first, but for
        those where nothing is missing any more.
    """
    return {
        "case": case,
        "moves": [(m, reverse("casework:move", args=[case.pk, m.verb])) for m in moves],
        "drafts": [(m, reverse("casework:draft", args=[case.pk, m.verb])) for m in drafts],
        "work": [page for page in work if not page.done],
        "done": [page for page in work if page.done],
        "asked": asked,
        "refused": refused,
        "deadline": deadline,
        "holder": holder or in_words(case.stage.holders, by_paper=case.waits_by_paper),
        "text": text or case.stage.todo,
        "told": bool(text),
        "today": _today(context),
    }


@register.inclusion_tag("components/next_step_short.html", takes_context=True)
def next_step_short(context, case, deadline=None, holder: str = "", text: str = "") -> dict:
    """Say what comes next on a case and by when, with the way to the page that has the buttons."""
    return {
        "deadline": deadline,
        "holder": holder,
        "text": text or case.stage.todo,
        "today": _today(context),
        "url": reverse("casework:case", args=[case.pk]),
    }


# Boxes


@register.simple_block_tag
def panel(content: str, title: str, level: int = 2, id: str = "") -> SafeString:
    """A titled section; the body is whatever stands between the tags.

    :param level: of the heading, 2 to 6.
    """
    return render_to_string(
        "components/panel.html",
        {"content": content, "title": title, "tag": f"h{int(level)}", "id": id},
    )


@register.inclusion_tag("components/stat.html")
def stat(label: str, value: object, note: str = "", url: str = "") -> dict:
    """One figure with its name; stands in ``<dl class="stats">``."""
    return {"label": label, "value": value, "note": note, "url": url}


@register.inclusion_tag("components/empty_state.html")
def empty_state(title: str, text: str = "", action_url: str = "", action_label: str = "") -> dict:
    """Say that there is nothing here, why, and what to do; not ``empty``, which ends a ``for``."""
    return {"title": title, "text": text, "action_url": action_url, "action_label": action_label}


@register.inclusion_tag("components/meter.html")
def meter(value: int, max: int, label: str, yen: bool = False) -> dict:
    """Draw how much of ``max`` is reached; ``yen`` writes both figures as money."""
    return {"value": value, "max": max, "label": label, "yen": yen, "width": _share(value, max)}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, label: str = "", words: str = "") -> dict:
    """Draw how many of ``total`` things are done.

    :param words: says so, where what is counted has a word of its own.
    """
    width = _share(done, total)
    return {"done": done, "total": total, "label": label, "words": words, "width": width}


def _share(part: int, whole: int) -> int:
    """Return ``part`` as a percentage of ``whole``, from 0 to 100."""
    return min(100, max(0, round(100 * part / whole))) if whole else 0


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context, page: Page) -> dict:
    """Links to the other pages of a list; keeps the rest of the query."""
    near = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    query = context["request"].GET
    return {"query": query, "page": page, "near": near, "gap": page.paginator.ELLIPSIS}


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context, url: str, label: str, count: int | None = None) -> dict:
    """One entry of a menu, marked when the page shown lies below ``url``."""
    path = getattr(context.get("request"), "path", "")
    below = url != "/" and path.startswith(url)
    current = "page" if path == url else "true" if below else ""
    return {"url": url, "label": label, "count": count, "current": current}


@register.inclusion_tag("components/autosave_status.html")
def autosave_status() -> dict:
    """The line in which ``form[data-autosave]`` says when the draft was saved."""
    return {}


# Forms


@register.inclusion_tag("components/form.html")
def form(form: forms.BaseForm, summary: bool = True) -> dict:
    """All fields of a form, below a summary of its errors; the page writes ``<form>`` itself."""
    return {"form": form, "summary": summary}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: Form | list[Form]) -> dict:
    """List what is wrong in these forms, formsets and lists of forms, each line linked to its field.

    A form that stands among others names itself by its ``caption``.
    """
    every = [one for form in forms for one in (form if isinstance(form, list) else [form])]
    return {"problems": [problem for form in every for problem in _problems(form)]}


@register.inclusion_tag("components/field.html")
def field(bound_field: BoundField) -> dict:
    """One field with label, help, error, and the wiring between them."""
    return _field(bound_field)


@register.inclusion_tag("components/formset_table.html")
def formset_table(formset: BaseFormSet, caption: str) -> dict:
    """Lines of a formset as a table that becomes cards on a phone; ``…_yen`` columns are summed."""
    columns = [f for f in formset.empty_form.visible_fields() if f.name not in ("DELETE", "ORDER")]
    rows = [
        {"form": form, "cells": [_field(form[column.name]) for column in columns]}
        for form in formset.forms
    ]
    totals = [
        {
            "name": c.name,
            "label": c.label,
            "yen": sum_typed(formset, c.name) if _is_yen(c) else None,
        }
        for c in columns
    ]
    has_totals = any(_is_yen(column) for column in columns)
    return {
        "formset": formset,
        "caption": caption,
        "columns": columns,
        "rows": rows,
        "totals": totals if has_totals else [],
    }


def _is_yen(bound: BoundField) -> bool:
    return bound.name.endswith(YEN)


def _problems(form: Form) -> list[tuple[str, str, str]]:
    """Return (id of the control, label, message) for each error of a form or a formset."""
    if isinstance(form, BaseFormSet):
        own = [("", getattr(form, "caption", ""), message) for message in form.non_form_errors()]
        return own + [
            (id, _in_line(form, number, label), message)
            for number, row in enumerate(form.forms, start=1)
            for id, label, message in _problems(row)
        ]
    return [
        (*_place(form, name), message)
        for name, messages in form.errors.items()
        for message in messages
    ]


def _in_line(formset: BaseFormSet, number: int, label: str) -> str:
    """Return which table, which line and which column; a formset may bear its table's ``caption``."""
    line = _("line %(number)s") % {"number": number}
    parts = (getattr(formset, "caption", ""), line, label)
    return ", ".join(str(part) for part in parts if part)


def _place(form: forms.BaseForm, name: str) -> tuple[str, str]:
    caption = str(getattr(form, "caption", ""))
    if name not in form.fields or form[name].is_hidden:
        return "", caption
    bound = form[name]
    first = bound.subwidgets[0].id_for_label if _is_choice(bound) else bound.id_for_label
    return first, f"{caption}, {bound.label}" if caption else bound.label


def _is_choice(bound: BoundField) -> bool:
    return isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


def _kind(bound: BoundField) -> str:
    """Return which layout a field takes: choices, group, check, or a line of its own."""
    if _is_choice(bound):
        return "choices"
    if bound.use_fieldset:
        return "group"
    return "check" if isinstance(bound.field.widget, forms.CheckboxInput) else "line"


def _field(bound: BoundField) -> dict:
    kind = _kind(bound)
    return {
        "field": bound,
        "kind": kind,
        "control": "" if kind == "choices" else _control(bound),
        "yen": _is_yen(bound),
        "described_by": bound.aria_describedby,
        "is_file_lost": _is_file_lost(bound),
    }


def _is_file_lost(bound: BoundField) -> bool:
    """Return whether a file was chosen that the browser drops, as something else is wrong."""
    is_file = isinstance(bound.field, forms.FileField) and bound.html_name in bound.form.files
    return is_file and bool(bound.form.errors) and not bound.errors


def _control(bound: BoundField) -> SafeString:
    widget = _widget(bound)
    said_twice = widget.attrs.get("placeholder") == bound.label
    return bound.as_widget(widget, {"placeholder": False} if said_twice else {})


def _widget(bound: BoundField) -> forms.Widget:
    """Return the widget to draw: days and moments as the browser's own, yen as digits."""
    widget = bound.field.widget
    match widget:
        case forms.HiddenInput():
            return widget
        case forms.DateTimeInput():
            return forms.DateTimeInput({**widget.attrs, "type": "datetime-local"}, "%Y-%m-%dT%H:%M")
        case forms.DateInput():
            return forms.DateInput({**widget.attrs, "type": "date"}, "%Y-%m-%d")
        case forms.NumberInput() if _is_yen(bound):
            return forms.TextInput({**_without_range(widget.attrs), **_digits(bound)})
    return widget


def _without_range(attrs: dict) -> dict:
    return {name: value for name, value in attrs.items() if name not in ("min", "max", "step")}


def _digits(bound: BoundField) -> dict:
    return {"inputmode": "numeric", "autocomplete": "off", "data-amount": bound.name}
