"""HTML pages from the packaged templates: self-contained, everything escaped, no clock in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

TEMPLATES = Environment(
    loader=PackageLoader("hcc_sdtm.outputs", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_page(template: str, content: Mapping[str, Any]) -> str:
    """The page that the template makes of the content; raises jinja2.UndefinedError where it needs more."""
    return TEMPLATES.get_template(template).render(content)
