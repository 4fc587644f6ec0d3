"""The page `/docs`: nothing from elsewhere, nothing that is not known, and it works in a real browser."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pytest
import uvicorn
from fastapi import Depends, FastAPI
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from api.docs import docs_router
from api.docs.page import read_assets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

VENDOR = Path(__file__).parents[2] / "api/docs/vendor"
MANIFEST = json.loads((VENDOR / "MANIFEST.json").read_bytes())
FILES = {file["name"]: file for file in MANIFEST["files"]}


class Stop(BaseModel):
    """A stop, so that the page has a schema and an example to draw."""

    order_id: str = Field(pattern="^O[0-9]+$", examples=["O17"])
    start_s: int | None = Field(None, ge=0, description="seconds from the horizon start")


def tiny_service() -> FastAPI:
    """Return a service with one operation, which answers who calls."""
    app = FastAPI(title="派工", docs_url=None, redoc_url=None)
    app.include_router(docs_router())

    @app.post("/v1/plans", tags=["plans"], summary="Submit a problem")
    def submit_plan(
        stops: list[Stop], caller: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
    ) -> dict[str, str | int]:
        return {"caller": caller.credentials, "stops": len(stops)}

    return app


def behind(prefix: str) -> FastAPI:
    """Return the service as it stands under a path of a larger one."""
    if not prefix:
        return tiny_service()
    whole = FastAPI(openapi_url=None)
    whole.mount(prefix, tiny_service())
    return whole


@pytest.fixture
def client() -> TestClient:
    return TestClient(tiny_service())


# --- the vendored files ---------------------------------------------------------------------------------------------


def test_the_manifest_and_the_folder_name_the_same_files() -> None:
    assert {path.name for path in VENDOR.iterdir()} == {*FILES, "MANIFEST.json"}


@pytest.mark.parametrize("name", FILES)
def test_a_vendored_file_is_what_the_manifest_says(name: str) -> None:
    content = (VENDOR / name).read_bytes()
    assert len(content) == FILES[name]["bytes"]
    assert hashlib.sha256(content).hexdigest() == FILES[name]["sha256"]


def test_a_file_that_differs_from_the_original_says_how() -> None:
    changed = {name for name, file in FILES.items() if "original_sha256" in file}
    assert changed == {"swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt"}
    assert all(FILES[name]["changed"] for name in changed)


def test_the_bundle_without_our_changes_is_the_original() -> None:
    says_so, _, bundle = (VENDOR / "swagger-ui-bundle.js").read_bytes().partition(b"\n")
    assert b"Changed from swagger-ui-dist " + MANIFEST["version"].encode() in says_so
    original = bundle.replace(rb"\x40example.com", b"@" + b"example.com")
    assert hashlib.sha256(original).hexdigest() == FILES["swagger-ui-bundle.js"]["original_sha256"]


# --- the routes -----------------------------------------------------------------------------------------------------


def test_only_known_names_are_served(client: TestClient) -> None:
    served = read_assets()
    assert set(served) == {*FILES, "start.js", "style.css"}
    for name, asset in served.items():
        answer = client.get(f"/docs/assets/{name}")
        assert (answer.status_code, answer.content) == (200, asset.content)


@pytest.mark.parametrize(
    "name",
    [
        "swagger-ui.css.map",
        "MANIFEST.json",
        "page.py",
        "../page.py",
        "..%2Fpage.py",
        "%2e%2e%2fpage.py",
        "",
        "vendor/NOTICE",
    ],
)
def test_another_name_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/docs/assets/{name}").status_code == 404


def test_a_browser_keeps_an_asset_only_under_its_own_version(client: TestClient) -> None:
    version = read_assets()["start.js"].version
    kept, stale = (client.get(f"/docs/assets/start.js?v={v}").headers["cache-control"] for v in (version, "0"))
    assert "immutable" in kept
    assert stale == "no-cache"


@pytest.mark.parametrize(
    ("name", "media_type"), [("start.js", "text/javascript"), ("style.css", "text/css"), ("NOTICE", "text/plain")]
)
def test_an_asset_is_sent_as_what_it_is(client: TestClient, name: str, media_type: str) -> None:
    headers = client.get(f"/docs/assets/{name}").headers
    assert headers["content-type"].startswith(media_type)
    assert headers["x-content-type-options"] == "nosniff"


def test_programs_that_read_text_are_told_what_there_is(client: TestClient) -> None:
    answer = client.get("/llms.txt")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.text.startswith("# Paigong")


def test_the_policy_of_the_page_has_no_exception(client: TestClient) -> None:
    policy = client.get("/docs").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_page_writes_relative_addresses_only(client: TestClient) -> None:
    page = client.get("/docs").text
    assert 'src="docs/assets/swagger-ui-bundle.js?v=' in page
    assert not any(found in page for found in ('="/', "//", "$"))


def test_no_badge_tells_a_server_of_swaggers_about_us() -> None:
    """Swagger UI shows none on loopback anyway, so that the browser below cannot know."""
    assert b"validatorUrl: null" in read_assets()["start.js"].content


def test_the_page_is_no_operation_of_the_service(client: TestClient) -> None:
    assert list(client.get("/openapi.json").json()["paths"]) == ["/v1/plans"]


@pytest.mark.parametrize(("lang", "tag", "title"), [("zh-CN,zh;q=0.9", "zh-CN", "派工"), ("en-GB", "en", "Paigong")])
def test_the_page_speaks_the_readers_language(client: TestClient, lang: str, tag: str, title: str) -> None:
    answer = client.get("/docs", headers={"Accept-Language": lang})
    assert f'<html lang="{tag}">' in answer.text
    assert f"<title>{title}" in answer.text
    assert answer.headers["vary"] == "Accept-Language"


# --- in a real browser ----------------------------------------------------------------------------------------------


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an app on a free port of loopback and give its address; the socket listens before the first request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(params=["", "/dispatch/paigong"], ids=["at the root", "under a path"])
def open_docs(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Page]]:
    """Return a function that opens the page; a word on the console or a request to elsewhere fails the test."""
    complaints: list[str] = []
    with served(behind(request.param)) as address, browser.new_context() as context:

        def open_docs(lang: str) -> Page:
            page = context.new_page()
            page.set_extra_http_headers({"Accept-Language": lang})
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda sent: asked.append(sent.url))
            page.goto(f"{address}{request.param}/docs")
            return page

        asked: list[str] = []
        yield open_docs
    assert complaints == []
    assert [url for url in asked if not url.startswith((f"{address}{request.param}/", "data:"))] == []


@pytest.mark.browser
def test_the_operations_are_listed(open_docs: Callable[[str], Page]) -> None:
    page = open_docs("en")
    operation = page.locator(".opblock")
    operation.wait_for()
    assert "/v1/plans" in operation.inner_text().replace("\u200b", "")
    assert page.title().startswith("Paigong")
    assert page.locator("h1, h2").first.inner_text().startswith("派工")


@pytest.mark.browser
def test_a_key_that_was_entered_is_sent(open_docs: Callable[[str], Page]) -> None:
    page = open_docs("zh-CN")
    page.locator("button.authorize").first.click()
    page.locator(".auth-container input").fill("pg_7_secret")
    page.locator(".auth-container button.authorize").click()
    page.locator(".auth-container button.btn-done").click()
    page.locator(".opblock-summary-control").click()
    page.locator(".try-out__btn").click()
    page.locator("textarea.body-param__text").fill('[{"order_id": "O17"}]')
    page.locator("button.execute").click()
    answer = page.locator(".live-responses-table .response-col_description .highlight-code").first
    answer.wait_for()
    assert json.loads(answer.locator("code").inner_text()) == {"caller": "pg_7_secret", "stops": 1}
