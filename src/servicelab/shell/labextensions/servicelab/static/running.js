// Which cell Python is at, and for how long: an endless loop has a name. The cell carries a mark while it runs.
import { memory } from "./memory.js";

const SEEN = 400;
const SHORT = 2000;
const LONG = 15_000;
const DEAF = 5000;

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

  // Told to stop, and still at it after a while or after having been told twice: a bare `except:` takes a stop for one of
  // the errors that it is there for.
  get deaf() {
    return Boolean(this.cell) && this.stopped && (this.told > 1 || performance.now() - this.stopping >= DEAF);
  }

  message({ header, parent_header: asked, content }) {
    if (header.msg_type === "execute_input") this.begin(asked.msg_id);
    // Nothing but an error is what a check of somebody's answer has to say.
    else if (header.msg_type === "error" && asked.msg_id === this.id) this.failed = true;
    else if (header.msg_type === "status" && content.execution_state === "idle" && asked.msg_id === this.id) this.finish();
  }

  begin(id) {
    this.end();
    this.cell = this.panel.content.widgets.find((cell) => cell.model.type === "code" && cell.outputArea.future?.msg.header.msg_id === id) ?? null;
    if (!this.cell) return;
    this.id = id;
    this.failed = false;
    for (const cell of this.outdated(this.cell)) delete cell.node.dataset.slxPassed;
    this.since = performance.now();
    this.marking = setTimeout(() => { if (this.cell) this.cell.node.dataset.slxRunning = this.says.running; }, SEEN);
    this.ticking = setInterval(() => {
      if (this.short && this.theirs) this.keep();
      this.tell();
    }, 1000);
  }

  // The checks whose verdict is over once a cell runs again: its own, and that of the answer.
  outdated(cell) {
    const { widgets } = this.panel.content;
    const after = widgets.slice(widgets.indexOf(cell) + 1).find((one) => one.model.type === "code");
    return [cell, ...(after && isAnswer(cell) && isCheck(after) ? [after] : [])];
  }

  // It came to its end. What somebody stopped did not.
  finish() {
    const { cell, stopped, failed } = this;
    this.end();
    if (!failed && !stopped && isCheck(cell)) cell.node.dataset.slxPassed = this.says.passed;
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
    this.told = 0;
  }

  interrupt() {
    if (!this.stopped) this.stopping = performance.now();
    this.stopped = true;
    this.told++;
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

function isCheck(cell) {
  const graded = cell.model.getMetadata("nbgrader") ?? {};
  return cell.model.type === "code" && Boolean(graded.grade && !graded.solution);
}

// A cell that the learner fills in or tries; with `checks` also the cell that checks it.
export function isAnswer(cell, { checks = false } = {}) {
  if (cell.model.type !== "code") return false;
  const graded = cell.model.getMetadata("nbgrader") ?? {};
  return Boolean(graded.solution || (checks && graded.grade) || (cell.model.getMetadata("tags") ?? []).includes("show-code"));
}
