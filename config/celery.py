import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("yell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def tick_once(sender, **_kwargs) -> None:
    """Tell /healthz that there is a worker, without waiting for beat."""
    sender.app.send_task("casework.tasks.tick")
