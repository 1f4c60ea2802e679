function question(ui) {
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
  const verdict = h("p", { class: "sl-summary", tabindex: "-1" });
  // What is seen is short, since the reasons stand beside the options; what is read out has them in one piece.
  const aloud = h("p", { class: "sl-hidden", "aria-live": "polite", "aria-atomic": "true" });
  let pressed = false;
  const check = ui.button({ text: t("check"), primary: true, press: () => {
    const now = picked();
    if (!now.length && !many) {
      verdict.hidden = false;
      verdict.textContent = aloud.textContent = t("pick");
      return;
    }
    pressed = true;
    ui.send({ picked: now, tries: [...(ui.value.tries || []), now] });
    ui.flush();
  } });
  const ask = ui.button({ text: t("ask"), quiet: true, press: () => { pressed = true; ui.send({ asked: true }); ui.flush(); } });
  ui.root.classList.add("lq");
  const how = h("p", { class: "sl-help lq-how", text: t("how") });
  const row = h("div", { class: "sl-bar-row" }, check, ask);
  ui.root.append(h("p", { class: "lq-kind", text: t("kind") }), set.el, how, row, verdict, aloud);

  return (state) => {
    const over = state.status === "right" || state.status === "shown";
    for (const o of state.options) {
      const box = because[o.id];
      box.hidden = !o.because;
      const kind = { right: "right", missed: "agreed", wrong: "wrong", other: "info" }[o.mark];
      if (o.because) box.replaceChildren(ui.note(kind, t("sentence", { words: t(o.mark) }), o.because));
    }
    // What was picked here, not what Python has answered so far: it may still be at an earlier pick.
    const mine = ui.value.picked || [];
    const now = options.map((o) => o.id).filter((id) => mine.includes(id));
    if (JSON.stringify(now) !== JSON.stringify(picked())) set.set(many ? now : now[0] ?? null);
    set.disable(over);
    how.hidden = row.hidden = over;
    ask.hidden = !state.can_ask;
    verdict.hidden = !state.verdict;
    verdict.className = `sl-summary lq-${state.stale ? "stale" : state.status}`;
    verdict.textContent = state.stale ? t("changed") : state.verdict;
    if (!state.stale && aloud.textContent !== state.feedback) aloud.textContent = state.feedback;
    // The button that was pressed is gone: the keyboard goes on from what it brought about.
    if (over && pressed) verdict.focus({ preventScroll: true });
    pressed = false;
  };
}

// A question that waits for a guess has no words yet.
export default house.view((ui) => {
  const wait = ui.h("p", { class: "sl-help" });
  ui.root.append(wait);
  let draw = null;
  return (state) => {
    ui.root.classList.toggle("sl-behind", Boolean(state.behind));
    wait.hidden = !state.waiting;
    wait.textContent = state.waiting ? state.text : "";
    if (state.waiting) return;
    draw ??= question(ui);
    draw(state);
  };
});
