"""What only the city knows: its settings, in whose name letters leave, the days it is closed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from casework import city, forms
from casework.models import CitySetting, ClosedDay, Sender

from .finding import holds, page_of, require_office

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def settings_page(request):
    """Every setting with its value, where it comes from, and who entered it when."""
    require_office(request.user, "casework.read_settings")
    rows = {row.code: row for row in CitySetting.objects.select_related("by")}
    context = {
        "settings": [(setting, rows.get(code)) for code, setting in city.SETTINGS.items()],
        "senders": Sender.objects.order_by("-valid_from", "-pk"),
        "sender_today": city.sender_on(request.today),
        "closed_until": _closed_until(),
        "changes": holds(request.user, "casework.change_settings"),
    }
    return render(request, "casework/settings.html", context)


def _closed_until():
    return ClosedDay.objects.order_by("-day").values_list("day", flat=True).first()


@login_required
@form_page
def setting_edit(request, code):
    """Change one setting."""
    require_office(request.user, "casework.change_settings")
    if code not in city.SETTINGS:
        raise Http404(code)
    setting = city.SETTINGS[code]
    row = CitySetting.objects.filter(code=code).first()
    initial = {"value": row.value, "source": row.source} if row else {}
    form = forms.SettingForm(request.POST or None, setting=setting, initial=initial)
    if form.is_valid():
        city.set_value(code, **form.cleaned_data, by=request.user, at=request.now)
        messages.success(request, _("Saved: %(setting)s.") % {"setting": setting.label})
        return redirect("casework:settings")
    text = _("Leave the value empty while it is not known: pages and letters then say so.")
    return _settings_form(request, form, title=setting.label, text=text, submit=_("Save"))


@login_required
@form_page
def sender_add(request):
    """Add in whose name letters leave."""
    require_office(request.user, "casework.change_settings")
    form = forms.SenderForm(request.POST or None)
    if form.is_valid():
        city.add_sender(form.save(commit=False), by=request.user, at=request.now)
        messages.success(request, _("The sender is recorded."))
        return redirect("casework:settings")
    return _settings_form(
        request, form,
        title=_("Add a sender of letters"),
        text=_("A letter bears the title and the name that hold on its date."),
        submit=_("Add"),
    )  # fmt: skip


@login_required
@form_page
def sender_end(request, pk):
    """Say until when letters leave in somebody's name."""
    require_office(request.user, "casework.change_settings")
    sender = get_object_or_404(Sender, pk=pk)
    form = forms.LastDayForm(request.POST or None, initial={"last_day": sender.valid_until})
    if form.is_valid():
        try:
            city.end_sender(sender, **form.cleaned_data, by=request.user, at=request.now)
        except ValidationError as error:
            form.add_error("last_day", " ".join(error.messages))
        else:
            messages.success(request, _("The last day is recorded."))
            return redirect("casework:settings")
    return _settings_form(
        request, form,
        title=_("Last day of %(sender)s") % {"sender": sender},
        text=_("Letters that left stay as they are."),
        submit=_("Save"),
    )  # fmt: skip


def _settings_form(request, form, *, title, **context):
    trail = [(reverse("casework:settings"), _("Settings")), ("", title)]
    context = {"form": form, "title": title, "trail": trail, **context}
    status = 422 if form.errors else 200
    return render(request, "casework/settings_form.html", context, status=status)


@require_safe
@login_required
def closed_days(request):
    """The days on which city hall is closed, besides Saturdays and Sundays."""
    require_office(request.user, "casework.read_settings")
    context = {
        "page": page_of(request, ClosedDay.objects.order_by("-day")),
        "until": _closed_until(),
        "trail": [(reverse("casework:settings"), _("Settings")), ("", _("Closed days"))],
    }
    return render(request, "casework/closed_days.html", context)
