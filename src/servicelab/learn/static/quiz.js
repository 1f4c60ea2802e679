export default house.view((ui) => {
  const { h, t } = ui;
  const first = ui.state;
  const many = first.kind === "many";
  const options = first.options.map(({ id, text }) => ({ id, text }));
  const make = many ? ui.checks : ui.radios;
  const picked = () => (many ? set.get() : [set.get()].filter(Boolean));
  const set = make({ legend: first.prompt, options, change: () => ui.send({ picked: picked() }) });
  const because = {};
  for (const { id } of options) {
    because[id] = h("div", { class: "lq-because", id: `lq-${Math.random().toString(36).slice(2)}`, hidden: true });
    set.rows[id].after(because[id]);
    set.rows[id].querySelector("input").setAttribute("aria-describedby", because[id].id);
  }
  const summary = ui.summary();
  summary.el.tabIndex = -1;
  const check = ui.button({ text: t("check"), primary: true, press: () => {
    const now = picked();
    if (!now.length && !many) return summary.set(t("pick"));
    ui.send({ picked: now, tries: [...(ui.value.tries || []), now] });
    ui.flush();
  } });
  const ask = ui.button({ text: t("ask"), quiet: true, press: () => { ui.send({ asked: true }); ui.flush(); } });
  ui.root.classList.add("lq");
  ui.root.append(
    h("p", { class: "lq-kind", text: t("kind") }), set.el, h("p", { class: "sl-help lq-how", text: t("how") }),
    h("div", { class: "sl-bar-row" }, check, ask), summary.el);

  return (state) => {
    const over = state.status === "right" || state.status === "shown";
    for (const o of state.options) {
      const box = because[o.id];
      box.hidden = !o.because;
      const kind = { right: "right", missed: "agreed", wrong: "wrong", other: "info" }[o.mark];
      if (o.because) box.replaceChildren(ui.note(kind, t(o.mark) + ".", o.because));
    }
    const now = state.options.filter((o) => o.picked).map((o) => o.id);
    if (JSON.stringify(now) !== JSON.stringify(picked())) set.set(many ? now : now[0] ?? null);
    set.disable(over);
    const held = [check, ask].includes(document.activeElement);
    check.hidden = over;
    ask.hidden = !state.can_ask;
    if (held && document.activeElement.hidden) summary.el.focus({ preventScroll: true });
    summary.el.hidden = !state.feedback;
    summary.el.classList.toggle("lq-stale", state.stale);
    summary.set(state.stale ? t("stale") : state.feedback);
  };
});
