"""What the office plans: courses and their rules, rounds, paper proposals."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.numbers_named import key_in
from accounts.permissions import require
from casework import coming
from casework.calendar import fiscal_year
from grants import services
from grants.categories import thaw
from grants.forms.rounds import (
    CategoryForm,
    NewParameterForm,
    PaperForm,
    ParameterForm,
    RoundChangeForm,
    RoundForm,
)
from grants.models import CourseEdition, EditionParameter, LineCategory, Proposal, Round
from grants.parameters import PARAMETERS, by_topic, not_set_in, rule_in_words, rules_in_words
from grants.round_lacks import LACKS, lacks_of
from grants.round_links import links_of
from grants.rules import Status

from . import attempt, done, page_of, show_form

form_page = require_http_methods(["GET", "HEAD", "POST"])


# Courses and their rules


@login_required
@require_safe
def course_list(request):
    require(request.user, "grants.read_plans")
    editions = CourseEdition.objects.prefetch_related("parameters")
    ordered = editions.order_by("course", "-first_fiscal_year")
    context = {
        "editions": [(edition, _open_questions(edition)) for edition in ordered],
        "plans": request.user.has_perm("grants.plan"),
    }
    return render(request, "grants/course_list.html", context)


def _open_questions(edition: CourseEdition) -> int:
    return not_set_in({row.name: {"status": row.status} for row in edition.parameters.all()})


@login_required
@require_safe
def course_detail(request, pk):
    """One edition: every rule, whether it is set, and where it comes from."""
    require(request.user, "grants.read_plans")
    edition = get_object_or_404(CourseEdition, pk=pk)
    plans = request.user.has_perm("grants.plan")
    rules = rules_in_words(edition.frozen())
    only_open = request.GET.get("only") == "not_set"
    context = {
        "edition": edition,
        "topics": by_topic(rule for rule in rules if rule.is_not_set or not only_open),
        "count": len(rules),
        "open_questions": sum(rule.is_not_set for rule in rules),
        "only_open": only_open,
        "categories": thaw(edition.frozen_categories()),
        "rounds": edition.rounds.order_by("-fiscal_year", "-pk"),
        "changes": _changes(edition),
        "plans": plans,
    }
    return render(request, "grants/course_detail.html", context)


def _changes(edition: CourseEdition) -> list[dict]:
    """Return what was changed of the rules, newest first, with both values in words."""
    changes = edition.parameter_changes.select_related("by").order_by("-pk")
    return [
        {
            "change": change,
            "old": change.old_status
            and rule_in_words(change.name, change.old_status, change.old_value),
            "new": rule_in_words(change.name, change.new_status, change.new_value),
        }
        for change in changes
    ]


@login_required
@form_page
def parameter_edit(request, pk, name):
    """Set one rule, with its source. Rounds that are open keep the rules they froze."""
    require(request.user, "grants.plan")
    edition = get_object_or_404(CourseEdition, pk=pk)
    parameter = _parameter(edition, name)
    form = ParameterForm(request.POST or None, instance=parameter)
    if done(form, lambda: _save_parameter(request, edition, name, form)):
        messages.success(request, _("The rule is saved. Rounds that are open keep their rules."))
        return redirect("grants:course", pk=pk)
    rule = next(r for r in rules_in_words({**edition.frozen(), name: {}}) if r.name == name)
    return show_form(
        request, form, title=rule.label, eyebrow=edition, submit=_("Save"),
        text=_("A new value counts for rounds that are opened from now on."),
        back=reverse("grants:course", args=[pk]),
    )  # fmt: skip


def _parameter(edition: CourseEdition, name: str) -> EditionParameter:
    standing = edition.parameters.filter(name=name).first()
    if standing is None and name not in PARAMETERS:
        return get_object_or_404(edition.parameters, name=name)
    return standing or EditionParameter(edition=edition, name=name, status=Status.NOT_SET)


def _save_parameter(request, edition, name: str, form: ParameterForm) -> None:
    services.set_parameter(edition, name, by=request.user, at=request.now, **form.cleaned_data)


@login_required
@form_page
def category_new(request, pk):
    """Add a category of costs or income to an edition."""
    require(request.user, "grants.plan")
    edition = get_object_or_404(CourseEdition, pk=pk)
    return _category_page(request, LineCategory(edition=edition), _("Add a category"))


@login_required
@form_page
def category_edit(request, pk, code):
    """Change a category. Rounds that are open keep those they froze."""
    require(request.user, "grants.plan")
    category = get_object_or_404(LineCategory, edition=pk, code=code)
    return _category_page(request, category, category.category.label)


def _removal_of(category: LineCategory) -> str:
    return reverse("grants:category-remove", args=[category.edition_id, category.code])


def _category_page(request, category: LineCategory, title: str):
    edition = category.edition
    form = CategoryForm(request.POST or None, instance=category)
    if done(form, lambda: _save_category(request, edition, category.code, form)):
        messages.success(request, _("The category is saved. Rounds that are open keep theirs."))
        return redirect("grants:course", pk=edition.pk)
    return show_form(
        request, form, title=title, eyebrow=edition, submit=_("Save"),
        text=_("It counts for rounds that are opened from now on."),
        links=[(_("Remove this category"), _removal_of(category))] if category.pk else [],
        back=reverse("grants:course", args=[edition.pk]),
    )  # fmt: skip


@login_required
@form_page
def category_remove(request, pk, code):
    """Take a category off an edition while no budget names it."""
    require(request.user, "grants.plan")
    category = get_object_or_404(
        LineCategory.objects.select_related("edition"), edition=pk, code=code
    )
    if why := services.why_category_stays(category):
        messages.error(request, why)
        return redirect("grants:course", pk=pk)
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        services.remove_category(category, by=request.user, at=request.now)
        messages.success(request, _("The category is removed. Rounds that are open keep theirs."))
        return redirect("grants:course", pk=pk)
    return show_form(
        request, form, title=_("Remove a category"), eyebrow=category.edition, submit=_("Remove"),
        text=_("“%(name)s” is offered to no round that is opened from now on.")
        % {"name": category.category.label},
        back=reverse("grants:course", args=[pk]),
    )  # fmt: skip


def _save_category(request, edition: CourseEdition, code: str, form: CategoryForm) -> None:
    said = {"code": code, **form.cleaned_data}
    services.set_category(edition, by=request.user, at=request.now, **said)


# Rounds


@login_required
@require_safe
def round_list(request):
    require(request.user, "grants.read_plans")
    seen = Proposal.objects.visible_to(request.user).filter(filed_at__isnull=False)
    filed = Count("proposals", filter=Q(proposals__in=seen.values("pk")))
    rounds = Round.objects.select_related("edition").annotate(filed=filed)
    context = {
        "page": page_of(request, rounds.order_by("-fiscal_year", "-opens_at", "-pk")),
        "plans": request.user.has_perm("grants.plan"),
    }
    return render(request, "grants/round_list.html", context)


@login_required
@form_page
def round_new(request):
    """Open a call: first the course and what is known of its rules, then when and how much."""
    require(request.user, "grants.plan")
    editions = CourseEdition.objects.order_by("course", "-first_fiscal_year")
    chosen = key_in(request.GET.get("edition", ""))
    if chosen is None:
        return render(request, "grants/round_choose.html", {"editions": editions})
    edition = get_object_or_404(editions, pk=chosen)
    year = fiscal_year(request.today)
    form = RoundForm(request.POST or None, initial={"fiscal_year": year})
    made = []
    if done(form, lambda: made.append(_open_round(request, edition, form))):
        messages.success(request, _("The round is open to be announced. Its rules are frozen."))
        return redirect("grants:round", pk=made[0].pk)
    rules = rules_in_words(edition.frozen())
    context = {
        "edition": edition, "form": form, "rules": rules,
        "not_set": sum(rule.is_not_set for rule in rules),
    }  # fmt: skip
    return render(request, "grants/round_new.html", context, status=422 if form.errors else 200)


def _open_round(request, edition: CourseEdition, form: RoundForm) -> Round:
    return services.open_round(
        edition,
        fiscal_year=form.cleaned_data["fiscal_year"],
        name=form.cleaned_data["name"],
        opens_at=form.opens_at(),
        closes_at=form.closes_at(),
        budget_yen=form.cleaned_data["budget_yen"],
        holds_notices=form.cleaned_data["holds_notices"],
        by=request.user,
        at=request.now,
    )


@login_required
@require_safe
def round_detail(request, pk):
    """One round for the office: its frozen rules, and the proposals that were filed."""
    require(request.user, "grants.read_plans")
    call = get_object_or_404(Round.objects.select_related("edition"), pk=pk)
    filed = Proposal.objects.visible_to(request.user).filter(round=call).with_parties()
    context = {
        "call": call,
        "is_open": call.is_open(request.now),
        "rules": rules_in_words(call.frozen_rules),
        "categories": call.rules.categories,
        "page": page_of(request, filed.order_by("number", "pk")),
        "handles": request.user.has_perm("grants.handle"),
        "plans": request.user.has_perm("grants.plan"),
        "changes": call.changes.select_related("by").order_by("-pk"),
        "links": links_of(call, request.user),
    }
    return render(request, "grants/round_detail.html", context)


@login_required
@form_page
def round_change(request, pk):
    """Enter the budget of a round, or correct when its call opens and closes."""
    require(request.user, "grants.plan")
    call = get_object_or_404(Round, pk=pk)
    form = RoundChangeForm(
        request.POST or None, call=call, initial=RoundChangeForm.initial_of(call)
    )
    shown = {}
    if "show" in request.POST:
        shown = _what_moves(request, call, form)
    elif done(form, lambda: _change_round(request, call, form)):
        messages.success(request, _("The change is recorded."))
        return redirect("grants:round", pk=pk)
    return show_form(
        request, form, title=_("Change the round"), eyebrow=call, submit=_("Change the round"),
        can_show=True, **shown,
        text=_("What it was stays on record. Groups that write a proposal are told of a new close."),
        back=reverse("grants:round", args=[pk]),
    )  # fmt: skip


def _what_moves(request, call: Round, form: RoundChangeForm) -> dict:
    """Return which dates and reminders move with the call; a reason is not asked for yet."""
    form.errors.pop("reason", None)
    if form.errors:
        return {}
    try:
        days = {"opens_at": form.opens_at(), "closes_at": form.closes_at()}
        found = services.replaced_by_change(call, **days, at=request.now)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return {}
    together = coming.replaced_together(found, reader=request.user, today=request.today)
    return {"shifts": services.shifts_by_change(call, **days), **together._asdict()}


def _change_round(request, call: Round, form: RoundChangeForm) -> None:
    services.change_round(
        call,
        opens_at=form.opens_at(),
        closes_at=form.closes_at(),
        budget_yen=form.cleaned_data["budget_yen"],
        holds_notices=form.cleaned_data["holds_notices"],
        reason=form.cleaned_data["reason"],
        by=request.user,
        at=request.now,
    )


@login_required
@form_page
def round_announce(request, pk):
    """Let the public see a round that was prepared; it asks first."""
    require(request.user, "grants.plan")
    call = get_object_or_404(Round.objects.select_related("edition"), pk=pk)
    if request.method == "POST" or call.is_announced:
        attempt(
            request,
            lambda: services.announce_round(call, by=request.user, at=request.now),
            _("The round is announced. Its rules are frozen."),
        )
        return redirect("grants:round", pk=pk)
    context = {
        "call": call,
        "lacks": [LACKS[code] for code in lacks_of([pk])[pk]],
        "title": _("Announce the round"),
        "text": _(
            "From now on everybody sees the call, and groups can write proposals once it opens. The "
            "rules of the course are frozen as they stand now."
        ),
        "action_label": _("Announce the round"),
        "cancel_url": reverse("grants:round", args=[pk]),
    }
    return render(request, "grants/round_announce.html", context)


@login_required
@form_page
def paper(request, pk):
    """Key in a proposal that came on paper; the day it was received counts."""
    require(request.user, "grants.handle")
    call = get_object_or_404(Round, pk=pk)
    form = PaperForm(
        request.POST or None, today=request.today, initial={"received_on": request.today}
    )
    made = []
    if done(form, lambda: made.append(_start_paper(request, call, form))):
        return redirect("grants:proposal-edit", pk=made[0].pk)
    return show_form(
        request, form, title=_("Key in a proposal received on paper"), eyebrow=call,
        submit=_("Go on to the proposal"), back=reverse("grants:round", args=[pk]),
    )  # fmt: skip


def _start_paper(request, call: Round, form: PaperForm) -> Proposal:
    return services.start_paper(call, by=request.user, at=request.now, **form.cleaned_data)


@login_required
@form_page
def parameter_new(request, pk):
    """Choose a rule that the edition does not list yet, and go on to set it."""
    require(request.user, "grants.plan")
    edition = get_object_or_404(CourseEdition, pk=pk)
    form = NewParameterForm(request.POST or None, edition=edition)
    if form.is_valid():
        return redirect("grants:parameter", pk=pk, name=form.cleaned_data["name"])
    return show_form(
        request, form, title=_("Add a rule"), eyebrow=edition, submit=_("Go on"),
        back=reverse("grants:course", args=[pk]),
    )  # fmt: skip
