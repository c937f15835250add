"""Numbers that one query asks for at once, where a page counts several things."""

from django.db.models import Func, IntegerField, QuerySet, Subquery


def number(rows: QuerySet) -> Subquery:
    """Return how many ``rows`` there are, for another query to ask; ``rows.count()`` asks it alone."""
    # Not Count(): that would group the rows, and there would be no number where there are none.
    counted = Func("pk", function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().values(how_many=counted))
