"""What the tests of the course's own sources share: their assertions say what differs, wherever they stand."""

import pytest

pytest.register_assert_rewrite("tests.content.modulewords")
