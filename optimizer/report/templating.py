"""The templates of the pages: everything put into a page is escaped, nothing outside a page may run or load."""

from __future__ import annotations

import base64
import hashlib
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.report.density import choose_density, wide_share
from optimizer.report.links import phone_pieces, place_link
from optimizer.text.printable import without_controls

if TYPE_CHECKING:
    from jinja2 import Environment

    from optimizer.report.wording import Wording

_TAGS = {"en": "en", "zh": "zh-CN"}


def render(template: str, script: str, wording: Wording, **values: object) -> str:
    """Return a page as text; its content policy lets this one script run and no other."""
    environment = _environment(wording)
    code = environment.get_template(script).render()
    page = environment.get_template(template).render(
        lang=_TAGS[wording.lang],
        script=code,
        script_hash=base64.b64encode(hashlib.sha256(code.encode()).digest()).decode(),
        **values,
    )
    return without_controls(page)


def load_templates(wording: Wording) -> None:
    """Load all templates of a language ahead of the first page."""
    environment = _environment(wording)
    for name in environment.list_templates():
        environment.get_template(name)


@cache
def _environment(wording: Wording) -> Environment:
    """Return the template environment of a language and region; a name that is missing is an error.

    It is kept, so that each template is compiled once and not once a technician.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from optimizer.report.template_cache import find_template_cache

    environment = Environment(
        loader=PackageLoader("optimizer.report", "templates"),
        autoescape=lambda name: name is not None and not name.endswith((".js", ".css")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=find_template_cache(Path(__file__)),
    )
    paper = wording.region.paper
    density = partial(choose_density, paper=paper)
    environment.globals.update(
        t=wording.translate, wording=wording, choose_density=density, wide_share=wide_share(paper)
    )
    environment.globals.update(phone_pieces=phone_pieces, place_link=place_link)
    return environment
