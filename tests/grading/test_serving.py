"""The addresses that give a submission's files are confined, and no other page is."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from tornado.testing import AsyncHTTPTestCase
from tornado.web import Application, RequestHandler

from servicelab.grading import serving

FILES = [
    "files/grading/autograded/mallory/77_trial/page.html",
    "nbconvert/html/grading/autograded/mallory/77_trial/exercise.ipynb",
    "formgrader/submissions/1f/page.html",
]
PAGES = ["lab", "api/contents/files/x", "formgrader/submissions/1f/", "formgrader/gradebook"]


class Says(RequestHandler):
    """Any of a server's handlers."""

    def get(self) -> None:
        self.set_header("Content-Security-Policy", "frame-ancestors 'self'")
        self.write("<script>1</script>")


class Server(AsyncHTTPTestCase):
    """A server at /user/lin/ with the extension loaded; no tests of its own."""

    __test__ = False

    def get_app(self) -> Application:
        app = Application([(".*", Says)], base_url="/user/lin/")
        serving._load_jupyter_server_extension(SimpleNamespace(web_app=app))
        return app


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server("fetch")
    made.setUp()
    yield made
    made.tearDown()


@pytest.mark.parametrize("place", FILES)
def test_a_file_of_a_submission_is_confined(place: str, server: Server) -> None:
    headers = server.fetch(f"/user/lin/{place}").headers
    assert headers.get_list("Content-Security-Policy") == ["frame-ancestors 'self'", serving.POLICY]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("place", [*(f"user/lin/{page}" for page in PAGES), *FILES])
def test_a_page_of_the_server_itself_is_not(place: str, server: Server) -> None:
    headers = server.fetch(f"/{place}").headers
    assert headers.get_list("Content-Security-Policy") == ["frame-ancestors 'self'"]
