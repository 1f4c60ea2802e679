"""Run the notebooks of a built tree with real kernels, each in its own folder, and keep what they print."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from servicelab.course.layout import notebook_path
from servicelab.publish.findings import Finding, SourceMistakes
from servicelab.publish.nodes import read_node, write_node
from servicelab.publish.sources import Course

CELL_SECONDS = 120
ANSWERS = "*.answers*.json"
STARTS = 3
"""How often a kernel is started: its ports are chosen before it takes them, and another program may be faster."""


def run_tree(tree: Path, paths: list[str], course: Course, done: Callable[[str], None] | None = None) -> None:
    """Execute the notebooks at `paths` in place, as many at a time as there are cores; `done` hears of each that ran.

    Raises `SourceMistakes` that name the cells which failed, or wrote to stderr where nbgrader scores that 0.
    """
    sources = {notebook_path(d.kind, d.module): d.file for d in course.documents}
    findings = asyncio.run(_run_all(tree, {path: sources[path] for path in paths}, done))
    if findings:
        raise SourceMistakes(findings)
    for sheet in tree.rglob(ANSWERS):
        sheet.unlink()


async def _run_all(tree: Path, notebooks: dict[str, str], done: Callable[[str], None] | None) -> list[Finding]:
    turn = asyncio.Semaphore(os.cpu_count() or 1)

    async def run(path: str, file: str) -> list[Finding]:
        async with turn:
            found = await _run(tree / path, file)
            if done and not found:
                done(path)
            return found

    found = await asyncio.gather(*(run(path, file) for path, file in notebooks.items()))
    return [finding for findings in found for finding in findings]


async def _run(path: Path, file: str) -> list[Finding]:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    for start in range(1, STARTS + 1):
        node = read_node(path)
        # The default manager is asynchronous; the blocking client cannot be awaited and serialises the notebooks.
        client = NotebookClient(
            node,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            record_timing=False,
            # A kernel warns that it listens on TCP; here that is this machine talking to itself.
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(path.parent)}},
        )
        try:
            await client.async_execute()
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
            return [_failure(node, file, problem)]
        except RuntimeError:
            # It ended before it said a word, so no cell has run.
            if start == STARTS:
                raise
        else:
            break
    findings = _noise(node, file) if path.parent.parent.name == "assignments" else []
    # nbclient fills in the kernel's version numbers; they would make a rebuild differ for nothing.
    node.metadata["language_info"] = {"name": "python"}
    write_node(node, path)
    return findings


def _failure(node: Any, file: str, problem: Exception) -> Finding:
    for cell in node.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                said = f"{output.ename}: {output.evalue}"[:300]
                return Finding(file, 0, cell.id, f"the cell does not run: {said}", "Mend the cell, or what it calls")
    said = str(problem).strip().split("\n")[0][:200]
    return Finding(file, 0, "", f"the notebook does not run: {said}", "Run it in JupyterLab and mend it")


def _noise(node: Any, file: str) -> list[Finding]:
    return [
        Finding(
            file, 0, cell.id, "the cell writes to stderr, which nbgrader scores 0", "Silence it where it comes from"
        )
        for cell in node.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    ]
