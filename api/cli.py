"""The whole command line: the planner's commands, those of the service, and what agents may call of them."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli import app
from optimizer.cli_language import SpokenCommand, SpokenGroup
from optimizer.console import show_any_text, stop, translator_for
from optimizer.text.machine_errors import system_text

if TYPE_CHECKING:
    from api.settings import Settings
    from api.store.engine import Store

keys_app = typer.Typer(cls=SpokenGroup, help="API keys: who may ask this service what.", no_args_is_help=True)
app.add_typer(keys_app, name="key")

Data = Annotated[Path | None, typer.Option(help="Folder of the database and of what is being uploaded.")]
Database = Annotated[
    str | None, typer.Option(help="Address of the database.", show_default="SQLite in the data folder")
]
Lang = Annotated[str | None, typer.Option(help="Language of messages: en or zh.")]

#: The key of the first start lies here, for its owner alone.
KEY_FILE = "admin.key"
#: Connections that may wait to be taken.
BACKLOG = 2_048


class _Listener(socket.socket):
    """A socket whose line is as long as `BACKLOG`; asyncio has one number for the line and what it takes at once."""

    def listen(self, _backlog: int = 0, /) -> None:
        """Let them come."""
        super().listen(BACKLOG)


@app.command(cls=SpokenCommand)
def serve(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.", show_default="8000")
    ] = None,
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="Solves side by side.", show_default="cores")] = None,
    database: Database = None,
    lang: Lang = None,
) -> None:
    """Serve the API: one process that answers, and workers that solve. Ctrl-C keeps the best plans and ends."""
    say = translator_for(lang)
    settings = _settings(port=port, data=data, host=host, workers=workers, database=database)
    store = _opened(settings, lang)

    import uvicorn

    from api.connections.limits import Limits, room_for
    from api.connections.lobby import AT_ONCE, LobbyServer
    from api.connections.protocol import Patience, protocol_factory
    from api.drain import end_draining
    from api.main import create_app
    from api.monitoring import logs
    from api.statuses import Role
    from api.store import access

    with store.read() as tx:
        has_keys = access.has_keys(tx)
    if not has_keys:
        if not _is_loopback(settings.host):
            stop(2, say("Listening on {host} needs keys first: paigong key add --role admin", host=settings.host))
        _write_first_key(store, settings, Role.ADMIN)
        print(say("The admin key is in {file}.", file=str(settings.data / KEY_FILE)), file=sys.stderr)
    end_draining(settings.data)
    try:
        sock = _listening(settings)
    except OSError as error:
        stop(2, say("Cannot listen on {host}, port {port}: {error}", host=settings.host, port=settings.port,
                    error=system_text(error, say)))  # fmt: skip
    logs.configure(settings.log_level)
    address = f"http://{_shown(settings.host)}:{sock.getsockname()[1]}"
    print(say("Serving {address}; the reference is at {address}/docs", address=address), file=sys.stderr, flush=True)
    limits = Limits(settings.connections_per_address, room_for(settings.connections))
    config = uvicorn.Config(
        create_app(settings, store, limits),
        http=protocol_factory(limits, Patience(settings.head_s, settings.body_s)),  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_keep_alive=ceil(settings.idle_s),
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=65_536,
        backlog=AT_ONCE,
    )
    LobbyServer(config, limits, head_s=settings.head_s).run(sockets=[sock])


@app.command(cls=SpokenCommand)
def work(
    data: Data = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Solves side by side.", show_default="cores")] = None,
    database: Database = None,
    lang: Lang = None,
) -> None:
    """Solve what other machines take in: workers alone, on the same database."""
    settings = _settings(data=data, workers=workers, database=database)
    store = _opened(settings, lang)

    from api.drain import end_draining
    from api.monitoring import logs
    from api.solving.supervisor import Supervisor

    logs.configure(settings.log_level)
    end_draining(settings.data)
    supervisor = Supervisor(store, settings)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    supervisor.start()
    ended.wait()
    supervisor.stop()


@app.command(cls=SpokenCommand)
def drain(
    off: Annotated[bool, typer.Option("--off", help="Take jobs again.")] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for the jobs in hand.")] = 3_600.0,
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Before a restart: take no more jobs here and wait for those in hand; the next start takes them again."""
    from api import drain as draining

    say = translator_for(lang)
    settings = _settings(data=data)
    if not settings.data.is_dir():
        stop(2, say("There is no database in {folder}.", folder=str(settings.data)))
    if off:
        draining.end_draining(settings.data)
        return
    draining.begin_draining(settings.data)
    if not draining.wait_until_drained(settings.data, wait):
        stop(1, say("Jobs are still being solved here: {count}.", count=draining.working(settings.data)))
    print(say("No job is being solved here; the service can be restarted."))


@keys_app.command("add", cls=SpokenCommand)
def add_key(
    role: Annotated[str, typer.Option(help="read, plan, publish or admin; each may do what those before it may.")],
    branch: Annotated[list[str] | None, typer.Option(help="Only for this branch; may be repeated.")] = None,
    label: Annotated[str, typer.Option(help="Who or what uses it.")] = "",
    data: Data = None,
    database: Database = None,
    lang: Lang = None,
) -> None:
    """Make a key and print it, this once."""
    from api.access.doorkeeper import make_key
    from api.statuses import Role

    if role not in list(Role):
        raise typer.BadParameter(f"{role!r} is not one of {', '.join(Role)}", param_hint="--role")
    store = _opened(_settings(data=data, database=database), lang)
    with store.write() as tx:
        print(make_key(tx, Role(role), branches=branch or None, label=label))


@keys_app.command("list", cls=SpokenCommand)
def list_keys(data: Data = None, database: Database = None, lang: Lang = None) -> None:
    """List the keys, without their secrets."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from api.store import access

    store = _opened(_settings(data=data, database=database), lang)
    say = translator_for(lang)
    table = Table(*(say(title) for title in ("Key", "Role", "Branches", "Label", "Made", "Revoked")))
    with store.read() as tx:
        for key in access.all_keys(tx):
            branches = "*" if key["branches"] is None else ", ".join(key["branches"])
            cells = (key["key_id"], key["role"], branches, key["label"], key["created_at"], key["revoked_at"] or "")
            table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)


@keys_app.command("revoke", cls=SpokenCommand)
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The key's id, the middle part of the key.")],
    data: Data = None,
    database: Database = None,
    lang: Lang = None,
) -> None:
    """Revoke a key; it is refused within a few seconds."""
    from api.store import access

    say = translator_for(lang)
    store = _opened(_settings(data=data, database=database), lang)
    with store.write() as tx:
        was_there = access.revoke_key(tx, key_id)
    if not was_there:
        stop(2, say("There is no key {key} in force.", key=key_id))


@app.command(cls=SpokenCommand)
def backup(
    out: Annotated[Path, typer.Option(help="The new file.")],
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Copy the SQLite database into a new file, as of one moment, while the service runs."""
    from api.store.engine import Store, StoreError
    from api.store.upkeep import back_up

    say = translator_for(lang)
    settings = _settings(data=data)
    try:
        store = Store(settings.database_url)
    except StoreError as error:
        stop(2, say("The database cannot be opened: {error}", error=str(error)))
    if not store.is_sqlite:
        stop(2, say("The database is PostgreSQL: back it up with pg_dump."))
    if not (settings.data / "paigong.db").exists():
        stop(2, say("There is no database in {folder}.", folder=str(settings.data)))
    try:
        back_up(store, out)
    except FileExistsError:
        stop(2, say("'{file}' exists already; name another file with --out.", file=str(out)))
    except OSError as error:
        stop(2, say("Cannot write or read: {error}", error=system_text(error, say)))
    print(say("Written to {folder}", folder=str(out)))


@app.command(cls=SpokenCommand)
def restore(
    file: Annotated[Path, typer.Argument(help="What `paigong backup` has written.")],
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Put a copy of the SQLite database where there is none, for a service that is started afterwards."""
    from api.private_files import make_private
    from api.store.engine import StoreError
    from api.store.restoring import put_back

    say = translator_for(lang)
    settings = _settings(data=data)
    target = settings.data / "paigong.db"
    if settings.database and settings.database_url != f"sqlite:///{target.resolve()}":
        stop(
            2, say("The database is not in the data folder: restore it with its own tools, PostgreSQL with pg_restore.")
        )
    try:
        make_private(settings.data)
        plans = put_back(file, target)
    except FileExistsError:
        stop(2, say("There is a database in {folder} already: stop the service, and move it away.",
                    folder=str(settings.data)))  # fmt: skip
    except StoreError as error:
        stop(2, say("'{file}' cannot be restored: {error}", file=str(file), error=str(error)))
    except OSError as error:
        stop(2, say("Cannot write or read: {error}", error=system_text(error, say)))
    print(
        say("Restored: {count} plans. Keys that were revoked after the copy was made are in force again.", count=plans)
    )


@app.command(name="mcp", cls=SpokenCommand)
def serve_agents(
    folder: Annotated[
        Path, typer.Option(help="Folder of branches and plans; agents reach nothing outside of it.")
    ] = Path("."),
    max_seconds: Annotated[float, typer.Option(min=0, help="Longest search that an agent may ask for.")] = 300.0,
    lang: Lang = None,
) -> None:
    """Offer check, plan, judge, explain and promise to an agent: an MCP server over standard input and output."""
    from api.agents.tools import tools_of

    say = translator_for(lang)
    if not folder.is_dir():
        stop(2, say("There is no folder '{folder}'.", folder=str(folder)))
    try:
        import anyio

        from api.agents.server import AgentServer
    except ImportError as error:
        stop(2, say("Agents need the package {package}: install Paigong with its extra 'mcp'.", package=error.name))
    tools = tools_of(app, say.lang)
    server = AgentServer(tools, folder.resolve(), max_s=max_seconds, lang=lang, say=say)
    anyio.run(server.serve)


@app.command(name="settings", cls=SpokenCommand)
def print_settings(data: Data = None, database: Database = None, lang: Lang = None) -> None:
    """Print every setting of the service: its environment variable, its value now, what it means."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from api.settings import settings_table

    say = translator_for(lang)
    table = Table(say("Variable"), say("Value"), say("Meaning"))
    for name, value, meaning in settings_table(_settings(data=data, database=database)):
        table.add_row(Text(name), Text(value), Text(say(meaning)))
    Console().print(table)


def _settings(**given: object) -> Settings:
    """Return the settings, those named on the command line first; workers are told by the environment."""
    from pydantic import ValidationError

    from api.settings import Settings

    for name, value in given.items():
        if value is not None:
            os.environ[f"PAIGONG_{name.upper()}"] = str(value)
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"PAIGONG_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()]
        stop(2, "\n".join(lines))


def _opened(settings: Settings, lang: str | None) -> Store:
    """Return the database, brought up to date."""
    from api.private_files import make_private
    from api.store.engine import NewerDatabaseError, Store, StoreError, migrate

    say = translator_for(lang)
    try:
        make_private(settings.data)
        store = Store(settings.database_url)
        migrate(store)
    except NewerDatabaseError as error:
        stop(2, say("A newer version of Paigong has written the database ({revision}); start that version, or restore "
                    "a backup of before.", revision=error.revision))  # fmt: skip
    except (StoreError, OSError, ImportError) as error:
        stop(2, say("The database cannot be opened: {error}", error=str(error)))
    return store


def _write_first_key(store: Store, settings: Settings, role: str) -> None:
    """Make the first key and leave it in a file that only its owner can read."""
    from api.access.doorkeeper import make_key
    from api.statuses import Role

    path = settings.data / KEY_FILE
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file, store.write() as tx:
        file.write(make_key(tx, Role(role), branches=None, label="first start") + "\n")


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named TCP, asyncio turns off Nagle's algorithm; else an answer of two packets waits 40 ms for the client's ACK.
    sock = _Listener(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((settings.host, settings.port))
    # From here on the port is taken, and who comes before the service has started waits instead of being refused.
    sock.listen()
    sock.set_inheritable(False)
    return sock


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def main() -> None:
    """Run the command line."""
    show_any_text()
    app()


if __name__ == "__main__":
    main()
