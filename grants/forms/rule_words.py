"""A rule in the words of a form: what was found, what is asked, what looks alike, what changed."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from casework.parties import listed
from casework.templatetags.components import day_tag
from grants.eligibility import Alike, Check, Outcome
from grants.eligibility.alike import WAYS
from grants.models import ProjectYear
from grants.standing import (
    Changes,
    Standing,
    changes_since,
    last_record,
    open_rules,
    rule_standings,
)


def found_in_words(check: Check) -> SafeString:
    """Say what the program found and what is asked, with the source."""
    line = _in_one_line(check, check.outcome)
    return format_html("{}{}", line, alike_in_words(check.alike)) if check.alike else line


def _in_one_line(check: Check, outcome: str) -> SafeString:
    said = (
        (_("found: %s"), check.value),
        (_("asked: %s"), check.limit),
        (_("source: %s"), check.source),
    )
    parts = [Outcome(outcome).label, *(words % value for words, value in said if value)]
    return format_html_join(" · ", "{}", ((part,) for part in parts))


def alike_in_words(alike: Iterable[Alike]) -> SafeString:
    """List the adoptions that may be the same group's; for the city's eyes only."""
    lines = format_html_join("", "<li>{} ({}): {}</li>", map(_alike, alike))
    return format_html("<ul>{}</ul>", lines)


def _alike(alike: Alike) -> tuple:
    ways = listed(WAYS[code] for code in alike.why)
    if alike.organization is None:
        return alike.group, alike.fiscal_year, ways
    address = reverse("accounts:organization-detail", args=[alike.organization])
    return format_html('<a href="{}">{}</a>', address, alike.group), alike.fiscal_year, ways


def what_is_open(year: ProjectYear, *, today: date) -> SafeString | str:
    """Say for the decision on a grant what changed since the last record, and what is not met now.

    :returns: an empty text where there is nothing to say.
    """
    rows = rule_standings(year.proposal, on=today, year=year)
    changes, still = changes_since(last_record(year.proposal), rows), open_rules(rows)
    told = [_changes(changes)] if changes else []
    told += [_still_open(still)] if still else []
    return format_html_join("", "{}", ((part,) for part in told))


def _changes(changes: Changes) -> SafeString:
    lines = ((row.label, row.before, row.now) for row in changes.rows)
    return format_html(
        "{} ({}): <ul>{}</ul>",
        _("Requirements that changed since %(step)s") % {"step": changes.since},
        day_tag(changes.on),
        format_html_join("", "<li>{}: {} → {}</li>", lines),
    )


def _still_open(rows: Iterable[Standing]) -> SafeString:
    lines = ((row.check.label, _in_one_line(row.check, row.outcome), _mend(row)) for row in rows)
    words = _("Requirements that are not met now, or wait for an answer:")
    return format_html("{} <ul>{}</ul>", words, format_html_join("", "<li>{}: {}{}</li>", lines))


def _mend(row: Standing) -> SafeString | str:
    return format_html("<br><small>{}</small>", row.mend) if row.mend else ""
