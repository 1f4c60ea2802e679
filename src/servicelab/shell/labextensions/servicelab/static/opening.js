// Brings a page to life: sends its code to Python and says how far that is.
import { course } from "./course.js";
import { isAnswer } from "./running.js";

const PATIENCE = 2000;

export class Opening {
  constructor(panel, CodeCell, contents) {
    this.panel = panel;
    this.contents = contents;
    this.CodeCell = CodeCell;
  }

  get code() {
    return this.panel.content.widgets.filter((cell) => cell.model.type === "code");
  }

  // Whose code would run: "delivered" where it is what was delivered, the questions included that it takes its checks
  // from; "own" where only answers differ, which somebody else can have written as well; "" where anything else does.
  async whose() {
    const { path } = this.panel.context;
    const sources = this.code.map((cell) => cell.model.sharedModel.getSource());
    if (!(await this.questioned())) return "";
    if (await course.delivered(path, sources)) return "delivered";
    return (await course.ownWork(path, sources)) ? "own" : "";
  }

  async questioned() {
    const { path } = this.panel.context;
    const questions = course.questions(path);
    if (!questions) return true;
    try {
      const file = await this.contents.get(questions, { content: true, type: "file", format: "text" });
      return await course.asDelivered(questions, file.content);
    } catch {
      return false;
    }
  }

  // Python is there and has nothing to do. Cells that are sent to a kernel while it starts can get lost. Fails where the
  // server could not start one.
  ready() {
    const context = this.panel.sessionContext;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!["idle", "busy"].includes(context.session?.kernel?.status)) return;
        context.statusChanged.disconnect(look);
        resolve();
      };
      context.statusChanged.connect(look);
      void context.ready.then(() => {
        if (context.session?.kernel) return look();
        context.statusChanged.disconnect(look);
        reject(new Error("no Python"));
      }, reject);
    });
  }

  // Whether it is there and ready within the time in which one usually is.
  soon() {
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE, false));
    return Promise.race([this.ready().then(() => true), patience]);
  }

  // Whether an earlier visit left this Python at work and nobody is there for whom it works: it would never be ready.
  async left(kernels) {
    return (await this.busy(kernels)) && this.connections(kernels) <= 1;
  }

  connections(kernels) {
    const id = this.panel.sessionContext.session?.kernel?.id;
    return [...kernels.running()].find((one) => one.id === id)?.connections ?? 1;
  }

  // Whether this Python has worked for an earlier visit and for nobody else now. It is better replaced: it may still be
  // busy, and JupyterLab would first fetch every control it ever showed.
  async used(kernels) {
    const kernel = this.panel.sessionContext.session?.kernel;
    if (!kernel) return false;
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE, null));
    const reply = await Promise.race([kernel.requestCommInfo({ target_name: "jupyter.widget" }).catch(() => null), patience]);
    if (reply?.content.status === "ok" && !Object.keys(reply.content.comms).length) return false;
    await kernels.refreshRunning();
    return this.connections(kernels) <= 1;
  }

  // Whether the server says that this Python is at work. One that is reached while it works says nothing itself.
  async busy(kernels) {
    await this.panel.sessionContext.ready;
    const kernel = this.panel.sessionContext.session?.kernel;
    await kernels.refreshRunning();
    return [...kernels.running()].some((one) => one.id === kernel?.id && one.execution_state === "busy");
  }

  // Runs what there is to run; `progress(done, all)` after each cell. All cells are sent at once, as "run all" sends
  // them: the lesson tells a run from somebody's own attempt by that. Returns the cells that did not go well, and how
  // many tasks were left out because nobody has begun them. From `unended` on, a learner's cell that did not come to its
  // end, no answer is run.
  async run(progress, unended = null) {
    await this.ready();
    const { cells, untouched } = runnable(this.code, unended);
    let done = 0;
    progress(0, cells.length);
    const failed = [];
    await Promise.all(
      cells.map(async (cell) => {
        if (!(await this.execute(cell))) failed.push(cell);
        progress(++done, cells.length);
      }),
    );
    return { failed, untouched, unended };
  }

  async execute(cell) {
    try {
      // The tag keeps one cell's error from taking the rest of the page along.
      const reply = await this.CodeCell.execute(cell, this.panel.sessionContext, { tags: ["raises-exception"] });
      return reply?.content.status !== "error";
    } catch {
      // Cancelled with the kernel; the watch on the kernel says so.
      return false;
    }
  }
}

// In a graded analysis an exercise that nobody has begun is not run, nor the tests that go with it: a page that opens
// with errors says nothing to whoever has not done anything yet.
function runnable(cells, unended) {
  let begun = true;
  let untouched = 0;
  let held = false;
  const found = cells.filter((cell) => {
    const source = cell.model.sharedModel.getSource();
    const graded = cell.model.getMetadata("nbgrader") ?? {};
    held ||= cell === unended;
    if (held && isAnswer(cell, { checks: true })) return false;
    if (graded.solution) {
      begun = !/^\s*raise NotImplementedError/m.test(source);
      untouched += begun ? 0 : 1;
    }
    return source.trim() && (begun || !(graded.solution || graded.grade));
  });
  return { cells: found, untouched };
}
