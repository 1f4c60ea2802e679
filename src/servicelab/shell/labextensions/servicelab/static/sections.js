// The sections of a notebook and which of them is in sight. Cells say where a section begins: {"section": "s3",
// "minutes": 5, "track": "analyst"}; what stands before the first is the overview.
export class Sections {
  constructor(panel, overview) {
    this.panel = panel;
    this.list = [];
    this.at = 0;
    this.whole = false;
    this.overview = overview;
    this.read();
    panel.context.model.cells.changed.connect(() => this.read());
  }

  read() {
    const list = [];
    const cells = this.panel.context.model.cells;
    for (let index = 0; index < cells.length; index++) {
      const cell = cells.get(index);
      const own = cell.getMetadata("servicelab") ?? {};
      if (own.section) {
        const title = heading(cell.sharedModel.getSource()) || own.section;
        list.push({ id: own.section, title, minutes: own.minutes ?? 0, analyst: own.track === "analyst", cells: [] });
      } else if (!list.length) {
        list.push({ id: "", title: this.overview, minutes: 0, analyst: false, cells: [] });
      }
      list.at(-1).cells.push(index);
    }
    this.list = list;
    this.at = Math.min(this.at, Math.max(0, list.length - 1));
    this.hide();
  }

  get current() {
    return this.list[this.at];
  }

  // Who opens an analysis is an analyst: where nothing else is, there is nothing to lead past.
  get theirs() {
    return this.list.every((section) => section.analyst || !section.id);
  }

  // The sections that this reader walks, in which numbers are counted: those for everybody, or those for analysts. The
  // overview is none of them.
  get walk() {
    const analyst = this.theirs || Boolean(this.current?.analyst);
    return this.list.filter((section) => section.id && section.analyst === analyst);
  }

  index(id) {
    return this.list.findIndex((section) => section.id === id);
  }

  // Where Back and Next lead: from a section for everybody to the next of those, as the lesson's own buttons do; whoever
  // is in one for analysts goes through them in order.
  beside(step) {
    const { theirs } = this;
    const open = (section) => theirs || this.current?.analyst || !section.analyst;
    for (let index = this.at + step; index >= 0 && index < this.list.length; index += step) if (open(this.list[index])) return index;
    return -1;
  }

  ofCell(index) {
    return this.list.findIndex((section) => section.cells.includes(index));
  }

  // The section whose heading an address such as "#4-·-Loud-is-a-tone" or "#cell-id=loud" means; -1 for none.
  ofFragment(fragment) {
    const wanted = decodeURIComponent(fragment.replace(/^#/, ""));
    const cells = this.panel.context.model.cells;
    for (let index = 0; index < cells.length; index++) {
      const cell = cells.get(index);
      const named = wanted === `cell-id=${cell.id}`;
      const headings = cell.type === "markdown" ? [...cell.sharedModel.getSource().matchAll(/^#{1,6}\s+(.+?)\s*$/gm)] : [];
      if (named || headings.some(([, text]) => text.replace(/ /g, "-") === wanted.replace(/^heading=/, ""))) return this.ofCell(index);
    }
    return -1;
  }

  go(index) {
    this.at = index;
    this.hide();
    // Hiding leaves the active cell where it was: Enter would edit a cell that nobody sees.
    const first = this.current?.cells[0] ?? 0;
    this.panel.content.deselectAll();
    this.panel.content.activeCellIndex = first;
    this.panel.content.mode = "command";
  }

  hide() {
    const shown = new Set(this.whole ? [] : this.current?.cells);
    this.panel.content.widgets.forEach((cell, index) => {
      // Where marks are put there is nothing to do: seen in the whole page only.
      const marking = Boolean((cell.model.getMetadata("servicelab") ?? {}).marking);
      cell.node.classList.toggle("slx-elsewhere", !this.whole && (marking || (this.list.length > 1 && !shown.has(index))));
    });
  }

  // The element that a section begins with, for the focus; a cell that is not drawn yet has none.
  head() {
    const cell = this.panel.content.widgets[this.current?.cells[0] ?? 0];
    return cell?.node.querySelector(".jp-RenderedMarkdown :is(h1, h2, h3)") ?? null;
  }
}

function heading(source) {
  const found = /^#{1,6}\s+(.+?)\s*#*\s*$/m.exec(source);
  return found ? found[1].replace(/<[^>]+>|[*_`]|\]\([^)]*\)|\[/g, "").trim() : "";
}
