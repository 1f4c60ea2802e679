// Watches Python and tells what is worth telling: "stopped", "lost" (no connection), "working", "stuck" or "".
const WORKING = 2000;
const STUCK = 15000;
const LOST = 3000;

export class KernelWatch {
  constructor(panel, tell) {
    this.context = panel.sessionContext;
    this.tell = tell;
    this.said = "";
    // Set while this page itself restarts Python, or runs the whole page.
    this.restarting = false;
    this.preparing = false;
    this.stopped = false;
    this.asked = new Map();
    // JupyterLab's own dialog about a restart would stand over the sentence that says the same, with an "Ok" that helps nobody.
    this.context.statusChanged.disconnect(panel._onSessionStatusChanged, panel);
    this.context.statusChanged.connect((_, status) => this.status(status));
    this.context.connectionStatusChanged.connect((_, status) => this.connection(status));
    // What our controls send and hear back, told by themselves.
    panel.node.addEventListener("servicelab:asked", (event) => this.question(event.detail.turn));
    panel.node.addEventListener("servicelab:answered", (event) => this.answer(event.detail.turn));
  }

  // After a crash the server starts a new Python by itself. It looks healthy and knows nothing of this page: every
  // restart that was not asked for here counts as a stop.
  status(status) {
    if (this.restarting) return;
    if (["dead", "terminating", "autorestarting", "restarting"].includes(status)) this.stop();
  }

  stop() {
    this.stopped = true;
    this.asked.clear();
    this.say("stopped");
  }

  connection(status) {
    clearTimeout(this.losing);
    if (status === "connected") {
      if (this.said === "lost") this.say(this.stopped ? "stopped" : "");
    } else if (!this.restarting && !this.stopped) {
      this.losing = setTimeout(() => this.say("lost"), LOST);
    }
  }

  question(turn) {
    if (!this.asked.has(turn)) this.asked.set(turn, performance.now());
    // What is typed after a stop is kept in the page: the sentence on top says so.
    if (this.stopped) this.tell(this.said);
    this.look();
  }

  answer(turn) {
    this.asked.delete(turn);
    this.look();
  }

  // Something moved: while a page is being prepared, each cell that is done starts the patience anew.
  sign() {
    const now = performance.now();
    for (const turn of this.asked.keys()) this.asked.set(turn, now);
    this.look();
  }

  look() {
    clearTimeout(this.looking);
    if (this.stopped || this.said === "lost") return;
    const oldest = Math.min(...this.asked.values());
    const waited = performance.now() - oldest;
    if (!this.asked.size || waited < WORKING || (this.preparing && waited < STUCK)) this.say("");
    else this.say(waited < STUCK ? "working" : "stuck");
    if (!this.asked.size || waited >= STUCK) return;
    const next = waited < WORKING && !this.preparing ? WORKING : STUCK;
    this.looking = setTimeout(() => this.look(), next - waited + 10);
  }

  say(what) {
    if (what === this.said) return;
    this.said = what;
    this.tell(what);
  }

  // A fresh Python, on purpose.
  async restart() {
    this.restarting = true;
    const { kernel } = this.context.session ?? {};
    const crashed = this.stopped;
    this.stopped = false;
    this.asked.clear();
    clearTimeout(this.looking);
    clearTimeout(this.losing);
    this.say("");
    try {
      if (!kernel) {
        await this.context.startKernel();
        // A start that fails is told to JupyterLab's dialog and to nobody else.
        if (!this.context.session?.kernel) throw new Error("no Python");
      } else if (crashed) {
        // After a crash the server starts that Python again by itself. A second start on top of the first leaves this
        // page on a connection that nobody answers: another Python takes its place.
        await this.context.changeKernel({ name: kernel.name });
      } else {
        await this.context.restartKernel();
      }
    } finally {
      this.restarting = false;
    }
  }
}
