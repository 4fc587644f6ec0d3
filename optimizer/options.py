"""What the commands take: arguments and options that several of them have, with their words of help."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from optimizer.domain.planning_context import Stage
from optimizer.domain.policy import BrokenLocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.ingest.build.geocode import GeocoderSettings

Branch = Annotated[Path, typer.Argument(help="A branch: a folder of CSV files, one workbook, or one JSON file.")]
AnyPlan = Annotated[Path, typer.Argument(help="A plan.json, from anywhere.")]
WrittenPlan = Annotated[Path, typer.Argument(help="A folder that `paigong plan` wrote, or its plan.json.")]
BranchOfPlan = Annotated[
    Path | None, typer.Option("--branch", help="The branch of a plan that does not hold its own problem.")
]
Lang = Annotated[
    str | None,
    typer.Option(
        help="Language of tables, files and faults: en or zh.", show_default="the system's, else the branch's"
    ),
]
AsJson = Annotated[bool, typer.Option("--json-faults", help="Print faults as JSON.")]
FaultWorkbook = Annotated[
    Path | None, typer.Option("--fault-book", help="Write the faults as a workbook, the bad cells marked.")
]
Datum = Annotated[
    str | None,
    typer.Option(help="Datum of coordinates that name none: WGS-84, GCJ-02 or BD-09.", show_default="WGS-84"),
]
Geocode = Annotated[
    str | None,
    typer.Option(
        help="Look up addresses without coordinates: nominatim, baiduv3, nominatim@http://host; "
        "the key is read from PAIGONG_GEOCODER_KEY.",
        show_default="off",
    ),
]
StageOf = Annotated[Stage, typer.Option(help="The moment of the day: 16:00, 18:00 or 08:00.")]
SeenAt = Annotated[
    Stage | None,
    typer.Option(
        "--stage",
        help="The moment of the day: 16:00, 18:00 or 08:00.",
        show_default="that of the last published plan, or draft",
    ),
]
KeepOf = Annotated[
    BrokenLocks | None,
    typer.Option(
        help="A lock that breaks a skill, a refusal, a window or a shift: no plan, or kept and listed as accepted.",
        show_default="what the policy says",
    ),
]
Days = Annotated[
    int | None,
    typer.Option(min=1, max=7, help="Days to plan in one go.", show_default="what the branch says, or 1"),
]
At = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d %H:%M"], help="The moment of planning.", show_default="that of the stage"
    ),
]
SeenUntil = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d %H:%M"],
        help="What the branch reports after this moment is not seen.",
        show_default="the moment at which the plan was made",
    ),
]


def named_path(path: str | Path) -> Path:
    """Return a path that was given; an empty one would mean the folder of now, which nobody has named."""
    if not str(path).strip():
        raise typer.BadParameter("the name is empty")
    return Path(path)


def geocoder_of(service: str | None, branch: Path) -> GeocoderSettings | None:
    """Return how to look addresses up, with a cache beside the branch; `None` when that is not asked for.

    A service of one's own is named with its address: `nominatim@http://localhost:8080`.
    """
    if service is None:
        return None
    from optimizer.ingest.build.geocode import GeocoderSettings
    from optimizer.ingest.plans.published import published_folder

    name, _, address = service.partition("@")
    own = urlsplit(address)
    cache = published_folder(branch).with_name("geocode-cache.json")
    return GeocoderSettings(name, domain=own.netloc + own.path, scheme=own.scheme, cache=cache)


def edits_of_options(by: str, why: str, **asked: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the edits that options ask for, as they are sent to the service.

    Parameters
    ----------
    by, why
        Who allows what `allow` lets be, and for what reason.
    asked
        By option: `unassign` and `unlock` name visits, `move` and `forbid` `VISIT=TECHNICIAN`, `lock` `VISIT` or
        `VISIT=LEVEL`, `allow` `VISIT=RULE:AMOUNT`.

    Raises
    ------
    typer.BadParameter
        When an option is not written like that.
    """
    for visit in asked["unassign"]:
        yield {"edit": "unassign", "visit": visit}
    for kind in ("move", "forbid"):
        for text in asked[kind]:
            visit, technician = _pair(text, kind, "VISIT=TECHNICIAN")
            yield {"edit": kind, "visit": visit, "technician": technician}
    for visit in asked["unlock"]:
        yield {"edit": "unlock", "visit": visit}
    for text in asked["lock"]:
        visit, _, level = text.partition("=")
        yield {"edit": "lock", "visit": visit} | ({"level": level} if level else {})
    for text in asked["allow"]:
        visit, limit = _pair(text, "allow", "VISIT=RULE:AMOUNT")
        rule, _, amount = limit.partition(":")
        if not amount.isascii() or not amount.isdecimal():
            raise _unlike(text, "allow", "VISIT=RULE:AMOUNT")
        yield {"edit": "allow", "visit": visit, "rule": rule, "amount": int(amount), "by": by, "why": why}


def _pair(text: str, option: str, form: str) -> tuple[str, str]:
    first, _, second = text.partition("=")
    if not first or not second:
        raise _unlike(text, option, form)
    return first, second


def _unlike(text: str, option: str, form: str) -> typer.BadParameter:
    return typer.BadParameter(f"{text!r} does not match the formats {form!r}.", param_hint=f"--{option}")
