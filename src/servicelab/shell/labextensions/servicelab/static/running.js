// Which cell Python is at, and for how long: an endless loop has a name. The cell carries a mark while it runs.
import { memory } from "./memory.js";

const SEEN = 400;
const SHORT = 2000;
const LONG = 15_000;

export class Running {
  constructor(panel, says, tell) {
    this.panel = panel;
    this.says = says;
    this.tell = tell;
    this.cell = null;
    const { sessionContext } = panel;
    sessionContext.iopubMessage.connect((_, message) => this.message(message));
    // With its Python a cell ends, whatever it was doing; what is kept of it stays.
    sessionContext.kernelChanged.connect(() => this.end());
    sessionContext.statusChanged.connect((_, status) => {
      if (["dead", "terminating", "autorestarting", "restarting"].includes(status)) this.end();
    });
    panel.disposed.connect(() => this.end());
  }

  // Seconds that the cell at work has been running; 0 when none is.
  get seconds() {
    return this.cell ? Math.floor((performance.now() - this.since) / 1000) : 0;
  }

  // Whose cell it is: delivered code that prepares the page has its own count.
  get theirs() {
    return Boolean(this.cell) && isAnswer(this.cell, { checks: true });
  }

  get long() {
    return this.seconds * 1000 >= LONG;
  }

  get short() {
    return this.seconds * 1000 >= SHORT;
  }

  message({ header, parent_header: asked, content }) {
    if (header.msg_type === "execute_input") this.begin(asked.msg_id);
    else if (header.msg_type === "status" && content.execution_state === "idle" && asked.msg_id === this.id) this.finish();
  }

  begin(id) {
    this.end();
    this.cell = this.panel.content.widgets.find((cell) => cell.model.type === "code" && cell.outputArea.future?.msg.header.msg_id === id) ?? null;
    if (!this.cell) return;
    this.id = id;
    this.since = performance.now();
    this.marking = setTimeout(() => { if (this.cell) this.cell.node.dataset.slxRunning = this.says; }, SEEN);
    this.ticking = setInterval(() => {
      if (this.short && this.theirs) this.keep();
      this.tell();
    }, 1000);
  }

  // It came to its end. What somebody stopped did not.
  finish() {
    const { cell, stopped } = this;
    this.end();
    if (!stopped && this.kept?.cell === cell.model.id) memory.set("unended", null, this.path);
    this.tell();
  }

  end() {
    clearTimeout(this.marking);
    clearInterval(this.ticking);
    if (this.cell) delete this.cell.node.dataset.slxRunning;
    this.cell = null;
    this.id = null;
    this.stopped = false;
  }

  interrupt() {
    this.stopped = true;
    this.keep();
    return this.panel.sessionContext.session?.kernel?.interrupt();
  }

  // What did not come to its end is not run again unasked, in a new Python or after the page is loaded again, as long as
  // it says the same.
  get path() {
    return this.panel.context.path;
  }

  get kept() {
    return memory.get("unended", this.path);
  }

  keep() {
    const answer = this.cell && this.answer(this.cell);
    if (!answer || this.kept?.source === sourceOf(answer)) return;
    memory.set("unended", { cell: this.cell.model.id, answer: answer.model.id, source: sourceOf(answer) }, this.path);
  }

  // The learner's cell that keeps Python busy: the cell itself, or the one whose check it is.
  answer(cell) {
    const { widgets } = this.panel.content;
    const before = widgets.slice(0, widgets.indexOf(cell) + 1);
    return isAnswer(cell, { checks: true }) ? before.findLast((one) => isAnswer(one)) ?? null : null;
  }

  // The learner's cell that did not come to its end and says the same as then; null when there is none.
  get unended() {
    const { kept } = this;
    return (kept && this.panel.content.widgets.find((cell) => cell.model.id === kept.answer && sourceOf(cell) === kept.source)) ?? null;
  }
}

function sourceOf(cell) {
  return cell.model.sharedModel.getSource();
}

// A cell that the learner fills in or tries; with `checks` also the cell that checks it.
export function isAnswer(cell, { checks = false } = {}) {
  if (cell.model.type !== "code") return false;
  const graded = cell.model.getMetadata("nbgrader") ?? {};
  return Boolean(graded.solution || (checks && graded.grade) || (cell.model.getMetadata("tags") ?? []).includes("show-code"));
}
