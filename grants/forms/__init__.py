"""What the pages of the program ask for. Importing this registers the forms of moves."""

from . import changes, city_issues, claims, moves  # noqa: F401  they register them with casework
