"""Pages about any case. Each shows only what ``visible_to`` lets through."""

from .finding import page_of, visible_case
from .papers import pdf_response

__all__ = ["page_of", "pdf_response", "visible_case"]
