"""What the log says while the broker is down: one line each time, without how it was found out."""

import logging

from kombu.exceptions import OperationalError

#: Celery advises to cancel running tasks when the broker is lost. Here the claim on a notice's row
#: keeps a task from running twice, and a cancelled one would be sent again later.
ADVICE = "worker_cancel_long_running_tasks_on_connection_loss"


class OneLine(logging.Filter):
    """Shortens what Celery says of a broker that is down; everything else stays as it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "py.warnings":
            return ADVICE not in record.getMessage()
        if record.name.startswith("celery") and _is_of_the_broker(record):
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
            record.exc_info = record.exc_text = None
        return True


def _is_of_the_broker(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    while error is not None:
        if isinstance(error, OperationalError):
            return True
        error = error.__cause__ or error.__context__
    return False
