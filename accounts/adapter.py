"""Where django-allauth's log-in, sign-up and reset meet this program."""

import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import mail


def set_language(response, language: str) -> None:
    """Have the browser ask for ``language`` from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


class AccountAdapter(DefaultAccountAdapter):
    """Signs people up with a name and a language, and lets no mail out but through the outbox."""

    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data["name"]
        user.language = form.cleaned_data["language"]
        user.date_joined = request.now
        return super().save_user(request, user, form, commit)

    def post_login(self, request, user, **kwargs):
        response = super().post_login(request, user, **kwargs)
        set_language(response, user.language)
        return response

    def send_mail(self, template_prefix, email, context):
        request = allauth_context.request
        kind = f"account_{template_prefix.rpartition('/')[2]}"
        with translation.override(mail.language_of(email)):
            # The same letter as allauth renders, with the address the installation is known by.
            letter = self.render_mail(
                template_prefix,
                email,
                {
                    "request": request,
                    "email": email,
                    "current_site": {"name": _("Yell"), "domain": request.get_host()},
                    **context,
                },
            )
        # The addressee's digest, not the address: keys are read by others than the addressee.
        reader = hashlib.sha256(email.lower().encode()).hexdigest()[:16]
        mail.send(
            to=email,
            kind=kind,
            subject=letter.subject,
            body=letter.body,
            key=f"{kind}-{reader}-{request.now.isoformat()}",
            at=request.now,
        )
