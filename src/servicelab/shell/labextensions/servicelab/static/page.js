// One page of the course in JupyterLab: its bar, its sections, its life.
import { Bar } from "./bar.js";
import { course } from "./course.js";
import { KernelWatch } from "./kernel.js";
import { guardKeys } from "./keys.js";
import { memory } from "./memory.js";
import { Opening } from "./opening.js";
import { Running } from "./running.js";
import { Saving } from "./saving.js";
import { Sections } from "./sections.js";
import { Terms } from "./terms.js";

const PATIENCE = 60_000;

export class CoursePage {
  constructor({ app, panel, about, chrome, CodeCell, Widget, section }) {
    this.app = app;
    this.panel = panel;
    this.about = about;
    this.chrome = chrome;
    this.t = course.words(about.language);
    this.done = new Set();
    this.live = false;
    this.turn = 0;
    // What listens beyond the panel ends with it.
    const gone = new AbortController();
    panel.disposed.connect(() => gone.abort());
    this.gone = gone.signal;
    // A restored place is only a proposal until the learner has moved.
    this.settled = false;
    this.sections = new Sections(panel, this.t("overview"));
    this.opening = new Opening(panel, CodeCell, app.serviceManager.contents);
    this.bar = new Bar(this.t, about.language, {
      skip: () => this.focus(),
      go: (index) => this.go(index),
      back: () => this.go(this.sections.beside(-1)),
      next: () => this.go(this.sections.beside(1)),
      home: () => this.open(course.startPage(this.path)),
      return: () => this.app.shell.activateById(this.previous.panel.id),
      whole: (on) => this.wholePage(on),
      code: (on) => this.showCode(on),
      everything: (on) => this.chrome.showEverything(on),
    }, this.gone);
    this.watch = new KernelWatch(panel, () => this.tell());
    this.running = new Running(panel, { running: this.t("cell_running"), passed: this.t("check_passed") }, () => this.tell());
    this.saving = new Saving(panel, app.serviceManager.contents, () => this.tell());
    this.terms = new Terms(panel, this.t, (term) => void this.openGlossary(term), this.gone);
    panel.addClass("slx-page");
    panel.node.dataset.servicelabPath = this.path;
    panel.node.lang = about.language === "zh" ? "zh-CN" : "en";
    this.place(Widget);
    guardKeys(panel.node, this.gone);
    this.listen();
    this.resume(section);
    this.refresh();
  }

  get path() {
    return this.panel.context.path;
  }

  get scroller() {
    return this.panel.node.querySelector(".jp-WindowedPanel-outer") ?? this.panel.content.node;
  }

  place(Widget) {
    const widget = new Widget({ node: this.bar.node });
    widget.addClass("slx-bar-widget");
    this.panel.contentHeader.addWidget(widget);
    // Lumino gives a widget the height its style asks for; text that wraps, a narrow window or a larger font ask for more.
    const inner = new ResizeObserver(() => {
      const height = [...this.bar.node.children].reduce((sum, child) => sum + (getComputedStyle(child).position === "absolute" ? 0 : child.offsetHeight), 0);
      if (!height || this.tall === height) return;
      this.tall = height;
      widget.node.style.minHeight = widget.node.style.maxHeight = `${height}px`;
      widget.fit?.();
      this.panel.contentHeader.fit();
      this.panel.fit();
    });
    for (const child of this.bar.node.children) inner.observe(child);
  }

  listen() {
    const { node, content } = this.panel;
    // The lesson's own account of what is done; its welcome knows it and tells whenever it changes.
    node.addEventListener("servicelab:progress", (event) => this.progress(event.detail));
    // A control that leads to a section ("Next: …") asks for it here first.
    node.addEventListener("servicelab:section", (event) => {
      const index = this.sections.list.findIndex((section) => section.title === event.detail.title);
      if (index < 0) return;
      event.preventDefault();
      this.go(index);
    });
    // "Run the whole page from the top": whoever asks wants to hear how it went.
    node.addEventListener("servicelab:rerun", (event) => {
      event.preventDefault();
      void this.again().then(() => this.report());
    });
    node.addEventListener("servicelab:home", () => this.open(course.startPage(this.path)));
    // A control that leads to another page of the course names it by its path in the course's folder.
    node.addEventListener("servicelab:page", (event) => {
      const start = course.startPage(this.path);
      if (!start) return;
      event.preventDefault();
      this.open(start.replace(/[^/]*$/, "") + event.detail.path);
    });
    this.scroller.addEventListener("scroll", () => this.remember(), { passive: true });
    // Searching, or a link into another section: the cell that was meant must be seen.
    const findFragment = content.setFragment.bind(content);
    content.setFragment = async (fragment) => {
      const term = this.about.kind === "glossary" && /cell-id=([\w-]+)/.exec(fragment)?.[1];
      if (term) return this.mark(term);
      const named = this.sections.index(new URLSearchParams(fragment.replace(/^#/, "")).get("section"));
      if (named >= 0) return this.go(named);
      const index = this.sections.whole ? -1 : this.sections.ofFragment(fragment);
      if (index >= 0 && index !== this.sections.at) this.go(index, { focus: false });
      return findFragment(fragment);
    };
    let ran = 0;
    node.addEventListener("keydown", (event) => { if (event.shiftKey && event.key === "Enter") ran = performance.now(); }, true);
    content.activeCellChanged.connect(() => {
      const index = this.sections.ofCell(content.activeCellIndex);
      if (this.sections.whole || index < 0 || index === this.sections.at) return;
      // Shift+Enter goes on to the next cell. At the end of a section that would be the next section, and what the cell
      // had to say would be out of sight before it was said.
      if (performance.now() - ran < 1000) content.activeCellIndex = this.sections.current.cells.at(-1);
      else this.go(index, { focus: false, keepActive: true });
    });
    window.addEventListener("hashchange", () => {
      if (this.app.shell.currentWidget !== this.panel) return;
      const index = this.sections.index(new URLSearchParams(location.hash.slice(1)).get("section"));
      if (index >= 0 && index !== this.sections.at) this.go(index);
    }, { signal: this.gone });
  }

  // ------------------------------------------------------------ opening and running

  // Once it is seen: JupyterLab reopens every tab of the last time, and five pages that wake up together wait for each other.
  async begin() {
    this.begun = true;
    if (!this.opening.code.length) return;
    this.starting = true;
    // From here on: a Python that never comes is one that gives no sign of life.
    this.sign();
    const turn = this.turn;
    try {
      const whose = await this.opening.whose();
      if (whose !== "delivered") {
        clearTimeout(this.waiting);
        this.starting = false;
        this.ask = whose === "own" ? "ask_own" : "ask";
        this.tell();
        return;
      }
      // What was saved are pictures of controls whose Python is gone.
      this.opening.code.forEach((cell) => cell.model.clearExecution());
      const kernels = this.app.serviceManager.kernels;
      if (!(await this.opening.soon()) && (await this.opening.left(kernels)) && turn === this.turn) await this.watch.restart();
      await this.opening.ready();
      const used = await this.opening.used(kernels);
      // Somebody has pressed "Start again" meanwhile.
      if (turn !== this.turn) return;
      if (used) await this.watch.restart();
    } catch {
      if (turn === this.turn) this.fail();
      return;
    }
    if (turn === this.turn) await this.run();
  }

  // Asked to: in a Python that has nothing to do. One that still works at what an earlier visit left would work on first.
  async start() {
    this.ask = null;
    this.starting = true;
    this.sign();
    const turn = this.turn;
    const kernels = this.app.serviceManager.kernels;
    try {
      if (await this.opening.busy(kernels)) await this.watch.restart();
    } catch {
      if (turn === this.turn) this.fail();
      return;
    }
    if (turn === this.turn) await this.run();
  }

  // It did not come to life: that is said, with the button that starts again.
  fail() {
    clearTimeout(this.waiting);
    this.preparing = false;
    this.starting = false;
    this.count = null;
    this.watch.preparing = false;
    this.watch.stop();
  }

  async run() {
    if (this.preparing) return;
    const turn = ++this.turn;
    this.preparing = true;
    this.ask = null;
    this.ran = null;
    this.starting = true;
    this.watch.preparing = true;
    this.count = null;
    this.sign();
    try {
      this.outcome = await this.opening.run((done, all) => {
        if (turn !== this.turn) return;
        this.starting = false;
        this.count = { done, all };
        this.sign();
      }, this.running.unended);
    } catch {
      if (turn === this.turn) this.fail();
      return;
    }
    // Started again meanwhile: what is left of this run has nothing to say.
    if (turn !== this.turn) return;
    clearTimeout(this.waiting);
    this.live = !this.watch.stopped;
    this.preparing = false;
    this.starting = false;
    this.count = null;
    this.watch.preparing = false;
    this.watch.look();
    const { unended } = this.outcome;
    if (unended) this.ran = { kind: "bad", text: this.t("held", { task: this.taskOf(unended) }), ...this.showing(unended) };
    this.tell();
    this.panel.node.dataset.servicelabLive = String(this.live);
    if (!this.settled) this.scroll();
    this.stand();
  }

  // A sign of life while the page is prepared. A minute without one, and starting again is offered.
  sign() {
    clearTimeout(this.waiting);
    this.late = false;
    this.waiting = setTimeout(() => {
      this.late = true;
      this.tell();
    }, PATIENCE);
    this.watch.sign();
    this.tell();
  }

  async again() {
    this.panel.node.dataset.servicelabLive = "false";
    const scroll = this.scroller.scrollTop;
    this.turn++;
    try {
      await this.watch.restart();
    } catch {
      // The server did not do it: the sentence and its button stay.
      this.watch.stop();
      return;
    }
    this.preparing = false;
    this.wanted = scroll;
    this.settled = false;
    await this.run();
    this.focus();
  }

  // How the last run went, with the section in which it went wrong first; told until somebody goes somewhere.
  report() {
    if (!this.live || this.watch.stopped || this.outcome.unended) return;
    const { failed, untouched } = this.outcome;
    const cells = this.panel.content.widgets;
    const wrong = [...new Set(failed.map((cell) => this.sections.ofCell(cells.indexOf(cell))))].sort((a, b) => a - b);
    const left = untouched ? this.t("ran_untouched", { untouched }) : "";
    this.ran = wrong.length
      ? { kind: "bad", text: this.t("ran_badly", { sections: wrong.map((index) => this.sections.list[index].title).join(" · ") }), action: this.t("show"), press: () => this.go(wrong[0]) }
      : { kind: "calm", text: [this.t("ran_well"), left].filter(Boolean).join(" ") };
    this.tell();
  }

  // What people call the task of a cell: "B3", or its section's title.
  taskOf(cell) {
    const title = this.sections.list[this.sections.ofCell(this.panel.content.widgets.indexOf(cell))]?.title ?? "";
    return /^([A-Z]+\d+) ·/.exec(title)?.[1] ?? `“${title}”`;
  }

  showing(cell) {
    return { action: this.t("show"), press: () => this.go(this.sections.ofCell(this.panel.content.widgets.indexOf(cell)), { focus: false }) };
  }

  // The learner's cell is told to stop; what it was stays to be changed.
  stopCell() {
    const { cell } = this.running;
    const answer = cell && this.running.answer(cell);
    void this.running.interrupt();
    this.ran = { kind: "calm", text: this.t("cell_stopped", { task: this.taskOf(answer ?? cell) }), ...this.showing(answer ?? cell) };
    this.tell();
  }

  tell() {
    const { t } = this;
    const { running } = this;
    const restart = { action: t("again"), press: () => void this.again() };
    const pending = this.panel.node.querySelector(".sl-pending") !== null;
    const notices = {
      stopped: { kind: "bad", text: t(pending ? "stopped_pending" : "stopped"), ...restart },
      stuck: { kind: "bad", text: t(pending ? "stuck_pending" : "stuck"), ...restart },
      lost: { kind: "bad", text: t("lost") },
      working: { kind: "calm", text: t("working") },
    };
    const said = notices[this.watch.said];
    const unreached = ["stopped", "lost"].includes(this.watch.said);
    const named = running.cell && !unreached && (running.theirs || !this.preparing);
    const task = named ? this.taskOf(running.cell) : "";
    const { seconds } = running;
    if (named && running.deaf) this.bar.tell({ kind: "bad", text: t("deaf", { task }), ...restart });
    else if (named && running.stopped) {
      this.bar.tell({ kind: "calm", text: t("stopping", { task }), action: t("stop_cell"), press: () => this.stopCell(),
        other: { text: restart.action, press: restart.press } });
    } else if (named && running.long) {
      this.bar.tell({ kind: "bad", text: t("runs_long", { task, seconds }), aloud: t("cell_running"), action: t("stop_cell"), press: () => this.stopCell(),
        other: { text: restart.action, press: restart.press } });
    } else if (named && running.short && !this.preparing) this.bar.tell({ kind: "calm", text: t("runs", { task, seconds }), aloud: t("cell_running") });
    else if (said) this.bar.tell(said);
    else if (this.saving.parted) {
      this.bar.tell({ kind: "bad", text: t("parted"), action: t("keep_this"), press: () => void this.saving.keep(),
        other: { text: t("take_other"), press: () => this.saving.take() } });
    }
    else if (this.ask) this.bar.tell({ kind: "calm", text: this.ask === "ask_own" ? t("ask_own") : t("ask"), action: t("start"), press: () => void this.start() });
    else if (this.count) this.bar.tell({ kind: "calm", text: t("preparing", this.count), aloud: t("starting"), ...this.count, ...(this.late ? restart : {}) });
    else if (this.starting) this.bar.tell({ kind: "calm", text: t("starting"), ...(this.late ? restart : {}) });
    else this.bar.tell(this.ran ?? null);
  }

  // ------------------------------------------------------------ sections

  resume(asked) {
    const kept = memory.get("place", this.path);
    let index = this.sections.index(asked);
    if (index < 0 && kept) index = this.sections.index(kept.section);
    this.wanted = index >= 0 && kept?.section === this.sections.list[index]?.id ? kept.scroll : 0;
    // Nothing here tells where: the lesson's own record does, as soon as it speaks.
    this.unplaced = index < 0;
    this.sections.go(Math.max(0, index));
    this.showCode();
    void this.panel.revealed.then(() => this.scroll());
  }

  go(index, { focus = true, keepActive = false } = {}) {
    if (index < 0 || index >= this.sections.list.length) return;
    this.unplaced = false;
    this.settled = true;
    if (this.ran) {
      this.ran = null;
      this.tell();
    }
    const active = this.panel.content.activeCellIndex;
    this.sections.whole = false;
    this.sections.go(index);
    if (keepActive) this.panel.content.activeCellIndex = active;
    this.scroller.scrollTop = 0;
    this.showCode();
    this.address();
    this.remember();
    if (focus) this.focus();
  }

  progress({ sections, next }) {
    this.done = new Set(sections.filter((section) => section.done).map((section) => section.id));
    if (this.unplaced && next) {
      this.unplaced = false;
      const index = this.sections.index(next);
      if (index > 0) this.go(index, { focus: false });
    }
    this.refresh();
  }

  // The heading of what is in sight, as soon as it is drawn.
  focus(tries = 40) {
    const head = this.sections.head();
    if (!head) {
      if (tries) requestAnimationFrame(() => this.focus(tries - 1));
      return;
    }
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
  }

  // Where the keyboard begins on a page that opens: before the bar, unless the person has begun somewhere already.
  stand() {
    const now = document.activeElement;
    const nowhere = !now || now === document.body || now.matches(".jp-Notebook, .jp-WindowedPanel-outer, .jp-Cell, .jp-NotebookPanel");
    if (nowhere && this.panel.isVisible) this.bar.node.focus({ preventScroll: true });
  }

  scroll() {
    this.scroller.scrollTop = this.wanted ?? 0;
  }

  remember() {
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => {
      if (this.panel.isDisposed || !this.panel.isVisible) return;
      const section = this.sections.current?.id;
      if (section === undefined || this.sections.whole || this.unplaced) return;
      memory.set("place", { section, scroll: Math.round(this.scroller.scrollTop) }, this.path);
    }, 150);
  }

  // What a copy of it, or a bookmark, is to open again: this page, at this section.
  address() {
    if (this.app.shell.currentWidget !== this.panel) return;
    const section = this.sections.current?.id;
    const hash = section && !this.sections.whole ? `#section=${encodeURIComponent(section)}` : "";
    history.replaceState(history.state, "", `${course.address(location.pathname, this.path)}${location.search}${hash}`);
  }

  // ------------------------------------------------------------ what is shown

  wholePage(on) {
    this.sections.whole = on;
    this.sections.hide();
    this.showCode();
    this.address();
    if (!on) this.scroller.scrollTop = 0;
  }

  // Analysts see the code of their sections unless they chose otherwise, everybody else does not; each choice is kept.
  showCode(on) {
    const kind = !this.sections.whole && this.sections.current?.analyst ? "analyst" : "everybody";
    if (on !== undefined) memory.set("code", on, kind);
    this.code = memory.get("code", kind) ?? kind === "analyst";
    this.panel.toggleClass("slx-code", this.code);
    // A cell that is not drawn yet folds itself when it is.
    if (this.code) for (const cell of this.opening.code) void cell.ready.then(() => this.code && unfold(cell));
    this.refresh();
  }

  refresh() {
    const { sections } = this;
    this.bar.show({
      sections: sections.list,
      at: sections.at,
      back: sections.beside(-1),
      next: sections.beside(1),
      walk: sections.walk,
      done: this.done,
      whole: sections.whole,
      code: this.code,
      everything: this.chrome.everything,
      title: this.about.title || this.panel.title.label,
      home: this.about.kind !== "start" && course.startPage(this.path),
      wayBack: this.about.kind === "glossary" && this.previous && !this.previous.panel.isDisposed ? this.previous.sections.current?.title : "",
      cameFrom: this.previous && !this.previous.panel.isDisposed ? this.previous.about.title : "",
    });
  }

  // ------------------------------------------------------------ between pages

  open(path) {
    void this.app.commands.execute("docmanager:open", { path });
  }

  // The glossary at one of its terms. The page may still have to be read and drawn.
  async openGlossary(term) {
    const path = `${course.startPage(this.path).replace(/[^/]*$/, "")}glossary.ipynb`;
    const panel = await this.app.commands.execute("docmanager:open", { path });
    for (let tries = 100; tries && !panel?.node.dataset.servicelabPath; tries--) await new Promise((next) => setTimeout(next, 50));
    await panel?.content.setFragment(`#cell-id=${term}`);
  }

  // Shows one cell and marks it. What is drawn above it later moves it: it is brought back until that is over.
  async mark(id) {
    const { widgets } = this.panel.content;
    const cell = widgets.find((one) => one.model.id === id);
    if (!cell) return;
    widgets.forEach((one) => one.node.classList.toggle("slx-marked", one === cell));
    this.settled = true;
    await this.panel.revealed;
    for (let times = 0; times < 8; times++) {
      this.scroller.scrollTop += cell.node.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - 16;
      await new Promise((next) => setTimeout(next, 120));
    }
    cell.node.tabIndex = -1;
    cell.node.focus({ preventScroll: true });
  }

  cameFrom(page) {
    this.previous = page && !page.panel.isDisposed ? page : this.previous;
    this.refresh();
  }

  shown() {
    // JupyterLab writes its own address for the page in front; the section is added after that.
    setTimeout(() => {
      this.address();
      this.stand();
    }, 0);
    if (!this.begun) return void this.begin();
    // The start page tells how far the other pages are: it looks again whenever somebody comes back to it.
    if (this.about.kind === "start" && this.live && !this.watch.stopped) void this.run();
  }
}

// A folded cell leaves a strip with three dots. Unfolding it here is not a change of the notebook: the cell no longer
// writes down how it is folded, nor takes it from there again.
function unfold(cell) {
  cell.syncCollapse = false;
  cell.inputHidden = false;
}
