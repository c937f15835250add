"""The words of a reckoning: on pages in the reader's language, in letters in Japanese."""

from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from guideline.models import in_language

#: Code of a step → what it is called on a page.
LABELS: dict[str, Text] = {
    "costs": _("All costs"),
    "categories": _("Which costs and which income count: until it is set, all of them"),
    "ineligible": _("%(name)s: does not count"),
    "above_yen": _("%(name)s: what is above %(limit)s yen"),
    "above_percent": _("%(name)s: what is above %(percent)s %% of all costs that count"),
    "disallowed": _("Not allowed: %(name)s (%(reason)s)"),
    "eligible": _("Costs that count"),
    "deducted": _("Income that is taken off: %(name)s"),
    "other_subsidy": _("Another subsidy, taken off: %(name)s"),
    "other_income": _("Other income than the city’s money"),
    "uncovered": _("What is left for the city to cover"),
    "rate": _("Share of the costs that is paid"),
    "rate_of_costs": _("%(percent)s %% of the costs that count"),
    "rate_of_rest": _("%(percent)s %% of the costs less other income"),
    "rate_of": _("%(percent)s %% of the costs that count (of what the share is taken is not set)"),
    "share_of_costs": _("%(share)s of the costs that count"),
    "share_of_rest": _("%(share)s of the costs less other income"),
    "share_of": _("%(share)s of the costs that count (of what the share is taken is not set)"),
    "cap": _("Most that one project year may get"),
    "cap_of_adoption": _("Most that one project year may get, at adoption no. %(adoption)s"),
    "cap_total": _("What is left of the most for all years"),
    "assessed": _("Amount that the selection assessed"),
    "request": _("Amount that is asked for"),
    "free_budget": _("What is left of the city’s budget of this course and year"),
    "granted": _("Amount that was granted"),
    "rounding": _("Amounts are rounded to"),
    "cut_off": _("Cut off below %(unit)s yen"),
    "amount": _("What the city may pay"),
}

#: Code of the step that decided → why it is not more.
WHY: dict[str, Text] = {
    "uncovered": _("the costs that count, less other income, come to no more"),
    "rate_of_costs": _("the city pays %(percent)s %% of the costs that count"),
    "rate_of_rest": _("the city pays %(percent)s %% of the costs less other income"),
    "rate_of": _("the city pays %(percent)s %% of the costs that count"),
    "share_of_costs": _("the city pays %(share)s of the costs that count"),
    "share_of_rest": _("the city pays %(share)s of the costs less other income"),
    "share_of": _("the city pays %(share)s of the costs that count"),
    "cap": _("one project year gets no more"),
    "cap_of_adoption": _("one project year gets no more at adoption no. %(adoption)s"),
    "cap_total": _("no more is left of the most for all years"),
    "assessed": _("the selection assessed no more"),
    "request": _("no more is asked for"),
    "free_budget": _("no more is left of the city’s budget of this course and year"),
    "granted": _("no more was granted"),
}

#: Code of a step → what it is called in a letter; letters are Japanese only.
IN_LETTERS: dict[str, str] = {
    "costs": "総事業費",
    "ineligible": "{name}（対象外経費）",
    "above_yen": "{name}（{limit}円を超える額）",
    "above_percent": "{name}（対象経費全体の{percent}%を超える額）",
    "disallowed": "対象と認めない経費（{name}：{reason}）",
    "eligible": "対象経費",
    "deducted": "収入のうち控除する額（{name}）",
    "other_subsidy": "他の補助金等（{name}）",
    "other_income": "市の交付額以外の収入",
    "uncovered": "収入を控除した額",
    "rate_of_costs": "対象経費の{percent}%",
    "rate_of_rest": "収入を控除した額の{percent}%",
    "rate_of": "対象経費の{percent}%",
    "share_of_costs": "対象経費の{share}",
    "share_of_rest": "収入を控除した額の{share}",
    "share_of": "対象経費の{share}",
    "cap": "1年度の上限額",
    "cap_of_adoption": "1年度の上限額（{adoption}回目の採択）",
    "cap_total": "全年度の上限額の残額",
    "assessed": "選考による査定額",
    "request": "申請額",
    "free_budget": "予算の残額",
    "granted": "交付決定額",
    "cut_off": "{unit}円未満の端数",
    "amount": "算定額",
}


def in_words(code: str, told: dict) -> Text:
    """Return what a step is called on a page."""
    return LABELS[code] % _named(told) if told else LABELS[code]


def why(code: str, told: dict) -> Text:
    """Return why the amount is not more, by the step that decided it."""
    return WHY[code] % _named(told) if told else WHY[code]


def in_letter(code: str, told: dict) -> str:
    """Return what a step is called in a letter."""
    return IN_LETTERS[code].format_map(_figures(told))


def _named(told: dict) -> dict:
    name = in_language(told.get("name", ""), told.get("name_en", ""))
    return {**_figures(told), "name": name}


def _figures(told: dict) -> dict:
    separated = ("limit", "unit")
    return {
        name: f"{value:,}" if name in separated and value is not None else value
        for name, value in told.items()
    }
