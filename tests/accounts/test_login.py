import pytest
from django.urls import reverse

from accounts.models import Organization, User
from tests import factories

pytestmark = pytest.mark.django_db

ANSWERS = {
    "name": "緑川花子",
    "email": "Hanako@example.jp",
    "password1": "long-enough-9",
    "password2": "long-enough-9",
    "language": "ja",
    "group_name": "",
}


def sign_up(client, **answers):
    return client.post(reverse("account_signup"), {**ANSWERS, **answers})


def test_signing_up_as_the_first_member_registers_the_group(client, letters):
    response = sign_up(client, group_name=" みどりの会 ")

    assert response.status_code == 302
    person = User.objects.get(email="hanako@example.jp")
    group = Organization.objects.get()
    assert (person.name, bool(person.date_joined)) == ("緑川花子", True)
    assert (group.name, group.confirmed_at) == ("みどりの会", None)
    assert group.membership_set.get().user == person
    assert client.get(reverse("accounts:organization-detail", args=[group.pk])).status_code == 200


def test_signing_up_without_a_group_makes_none(client, letters):
    sign_up(client, language="en")

    assert User.objects.get().language == "en"
    assert not Organization.objects.exists()


def test_signing_up_needs_a_name(client, letters):
    assert sign_up(client, name="").status_code == 200
    assert not User.objects.exists()


def test_signing_up_with_an_address_in_use_makes_nobody(client, letters):
    factories.user(email="hanako@example.jp")

    sign_up(client)

    assert User.objects.count() == 1


@pytest.mark.parametrize("language", ["ja", "en"])
def test_logging_in_brings_one_s_own_language(client, letters, language):
    person = factories.user(language=language)

    response = client.post(
        reverse("account_login"), {"login": person.email, "password": "correct-horse"}
    )

    assert response.status_code == 302
    page = client.get(reverse("accounts:profile"), headers={"accept-language": "de"})
    assert f'<html lang="{language}">' in page.text


def test_a_closed_account_does_not_log_in(client, letters):
    person = factories.user(is_active=False)

    client.post(reverse("account_login"), {"login": person.email, "password": "correct-horse"})

    assert client.get(reverse("accounts:profile")).status_code == 302


def test_reset_page_says_where_help_is_when_no_mail_leaves(client):
    page = client.get(reverse("account_reset_password"))

    assert page.status_code == 200
    assert 'name="email"' not in page.text


def test_reset_letter_leaves_through_the_outbox_alone(client, letters, settings, mailoutbox):
    settings.EMAIL_URL_SET = True
    person = factories.user(language="en")

    assert 'name="email"' in client.get(reverse("account_reset_password")).text
    client.post(reverse("account_reset_password"), {"email": person.email})

    (letter,) = letters
    assert (letter["to"], letter["kind"]) == (person.email, "account_password_reset_key")
    assert "/accounts/password/reset/key/" in letter["body"]
    assert person.email not in letter["key"]
    assert mailoutbox == []


@pytest.mark.parametrize("page", ["account_login", "account_signup", "account_reset_password"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_entrance_renders_in_both_languages(client, page, language):
    response = client.get(reverse(page), headers={"accept-language": language})

    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.text


@pytest.mark.parametrize("page", ["account_email", "account_change_password", "mfa_index"])
def test_two_factor_and_password_pages_open_to_their_owner(client, page):
    assert client.get(reverse(page)).status_code == 302
    client.force_login(factories.user())
    assert client.get(reverse(page)).status_code == 200
