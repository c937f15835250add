"""The form with which a person adds a passkey."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _


class PasskeyForm(AddWebAuthnForm):
    """Adds a passkey or a security key under a name by which its owner knows it again."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this passkey")
        self.fields["passwordless"].help_text = _(
            "Enabling passwordless operation allows you to sign in using just this key, but "
            "imposes additional requirements such as biometrics or PIN protection."
        )
