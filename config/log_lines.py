"""What the log says of what is no fault of the program: one line, without how it was found out.

That is a broker that is down, and a page that does not exist or is not for the one who asked.
"""

import logging

from celery.exceptions import OperationalError

#: Celery advises to cancel running tasks when the broker is lost. Here the claim on a notice's row
#: keeps a task from running twice, and a cancelled one would be sent again later.
ADVICE = "worker_cancel_long_running_tasks_on_connection_loss"


class OneLine(logging.Filter):
    """Shortens what is said of a broker that is down and of refused pages; all else stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "py.warnings":
            return ADVICE not in record.getMessage()
        if record.name.startswith("celery") and _is_of_the_broker(record):
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
            record.exc_info = record.exc_text = None
        elif record.name == "django.request" and record.levelno < logging.ERROR:  # 403, 404
            record.exc_info = record.exc_text = None
        return True


def _is_of_the_broker(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    while error is not None:
        if isinstance(error, OperationalError):
            return True
        error = error.__cause__ or error.__context__
    return False
