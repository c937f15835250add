from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordMixin
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import Department, Duty, MemberRole, Officer, Organization, Role, User

from .row_fields import RowField


class SignupForm(AllauthSignupForm):
    """Sign-up of a person, and of the group they speak for when they are its first member."""

    name = forms.CharField(label=_("Your name"), max_length=100)
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE
    )
    group_name = forms.CharField(
        label=_("Name of your group"),
        max_length=200,
        required=False,
        help_text=_("Leave this empty if a group has invited you or you work for the program."),
    )

    field_order = ["name", "email", "password1", "password2", "group_name", "language"]

    @transaction.atomic
    def save(self, request):
        user = super().save(request)
        if name := self.cleaned_data["group_name"].strip():
            services.register_organization(name=name, by=user, at=request.now)
        return user


class OrganizationForm(forms.ModelForm):
    website = forms.URLField(
        label=_("Website"), max_length=200, required=False, assume_scheme="https"
    )

    class Meta:
        model = Organization
        fields = [
            "name",
            "name_kana",
            "corporate_number",
            "founded_on",
            "activity_started_on",
            "postal_code",
            "address",
            "in_city",
            "phone",
            "email",
            "website",
            "members_total",
            "citizen_members",
            "rules_on_file_on",
            "npo_center_registered_on",
        ]
        widgets = {
            "founded_on": forms.DateInput,
            "activity_started_on": forms.DateInput,
            "rules_on_file_on": forms.DateInput,
            "npo_center_registered_on": forms.DateInput,
        }

    def clean(self):
        data = super().clean()
        members, citizens = data.get("members_total"), data.get("citizen_members")
        if None not in (members, citizens) and citizens > members:
            self.add_error("citizen_members", _("This cannot be more than the number of members."))
        return data


class NewOrganizationForm(forms.Form):
    name = forms.CharField(label=_("Name of the group"), max_length=200)


class OfficerForm(forms.ModelForm):
    class Meta:
        model = Officer
        fields = ["name", "name_kana", "post", "is_representative", "valid_from"]
        labels = {"valid_from": _("In office from")}
        widgets = {"valid_from": forms.DateInput}

    def __init__(self, *args, has_representative=False, **kwargs):
        """:param has_representative: whether the group has one; a change is told on its own page."""
        super().__init__(*args, **kwargs)
        if has_representative:
            del self.fields["is_representative"]


class RepresentativeForm(forms.Form):
    """Who represents a group from a day on: one of its officers, or somebody who is none yet."""

    officer = RowField(
        label=_("One of the officers"),
        queryset=Officer.objects.none(),
        required=False,
        empty_label=_("Somebody who is not in the list"),
        help_text=_("Their term in the post so far ends the day before."),
    )
    name = forms.CharField(
        label=_("Name"), max_length=100, required=False,
        help_text=_("Only if the person is not in the list above."),
    )  # fmt: skip
    name_kana = forms.CharField(label=_("Name in kana"), max_length=100, required=False)
    post = forms.CharField(
        label=_("Position"), max_length=100, help_text=_("As letters are to name it, such as 会長.")
    )
    valid_from = forms.DateField(
        label=_("From which day"), widget=forms.DateInput,
        help_text=_(
            "The representative so far steps down the day before. Letters bear the name of whoever "
            "represents the group on their day."
        ),
    )  # fmt: skip

    def __init__(self, *args, organization, today, **kwargs):
        super().__init__(*args, **kwargs)
        others = organization.officer_set.valid_on(today).filter(is_representative=False)
        self.fields["officer"].queryset = others.order_by("valid_from", "pk")
        self.fields["valid_from"].initial = today

    def clean(self):
        data = super().clean()
        if data.get("officer") and data.get("name"):
            self.add_error("name", _("Choose an officer or write a name, not both."))
        elif not data.get("officer") and not data.get("name"):
            self.add_error("name", _("Choose one of the officers, or write the name."))
        return data


class LastDayForm(forms.Form):
    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput)


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(
        label=_("What they may do"),
        choices=MemberRole.choices,
        initial=MemberRole.EDITOR,
        help_text=_("Owners also invite and remove members. Viewers only read."),
    )


class MemberRoleForm(forms.Form):
    role = forms.ChoiceField(label=_("What they may do"), choices=MemberRole.choices)


class MergeForm(forms.Form):
    into = RowField(
        label=_("The group that stays"),
        queryset=Organization.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
    )
    sure = forms.BooleanField(
        label=_("I have checked that they are one group. This cannot be undone.")
    )

    def __init__(self, *args, shown, allowed, **kwargs):
        """:param shown: the groups offered; :param allowed: all that may be chosen."""
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = allowed
        self.fields["into"].choices = [(group.pk, group.name) for group in shown]


class RestoreForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address of the new owner"))
    reason = forms.CharField(
        label=_("How do you know that this person speaks for the group?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("This stays in the record. Do not name people."),
    )


class DutyForm(forms.ModelForm):
    class Meta:
        model = Duty
        fields = ["role", "department", "post", "decides_up_to_yen", "valid_from", "valid_until"]
        labels = {"valid_from": _("First day"), "valid_until": _("Last day")}
        help_texts = {
            "department": _("Needed for the role “Department”; leave it empty for the others.")
        }
        widgets = {"valid_from": forms.DateInput, "valid_until": forms.DateInput}

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            ("", "---------"),
            *(choice for choice in Role.choices if choice[0] != Role.SYSTEM),
        ]
        self.fields["department"].queryset = Department.objects.valid_on(today).order_by("name")
        self.fields["valid_from"].initial = today


class BeginDutyForm(DutyForm):
    """A duty that begins on the first day of somebody's new post."""

    user = RowField(label=_("Person"), queryset=User.objects.none())
    field_order = ["user"]

    def __init__(self, *args, first_day, **kwargs):
        super().__init__(*args, today=first_day, **kwargs)
        people = User.objects.filter(is_active=True, duty__isnull=False).distinct()
        newcomers = User.objects.filter(is_active=True, membership__isnull=True, duty__isnull=True)
        ids = [*people.values_list("pk", flat=True), *newcomers.values_list("pk", flat=True)]
        self.fields["user"].queryset = User.objects.filter(pk__in=ids).order_by("name", "pk")


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "email", "language"]


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language"]


class FirstAdministratorForm(SetPasswordMixin, forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=100)
    email = forms.EmailField(label=_("E-mail address"))
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE
    )
    password1, password2 = SetPasswordMixin.create_password_fields()

    def clean(self):
        self.validate_passwords()
        person = User(email=self.cleaned_data.get("email", ""), name=self.data.get("name", ""))
        self.validate_password_for_user(person, "password1")
        return super().clean()
