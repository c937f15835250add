"""Words of the guideline that pages of all apps share."""

from django import template

from guideline.measure_names import with_edition

register = template.Library()

register.filter("with_edition", with_edition)
