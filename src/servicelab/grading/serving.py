"""The instructor's Jupyter server hands a submission's files out so that nothing in them runs.

A page or a drawing that a trainee made (or that their code wrote while it was graded) is served from the address that
holds the instructor's session. As a server extension, this puts them into a sandbox without scripts, whichever handler
serves them. `jupyter_server_config.json` beside `nbgrader_config.py` turns it on.
"""

from __future__ import annotations

import re
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

POLICY = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; media-src 'self'"
SERVED = r"(?:files|nbconvert)/.|formgrader/submissions/[^/]+/."
"""Addresses that give a file's own bytes; `formgrader/submissions/<id>/` itself is formgrader's page."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: Any) -> None:
    served = re.compile(re.escape(app.web_app.settings["base_url"]) + f"(?:{SERVED})")

    class Confined(OutputTransform):
        """Adds the policy to what one request is answered with; browsers obey every policy they are given."""

        def __init__(self, request: HTTPServerRequest) -> None:
            self.applies = bool(served.match(request.path))

        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, _finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            if self.applies:
                headers.add("Content-Security-Policy", POLICY)
                headers["X-Content-Type-Options"] = "nosniff"
            return status_code, headers, chunk

    app.web_app.add_transform(Confined)
