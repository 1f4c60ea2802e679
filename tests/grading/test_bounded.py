"""A cell has its time; what opens the notebook has the notebook's."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from jupyter_client.manager import AsyncKernelManager
from nbformat.v4 import new_code_cell, new_notebook
from tests.grading.conftest import about

from servicelab.grading.answering import Client
from servicelab.grading.autograding import MACHINE
from servicelab.grading.bounded import BoundedExecute

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading"), pytest.mark.usefixtures("by_kernels")]

SLOW = "import time\ntime.sleep({seconds})\nprint({name!r})"


def ran(tmp_path: Path, **seconds: int) -> list[str]:
    """The cells that came to their end, when opening, solving and judging take these seconds."""
    kinds = {"opens": {"locked": True}, "solves": {"solution": True}, "judges": {"locked": True, "grade": True}}
    cells = [
        new_code_cell(SLOW.format(seconds=seconds.get(name, 0), name=name), metadata=about(name, **kind))
        for name, kind in kinds.items()
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    runner = BoundedExecute(timeout=2, notebook_timeout=60)
    made, _resources = runner.preprocess(notebook, {"metadata": {"path": str(tmp_path)}})
    return [each.text.strip() for cell in made.cells for each in cell.outputs if each.output_type == "stream"]


def test_what_opens_a_notebook_may_take_longer_than_a_cell(tmp_path: Path) -> None:
    """Imports that take long on a busy machine must not cost the decisions that are read after them."""
    assert ran(tmp_path, opens=4) == ["opens", "solves", "judges"]


@pytest.mark.parametrize("slow", ["solves", "judges"])
def test_a_learners_cell_and_a_test_have_a_cells_time(slow: str, tmp_path: Path) -> None:
    assert slow not in ran(tmp_path, **{slow: 20})


def test_a_kernel_that_judges_nothing_is_the_machines_fault_and_costs_nobody_points(tmp_path: Path) -> None:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    test = new_code_cell("assert True", metadata=about("judges", locked=True, grade=True, points=1))
    notebook = new_notebook(cells=[test], metadata={"kernelspec": kernel})
    runner = BoundedExecute(extra_arguments=[])
    with pytest.raises(RuntimeError, match="Kernel without") as raised:
        runner.preprocess(notebook, {"metadata": {"path": str(tmp_path)}})
    assert f"RuntimeError: {raised.value}".startswith(MACHINE)


def answered(argv: list[str] | None = None) -> tuple[str, int]:
    """Start a kernel and wait until it is ready; what it does with a cell then, and how much was still to be heard."""

    async def meet() -> tuple[str, int]:
        manager = AsyncKernelManager(client_class=f"{Client.__module__}.{Client.__qualname__}")
        if argv:
            manager.kernel_spec.argv = argv
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            left = await client.iopub_channel.msg_ready(), await client.shell_channel.msg_ready()
            return (await client.execute_interactive("1", timeout=60))["content"]["status"], sum(left)
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    return asyncio.run(meet())


def test_a_kernel_is_ready_once_it_has_answered_and_nothing_else_is_to_be_heard_of_its_start() -> None:
    assert answered() == ("ok", 0)


def test_a_kernel_that_ends_before_it_answers_is_the_machines_fault() -> None:
    with pytest.raises(RuntimeError, match="Kernel died before") as raised:
        answered([sys.executable, "-c", "pass"])
    assert f"RuntimeError: {raised.value}".startswith(MACHINE)
