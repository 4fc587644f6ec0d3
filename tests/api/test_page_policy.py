"""A plan's page as it is sent: styles leave the elements, and the policy names what is left by hash."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from api.plans.page_policy import with_policy

PAGE = (
    "<html><head><style>p { color: red }</style></head><body>"
    '<p class="a" style="width: 3%">one</p><p style="width: 3%">two</p><i style="--type: 9pt">style="x" said</i>'
    "<script>const made = '<b style=\"top: 0\">';</script></body></html>"
)


def digest(text: str) -> str:
    return "'sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def test_styles_leave_the_elements_and_scripts_stay_as_they_are() -> None:
    page, _ = with_policy(PAGE)
    body = page.partition("<body>")[2]
    assert '<p class="a" data-style="0">one</p><p data-style="0">two</p><i data-style="1">style="x" said</i>' in body
    assert "<script>const made = '<b style=\"top: 0\">';</script>" in body
    rule = '[data-style="0"][data-style="0"][data-style="0"]{width: 3%}'
    assert f"<style>{rule}" in page.partition("</head>")[0]


def test_the_policy_allows_what_the_page_holds_and_nothing_else() -> None:
    page, policy = with_policy(PAGE)
    added = page.partition("</style><style>")[2].partition("</style>")[0]
    script = "const made = '<b style=\"top: 0\">';"
    assert policy.startswith(
        f"default-src 'none'; script-src {digest(script)}; style-src {digest('p { color: red }')} {digest(added)};"
    )
    assert "unsafe" not in policy


def test_a_page_without_scripts_may_run_none() -> None:
    page, policy = with_policy("<html><head></head><body>nothing</body></html>")
    assert page == "<html><head></head><body>nothing</body></html>"
    assert "script-src 'none'; style-src 'none'" in policy
