// Saves the notebook in the page: true when the page shows it saved, false when it does not, null when it cannot tell.
async function saveNotebook(root) {
  const panel = root.closest(".jp-NotebookPanel");
  if (!panel) return null;
  const tab = () => document.querySelector(`#jp-main-dock-panel .lm-TabBar-tab[data-id="${panel.id}"]`) || document.querySelector("#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current");
  const dirty = () => tab()?.classList.contains("jp-mod-dirty");
  if (!tab()) return null;
  const mac = /mac/i.test(navigator.platform);
  (root.closest(".jp-Notebook") || panel).dispatchEvent(new KeyboardEvent("keydown", { key: "s", code: "KeyS", keyCode: 83, ctrlKey: !mac, metaKey: mac, bubbles: true, cancelable: true }));
  for (let wait = 0; wait < 20; wait++) {
    await new Promise((next) => setTimeout(next, 250));
    if (wait > 1 && !dirty()) return true;
  }
  return false;
}

// Runs the page from the top: the course's view of JupyterLab does it when asked, elsewhere JupyterLab's own button.
function runFromTop(root) {
  if (!root.dispatchEvent(new CustomEvent("servicelab:rerun", { bubbles: true, cancelable: true }))) return true;
  const there = root.closest(".jp-NotebookPanel")?.querySelector('[data-jp-item-name="restart-and-run"]');
  const button = there?.querySelector("jp-button, button") || there;
  // JupyterLab's buttons act when the mouse goes down, or on the click: one of the two, never both.
  for (const kind of ["mousedown", "click"]) button?.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true, button: 0 }));
  return Boolean(there);
}

export default house.view((ui) => {
  const { h, t } = ui;
  const student = ui.text({ key: "student", label: t("student"), help: t("student_help"), max: 40 });
  const summary = ui.summary();
  const problem = h("div", { role: "alert" });
  const files = h("ul", { class: "lh-files" });
  const go = ui.button({ text: t("submit"), primary: true, press: () => press({}) });
  const anyway = ui.button({ text: t("anyway"), press: () => press({ anyway: true }) });
  const sure = ui.button({ text: t("sure"), press: () => press({ sure: true }) });
  // What was doubted is looked at there; whoever comes back is asked again.
  const back = ui.button({ text: t("back"), primary: true, press: () => {
    looked = ui.state.pressed;
    draw(ui.state);
    goToItem(ui.root, ui.state.lead.section, ui.state.lead.item);
  } });
  const byHand = h("p", { class: "sl-help", role: "status" });
  const rerun = ui.button({ text: t("rerun"), press: () => { byHand.textContent = runFromTop(ui.root) ? "" : t("rerun_by_hand"); } });
  const doubts = h("div", { role: "alert", tabindex: "-1" });
  const written = h("ul", { class: "lh-files" });
  const changed = h("div", {});
  const step = h("p", { class: "lh-step", tabindex: "-1" });
  // Who sees what is said before anybody presses.
  const seen = h("p", { class: "sl-help lh-seen" });
  const receipt = h("pre", { class: "lh-receipt", tabindex: "-1" });
  const download = ui.button({ text: t("download"), press: () => ui.model.send({ do: "download" }) });
  const home = ui.button({ text: t("home"), press: () => ui.root.dispatchEvent(new CustomEvent("servicelab:home", { bubbles: true })) });
  const technical = h("p", { class: "lh-technical" });
  const got = h("div", {}, step, changed, h("div", { class: "sl-bar-row" }, download, home), h("p", { class: "lh-head", text: t("receipt") }), receipt,
    h("details", { class: "sl-details" }, h("summary", { text: t("support") }), technical));
  const asking = h("div", {}, h("div", { class: "lh-student" }, student.el), h("details", { class: "sl-details" }, h("summary", { text: t("files") }), files),
    seen, doubts, h("div", { class: "sl-bar-row" }, go, back, anyway, sure, rerun), byHand);
  const closed = h("p", { text: t("closed") });
  ui.root.append(h("h3", { class: "sl-title", text: t("kind") }), summary.el, written, asking, problem, got, closed);
  let waiting = false;
  let looked = -1;

  // What was decided in spite of a warning stays decided for the next press: a saved version may be blank as well.
  let over = {};
  async function press(decided) {
    over = { ...(Object.keys(decided).length ? over : {}), ...decided };
    if (waiting) return;
    waiting = true;
    go.textContent = t("storing");
    const clean = over.anyway ? null : await saveNotebook(ui.root);
    ui.send({ student: student.get(), clean, anyway: Boolean(over.anyway), sure: Boolean(over.sure), press: (ui.state.pressed || 0) + 1 });
    ui.flush();
  }
  ui.model.on("msg:custom", offerFile);
  return draw;

  // The bar of the page around it marks the parts that are done. At its first drawing the control is not in the page yet.
  function tell() {
    ui.root.dispatchEvent(new CustomEvent("servicelab:progress", { bubbles: true, detail: { sections: ui.state.sections, next: null } }));
  }

  function draw(state) {
    queueMicrotask(tell);
    setTimeout(tell, 100);
    // Elsewhere than in the course's view nobody would hear it.
    queueMicrotask(() => { home.hidden = !ui.root.closest(".slx-page"); });
    const doubted = state.doubts.length > 0 && state.pressed !== looked;
    const answered = waiting;
    waiting = false;
    summary.set(state.summary);
    files.replaceChildren(...state.files.map((text) => h("li", { text })));
    asking.hidden = state.closed;
    closed.hidden = !state.closed;
    go.textContent = t(state.receipt ? "again" : "submit");
    // One button is the next one to press.
    go.classList.toggle("sl-primary", !state.to_send || state.changed);
    download.classList.toggle("sl-primary", state.to_send && !state.changed);
    anyway.hidden = !state.unsaved;
    go.hidden = doubted;
    back.hidden = sure.hidden = !doubted;
    rerun.hidden = doubted || !state.code;
    written.replaceChildren(...state.written.map((text) => h("li", { text })));
    // The doubts say the same once more.
    summary.el.hidden = doubted;
    written.hidden = doubted || !state.written.length;
    doubts.replaceChildren(...(doubted ? [ui.note("info", t("doubts"), h("ul", {}, state.doubts.map((text) => h("li", { text }))))] : []));
    problem.replaceChildren(...(state.problem ? [ui.note("wrong", "", state.problem)] : []));
    got.hidden = !state.receipt;
    changed.replaceChildren(...(state.changed ? [ui.note("info", "", t("changed"))] : []));
    const fresh = receipt.textContent !== state.receipt && state.fresh;
    receipt.textContent = state.receipt;
    step.textContent = state.step;
    seen.textContent = state.seen_by;
    technical.textContent = state.technical;
    if (doubted && answered) doubts.focus({ preventScroll: true });
    if (!fresh) return;
    step.focus({ preventScroll: true });
    step.scrollIntoView({ block: "nearest" });
  }
});
