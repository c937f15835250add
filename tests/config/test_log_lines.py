"""A broker that is down is one line in the log; other failures keep their tracebacks."""

import logging
import warnings

import pytest
from kombu.exceptions import OperationalError

from config.log_lines import ADVICE, OneLine
from tests import factories


@pytest.fixture
def said(caplog):
    caplog.handler.addFilter(one_line := OneLine())
    yield caplog
    caplog.handler.removeFilter(one_line)


def fail(name: str, error: Exception) -> None:
    """Log as beat does when it cannot hand out a task: with the stack, and another error around."""
    try:
        try:
            raise error
        except type(error):
            raise RuntimeError("could not schedule") from None
    except RuntimeError:
        logging.getLogger(name).exception("Message Error: %s\n%s", error, ["a stack"])


def test_broker_that_is_down_is_one_line(said):
    fail("celery.beat", OperationalError("refused"))

    [record] = said.records
    assert said.text.splitlines() == [said.text.strip()]
    assert record.getMessage() == "Message Error: refused"


@pytest.mark.parametrize(
    ("name", "error"),
    [("celery.beat", KeyError("x")), ("casework.outbox", OperationalError("refused"))],
)
def test_other_failures_keep_their_tracebacks(said, name, error):
    fail(name, error)

    assert "Traceback" in said.text


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/office/", 403)])
def test_refused_page_is_one_line(said, client, path, status):
    client.force_login(factories.user())

    assert client.get(path).status_code == status

    assert len(said.text.splitlines()) == 1
    assert path in said.text


@pytest.mark.parametrize(("words", "lines"), [(f"set {ADVICE}", 0), ("another warning", 1)])
def test_advice_of_celery_that_does_not_fit_is_left_out(said, words, lines):
    logging.getLogger("py.warnings").warning(
        "%s", warnings.formatwarning(words, UserWarning, "f", 1)
    )

    assert len(said.records) == lines
