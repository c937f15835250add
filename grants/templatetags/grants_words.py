"""Words that pages of the program share."""

from django import template

from guideline.models import fiscal_year_name

register = template.Library()

register.filter("fiscal_year_name", fiscal_year_name)
