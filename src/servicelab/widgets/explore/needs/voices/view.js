// Sort the voices: one statement at a time, radios and buttons only, the result as three small matrices.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const total = content.voices.length;
  const dots = content.voices.map((_, i) =>
    h("button", { type: "button", class: "voices-dot", onclick: () => go(i) }));
  const place = h("p", { class: "voices-place", tabindex: "-1" });
  const quote = h("blockquote", { class: "voices-quote" });
  const fields = Object.fromEntries(content.questions.map((q) => [q.id,
    ui.radios({ legend: t(q.id), options: q.options, look: "segments", change: (o) => answer(q.id, o) })]));
  const axes = h("details", { class: "sl-details" }, h("summary", { text: t("axes") }),
    h("div", { class: "sl-pair" }, content.questions.filter((q) => !q.first).map((q) => fields[q.id].el)));
  const notes = h("div", { "aria-live": "polite" });
  const check = ui.button({ text: t("check"), primary: true, press: commit });
  const next = ui.button({ text: t("next"), press: () => go(following(), true) });
  const remain = h("p", { class: "sl-help voices-remain", role: "status" });
  const end = ui.button({ text: t("result"), press: () => go(total, true) });
  const back = ui.button({ text: t("back"), quiet: true, press: () => go(ui.state.at.at - 1, true) });
  const again = ui.button({ text: t("again"), press: () => ask(true) });
  const wipe = ui.button({ text: t("wipe"), press: () => { ask(false); ui.send({ at: 0, answers: {}, checked: {} }); } });
  const keep = ui.button({ text: t("keep"), primary: true, press: () => ask(false) });
  const sure = h("div", { class: "sl-bar-row", role: "group", "aria-label": t("sure"), hidden: true }, h("span", { text: t("sure") }), keep, wipe);
  const summary = ui.summary();
  const card = h("div", {}, place, quote, content.questions.filter((q) => q.first).map((q) => fields[q.id].el), axes,
    h("div", { class: "sl-bar-row" }, check, next, back, end), remain, notes);
  const matrices = h("div", { class: "voices-matrices" });
  const counts = h("div", { class: "sl-summary voices-counts", tabindex: "-1" });
  const result = h("div", {}, h("details", { class: "sl-details" }, h("summary", { text: t("detail") }), summary.el, h("p", { class: "sl-help", text: t("matrices") }), matrices));
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("div", { class: "voices-dots", role: "group", "aria-label": t("progress") }, dots),
    card, counts, result, table.el, h("div", { class: "sl-bar-row" }, again), sure);

  let focus = null;
  let shown = null;
  const id = () => content.voices[Math.min(ui.state.at.at, total - 1)].id;
  const copy = (key) => structuredClone(ui.value[key] || {});

  // From the last statement on to what was passed over; when nothing was, to the result.
  function following() {
    const { at, items, complete } = { ...ui.state, at: ui.state.at.at };
    return at < total - 1 || complete ? at + 1 : items.findIndex((item) => item.status === "open");
  }
  function ask(yes) {
    sure.hidden = !yes;
    again.hidden = yes;
    (yes ? keep : again).focus();
  }
  function go(at, move) {
    if (move) focus = "place";
    ui.send({ at });
  }
  function answer(question, option) {
    const answers = copy("answers");
    answers[question] = { ...answers[question], [id()]: option };
    ui.send({ answers });
  }
  function commit() {
    const given = ui.value.answers || {};
    const mine = content.questions.filter((q) => (given[q.id] || {})[id()]);
    if (content.questions.some((q) => q.first && !mine.includes(q))) {
      notes.replaceChildren(ui.note("info", null, t("first")));
      return;
    }
    const checked = copy("checked");
    for (const q of mine) checked[q.id] = [...new Set([...(checked[q.id] || []), id()])];
    focus = "next";
    ui.send({ checked });
  }

  function matrix(m) {
    const most = Math.max(1, ...m.cells.flat());
    const body = m.cells.map((row, i) => h("tr", {}, h("th", { scope: "row", text: content.kinds[i] }), row.map((n, j) => {
      const cell = h("td", { class: `sl-num voices-cell ${i === j ? "sl-c3 voices-hit" : "sl-c2"}`, text: n || "·" });
      return ui.light(cell, n / most);
    })));
    const caption = t("matrix", m);
    return h("div", { class: "sl-scroll", tabindex: "0", role: "region", "aria-label": caption },
      h("table", { class: "sl-table voices-matrix" }, h("caption", { text: caption }),
        h("thead", {}, h("tr", {}, h("td", {}), m.columns.map((c) => h("th", { scope: "col", text: c })))),
        h("tbody", {}, body)));
  }

  return (state) => {
    const at = state.at.at;
    const atResult = at >= total;
    dots.forEach((dot, i) => {
      const status = state.items[i].status;
      dot.textContent = `${i + 1}${{ right: " ✓", wrong: " ✗" }[status] || ""}`;
      dot.className = `voices-dot voices-${status}`;
      dot.setAttribute("aria-label", `${t("place", { n: i + 1, all: total })}${t("colon")}${t(status)}`);
      dot.toggleAttribute("aria-current", i === at);
      if (i === at) dot.setAttribute("aria-current", "step");
    });
    card.hidden = atResult;
    result.hidden = table.el.hidden = again.hidden = !(atResult && state.result);
    summary.set(state.text);
    counts.hidden = !atResult;
    counts.replaceChildren(...(state.counts || []).map((text) => h("p", { text })));
    if (!atResult) sure.hidden = true;
    again.hidden ||= !sure.hidden;
    if (atResult && state.result) {
      matrices.replaceChildren(...state.result.map(matrix));
      table.set(state.table);
    } else {
      const item = state.items[at];
      place.textContent = t("place", { n: at + 1, all: total });
      quote.textContent = content.voices[at].text;
      for (const q of content.questions) {
        // What was picked here, not what the kernel has answered so far: it may still be at an earlier pick.
        fields[q.id].set(((ui.value.answers || {})[q.id] || {})[id()] ?? null);
        fields[q.id].disable(item.checked.includes(q.id));
      }
      if (shown !== at) axes.open = content.questions.some((q) => !q.first && item.answers[q.id]);
      notes.replaceChildren(...item.notes.map((n) => ui.note(n.kind, n.head, n.text)));
      const fresh = content.questions.some((q) => item.answers[q.id] && !item.checked.includes(q.id));
      check.hidden = item.status !== "open" && !fresh;
      check.classList.toggle("sl-primary", item.status === "open");
      next.classList.toggle("sl-primary", item.status !== "open");
      // At the end what was passed over is named, and led to; once nothing is, the result is never more than a click away.
      const open = state.items.map((one, i) => (one.status === "open" && i !== at ? i + 1 : 0)).filter(Boolean);
      const last = at === total - 1;
      next.textContent = state.complete && last ? t("result") : last && open.length ? t("to_open", { n: open[0] }) : t("next");
      next.hidden = last && !state.complete && !open.length;
      end.hidden = !state.complete || last;
      remain.textContent = last && open.length ? t("still_open", { numbers: open.join(t("comma")) }) : "";
      remain.hidden = !remain.textContent;
      back.hidden = at === 0;
    }
    if (focus === "next" && !next.hidden) next.focus();
    if (focus === "place") (atResult ? counts : place).focus();
    if (shown !== at || focus === "next") focus = null;
    shown = at;
  };
});
