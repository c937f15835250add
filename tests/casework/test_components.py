"""The parts of pages: what they say in each language, that they escape, and how they are wired."""

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from casework.models import Deadline

SATURDAY = date(2026, 11, 21)
NIGHT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # half past midnight of the 21st in Japan
EVIL = '<script>alert("x")</script>'


def render(source: str, language: str = "en", **context) -> str:
    with translation.override(language):
        return Template("{% load components %}" + source).render(Context(context))


def case(*, by_paper=False, **stage):
    row = {"label": "In selection", "tone": "action", "holders": ("office",), "todo": ""} | stage
    return SimpleNamespace(pk=7, stage=SimpleNamespace(**row), waits_by_paper=by_paper)


def move(verb="accept", **fields):
    row = {"verb": verb, "label": "Accept", "hint": "", "tone": "primary"} | fields
    return SimpleNamespace(**row)


@pytest.mark.parametrize(
    ("amount", "language", "text"),
    [
        (100000, "ja", "100,000円"),
        (100000, "en", "¥100,000"),
        (0, "en", "¥0"),
        (-5000, "ja", "-5,000円"),
        (-5000, "en", "-¥5,000"),
    ],
)
def test_yen_is_written_as_the_language_does(amount, language, text):
    assert (
        render("{% yen amount %}", language, amount=amount) == f'<span class="amount">{text}</span>'
    )


@pytest.mark.parametrize("tag", ["yen x", "day x", "moment x", "due x", "not_set"])
def test_nothing_known_is_shown_as_not_set(tag):
    assert render(f"{{% {tag} %}}", x=None).strip() == '<span class="not-set">Not set</span>'


def test_wareki_writes_the_era():
    assert render("{{ x|wareki }}", x=SATURDAY) == "令和8年11月21日"


def test_day_names_the_weekday_and_the_iso_date_in_japanese():
    assert render("{% day x %}", "ja", x=SATURDAY) == (
        '<time datetime="2026-11-21">令和8年11月21日（土）</time> <small class="iso">2026-11-21</small>'
    )


def test_day_is_written_out_in_english():
    html = '<time datetime="2026-11-21">21 November 2026 (Sat)</time>'

    assert render("{% day x %}", x=SATURDAY) == html


@pytest.mark.parametrize(
    ("ends", "language", "text"),
    [
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), "ja", "令和8年11月20日（金） 24:00"),
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), "en", "20 November 2026 (Fri) 24:00 JST"),
        (datetime(2026, 11, 20, 8, 0, tzinfo=UTC), "en", "20 November 2026 (Fri) 17:00 JST"),
        (None, "en", "Not set"),
    ],
)
def test_midnight_at_which_something_closes_is_the_end_of_its_day(ends, language, text):
    html = render("{% closing x %}", language, x=ends)

    assert re.sub("<[^>]+>", "", html) == text


def test_moment_is_the_time_in_japan():
    html = render("{% moment x %}", "ja", x=NIGHT)

    assert 'datetime="2026-11-21T00:30+09:00"' in html
    assert "令和8年11月21日（土）" in html
    assert "00:30" in html


@pytest.mark.parametrize(
    ("today", "tone", "words"),
    [
        (date(2026, 11, 22), "late", "1 day late"),
        (date(2026, 11, 21), "soon", "Due today"),
        (date(2026, 11, 20), "soon", "1 day left"),
        (date(2026, 11, 14), "soon", "7 days left"),
        (date(2026, 11, 13), "ok", "8 days left"),
    ],
)
def test_due_says_in_words_how_many_days_are_left(today, tone, words):
    html = render("{% due x %}", x=SATURDAY, today=today)

    assert f"due-{tone}" in html
    assert f">{words}<" in html


def test_due_takes_today_from_the_request():
    request = SimpleNamespace(today=SATURDAY)

    assert "Due today" in render("{% due x %}", x=SATURDAY, request=request)


def test_due_of_a_met_deadline_counts_no_days():
    met = Deadline(due_on=SATURDAY, met_at=NIGHT, met_on=date(2026, 11, 19))

    html = render("{% due x %}", x=met, today=date(2027, 1, 1))

    assert "Fulfilled" in html
    assert "19 November 2026" in html
    assert "late" not in html


def test_phrases_breaks_japanese_between_phrases():
    html = render("{{ x|phrases }}", "ja", x="海岸の清掃を続けるための拠点づくり")

    assert "清掃を<wbr>続ける" in html
    assert html.startswith('<span class="phrases">')


@pytest.mark.parametrize("text", ["Annual report", ""])
def test_phrases_leaves_other_text_alone(text):
    assert render("{{ x|phrases }}", x=text) == text


def test_phrases_escapes_before_it_breaks():
    html = render("{{ x|phrases }}", "ja", x=f"海と{EVIL}の会")

    assert "<script" not in html.replace("<wbr>", "")


def test_phrases_breaks_what_was_escaped_once_only():
    html = render("{% filter phrases %}海 &amp; 子どもの会{% endfilter %}", "ja")

    assert "&amp;amp;" not in html
    assert "<wbr>" in html


def test_badge_says_that_a_case_waits_for_paper():
    assert "by paper" in render("{% badge case %}", case=case(by_paper=True))
    assert "by paper" not in render("{% badge case %}", case=case())


def test_badge_shows_the_stage():
    html = render("{% badge case %}", case=case(label=EVIL))

    assert "badge-action" in html
    assert "<script" not in html


@pytest.mark.parametrize(("level", "tag"), [("", "h2"), (" level=3", "h3")])
def test_panel_has_a_heading_of_its_level(level, tag):
    source = f'{{% panel title=title id="money"{level} %}}<p>body</p>{{% endpanel %}}'

    html = render(source, title="A & B")

    assert f'<{tag} class="panel-title">A &amp; B</{tag}>' in html
    assert 'id="money"' in html
    assert "<p>body</p>" in html


def test_timeline_marks_the_current_step_and_says_each_status():
    steps = [
        {"label": "Draft", "status": "done", "date": SATURDAY, "holder": ""},
        {"label": "Matching", "status": "skipped", "date": None, "holder": ""},
        {"label": "Selection", "status": "current", "date": None, "holder": "Panel"},
        {"label": "Decision", "status": "next", "date": None, "holder": ""},
    ]

    html = render("{% timeline steps %}", steps=steps)

    assert html.count('aria-current="step"') == 1
    for words in ("Done", "Not needed", "Now", "Still to come", "Held by Panel"):
        assert words in html


def test_next_step_links_each_move_and_says_who_holds_the_case():
    moves = [move(hint="The panel sees it."), move("withdraw", label="Withdraw", tone="danger")]

    html = render("{% next_step case moves %}", case=case(), moves=moves)

    assert 'href="/cases/7/moves/accept/"' in html
    assert 'aria-describedby="hint-accept"' in html
    assert 'class="button button-danger" href="/cases/7/moves/withdraw/"' in html
    assert "<dd>Office</dd>" in html


def test_next_step_says_why_a_button_is_not_there():
    refused = [("Grant", "A correction is open.")]

    html = render("{% next_step case moves refused %}", case=case(), moves=[], refused=refused)

    assert "<dt>Grant</dt><dd>A correction is open.</dd>" in html
    assert "nothing for you to do" in html


def test_pager_keeps_the_query():
    page = Paginator(range(100), 10).page(5)
    request = RequestFactory().get("/", {"words": "sea", "page": "5"})

    html = render("{% pager page %}", page=page, request=request)

    assert 'href="?words=sea&amp;page=6" rel="next"' in html
    assert 'href="?words=sea&amp;page=5" aria-current="page"' in html


def test_pager_is_silent_for_one_page():
    page = Paginator(range(3), 10).page(1)
    request = RequestFactory().get("/")

    assert not render("{% pager page %}", page=page, request=request).strip()


@pytest.mark.parametrize(("value", "width"), [(50, "50"), (300, "100"), (0, "0")])
def test_meter_stays_inside_its_bar(value, width):
    assert f'class="bar-fill" width="{width}"' in render('{% meter v 100 "Paid" %}', v=value)


def test_meter_of_nothing_is_empty():
    assert 'class="bar-fill" width="0"' in render('{% meter 0 0 "Paid" yen=True %}')


def test_progress_says_its_numbers():
    assert "3 of 5 done" in render('{% progress 3 5 label="Scores" %}')


def test_stat_and_empty_state_escape():
    html = render("{% stat x x note=x %}{% empty_state x x '/calls/' x %}", x=EVIL)

    assert "<script" not in html
    assert 'href="/calls/"' in html


@pytest.mark.parametrize(
    ("path", "current"),
    [("/calls/", ' aria-current="page"'), ("/calls/3/", ' aria-current="true"'), ("/", "")],
)
def test_nav_link_shows_where_the_reader_is(path, current):
    html = render('{% nav_link "/calls/" "Calls" %}', request=SimpleNamespace(path=path))

    assert f'<a href="/calls/"{current}>' in html


class DraftForm(forms.Form):
    title = forms.CharField(label="Title", help_text="Up to 40 letters.")
    requested_yen = forms.IntegerField(label="Amount", min_value=1)
    starts_on = forms.DateField(label="Start", required=False)
    meets_at = forms.DateTimeField(label="Meeting", required=False)
    course = forms.ChoiceField(
        label="Course", choices=[("s", "S"), ("r", "R")], widget=forms.RadioSelect
    )
    pledge = forms.BooleanField(label="I agree.")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_field_wires_label_help_and_control():
    html = render("{% field f %}", f=DraftForm()["title"])

    assert '<label for="id_title">Title <span class="required">Required</span>' in html
    assert 'id="id_title_helptext"' in html
    assert 'aria-describedby="id_title_helptext"' in html
    assert "aria-invalid" not in html


def test_field_with_an_error_points_to_it():
    html = render("{% field f %}", f=DraftForm({})["title"])

    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="error" id="id_title_error"' in html


def test_yen_field_takes_digits_and_names_its_unit():
    html = render("{% field f %}", f=DraftForm(initial={"requested_yen": 5000})["requested_yen"])

    assert 'type="text"' in html
    assert 'inputmode="numeric"' in html
    assert 'value="5000"' in html
    assert "min=" not in html
    assert ">yen</span>" in html


@pytest.mark.parametrize("language", ["ja", "en"])
def test_day_fields_hand_the_browser_iso_dates(language):
    form = DraftForm(initial={"starts_on": SATURDAY, "meets_at": datetime(2026, 11, 21, 9, 5)})  # noqa: DTZ001

    html = render("{% field form.starts_on %}{% field form.meets_at %}", language, form=form)

    assert 'type="date"' in html
    assert 'value="2026-11-21"' in html
    assert 'type="datetime-local"' in html
    assert 'value="2026-11-21T09:05"' in html


def test_choices_stand_in_a_fieldset_that_is_told_its_error():
    html = render("{% field f %}", f=DraftForm({})["course"])

    assert '<fieldset aria-describedby="id_course_error">' in html
    assert "<legend>Course" in html
    assert html.count('<label for="id_course_') == 2


def test_a_placeholder_that_repeats_the_label_is_left_out():
    class LoginForm(forms.Form):
        email = forms.EmailField(
            label="E-mail",
            widget=forms.EmailInput({"placeholder": "E-mail", "autocomplete": "email"}),
        )

    html = render("{% field f %}", f=LoginForm()["email"])

    assert "placeholder" not in html
    assert 'autocomplete="email"' in html


def test_form_lists_its_errors_with_links_and_keeps_hidden_fields():
    html = render("{% form f %}", f=DraftForm({}))

    assert 'role="alert"' in html
    assert '<a href="#id_title">Title: This field is required.</a>' in html
    assert '<a href="#id_course_0">Course: This field is required.</a>' in html
    assert 'type="hidden" name="secret"' in html


def test_form_without_errors_has_no_summary():
    assert "error-summary" not in render("{% form f %}", f=DraftForm())


def test_form_escapes_what_was_typed():
    assert "<script" not in render("{% form f %}", f=DraftForm({"title": EVIL, "course": EVIL}))


class LineForm(forms.Form):
    label = forms.CharField(label="Item")
    amount_yen = forms.IntegerField(label="Amount", min_value=0)


LineFormSet = forms.formset_factory(LineForm, extra=1, can_delete=True)


def test_formset_table_sums_yen_and_labels_every_cell():
    lines = LineFormSet(
        initial=[{"label": "Print", "amount_yen": 38500}, {"label": "Fees", "amount_yen": 60000}]
    )

    html = render('{% formset_table lines "Spending" %}', lines=lines)

    assert "<caption>Spending</caption>" in html
    assert 'name="form-TOTAL_FORMS"' in html
    assert '<output data-sum="amount_yen"><span class="amount">¥98,500</span></output>' in html
    assert html.count('<label for="id_form-') == 9
    assert html.count('data-amount="amount_yen"') == 3


def test_formset_table_leaves_removed_and_unreadable_lines_out_of_the_total():
    lines = LineFormSet(
        {
            "form-TOTAL_FORMS": "3",
            "form-INITIAL_FORMS": "0",
            "form-0-amount_yen": "100",
            "form-1-amount_yen": "200",
            "form-1-DELETE": "on",
            "form-2-amount_yen": "many",
        }
    )

    html = render("{% formset_table lines 'x' %}{% error_summary lines %}", lines=lines)

    assert '<span class="amount">¥100</span></output>' in html
    assert '<a href="#id_form-2-amount_yen">line 3, Amount: Enter a whole number.</a>' in html


def test_error_summary_names_table_and_line():
    lines = LineFormSet(
        {
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "0",
            "form-0-amount_yen": "100",
            "form-1-amount_yen": "many",
        }
    )
    lines.caption = "Income"

    html = render("{% error_summary lines %}", lines=lines)

    assert ">Income, line 2, Amount: Enter a whole number.</a>" in html


@pytest.mark.parametrize("language", ["ja", "en"])
def test_server_error_page_needs_no_request(language):
    with translation.override(language):
        html = render_to_string("500.html")

    assert f'<html lang="{language}">' in html
    assert html.count("<h1>") == 1


@pytest.mark.parametrize("template", ["403.html", "403_csrf.html", "404.html", "429.html"])
def test_error_page_says_what_to_do(template, rf):
    with translation.override("en"):
        html = render_to_string(template, request=request_of_stranger(rf))

    assert html.count("<h1>") == 1
    assert '<a class="button" href="/">Go to the home page</a>' in html


def request_of_stranger(rf):
    request = rf.get("/somewhere/")
    request.user = AnonymousUser()
    return request


def test_base_page_has_its_landmarks(rf):
    with translation.override("en"):
        html = render_to_string(
            "components/confirm.html",
            {"title": "Withdraw?", "action_label": "Withdraw", "DEMO": True, "today": SATURDAY},
            request=request_of_stranger(rf),
        )

    assert '<a class="skip-link" href="#main">' in html
    assert '<main id="main"' in html
    assert 'class="demo"' in html
    assert "21 November 2026" in html
    assert '<button type="submit" name="language" value="en" lang="en" aria-current="true">' in html
    assert "style=" not in html
    assert "onclick" not in html
