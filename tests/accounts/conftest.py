import pytest

from accounts import mail


@pytest.fixture
def letters(monkeypatch):
    """What accounts handed to the outbox; here the outbox is a list."""
    sent = []
    monkeypatch.setattr(mail, "_senders", [lambda **letter: sent.append(letter)])
    return sent
