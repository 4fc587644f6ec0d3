"""The routes of `/docs`, one page and the few files it may ask for, and `/llms.txt`: all held in memory."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from string import Template
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Header, HTTPException, Response

from api.refusals.refusal import language
from optimizer.text.catalogue import LANGUAGES, translator

#: Swagger UI needs no exception: it writes no style into its markup and evaluates no text.
CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}

OURS = ("start.js", "style.css")
MEDIA_TYPES = {"js": "text/javascript", "css": "text/css"}


class Asset(NamedTuple):
    """A file that the page loads; `version` changes with every byte of it."""

    content: bytes
    media_type: str
    version: str


def docs_router() -> APIRouter:
    """Return the routes of `/docs` and `/llms.txt`.

    The app must have its own `docs_url` off and its description at `/openapi.json`.
    """
    assets = read_assets()
    pages = {lang: render_page(lang, assets) for lang in LANGUAGES}
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    def show_docs(accept_language: Annotated[str, Header()] = "") -> Response:
        return Response(pages[language(accept_language)], media_type="text/html", headers=PAGE_HEADERS)

    about = (files("api.docs") / "llms.txt").read_bytes()

    @router.get("/llms.txt")
    def tell_programs() -> Response:
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return Response(about, media_type="text/markdown; charset=utf-8", headers=headers)

    @router.get("/docs/assets/{name}")
    def send_asset(name: str, v: str = "") -> Response:
        asset = assets.get(name)
        if asset is None:
            raise HTTPException(404)
        # A page from before an upgrade asks for a version that is gone: it gets ours, and must not keep it as that.
        caching = "public, max-age=31536000, immutable" if v == asset.version else "no-cache"
        headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
        return Response(asset.content, media_type=asset.media_type, headers=headers)

    return router


def read_assets() -> dict[str, Asset]:
    """Return our own files and those of the manifest, by name."""
    folder = files("api.docs")
    vendor = folder / "vendor"
    manifest = json.loads((vendor / "MANIFEST.json").read_bytes())
    sources = [folder / name for name in OURS] + [vendor / file["name"] for file in manifest["files"]]
    return {source.name: _asset(source.name, source.read_bytes()) for source in sources}


def _asset(name: str, content: bytes) -> Asset:
    media_type = MEDIA_TYPES.get(name.rpartition(".")[2], "text/plain")
    return Asset(content, media_type, version=hashlib.sha256(content).hexdigest()[:16])


def render_page(lang: str, assets: dict[str, Asset]) -> str:
    """Return the page as text; its addresses are relative, so that a proxy may serve it under any path."""
    # start.js is $start_js: a placeholder holds no dot and no hyphen.
    addresses = {re.sub(r"\W", "_", name): f"docs/assets/{name}?v={asset.version}" for name, asset in assets.items()}
    template = Template((files("api.docs") / "page.html").read_text(encoding="utf-8"))
    say = translator(lang)
    return template.substitute(
        addresses,
        lang="zh-CN" if lang == "zh" else lang,
        title=say("Paigong · API"),
        no_script=say("This page needs JavaScript. The description of the API:"),
    )
