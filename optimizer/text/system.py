"""The language in which the system speaks to its user, as POSIX has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Spoken where neither a person, nor the system, nor a branch says another.
DEFAULT_LANGUAGE = "zh"
#: The variables that name it: the first that is set decides.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def system_language(environment: Mapping[str, str]) -> str | None:
    """Return the language of the system, `en` or `zh`; `None` where it names none, or one that we do not speak.

    >>> system_language({"LANG": "en_US.UTF-8"}), system_language({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
    ('en', None)
    """
    named = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    language = named.replace("-", "_").partition(".")[0].partition("_")[0].lower()
    return language if language in LANGUAGES else None
