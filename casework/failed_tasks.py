"""Tasks that failed: written down in one place, for a person to look at and to send again, once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from traceback import walk_tb

from celery import current_app
from celery.exceptions import OperationalError
from celery.signals import task_failure
from django.apps import apps
from django.db import close_old_connections, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import require

from .calendar import japan_date
from .errors import NotPossible
from .models import FailedTask


@task_failure.connect(dispatch_uid="casework.failed_tasks")
def note_failure(
    sender,
    exception: BaseException,
    args: Sequence | None = None,
    kwargs: Mapping | None = None,
    **_told,
) -> None:
    """Write down what failed; called by Celery in the worker. The log has the rest."""
    close_old_connections()  # the task may have failed because the database went away
    note(sender.name, args or (), kwargs or {}, exception, at=timezone.now())


@transaction.atomic
def note(
    task: str, args: Sequence, kwargs: Mapping, exception: BaseException, *, at: datetime
) -> None:
    """Count a failure in the row of the same failure, or write the first such row."""
    told = {
        "task": task,
        "args": list(args),
        "kwargs": dict(kwargs),
        "error": f"{type(exception).__module__}.{type(exception).__qualname__}"[:200],
        "place": place(exception)[:200],
    }
    same = FailedTask.objects.filter(**told, retried_at=None)
    if not same.update(times=F("times") + 1, at=at):
        FailedTask.objects.create(**told, at=at)


def place(exception: BaseException) -> str:
    """Return the last line of our own that ``exception`` came through, as ``module:line``."""
    own = {config.name for config in apps.get_app_configs()}
    lines = [
        f"{name}:{line}"
        for frame, line in walk_tb(exception.__traceback__)
        if (name := frame.f_globals.get("__name__", "")).partition(".")[0] in own
    ]
    return lines[-1] if lines else ""


@transaction.atomic
def retry(failed: FailedTask, *, by, at: datetime) -> None:
    """Send a task that failed to the workers once more.

    :raises PermissionDenied: if ``by`` may not.
    :raises NotPossible: if it was sent again before, or the broker does not answer.
    """
    require(by.act_on(japan_date(at)), "casework.retry_task")
    waiting = FailedTask.objects.filter(pk=failed.pk, retried_at=None)
    if not waiting.update(retried_at=at, retried_by=by):
        raise NotPossible(_("This task was sent again before."))
    try:
        current_app.send_task(failed.task, args=failed.args, kwargs=failed.kwargs, retry=False)
    except OperationalError as error:
        raise NotPossible(_("The broker does not answer: nothing was sent.")) from error
