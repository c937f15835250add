"""What people say about themselves."""

from django.contrib.auth.decorators import login_required
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import forms, services
from accounts.adapter import set_language
from accounts.models import User
from accounts.views.pages import ask, form_page, say


@login_required
@form_page
def profile(request):
    # Not request.user: the page keeps the old name until the new one is saved.
    person = User.objects.get(pk=request.user.pk)

    def save(*, by, at, **_answers):  # which the form has put on the person already
        services.edit_profile(person, by=by, at=at)

    def go_on(_done):
        with override(person.language):
            response = say(request, _("Saved."), "profile")
        set_language(response, person.language)
        return response

    form = forms.ProfileForm(request.POST or None, instance=person)
    return ask(request, form, save, go_on, template="accounts/profile.html")
