"""The server: lists the tools, makes the calls, and says every failure in words that the model can act on.

The protocol, of today and of earlier clients, is that of the package `mcp`; nothing but it is on standard output.
"""

from __future__ import annotations

import logging
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from api.agents import calls
from api.agents.tools import SECONDS, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from api.agents.calls import Ended
    from api.agents.tools import Tool
    from optimizer.text.catalogue import Translate

#: What a model is told of the whole.
INSTRUCTIONS = (
    "Paigong plans tomorrow's visits of a service branch. A branch is a folder of CSV files, one workbook or one JSON "
    "file. First check it; mend what is reported, by file, row and column; then plan it. The folder of the plan holds "
    "plan.json, which judge and explain take, and the papers for people. Paths are relative to one folder and may not "
    "leave it."
)

_log = logging.getLogger(__name__)


class AgentServer:
    """What answers an agent.

    Parameters
    ----------
    folder
        Where paths begin, and what they may not leave; resolved.
    max_s
        The longest search that may be asked for, in seconds.
    lang
        Language that the commands are asked for; `None` leaves it to the system and the branch.
    say
        Translates what is said here.
    """

    def __init__(
        self, tools: Mapping[str, Tool], folder: Path, *, max_s: float, lang: str | None, say: Translate
    ) -> None:
        self._tools, self._folder, self._max_s, self._lang, self._say = tools, folder, max_s, lang, say
        self.server: Server[Any] = Server(
            "paigong",
            version=version("paigong"),
            title="Paigong 派工",
            instructions=INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=self._call,
        )

    async def serve(self) -> None:
        """Answer over standard input and output, until the input ends."""
        async with stdio_server() as (source, sink):
            await self.server.run(source, sink, self.server.create_initialization_options())

    async def _list(self, _context: object, _params: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in self._tools.values()])

    async def _call(self, _context: object, params: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            return await self._answer(params.name, params.arguments or {})
        except Refused as refused:
            return _said(str(refused), is_error=True)

    async def _answer(self, name: str, given: Mapping[str, Any]) -> types.CallToolResult:
        tool, say = self._tools.get(name), self._say
        if tool is None:
            raise Refused(say("There is no tool '{name}'; there are {tools}.", name=name, tools=", ".join(self._tools)))
        words = tool.words(given, self._folder, say)
        seconds = given.get(SECONDS)
        if seconds is not None and seconds > self._max_s:
            raise Refused(say("A search may take {most} s here; ask for less than {value}.",
                              most=f"{self._max_s:g}", value=seconds))  # fmt: skip
        words += ["--lang", self._lang] if self._lang else []
        limit_s = tool.limit_s(given)
        ended = await calls.run(words, self._folder, limit_s=limit_s)
        return _said(self._text(name, ended, limit_s), is_error=ended.code not in tool.offer.answers)

    def _text(self, name: str, ended: Ended, limit_s: float) -> str:
        say, parts = self._say, [ended.text]
        if ended.cut:
            parts.append(say("{count} more characters are left out here.", count=ended.cut))
        if ended.is_late:
            parts.append(say("It took longer than {seconds} s and was ended.", seconds=f"{limit_s:g}"))
        elif ended.code is None or ended.code < 0 or "Traceback (most recent call last)" in ended.text:
            # What a defect leaves is for whoever runs the server, not for a model.
            _log.error("%s ended with code %s: %s", name, ended.code, ended.text)
            return say("This is a defect of Paigong: '{name}' ended with code {code}; the log of the server has more.",
                       name=name, code=ended.code)  # fmt: skip
        return "\n".join(filter(None, parts)) or say("Nothing was said.")


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        description=tool.about,
        input_schema=tool.schema,
        annotations=types.ToolAnnotations(
            read_only_hint=not tool.offer.writes,
            destructive_hint=tool.offer.writes,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def _said(text: str, *, is_error: bool) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=is_error)
