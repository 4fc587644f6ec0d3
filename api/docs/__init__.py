"""The page `/docs`: Swagger UI from our own disk, so that it works where there is no internet.

`vendor/` holds files of the npm package `swagger-ui-dist`; its `MANIFEST.json` says which, and where one differs from
the original and why. To renew them, run `npm pack swagger-ui-dist@VERSION` elsewhere, copy the files, repeat the
changes and write the manifest anew: `tests/api/test_docs.py` compares the two and opens the page in a browser.
"""

from __future__ import annotations

from api.docs.page import docs_router

__all__ = ["docs_router"]
