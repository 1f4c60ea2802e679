// Placing: one thing at a time, radios and buttons only; below it the board fills. Once a round is over, every place stands
// on it, and one that nothing fills is seen to be empty.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const total = content.items.length;
  const dots = content.items.map((_, i) => h("button", { type: "button", class: "placing-dot", onclick: () => go(i) }));
  const place = h("p", { class: "placing-place", tabindex: "-1" });
  const quote = h("p", { class: "placing-quote" });
  const fields = Object.fromEntries(content.questions.map((q) => [q.id,
    ui.radios({ legend: q.text, options: q.options, look: "segments", change: (o) => answer(q.id, o) })]));
  const notes = h("div", { "aria-live": "polite" });
  const check = ui.button({ text: t("check"), primary: true, press: commit });
  const next = ui.button({ text: t("next"), press: () => go(following(), true) });
  const back = ui.button({ text: t("back"), quiet: true, press: () => go(ui.state.at.at - 1, true) });
  const end = ui.button({ text: t("result"), quiet: true, press: () => go(total, true) });
  const remain = h("p", { class: "sl-help", role: "status" });
  const card = h("div", {}, place, quote, content.questions.map((q) => fields[q.id].el),
    h("div", { class: "sl-bar-row" }, check, next, back, end), remain, notes);
  const summary = ui.summary();
  summary.el.setAttribute("tabindex", "-1");
  const on = ui.button({ text: "", primary: true, press: () => go(ui.state.items.findIndex((each) => each.status === "open"), true) });
  const board = h("div", { class: "placing-boards" });
  const table = ui.table();
  const again = ui.button({ text: t("again"), press: () => ask(true) });
  const wipe = ui.button({ text: t("wipe"), press: () => { ask(false); ui.send({ at: 0, answers: {}, checked: [] }); } });
  const keep = ui.button({ text: t("keep"), primary: true, press: () => ask(false) });
  const sure = h("div", { class: "sl-bar-row", role: "group", "aria-label": t("sure"), hidden: true }, h("span", { text: t("sure") }), keep, wipe);
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("div", { class: "placing-dots", role: "group", "aria-label": t("progress") }, dots),
    card, summary.el, on, board, table.el, h("div", { class: "sl-bar-row" }, again), sure);

  let focus = null;
  let shown = null;
  const item = () => content.items[Math.min(ui.state.at.at, total - 1)];

  // On to the next one; from the last to what was passed over, and when nothing was, to the whole.
  function following() {
    const { at, items, complete } = { ...ui.state, at: ui.state.at.at };
    return at < total - 1 || complete ? at + 1 : items.findIndex((each) => each.status === "open");
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
    const answers = structuredClone(ui.value.answers || {});
    answers[item().id] = { ...answers[item().id], [question]: option };
    ui.send({ answers });
  }
  function commit() {
    const given = (ui.value.answers || {})[item().id] || {};
    if (item().questions.some((q) => !given[q])) {
      notes.replaceChildren(ui.note("info", null, t("first")));
      return;
    }
    focus = "next";
    ui.send({ checked: [...new Set([...(ui.value.checked || []), item().id])] });
  }
  function drawBoard(state, only) {
    const filled = (b) => (b.open ? b.places.filter((p) => p.items.length) : b.places);
    board.replaceChildren(...state.board.filter((b) => (!only || only.includes(b.question)) && filled(b).length).map((b) =>
      h("section", { class: "placing-board", "aria-label": content.questions.find((q) => q.id === b.question).text },
        h("p", { class: "sl-head" }, content.questions.find((q) => q.id === b.question).text, b.open ? h("small", { text: ` · ${t("waiting", { n: b.open })}` }) : null),
        h("ul", { class: "placing-places" }, filled(b).map((p) =>
          h("li", { class: p.items.length ? "placing-filled" : "placing-empty" }, h("strong", { text: p.text }),
            p.items.length
              ? h("ul", {}, p.items.map((i) => h("li", {}, h("span", { text: `${i.number} ${i.fits ? "✓" : "✗"} ` }), i.text, i.fits ? null : h("small", { text: ` ${t("put_elsewhere")}` }))))
              : h("p", { text: t("nothing") })))))));
  }

  return (state) => {
    const at = state.at.at;
    const atResult = at >= total;
    dots.forEach((dot, i) => {
      const status = state.items[i].status;
      dot.textContent = `${i + 1}${{ right: " ✓", wrong: " ✗" }[status] || ""}`;
      dot.className = `placing-dot placing-${status}`;
      dot.setAttribute("aria-label", `${t("place", { n: i + 1, all: total })}${t("colon")}${t(status)}`);
      dot.toggleAttribute("aria-current", i === at);
      if (i === at) dot.setAttribute("aria-current", "step");
    });
    card.hidden = atResult;
    again.hidden = !state.done || !sure.hidden;
    table.set(state.table);
    summary.set(state.text);
    on.hidden = !atResult || state.complete;
    if (atResult) {
      on.textContent = t("to_open", { n: state.items.findIndex((each) => each.status === "open") + 1 });
      drawBoard(state, null);
    } else {
      const mine = state.items[at];
      place.textContent = t("place", { n: at + 1, all: total });
      quote.textContent = content.items[at].text;
      for (const q of content.questions) {
        fields[q.id].el.hidden = !content.items[at].questions.includes(q.id);
        // What was picked here, not what the kernel has answered so far: it may still be at an earlier pick.
        fields[q.id].set(((ui.value.answers || {})[item().id] || {})[q.id] ?? null);
        fields[q.id].disable(mine.status !== "open");
      }
      notes.replaceChildren(...mine.notes.map((n) => ui.note(n.kind, n.head, n.text)));
      const last = at === total - 1;
      const open = state.items.map((one, i) => (one.status === "open" && i !== at ? i + 1 : 0)).filter(Boolean);
      check.hidden = mine.status !== "open";
      next.classList.toggle("sl-primary", mine.status !== "open");
      next.textContent = state.complete && last ? t("result") : last && open.length ? t("to_open", { n: open[0] }) : t("next");
      next.hidden = last && !state.complete && !open.length;
      end.hidden = !state.done || (last && state.complete);
      back.hidden = at === 0;
      remain.textContent = last && open.length ? t("still_open", { numbers: open.join(t("comma")) }) : "";
      remain.hidden = !remain.textContent;
      drawBoard(state, content.items[at].questions);
    }
    if (focus === "next" && !next.hidden) next.focus();
    if (focus === "place") (atResult ? summary.el : place).focus();
    if (shown !== at || focus === "next") focus = null;
    shown = at;
  };
});
