"""What the pages of the program ask for. Importing this registers the forms of moves."""

from . import moves  # noqa: F401  registers them with casework
