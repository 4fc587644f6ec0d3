"""Help and refusals of the command line in the reader's language, which Typer has in English only.

The language is what `--lang` asks for, wherever it stands, else the system's, else the default. What Typer is not
known to say stays in English.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from optimizer.cli_values import read_plainly
from optimizer.text.catalogue import LANGUAGES, translator
from optimizer.text.system import DEFAULT_LANGUAGE, system_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.text.catalogue import Translate

_OPTION = "--lang"

#: What Typer refuses, as it says it and as we do: `why` is said by `CAUSES`, `near` in a second sentence.
REFUSALS: tuple[tuple[str, str], ...] = (
    (r"Missing command\.", "A command is missing."),
    (r"No such command '(?P<value>.*?)'\.?(?: Did you mean (?P<near>.*)\?)?", "There is no command '{value}'."),
    (r"No such option: (?P<value>\S+)(?: \(Possible options: (?P<near>.*)\))?", "There is no option {value}."),
    (r"Option '(?P<value>.*)' requires (?:an|\d+) arguments?\.", "Option {value} needs a value."),
    (r"Option '(?P<value>.*)' does not take a value\.", "Option {value} takes no value."),
    (r"Got unexpected extra argument\(s\) \((?P<value>.*)\)", "That is more than the command takes: {value}."),
    (r"Missing \w+ '(?P<value>.*?)'(?: \(env var: .*\))?\.[\s\S]*", "{value} is missing."),
    (r"Invalid value for '?(?P<value>.+?)'?: (?P<why>[\s\S]*)", "{value} has a wrong value: {why}"),
)
#: Why a value is wrong.
CAUSES: tuple[tuple[str, str], ...] = (
    (r"Input should be a valid integer.*", "a whole number is expected."),
    (r"Input should be a (?:valid|finite) (?:number|float).*", "a number is expected."),
    (r"Input should be greater than or equal to (?P<least>\S+)", "at least {least} is expected."),
    (r"Input should be less than or equal to (?P<most>\S+)", "at most {most} is expected."),
    (r"(?P<value>.*) does not match the formats (?P<forms>.*)\.", "{value} is not written like {forms}."),
    (r"(?P<value>.*) is not one of (?P<choices>.*?)\.?", "{value} is not one of {choices}."),
    (r"the name is empty", "the name is empty."),
)


class _Spoken:
    """What command and group have in common: usage and the option `--help` in the language that they speak."""

    lang = "en"

    @property
    def say(self) -> Translate:
        """The translation function."""
        return translator(self.lang)

    def get_usage(self, ctx: Any) -> str:
        """Return the usage line."""
        usage: str = super().get_usage(ctx)  # type: ignore[misc]
        return usage.replace("Usage:", self.say("Usage:"), 1)

    def get_params(self, ctx: Any) -> list[Any]:
        """Return arguments and options, that for help among them."""
        return read_plainly(super().get_params(ctx))  # type: ignore[misc]

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option that shows the help."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = self.say("Show this message and exit.")
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the help, its panels headed in the same language."""
        _head_panels(self.say)
        super().format_help(ctx, formatter)  # type: ignore[misc]


class SpokenCommand(_Spoken, TyperCommand):
    """A command whose help is in the reader's language."""


class SpokenGroup(_Spoken, TyperGroup):
    """The commands: each call finds out its language first."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **settings: Any) -> Any:
        """Run a command; `--lang` may stand before its name, too."""
        args = sys.argv[1:] if args is None else args
        lang = language_of(args)
        speak(self, lang)
        return super().main(_lang_last(args), *rest, **settings)

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """Read the arguments; what is wrong with them is refused in the reader's language."""
        with _refusing(self.lang):
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: Any) -> Any:
        """Read the command's own arguments and run it, likewise."""
        with _refusing(self.lang):
            return super().invoke(ctx)


def language_of(arguments: Sequence[str]) -> str:
    """Return the language that some arguments ask for, else the system's, else the default."""
    asked = [value for option, value in zip(arguments, [*arguments[1:], ""], strict=True) if option == _OPTION]
    asked += [argument.partition("=")[2] for argument in arguments if argument.startswith(f"{_OPTION}=")]
    known = [lang for lang in asked if lang in LANGUAGES]
    return known[-1] if known else system_language(os.environ) or DEFAULT_LANGUAGE


def _lang_last(arguments: Sequence[str]) -> list[str]:
    """Return arguments with a `--lang` that stands before the command among its options, where the command reads it."""
    before: list[str] = []
    asked: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        is_lang = rest[0].partition("=")[0] == _OPTION
        count = 2 if rest[0] == _OPTION else 1
        (asked if is_lang else before).extend(rest[:count])
        rest = rest[count:]
    if not rest:
        return before
    first = next((number for number, word in enumerate(rest) if word.startswith("-")), len(rest))
    return [*before, *rest[:first], *asked, *rest[first:]]


# --- help -----------------------------------------------------------------------------------------------------------


def speak(command: Any, lang: str) -> None:
    """Say a command, its options and the commands below it in a language."""
    command.lang, say = lang, translator(lang)
    command.options_metavar = say("[OPTIONS]")
    for text in ("help", "short_help", "epilog"):
        setattr(command, text, _paragraphs(getattr(command, text), say))
    for option in command.params:
        option.help = _paragraphs(option.help, say)
        if isinstance(option.show_default, str):
            option.show_default = say(option.show_default)
    for below in getattr(command, "commands", {}).values():
        command.subcommand_metavar = say("COMMAND [ARGS]...")
        speak(below, lang)


def texts_of(command: Any) -> Iterator[str]:
    """Yield every sentence of a command's help, and of the commands below it."""
    for text in (command.help, command.epilog, *(option.help for option in command.params)):
        yield from _split(text)
    yield from (option.show_default for option in command.params if isinstance(option.show_default, str))
    for below in getattr(command, "commands", {}).values():
        yield from texts_of(below)


def _paragraphs(text: str | None, say: Translate) -> str | None:
    return "\n\n".join(say(paragraph) for paragraph in _split(text)) if text else text


def _split(text: str | None) -> list[str]:
    """Return the paragraphs of a help text, each in one line."""
    return [" ".join(paragraph.split()) for paragraph in (text or "").split("\n\n") if paragraph.strip()]


def _head_panels(say: Translate) -> None:
    """Let Typer head its panels in a language, from now on.

    Called whenever Typer is about to show some, and only then: what draws them takes a tenth of a second to load.
    """
    from typer import rich_utils

    words = {
        "ARGUMENTS_PANEL_TITLE": say("Arguments"),
        "OPTIONS_PANEL_TITLE": say("Options"),
        "COMMANDS_PANEL_TITLE": say("Commands"),
        "ERRORS_PANEL_TITLE": say("Error"),
        "ABORTED_TEXT": say("Aborted."),
        "REQUIRED_LONG_STRING": say("[required]"),
        "DEFAULT_STRING": say("[default: {default}]", default="{}"),
        "RICH_HELP": say("Try [blue]'{command}'[/] for help.", command="{command_path} {help_option}"),
    }
    for name, word in words.items():
        setattr(rich_utils, name, word)


# --- refusals -------------------------------------------------------------------------------------------------------


class _Refusal(typer.BadParameter):
    """A refusal that is said as it is, below the usage of the command that refuses."""

    def format_message(self) -> str:
        """Return the sentence."""
        return self.message


@contextmanager
def _refusing(lang: str) -> Iterator[None]:
    """Say what Typer refuses in a language; in English it says so itself."""
    try:
        yield
    except typer.Abort:
        _head_panels(translator(lang))
        raise
    except TyperException as error:
        _head_panels(translator(lang))
        text = None if lang == "en" else refusal_in(error.format_message(), translator(lang))
        if text is None or isinstance(error, _Refusal):
            raise
        raise _Refusal(text, ctx=getattr(error, "ctx", None)) from error


def refusal_in(message: str, say: Translate) -> str | None:
    """Return what Typer says in a language; `None` when it is nothing that is known here."""
    for pattern, sentence in REFUSALS:
        found = re.fullmatch(pattern, message)
        if found:
            values = {name: text for name, text in found.groupdict().items() if text}
            near = (
                get_close_matches(values["value"], re.findall(r"[\w-]+", values.pop("near", "")), 1) if values else []
            )
            if "why" in values:
                values["why"] = _cause_in(values["why"], say)
            said, hints = say(sentence, **values), [say("Maybe '{near}' is meant.", near=one) for one in near]
            return ("" if said.endswith("。") else " ").join([said, *hints])
    return None


def _cause_in(message: str, say: Translate) -> str:
    message = message.removeprefix("Value error, ").replace("%Y-%m-%d %H:%M", "2026-11-23 09:00")
    for pattern, sentence in CAUSES:
        found = re.fullmatch(pattern, message)
        if found:
            return say(sentence, **found.groupdict())
    return message
