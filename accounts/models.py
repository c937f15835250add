"""People, the organizations they belong to, and the duties they hold from one day until another."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.likeness import name_key


class Role(models.TextChoices):
    """What a person does for the city's program; being a member of a group is not a role."""

    OFFICE = "office", _("Office")
    APPROVER = "approver", _("Approver")
    ACCOUNTING = "accounting", _("Accounting")
    DEPARTMENT = "department", _("Department")
    PANEL = "panel", _("Panel member")
    COORDINATOR = "coordinator", _("Coordinator")
    COMMITTEE = "committee", _("Committee member")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    SYSTEM = "system", _("System")


class MemberRole(models.TextChoices):
    """What a member of a group may do with the group's cases."""

    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class DatedQuerySet(models.QuerySet):
    """Rows that hold from ``valid_from`` until ``valid_until``, both days included."""

    def valid_on(self, day: date):
        """Keep what holds on ``day``; an empty end means no end, an empty start no start."""
        started = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return self.filter(started & (Q(valid_until__isnull=True) | Q(valid_until__gte=day)))

    def valid_between(self, first: date, last: date):
        """Keep what holds on any day from ``first`` to ``last``, both included."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=last)
        return self.filter(begun & (Q(valid_until__isnull=True) | Q(valid_until__gte=first)))


class Dated(models.Model):
    """Base of whatever holds from one Japan date until another, both included."""

    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="%(app_label)s_%(class)s_ends_after_it_starts",
                violation_error_message=_("The last day must not be before the first day."),
            ),
        ]

    def is_valid_on(self, day: date) -> bool:
        """Return whether it holds on ``day``, as ``valid_on`` says of rows."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or self.valid_until >= day)


class DepartmentQuerySet(DatedQuerySet):
    def named(self, name: str):
        return self.filter(name=name)


class Department(Dated):
    """A department of the city (担当課), under the name it bore while it bore it."""

    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    mailbox = models.EmailField(_("shared mailbox"), blank=True)
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("successor")
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    fictitious = models.BooleanField(_("fictitious"), default=False)

    objects = DepartmentQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["name", "valid_from"], name="department_named_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(valid_from__isnull=True),
                name="department_named_once_without_a_first_day",
                violation_error_message=_(
                    "There is already a department of this name without a first day."
                ),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def label(self) -> str:
        """The name in the language of the page; the Japanese one where no other is."""
        japanese = (get_language() or "ja").startswith("ja")
        return self.name if japanese else self.name_en or self.name

    def standing_successor(self, day: date) -> "Department | None":
        """Return the first successor in the line that exists on ``day``."""
        seen, found = {self.pk}, self.successor
        while found is not None and found.pk not in seen:
            if found.is_valid_on(day):
                return found
            seen.add(found.pk)
            found = found.successor
        return None


class UserQuerySet(models.QuerySet):
    #: Roles that deal with every person.
    READERS = (Role.OFFICE, Role.AUDITOR, Role.ADMINISTRATOR)

    def visible_to(self, user):
        """Keep the people ``user`` may look up: oneself, and for those who keep the list, all."""
        if not user.is_authenticated:
            return self.none()
        return self if user.duties.holds(*self.READERS) else self.filter(pk=user.pk)

    def named_like(self, words: str):
        """Keep the people whose name or address contains ``words``."""
        words = words.strip()
        return self.filter(Q(name__icontains=words) | Q(email__icontains=words))

    def with_duties(self):
        return self.prefetch_related(
            models.Prefetch(
                "duty_set", Duty.objects.select_related("department").order_by("valid_from", "pk")
            )
        )


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Makes users, who are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


@dataclass(frozen=True, slots=True)
class Duties:
    """What one person holds on one day.

    :param roles: the roles held, as codes of :class:`Role`.
    :param departments: ids of the departments the person works for.
    :param organizations: organization id → :class:`MemberRole` code.
    :param decides_up_to_yen: the largest amount an approver decides; ``None`` is no stated limit.
    """

    roles: frozenset[str] = frozenset()
    departments: frozenset[int] = frozenset()
    organizations: dict[int, str] = field(default_factory=dict)
    decides_up_to_yen: int | None = None

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[str, str, int | None, int | None]]) -> "Duties":
        """Put together ``(of, role, department or organization, decides up to yen)`` of one person.

        :param rows: ``of`` is "duty", or "group" for the role of a member in an organization.
        """
        rows = list(rows)
        held = [row[1:] for row in rows if row[0] == "duty"]
        limits = [limit for role, _department, limit in held if role == Role.APPROVER]
        return cls(
            roles=frozenset(role for role, _department, _limit in held),
            departments=frozenset(department for _role, department, _limit in held if department),
            organizations={row[2]: row[1] for row in rows if row[0] == "group"},
            decides_up_to_yen=None if None in limits else max(limits, default=None),
        )

    def holds(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def edits(self, organization_id: int | None) -> bool:
        """Return whether the person may write for this organization."""
        return self.organizations.get(organization_id) in (MemberRole.OWNER, MemberRole.EDITOR)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in by e-mail, or a named system user who never logs in."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_staff = models.BooleanField(_("may open the administration site"), default=False)
    is_active = models.BooleanField(_("may log in"), default=True)
    date_joined = models.DateTimeField(_("joined"), null=True, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)
    fictitious = models.BooleanField(_("fictitious"), default=False)

    objects = UserManager()
    acting_on: date | None = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case"),
        ]

    def __str__(self):
        return self.name or self.email

    def act_on(self, day: date) -> "User":
        """Read this person's duties as of ``day`` (Japan date) from now on; return the person."""
        if self.acting_on != day:
            self.acting_on = day
            self.__dict__.pop("duties", None)
        return self

    @cached_property
    def duties(self) -> Duties:
        """What this person holds on the day named to :meth:`act_on`.

        :raises ValueError: if nobody has said which day it is.
        """
        if self.acting_on is None:
            raise ValueError(f"Say on which day {self.email} acts: user.act_on(today).")
        if self.is_system:
            return Duties(roles=frozenset({Role.SYSTEM}))
        if not self.is_active:
            return Duties()
        held = self.duty_set.valid_on(self.acting_on).annotate(of=Value("duty"))
        belongs = self.membership_set.valid_on(self.acting_on).annotate(
            of=Value("group"), none=Value(None, models.IntegerField())
        )
        # One question of two tables: every page asks it.
        rows = held.order_by().values_list("of", "role", "department", "decides_up_to_yen").union(
            belongs.order_by().values_list("of", "role", "organization", "none"), all=True
        )  # fmt: skip
        return Duties.of_rows(rows)

    @property
    def is_system(self) -> bool:
        """Whether this is a named system user, such as the one that sweeps deadlines."""
        return not self.is_active and self.email.endswith("@system.invalid")


class Duty(Dated):
    """One role a person holds from one day until another."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("department")
    )
    post = models.CharField(_("position"), max_length=100, blank=True)
    decides_up_to_yen = models.PositiveIntegerField(
        _("decides up to (yen)"),
        null=True,
        blank=True,
        help_text=_("Approvers only. Empty means that no limit is set."),
    )

    class Meta(Dated.Meta):
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=Q(role__in=Role.values), name="duty_role_known"),
            models.CheckConstraint(
                condition=~Q(role=Role.DEPARTMENT) | Q(department__isnull=False),
                name="duty_of_a_department_names_it",
                violation_error_message=_("Say which department."),
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.get_role_display()}"


class OrganizationQuerySet(models.QuerySet):
    #: Roles that deal with every group.
    READERS = (
        Role.OFFICE,
        Role.APPROVER,
        Role.ACCOUNTING,
        Role.COORDINATOR,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    )

    def visible_to(self, user):
        """Keep the groups ``user`` may see: the city's people all, a member the own ones."""
        if not user.is_authenticated:
            return self.none()
        if user.duties.holds(*self.READERS):
            return self
        return self.filter(pk__in=user.duties.organizations)

    def standing(self):
        """Leave out what was merged into another."""
        return self.filter(merged_into__isnull=True)

    def unconfirmed(self):
        """Keep the groups of which the office has not yet said that they are who they say."""
        return self.standing().filter(confirmed_at__isnull=True)

    def named_like(self, words: str):
        """Keep the groups whose name, kana, former name or corporate number contains ``words``."""
        wanted = name_key(words)
        if not wanted:
            return self if not words.strip() else self.none()
        former = Q(former_names__icontains=words.strip())
        return self.filter(Q(name_key__contains=wanted) | former | Q(corporate_number=wanted))


class Organization(models.Model):
    """A citizens' group or NPO (市民活動団体). What is unknown stays empty and shows as not set.

    :ivar former_names: what it was called before, a name a line, those of entries merged into it too.
    """

    name = models.CharField(_("name"), max_length=200)
    name_kana = models.CharField(_("name in kana"), max_length=200, blank=True)
    name_key = models.CharField(max_length=500, editable=False, default="", db_default="")
    former_names = models.TextField(
        _("former names"), blank=True, editable=False, default="", db_default=""
    )
    corporate_number = models.CharField(_("corporate number"), max_length=13, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    activity_started_on = models.DateField(_("active since"), null=True, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=8, blank=True)
    address = models.CharField(_("address or contact place"), max_length=300, blank=True)
    in_city = models.BooleanField(_("base or contact place in the city"), null=True, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail address of the group"), blank=True)
    # A URLField of Django 5.2 warns wherever a form is made of it.
    website = models.CharField(
        _("website"), max_length=200, blank=True, validators=[URLValidator(["http", "https"])]
    )
    members_total = models.PositiveIntegerField(_("members"), null=True, blank=True)
    citizen_members = models.PositiveIntegerField(
        _("members who live, work or study in the city"), null=True, blank=True
    )
    rules_on_file_on = models.DateField(_("rules handed in on"), null=True, blank=True)
    npo_center_registered_on = models.DateField(
        _("registered with the NPO center on"), null=True, blank=True
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        verbose_name=_("confirmed by"),
        null=True,
        editable=False,
        related_name="+",
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
    )
    fictitious = models.BooleanField(_("fictitious"), default=False, editable=False)
    members = models.ManyToManyField(User, through="Membership", related_name="organizations")

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")

    def __str__(self):
        return self.name

    def save(self, *args, update_fields=None, **kwargs):
        """Keep the key that groups are searched by in step with the name, and the name it had."""
        self.name_key = f"{name_key(self.name)} {name_key(self.name_kana)}".strip()
        if update_fields is None or "name" in update_fields:
            self._remember_its_name()
        if update_fields is not None and {"name", "name_kana"} & set(update_fields):
            update_fields = {*update_fields, "name_key", "former_names"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def _remember_its_name(self) -> None:
        saved = Organization.objects.filter(pk=self.pk) if self.pk else Organization.objects.none()
        self.was_called(saved.values_list("name", flat=True))

    def was_called(self, names: Iterable[str]) -> None:
        """Take ``names`` among its former ones; one that differs by its spelling alone is no other."""
        known = {name_key(name) for name in (self.name, *self.former_names.splitlines())}
        for name in names:
            if name and name_key(name) not in known:
                known.add(name_key(name))
                self.former_names = f"{self.former_names}\n{name}".strip()

    def representative_on(self, day: date) -> "Officer | None":
        """Return who represents the group on ``day`` (Japan date); ``None`` if that is not set.

        No two do on one day: :meth:`Officer.clean` refuses it.
        """
        of_the_day = (
            o for o in self.officer_set.all() if o.is_representative and o.is_valid_on(day)
        )
        return next(of_the_day, None)


class OfficerQuerySet(DatedQuerySet):
    def representatives(self):
        return self.filter(is_representative=True)

    def overlapping(self, first: date | None, last: date | None):
        """Keep the terms that share a day with the one from ``first`` until ``last``."""
        found = self
        if last is not None:
            found = found.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=last))
        if first is not None:
            found = found.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=first))
        return found


class Officer(Dated):
    """An officer of a group (役員). Personal data: shown to the group and the office only."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=100)
    name_kana = models.CharField(_("name in kana"), max_length=100, blank=True)
    post = models.CharField(_("position"), max_length=100)
    is_representative = models.BooleanField(_("represents the group"), default=False)

    objects = OfficerQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(is_representative=True, valid_until__isnull=True),
                name="officer_one_standing_representative",
                violation_error_message=_("The group already has a representative."),
            ),
        ]

    def __str__(self):
        return f"{self.post} {self.name}"

    def clean(self):
        """Refuse a second representative on any day."""
        super().clean()
        if self.is_representative and self.other_representatives().exists():
            raise ValidationError(
                _("Somebody else represents the group on one of these days. Name another day.")
            )

    def other_representatives(self):
        """Return whoever else represents the group on a day of this term."""
        others = Officer.objects.representatives().filter(organization=self.organization_id)
        return others.exclude(pk=self.pk).overlapping(self.valid_from, self.valid_until)


class Membership(Dated):
    """A log-in that may read, or write, for a group."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, verbose_name=_("user"))
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, verbose_name=_("organization")
    )
    role = models.CharField(_("role"), max_length=10, choices=MemberRole.choices)

    class Meta(Dated.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(role__in=MemberRole.values), name="membership_role_known"
            ),
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=Q(valid_until__isnull=True),
                name="membership_standing_once",
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.organization}"


class InvitationQuerySet(models.QuerySet):
    def unanswered(self):
        """Leave out what was accepted or taken back."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def open_at(self, moment):
        """Keep what can be accepted at ``moment``."""
        return self.unanswered().filter(expires_at__gt=moment)


class Invitation(models.Model):
    """A letter to an e-mail address that lets its reader join a group until it expires."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10, choices=MemberRole.choices)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, editable=False)
    invited_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self):
        return f"{self.email} → {self.organization}"

    def is_open(self, at) -> bool:
        """Return whether the invitation can still be accepted at ``at``."""
        return not self.accepted_at and not self.revoked_at and at < self.expires_at


class SetupLink(models.Model):
    """A link by which the first administrator of an installation names themselves, once."""

    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("first administrator's link")
        verbose_name_plural = _("first administrator's links")

    def __str__(self):
        return f"{self.made_at:%Y-%m-%d}"


class Change(models.Model):
    """One thing done to a group or a person; written by the services, never changed afterwards.

    Cases have their own history above this app; this is the history of who may act for whom.

    :param facts: ids and codes only, so that it can be kept when personal data goes.
    """

    what = models.CharField(_("what was done"), max_length=40)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, verbose_name=_("organization")
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, verbose_name=_("person"), related_name="changes"
    )
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, verbose_name=_("done by"), related_name="+"
    )
    at = models.DateTimeField(_("done at"))
    facts = models.JSONField(_("facts"), default=dict)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")

    def __str__(self):
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"
