"""The teaching notes as one page to print: no scripts, nothing fetched, readable in any browser."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from servicelab.publish.nodes import read_node

STYLE = Path(__file__).parent / "static" / "printable.css"
LANG = {"en": "en", "zh": "zh-CN"}


def write_printable(notebook: Path, language: str) -> Path:
    """Write `notebook` beside itself as a standalone HTML page; return the page."""
    from nbconvert.exporters import HTMLExporter
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]

    node = read_node(notebook)
    for cell in node.cells:
        for output in cell.get("outputs", []):
            # A page cannot run a widget; its text equivalent stands beside it.
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    node.metadata.pop("widgets", None)
    export: Any = HTMLExporter
    exporter = export(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
    body, _ = exporter.from_notebook_node(node)
    title = escape(str(node.metadata.get("servicelab", {}).get("title", notebook.stem)))
    style = STYLE.read_text(encoding="utf-8") + HtmlFormatter(style="default").get_style_defs(".highlight")
    page = (
        f'<!DOCTYPE html>\n<html lang="{LANG[language]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>\n{style}\n</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
    target = notebook.with_suffix(".html")
    target.write_text(page, encoding="utf-8", newline="\n")
    return target
