"""Refusals: raised where they are known, answered as problem details (RFC 9457), in the reader's language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from api.refusals.table import REFUSAL_TEXTS
from optimizer.text.catalogue import LANGUAGES, translator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
#: A listing of faults ends here; `error_count` says how many there are.
MOST_LISTED = 200


class Refusal(Exception):
    """A request that is not done, and why.

    Parameters
    ----------
    code
        One of `REFUSAL_TEXTS`.
    faults
        Single faults by language, each as `Issue.to_json` has them; all of them at once.
    total
        How many there are, where only the first are given.
    headers
        To be answered with it.
    values
        What fills the places of its sentences; what is itself a sentence comes by language.
    """

    def __init__(
        self,
        code: str,
        *,
        faults: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        total: int | None = None,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.faults = faults
        self.total = total
        self.headers = dict(headers or {})
        self.values = values

    @property
    def status(self) -> int:
        """The HTTP status."""
        return REFUSAL_TEXTS[self.code].status


def problem(
    code: str,
    lang: str,
    *,
    values: Mapping[str, object] | None = None,
    faults: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    total: int | None = None,
    request_id: str = "",
) -> dict[str, Any]:
    """Return a refusal as problem details."""
    text, say = REFUSAL_TEXTS[code], translator(lang)
    spoken = {name: value[lang] if isinstance(value, dict) else value for name, value in (values or {}).items()}
    filled = {name: _plain(value) for name, value in spoken.items()}
    cause, action = say(text.cause, **filled), say(text.action, **filled)
    found = list((faults or {}).get(lang, ()))
    made: dict[str, Any] = {
        "type": f"urn:paigong:fault:{code}",
        "title": say(text.title),
        "status": text.status,
        "detail": cause + ("" if lang == "zh" else " ") + action,
        "code": code,
        "cause": cause,
        "action": action,
        "errors": found[:MOST_LISTED],
        "error_count": len(found) if total is None else total,
    }
    return made | ({"request_id": request_id} if request_id else {})


def by_language(sentence: str, **values: object) -> dict[str, str]:
    """Return a sentence in each language, to be a value of a refusal; lists are written as the language does."""
    return {
        lang: translator(lang)(sentence, **{name: _listed(value, lang) for name, value in values.items()})
        for lang in LANGUAGES
    }


def answer(refusal: Refusal, request: Request) -> Response:
    """Return a refusal as an answer to a request."""
    from starlette.responses import Response

    lang = language(request.headers.get("accept-language", ""))
    body = problem(
        refusal.code,
        lang,
        values=refusal.values,
        faults=refusal.faults,
        total=refusal.total,
        request_id=request.scope.get("request_id", ""),
    )
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=refusal.status,
        headers={"Content-Language": lang, "Vary": "Accept-Language", **refusal.headers},
        media_type=MEDIA_TYPE,
    )


def language(accepted: str) -> str:
    """Return the language, `en` or `zh`, that an Accept-Language header likes best; English when it likes none more.

    >>> language("fr, zh-CN;q=0.9, en;q=0.3")
    'zh'
    """
    best, best_weight = "en", 0.0
    for entry in accepted[:1000].split(","):
        tag, _, quality = entry.partition(";")
        name = tag.strip().lower().partition("-")[0]
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            weight = 0.0
        if name in ("zh", "en") and weight > best_weight:
            best, best_weight = name, weight
    return best


def _listed(value: object, lang: str) -> object:
    return ("、" if lang == "zh" else ", ").join(value) if isinstance(value, list) else value


def _plain(value: object) -> str:
    """Return what fills a place: short, and without what a terminal or a page could take for more than text."""
    text = "".join(character if character.isprintable() else "?" for character in str(value))
    return text if len(text) <= 200 else text[:200] + "…"
