"""What an operator may set: by environment (`PAIGONG_...`), printed by `paigong settings`."""

from __future__ import annotations

import json
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, NonNegativeInt, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from optimizer.running.machine import usable_cores


class Settings(BaseSettings):
    """The settings of one service; every field has a default that suits one branch on one machine."""

    model_config = SettingsConfigDict(env_prefix="PAIGONG_", frozen=True, extra="ignore")

    data: Annotated[Path, Field(description="folder of the database, the admin key and what is being uploaded")] = Path(
        "paigong-data"
    )
    database: Annotated[
        str, Field(description="address of the database; empty is SQLite in the data folder", repr=False)
    ] = ""
    host: Annotated[str, Field(description="address to listen on; beyond loopback only with keys")] = "127.0.0.1"
    port: Annotated[NonNegativeInt, Field(description="port to listen on; 0 takes a free one")] = 8000
    root_path: Annotated[str, Field(description="path under which a proxy serves this service")] = ""
    cors_origins: Annotated[
        tuple[Annotated[str, Field(pattern=r"^(\*|https?://[^/\s]+)$")], ...],
        Field(description='origins whose pages may ask this service from a browser, as a JSON array; "*" is any'),
    ] = ()

    workers: Annotated[
        NonNegativeInt,
        Field(description="solves side by side, as far as there are cores; 0 leaves them to other machines"),
    ] = Field(default_factory=lambda: len(usable_cores()))
    cores: Annotated[
        NonNegativeInt,
        Field(
            description="cores that plans are made on, by the service and beside it; 0 lets every solve begin at once"
        ),
    ] = Field(default_factory=lambda: len(usable_cores()))
    broker: Annotated[
        str, Field(description="folder in which the processes of a user share cores; empty is one in /tmp")
    ] = ""
    clerks: Annotated[PositiveInt, Field(description="processes that read uploads and print papers")] = 2
    solve_threads: Annotated[PositiveInt, Field(description="threads of one solve")] = 1
    solve_memory_bytes: Annotated[PositiveInt, Field(description="memory of one solve; one that needs more dies")] = (
        4_000_000_000
    )
    clerk_memory_bytes: Annotated[PositiveInt, Field(description="memory of one reader of uploads")] = 1_500_000_000
    reads_per_key: Annotated[
        PositiveInt,
        Field(description="uploads and papers of one key that are read and printed, or wait for it, at once"),
    ] = 16
    clerk_s: Annotated[PositiveFloat, Field(description="seconds of a processor that reading one upload may take")] = (
        20.0
    )
    paper_s: Annotated[
        PositiveFloat, Field(description="seconds of a processor that printing the papers of one plan may take")
    ] = 60.0

    default_solve_s: Annotated[PositiveFloat, Field(description="seconds of search of a plan that names none")] = 60.0
    max_solve_s: Annotated[PositiveFloat, Field(description="seconds of search, for a key of any role")] = 3_600.0
    max_solve_plan_s: Annotated[PositiveFloat, Field(description="seconds of search, for keys that only plan")] = 600.0
    max_body_bytes: Annotated[PositiveInt, Field(description="bytes of an upload")] = 25_000_000
    max_small_body_bytes: Annotated[PositiveInt, Field(description="bytes of any other body")] = 65_536
    max_visits: Annotated[PositiveInt, Field(description="visits of one plan")] = 5_000
    max_technicians: Annotated[PositiveInt, Field(description="technicians of one plan")] = 500
    max_objects: Annotated[PositiveInt, Field(description="objects in one JSON upload")] = 250_000
    body_s: Annotated[PositiveFloat, Field(description="seconds that a body may take to arrive")] = 30.0
    wait_s: Annotated[PositiveFloat, Field(description="seconds that `Prefer: wait` may ask for")] = 60.0
    queued: Annotated[PositiveInt, Field(description="plans that may wait for a worker")] = 2_000
    queued_per_key: Annotated[PositiveInt, Field(description="plans of one key that may wait")] = 500
    queued_seconds_per_key: Annotated[
        PositiveFloat, Field(description="seconds of search that the plans of one key which wait may ask for")
    ] = 36_000.0
    requests_per_s: Annotated[PositiveFloat, Field(description="requests a second of one key, on average")] = 100.0
    burst: Annotated[PositiveInt, Field(description="requests of one key at once")] = 300
    streams: Annotated[PositiveInt, Field(description="event streams at once")] = 500
    connections: Annotated[PositiveInt, Field(description="connections at once, as far as files may be open")] = 8_000
    connections_per_address: Annotated[
        PositiveInt, Field(description="connections from one address at once; a proxy is one address")
    ] = 1_000
    head_s: Annotated[PositiveFloat, Field(description="seconds that the head of a request may take to arrive")] = 10.0
    idle_s: Annotated[PositiveFloat, Field(description="seconds that a connection stays after an answer")] = 10.0

    lease_s: Annotated[
        PositiveFloat, Field(description="seconds without a worker's sign of life until others take its job")
    ] = 10.0
    beat_s: Annotated[PositiveFloat, Field(description="seconds between a worker's signs of life")] = 0.5
    attempts: Annotated[
        PositiveInt, Field(description="times that a job is begun without getting on before it has failed")
    ] = 5
    session_hours: Annotated[PositiveInt, Field(description="hours that a browser may use a key it has shown")] = 12
    keep_days: Annotated[PositiveInt, Field(description="days that plans are kept; published ones ten times so")] = 60
    idempotency_hours: Annotated[PositiveInt, Field(description="hours that an Idempotency-Key is remembered")] = 48
    grace_s: Annotated[PositiveFloat, Field(description="seconds that solves have at a shutdown for their best")] = 20.0
    webhook_networks: Annotated[
        tuple[IPv4Network | IPv6Network, ...],
        Field(description="private networks that webhooks may call, as a JSON array"),
    ] = ()
    webhook_key: Annotated[
        str,
        Field(
            description="seals the secrets of webhooks, the same on all machines; empty is a file in the data folder",
            repr=False,
        ),
    ] = ""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        BeforeValidator(str.lower),
        Field(description="debug, info, warning or error"),
    ] = "info"
    docs: Annotated[bool, Field(description="serve the reference at /docs")] = True

    @property
    def database_url(self) -> str:
        """The address of the database, the default one spelled out."""
        return self.database or f"sqlite:///{(self.data / 'paigong.db').resolve()}"

    def max_seconds(self, role: str) -> float:
        """Return how long a solve for a key of a role may take; one that only reads has none made."""
        if role == "read":
            return 0.0
        return min(self.max_solve_plan_s, self.max_solve_s) if role == "plan" else self.max_solve_s


def _without_password(url: str) -> str:
    """Return the address of a database to be shown; of one that is none nobody knows where a password would be."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "***"


def settings_table(settings: Settings) -> list[tuple[str, str, str]]:
    """Return the environment variable, the value and the meaning of every setting; a database's password is hidden."""
    rows = []
    for name, about in Settings.model_fields.items():
        value = getattr(settings, name)
        if name == "database":
            value = _without_password(settings.database_url)
        if isinstance(value, tuple):
            value = json.dumps([str(one) for one in value])
        if name == "webhook_key" and value:
            value = "***"
        rows.append((f"PAIGONG_{name.upper()}", str(value), about.description or ""))
    return rows
