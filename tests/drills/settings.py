"""The settings of a deployment, with short intervals, so that a drill need not wait for minutes."""

from config.settings import *  # noqa: F403
from config.settings import CELERY_BEAT_SCHEDULE, CELERY_BROKER_TRANSPORT_OPTIONS

EMAIL_TIMEOUT = 3  # seconds, instead of 20
CELERY_BROKER_TRANSPORT_OPTIONS |= {"visibility_timeout": 15}  # seconds, instead of 300
for job, seconds in {"tick": 1, "deliver": 1}.items():  # instead of 15 and 60
    CELERY_BEAT_SCHEDULE[job]["schedule"] = seconds
