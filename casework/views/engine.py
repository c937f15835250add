"""The engine room: whether jobs, notices and workers keep going, and what failed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from casework import engine, failed_tasks
from casework.desks import desks_of
from casework.errors import NotPossible
from casework.models import FailedTask

from .finding import holds, page_of, require_office


@require_safe
@login_required
def engine_room(request):
    """The readings of the engine, and the tasks that failed, the latest first."""
    require_office(request.user, "casework.read_engine")
    # The machine's own clock, not the demo clock: jobs run in real time.
    now, queue = timezone.now(), engine.queue_length()
    found = engine.read(now=now, at=request.now, queue=queue)
    failures = FailedTask.objects.select_related("retried_by").order_by("-at", "-pk")
    home = desks_of(request.user)[0]
    context = {
        "found": found,
        "jobs": [(job, job.is_late(now)) for job in found.jobs],
        "workers": [(worker, found.answers(worker)) for worker in found.workers],
        "page": page_of(request, failures),
        "reads_outbox": holds(request.user, "casework.read_outbox"),
        "retries": holds(request.user, "casework.retry_task"),
        "trail": [(reverse(home.url_name), home.title), ("", _("Engine room"))],
    }
    return render(request, "casework/engine.html", context)


@login_required
@require_POST
def task_retry(request, pk):
    """Send a task that failed to the workers once more."""
    require_office(request.user, "casework.retry_task")
    failed = get_object_or_404(FailedTask, pk=pk)
    try:
        failed_tasks.retry(failed, by=request.user, at=request.now)
    except NotPossible as error:
        messages.error(request, error.why)
    else:
        messages.success(
            request, _("The task was sent again. If it fails again, it is listed anew.")
        )
    return redirect("casework:engine")
