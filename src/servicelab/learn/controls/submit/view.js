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

export default house.view((ui) => {
  const { h, t } = ui;
  const student = ui.text({ key: "student", label: t("student"), help: t("student_help"), max: 40 });
  const summary = ui.summary();
  const problem = h("div", { role: "alert" });
  const files = h("ul", { class: "lh-files" });
  const go = ui.button({ text: t("submit"), primary: true, press: () => press({}) });
  const anyway = ui.button({ text: t("anyway"), press: () => press({ anyway: true }) });
  const sure = ui.button({ text: t("sure"), press: () => press({ sure: true }) });
  const doubts = h("div", { role: "alert", tabindex: "-1" });
  const written = h("ul", { class: "lh-files" });
  const changed = h("div", {});
  const receipt = h("pre", { class: "lh-receipt", tabindex: "-1" });
  const download = ui.button({ text: t("download"), press: () => ui.model.send({ do: "download" }) });
  const technical = h("p", { class: "lh-technical" });
  const got = h("div", {}, h("p", { class: "lh-head", text: t("receipt") }), receipt, changed, download,
    h("details", { class: "sl-details" }, h("summary", { text: t("support") }), technical));
  const asking = h("div", {}, h("div", { class: "lh-student" }, student.el), h("details", { class: "sl-details" }, h("summary", { text: t("files") }), files),
    doubts, h("div", { class: "sl-bar-row" }, go, anyway, sure));
  const closed = h("p", { text: t("closed") });
  ui.root.append(h("h3", { class: "sl-title", text: t("kind") }), summary.el, written, asking, problem, got, closed);
  let waiting = false;

  // What was decided in spite of a warning stays decided for the next press: a saved version may be blank as well.
  let over = {};
  async function press(decided) {
    over = { ...(Object.keys(decided).length ? over : {}), ...decided };
    if (waiting) return;
    waiting = true;
    go.textContent = t("saving");
    const clean = over.anyway ? null : await saveNotebook(ui.root);
    ui.send({ student: student.get(), clean, anyway: Boolean(over.anyway), sure: Boolean(over.sure), press: (ui.state.pressed || 0) + 1 });
    ui.flush();
  }
  ui.model.on("msg:custom", offerFile);
  return (state) => {
    waiting = false;
    summary.set(state.summary);
    files.replaceChildren(...state.files.map((text) => h("li", { text })));
    asking.hidden = state.closed;
    closed.hidden = !state.closed;
    go.textContent = t(state.receipt ? "again" : "submit");
    anyway.hidden = !state.unsaved;
    sure.hidden = !state.doubts.length;
    written.replaceChildren(...state.written.map((text) => h("li", { text })));
    written.hidden = !state.written.length;
    doubts.replaceChildren(...(state.doubts.length ? [ui.note("info", t("doubts"), h("ul", {}, state.doubts.map((text) => h("li", { text }))))] : []));
    problem.replaceChildren(...(state.problem ? [ui.note("wrong", "", state.problem)] : []));
    got.hidden = !state.receipt;
    changed.replaceChildren(...(state.changed ? [ui.note("info", "", t("changed"))] : []));
    const fresh = receipt.textContent !== state.receipt && state.fresh;
    receipt.textContent = state.receipt;
    technical.textContent = state.technical;
    if (fresh) receipt.focus({ preventScroll: true });
  };
});
