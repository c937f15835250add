from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts import services
from accounts.models import Change, Duty, Invitation, MemberRole, Organization, Role, User
from accounts.passkeys import PasskeyForm
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters")]

NAME = "みどりの会"
STAFF = ("office", "approver", "accounting", "coordinator", "auditor", "administrator")
OUTSIDE = ("department", "panel", "committee")
MEMBERS = tuple(MemberRole.values)
EVERYONE = ("visitor", "stranger", *STAFF, *OUTSIDE, *MEMBERS)


def url(name, *args):
    return reverse(f"accounts:{name}", args=args)


@pytest.fixture
def group():
    organization = factories.organization(name=NAME)
    factories.member(organization, name="最初の所有者")
    return organization


def log_in(client, who, group):
    """Log in as a role of the program, as a member of ``group``, or as neither."""
    if who == "visitor":
        return None
    if who in MEMBERS:
        person = factories.member(group, who)
    else:
        person = factories.user(*([] if who == "stranger" else [who]))
    client.force_login(person)
    return person


def expected(who, allowed, seen):
    """What a page answers: log in first, not there, not yours, or here it is."""
    if who == "visitor":
        return 302
    if who in allowed:
        return 200
    return 403 if who in seen else 404


SEEN = (*STAFF, *MEMBERS)
PAGES = {
    "organization-detail": SEEN,
    "organization-edit": ("office", "owner", "editor"),
    "organization-confirm": ("office",),
    "organization-merge": ("office",),
    "organization-restore": ("office",),
    "officer-list": ("office", "auditor", *MEMBERS),
    "officer-add": ("office", "owner", "editor"),
    "member-list": ("office", "auditor", *MEMBERS),
    "member-invite": ("office", "owner"),
}


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_group_opens_to_whom_it_may(client, group, page, who):
    log_in(client, who, group)

    response = client.get(url(page, group.pk))

    assert response.status_code == expected(who, PAGES[page], SEEN)


@pytest.mark.parametrize("who", EVERYONE)
def test_member_page_opens_to_whom_it_may(client, group, who):
    log_in(client, who, group)

    response = client.get(url("member-edit", group.pk, group.membership_set.first().pk))

    assert response.status_code == expected(who, ("office", "owner"), SEEN)


@pytest.mark.parametrize("who", EVERYONE)
def test_page_of_an_officer_opens_to_whom_it_may(client, group, who):
    officer = group.officer_set.create(name="甲", post="代表")
    log_in(client, who, group)

    response = client.get(url("officer-end", group.pk, officer.pk))

    assert response.status_code == expected(who, ("office", "owner", "editor"), SEEN)


@pytest.mark.parametrize("who", [who for who in EVERYONE if who not in ("office", "owner")])
def test_buttons_of_a_group_do_nothing_for_others(client, group, who):
    invitation, _token = services.invite(
        group,
        email="new@example.jp",
        role="editor",
        by=group.members.get().act_on(factories.TODAY),
        at=timezone.now(),
    )
    log_in(client, who, group)
    buttons = [
        url("member-end", group.pk, group.membership_set.first().pk),
        url("invitation-revoke", group.pk, invitation.pk),
    ]

    assert {client.post(button).status_code for button in buttons} == {expected(who, (), SEEN)}
    invitation.refresh_from_db()
    assert invitation.revoked_at is None
    assert not group.membership_set.filter(valid_until__isnull=False).exists()


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("page", ["person-list", "person-add"])
def test_people_are_kept_by_administrators(client, group, page, who):
    log_in(client, who, group)

    response = client.get(url(page))

    assert response.status_code == expected(who, ("administrator",), EVERYONE)


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize(
    "page",
    ["person-detail", "duty-add", "duty-end", "reset-link", "login-close", "login-reopen"],
)
def test_person_pages_open_to_whom_they_may(client, group, page, who):
    clerk = factories.user("office")
    args = [clerk.pk, clerk.duty_set.get().pk] if page == "duty-end" else [clerk.pk]
    log_in(client, who, group)

    response = client.get(url(page, *args))

    seen = ("office", "auditor", "administrator")
    assert response.status_code == expected(who, ("administrator",), seen)


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("page", ["organization-list", "organization-new", "profile"])
def test_own_pages_open_to_whoever_is_logged_in(client, group, page, who):
    log_in(client, who, group)

    assert client.get(url(page)).status_code == expected(who, EVERYONE, ())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_renders_in_both_languages(client, group, language):
    person = factories.user("office", "administrator")
    client.force_login(person)
    officer = group.officer_set.create(name="甲", post="代表", is_representative=True)
    _invitation, token = services.invite(
        group, email="new@example.jp", role="editor", by=person, at=timezone.now()
    )
    pages = [
        *(url(page, group.pk) for page in PAGES),
        *(url(page) for page in ("organization-list", "organization-new", "profile")),
        *(url(page) for page in ("person-list", "person-add")),
        url("officer-end", group.pk, officer.pk),
        url("member-edit", group.pk, group.membership_set.first().pk),
        url("invitation", token),
        url("person-detail", person.pk),
        url("duty-add", person.pk),
        url("duty-end", person.pk, person.duty_set.first().pk),
        url("reset-link", person.pk),
        url("login-close", factories.user().pk),
        url("login-reopen", factories.user(is_active=False).pk),
    ]
    for page in pages:
        response = client.get(page, headers={"accept-language": language})
        assert (page, response.status_code) == (page, 200)
        assert f'<html lang="{language}">' in response.text


# The list of groups


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", {NAME, "NPO法人 ｱｵｿﾞﾗ"}),
        ("みどり", {NAME}),
        ("ミドリ ノ", {NAME}),
        ("あおぞら", {"NPO法人 ｱｵｿﾞﾗ"}),
        ("1234567890123", {"NPO法人 ｱｵｿﾞﾗ"}),
        ("囲碁", set()),
        ("・", set()),
    ],
)
def test_search_finds_groups_however_they_are_spelled(client, group, words, found):
    factories.organization(name="NPO法人 ｱｵｿﾞﾗ", corporate_number="1234567890123")
    client.force_login(factories.user("office"))

    page = client.get(url("organization-list"), {"q": words}).context["page"]

    assert {organization.name for organization in page} == found


def test_list_filters_the_unconfirmed(client, group):
    clerk = factories.user("office")
    services.confirm_organization(group, by=clerk, at=factories.NOON)
    waiting = factories.organization()
    client.force_login(clerk)

    page = client.get(url("organization-list"), {"unconfirmed": "1"}).context["page"]

    assert list(page) == [waiting]


def test_members_list_only_their_own_groups(client, group):
    factories.organization()
    client.force_login(factories.member(group, "viewer"))

    assert list(client.get(url("organization-list")).context["page"]) == [group]


def queries_of(client, page):
    """How often a page asks the database; what every page asks about its reader is in it."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


def test_list_of_groups_asks_as_often_for_three_as_for_one(client):
    factories.organization()
    client.force_login(factories.user("office"))
    for_one = queries_of(client, url("organization-list"))

    for _ in range(2):
        factories.organization()

    assert queries_of(client, url("organization-list")) == for_one


def test_list_of_members_asks_as_often_for_three_as_for_one(client):
    group, boss = factories.organization(), factories.user("office")
    client.force_login(boss)

    def join(number):
        factories.member(group)
        email = f"{number}@example.jp"
        services.invite(group, email=email, role="viewer", by=boss, at=timezone.now())

    join(1)
    for_one = queries_of(client, url("member-list", group.pk))
    join(2)
    join(3)

    assert queries_of(client, url("member-list", group.pk)) == for_one
    read = Change.objects.filter(what="members_read", organization=group)
    assert {change.by for change in read} == {boss}
    number = read.count()
    client.force_login(factories.member(group))
    assert client.get(url("member-list", group.pk)).status_code == 200
    assert read.count() == number > 0


def test_list_of_people_asks_as_often_for_three_as_for_one(client):
    client.force_login(factories.user("administrator"))
    for_one = queries_of(client, url("person-list"))

    for _ in range(2):
        factories.user("department")

    assert queries_of(client, url("person-list")) == for_one


# Doing things


def test_registering_a_group_leads_to_its_facts(client):
    client.force_login(factories.user())

    response = client.post(url("organization-new"), {"name": NAME})

    group = Organization.objects.get()
    assert response.url == url("organization-edit", group.pk)


def test_editing_shows_what_is_wrong(client, group):
    client.force_login(factories.member(group, "editor"))
    answers = {"name": NAME, "members_total": 5, "citizen_members": 9, "in_city": "unknown"}

    assert client.post(url("organization-edit", group.pk), answers).status_code == 422
    answers["citizen_members"] = 4
    answers["website"] = "example.jp"
    assert client.post(url("organization-edit", group.pk), answers).status_code == 302
    group.refresh_from_db()
    assert (group.citizen_members, group.in_city, group.website) == (4, None, "https://example.jp")


def test_confirm_page_lists_likely_duplicates(client, group):
    alike = factories.organization(name="NPO法人ミドリの会")
    same_number = factories.organization(name="囲碁クラブ", corporate_number="1234567890123")
    factories.organization(name="海辺の清掃隊")
    Organization.objects.filter(pk=group.pk).update(corporate_number="1234567890123")
    client.force_login(factories.user("office"))

    response = client.get(url("organization-confirm", group.pk))

    assert response.context["likely"] == [same_number, alike]


def test_confirming_twice_is_a_message_not_an_error(client, group):
    client.force_login(factories.user("office"))

    client.post(url("organization-confirm", group.pk))
    response = client.post(url("organization-confirm", group.pk), follow=True)

    group.refresh_from_db()
    assert group.confirmed_at
    assert [message.level_tag for message in response.context["messages"]] == ["success", "error"]


def test_merging_leads_on_to_the_group_that_stays(client, group):
    into = factories.organization()
    client.force_login(factories.user("office"))
    page = url("organization-merge", group.pk)

    assert client.post(page, {"into": into.pk}).status_code == 422
    response = client.post(page, {"into": into.pk, "sure": "on"})

    assert response.url == url("organization-detail", into.pk)
    assert client.get(url("organization-detail", group.pk)).url == response.url
    assert client.get(url("organization-edit", group.pk)).status_code == 404


def test_merge_page_finds_groups_by_search(client, group):
    other = factories.organization(name="海辺の清掃隊")
    client.force_login(factories.user("office"))

    response = client.get(url("organization-merge", group.pk), {"q": "清掃"})

    assert response.context["shown"] == [other]


def test_officers_are_added_and_ended(client, group):
    client.force_login(factories.member(group, "editor"))
    answers = {"name": "甲", "post": "代表", "is_representative": "on", "valid_from": "2024-04-01"}
    client.post(url("officer-add", group.pk), answers)
    officer = group.officer_set.get()
    page = url("officer-end", group.pk, officer.pk)

    assert client.post(page, {"last_day": "2024-03-31"}).status_code == 422
    assert client.post(page, {"last_day": "2026-03-31"}).status_code == 302
    assert client.get(page).status_code == 404


def test_inviting_shows_the_link_once_where_no_mail_leaves(client, group, settings):
    client.force_login(factories.member(group))
    answers = {"email": "new@example.jp", "role": "editor"}

    response = client.post(url("member-invite", group.pk), answers)
    assert "/organizations/invitations/" in response.text
    assert "no-store" in response["Cache-Control"]

    settings.EMAIL_URL_SET = True
    response = client.post(url("member-invite", group.pk), answers)
    assert response.url == url("member-list", group.pk)


def test_inviting_a_member_again_says_why_not(client, group):
    owner = factories.member(group)
    client.force_login(owner)

    response = client.post(url("member-invite", group.pk), {"email": owner.email, "role": "viewer"})

    assert response.status_code == 422
    assert response.context["form"].non_field_errors()


def test_last_owner_reads_why_they_cannot_leave(client, group):
    client.force_login(group.members.get())
    membership = group.membership_set.get()

    response = client.post(url("member-end", group.pk, membership.pk), follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    response = client.post(url("member-edit", group.pk, membership.pk), {"role": "viewer"})
    assert response.status_code == 422


def test_a_viewer_may_leave(client, group):
    viewer = factories.member(group, "viewer")
    client.force_login(viewer)

    client.post(url("member-end", group.pk, viewer.membership_set.get().pk))

    assert client.get(url("organization-detail", group.pk)).status_code == 404


def test_a_member_of_one_group_is_not_found_in_another(client, group):
    other = factories.organization()
    stranger = factories.member(other).membership_set.get()
    client.force_login(group.members.get())

    assert client.get(url("member-edit", group.pk, stranger.pk)).status_code == 404
    assert client.post(url("member-end", group.pk, stranger.pk)).status_code == 404


def test_restoring_access_invites_an_owner(client, group):
    client.force_login(factories.user("office"))

    client.post(
        url("organization-restore", group.pk), {"email": "new@example.jp", "reason": "届出による"}
    )

    assert Invitation.objects.get().role == "owner"


def test_invitation_page_says_what_its_reader_can_do(client, group):
    now = timezone.now()
    owner = group.members.get().act_on(timezone.localdate(now))
    _invitation, token = services.invite(
        group, email="new@example.jp", role="editor", by=owner, at=now
    )
    page = url("invitation", token)

    assert reverse("account_signup") in client.get(page).text
    assert client.post(page).status_code == 200  # not logged in: nothing happens
    client.force_login(factories.user())
    assert '<button class="button">' not in client.get(page).text.partition("<main")[2]
    client.post(page)
    assert not Invitation.objects.filter(accepted_at__isnull=False).exists()
    client.force_login(factories.user(email="new@example.jp"))
    assert client.post(page).url == url("organization-detail", group.pk)
    assert client.get(url("organization-detail", group.pk)).status_code == 200
    assert not client.get(page).context["is_open"]


def test_expired_invitation_cannot_be_accepted(client, group):
    owner = group.members.get().act_on(factories.TODAY)
    _invitation, token = services.invite(
        group,
        email="new@example.jp",
        role="editor",
        by=owner,
        at=timezone.now() - services.INVITED_FOR - timedelta(seconds=1),
    )
    client.force_login(factories.user(email="new@example.jp"))

    assert not client.get(url("invitation", token)).context["is_open"]
    assert client.post(url("invitation", token)).url == url("invitation", token)


def test_unknown_invitation_is_not_found(client):
    assert client.get(url("invitation", "nonsense")).status_code == 404


# People


def test_administrator_adds_a_person_with_a_duty_and_a_link(client):
    client.force_login(factories.user("administrator"))
    answers = {"name": "新任", "email": "clerk@example.jp", "language": "ja"}
    client.post(url("person-add"), answers)
    person = User.objects.get(email="clerk@example.jp")

    assert client.post(url("duty-add", person.pk), {"role": "department"}).status_code == 422
    assert client.post(url("duty-add", person.pk), {"role": "office"}).status_code == 302
    assert person.duty_set.get().valid_from
    response = client.post(url("reset-link", person.pk))
    assert "/accounts/password/reset/key/" in response.text
    assert f'href="{url("person-detail", person.pk)}"' in response.text
    until = response.context["valid_until"]
    assert until == response.wsgi_request.now + services.RESET_LINK_FOR
    assert f'datetime="{timezone.localtime(until):%Y-%m-%dT%H:%M}' in response.text
    asked = client.get(url("reset-link", person.pk)).text
    assert f'<a class="button button-secondary" href="{url("person-detail", person.pk)}">' in asked
    assert client.post(url("person-add"), answers).status_code == 422


def test_form_of_a_duty_says_that_the_department_role_needs_a_department(client):
    boss = factories.user("administrator")
    client.force_login(boss)

    page = client.get(url("duty-add", boss.pk), headers={"accept-language": "en"})

    assert "Needed for the role “Department”" in page.text


def test_form_of_a_passkey_says_what_is_named():
    form = PasskeyForm(user=factories.user())

    with translation.override("ja"):
        assert "生体認証" in str(form.fields["passwordless"].help_text)
    with translation.override("en"):
        assert form["name"].label == "Name of this passkey"


def test_reset_link_sets_a_password_once(client):
    person, clerk = factories.user(), factories.user("office")
    clerk.act_on(timezone.localdate())
    link = services.reset_link(person, by=clerk, at=timezone.now())

    page = client.get(link, follow=True)
    answers = {"password1": "brand-new-pass-1", "password2": "brand-new-pass-1"}
    done = client.post(page.redirect_chain[-1][0], answers, follow=True)

    assert f'<a class="button" href="{reverse("account_login")}">' in done.text
    person.refresh_from_db()
    assert person.check_password("brand-new-pass-1")
    assert client.get(link, follow=True).context["token_fail"]


def test_reset_link_for_a_group_s_member_is_made_by_the_office(client, group):
    client.force_login(factories.user("office"))

    response = client.post(url("reset-link", group.members.get().pk))

    assert "/accounts/password/reset/key/" in response.text
    assert f'href="{url("member-list", group.pk)}"' in response.text
    assert "no-store" in response["Cache-Control"]


def test_ending_the_last_administrator_is_refused_on_the_form(client):
    boss = factories.user("administrator")
    client.force_login(boss)
    page = url("duty-end", boss.pk, boss.duty_set.get().pk)

    assert client.post(page, {"last_day": "2030-01-01"}).status_code == 422
    factories.user("administrator")
    assert client.post(page, {"last_day": "2030-01-01"}).status_code == 302


def test_log_in_is_closed_and_reopened_from_the_person_s_page(client):
    person = factories.user("office")
    client.force_login(factories.user("administrator"))
    detail, close, reopen = (
        url(page, person.pk) for page in ("person-detail", "login-close", "login-reopen")
    )
    assert close in client.get(detail).text
    assert reopen not in client.get(detail).text

    assert client.post(close).url == detail
    assert reopen in client.get(detail).text
    again = client.post(close, follow=True)
    assert [message.level_tag for message in again.context["messages"]][-1] == "error"

    assert client.post(reopen).url == detail
    person.refresh_from_db()
    assert person.is_active


def test_own_page_offers_no_closing(client):
    boss = factories.user("administrator")
    client.force_login(boss)

    assert url("login-close", boss.pk) not in client.get(url("person-detail", boss.pk)).text
    assert client.post(url("login-close", boss.pk)).status_code == 403


@pytest.mark.parametrize(
    ("roles", "fields", "shown"),
    [
        ([], {}, {"profile", "organization-list"}),
        (["office"], {"is_staff": True}, {"profile", "organization-list", "admin"}),
        (["administrator"], {}, {"profile", "organization-list", "person-list"}),
    ],
)
@pytest.mark.parametrize("page", ["accounts:profile", "account_email"])
def test_menu_leads_where_its_reader_may_go(client, page, roles, fields, shown):
    client.force_login(factories.user(*roles, **fields))
    links = {
        "profile": url("profile"),
        "organization-list": url("organization-list"),
        "person-list": url("person-list"),
        "admin": reverse("admin:index"),
    }

    text = client.get(reverse(page)).text

    assert {name for name, link in links.items() if f'href="{link}"' in text} == shown


def test_people_without_a_duty_are_listed_on_request(client):
    factories.user(name="会員")
    client.force_login(factories.user("administrator", name="管理者"))

    names = [
        [person.name for person in client.get(url("person-list"), query).context["page"]]
        for query in ({}, {"all": "1"}, {"all": "1", "q": "会員"})
    ]

    assert names == [["管理者"], ["会員", "管理者"], ["会員"]]


def test_profile_changes_name_and_language(client):
    person = factories.user()
    client.force_login(person)

    response = client.post(url("profile"), {"name": "New name", "language": "en"}, follow=True)

    person.refresh_from_db()
    assert (person.name, person.language) == ("New name", "en")
    assert '<html lang="en">' in response.text
    assert client.post(url("profile"), {"name": "", "language": "en"}).status_code == 422


def test_first_administrator_names_themselves_once(client):
    link = services.first_administrator_link(at=timezone.now())
    answers = {
        "name": "管理者",
        "email": "boss@example.jp",
        "language": "ja",
        "password1": "long-enough-9",
        "password2": "long-enough-9",
    }

    assert client.get(link).status_code == 200
    assert client.post(link, {**answers, "password2": "other"}).status_code == 422
    assert client.post(link, {**answers, "password1": "a", "password2": "a"}).status_code == 422
    assert client.post(link, answers).url == reverse("account_login")
    used = client.get(link, headers={"accept-language": "en"})
    assert used.status_code == 404
    assert "was used or has expired" in used.text and answers["email"] not in used.text
    assert client.post(link, {**answers, "email": "second@example.jp"}).status_code == 404
    duty = Duty.objects.select_related("user").get()
    assert (duty.role, duty.user.email) == (Role.ADMINISTRATOR, "boss@example.jp")
    with pytest.raises(ValidationError):
        services.first_administrator_link(at=timezone.now())


def test_first_administrator_s_link_must_be_known(client):
    assert client.get(url("first-administrator", "nonsense")).status_code == 404
