"""Importing this makes a process one that seats are forked from: spared what nbgrader does twice, and rehearsed.

Submissions are graded in copies of a process that imported everything. Nobody else imports this: what is spared is not
for a process in which gradebooks come and go.
"""

from __future__ import annotations

import gc
import sqlite3
from contextlib import suppress

from servicelab.grading.rehearsed import rehearse
from servicelab.grading.sparing import spare

spare()
# A machine without room is told so by whoever needs it to grade.
with suppress(OSError, sqlite3.Error):
    rehearse()
# What is there stays shared with the copies: collecting would write into each of its pages.
gc.collect()
gc.freeze()
