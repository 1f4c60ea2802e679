// A round: the briefing, one decision, and once it is committed four gauges, the days, and what is carried on.
const GAUGES = ["gave_up", "minutes", "cost", "broken"];

export default house.view((ui) => {
  const { h, t, content } = ui;
  // Who has set nothing has decided nothing, unless they say so.
  let touched = false;
  let pressed = false;
  const allow = (state) => { commit.disabled = pressed || !(touched || state.moved || leave.checked); };
  const touch = () => {
    touched = true;
    allow(ui.state);
  };
  const settings = content.offers.map((offer) => {
    if (offer.kind === "slider") return ui.slider({ key: offer.key, label: offer.label, min: offer.min, max: offer.max, unit: offer.unit, input: touch });
    if (offer.kind === "checks") return ui.checks({ key: offer.key, legend: offer.label, options: offer.options, change: touch });
    return ui.radios({ key: offer.key, legend: offer.label, options: offer.options, change: touch });
  });
  const leave = h("input", { type: "checkbox", onchange: () => allow(ui.state) });
  const leaving = h("label", { class: "sl-option" }, leave, h("span", { text: t("leave") }));
  const commit = ui.button({ text: t("commit"), primary: true, press: () => {
    const said = Object.fromEntries(content.offers.map((offer, n) => [offer.key, settings[n].get()]));
    pressed = true;
    playing.hidden = false;
    allow(ui.state);
    ui.send({ ...said, committed: true });
  } });
  const once = h("p", { class: "sl-help", text: t("once") });
  const bar = h("progress", { max: 1, "aria-label": t("playing") });
  const playing = h("div", { class: "round-playing", role: "status", hidden: true }, h("span", { text: t("playing") }), bar);
  const summary = ui.summary();
  const cards = h("div", { class: "round-gauges" });
  const days = ui.chart({ height: 240 });
  const rush = ui.chart();
  const daysHead = h("h4", { class: "sl-head", text: t("days") });
  const rushHead = h("h4", { class: "sl-head", text: t("rush") });
  const pictures = h("div", { class: "sl-pair" }, h("div", {}, daysHead, days.el), h("div", {}, rushHead, rush.el));
  const told = h("div", {});
  const after = h("div", { tabindex: "-1" }, cards, pictures, told);
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("ol", { class: "round-briefing" }, content.briefing.map((line) => h("li", { text: line }))),
    h("div", { class: "sl-pair" }, settings.map((each) => each.el)), summary.el, h("div", { class: "sl-bar-row" }, leaving, commit, once), playing, after, table.el);

  function disable(yes) {
    for (const each of settings) {
      if (each.disable) each.disable(yes);
      else each.input.disabled = yes;
    }
  }
  const shown = (name, value) => (name === "cost" || name === "broken" ? ui.number(value) : ui.number(value, 1));
  function gauges(found) {
    const card = (name, n) => h("div", { class: "round-gauge" }, h("strong", { text: shown(name, found.round[n]) }), h("span", { text: t(name) }),
      found.so_far && h("small", { text: `${t("so_far")}${t("colon")}${shown(name, found.so_far[n])}` }));
    cards.replaceChildren(...GAUGES.map(card));
  }
  return (state) => {
    if (state.progress !== undefined) bar.value = state.progress;
    if (state.progress !== undefined && !state.committed) return;
    playing.hidden = true;
    disable(state.committed || !state.open);
    commit.hidden = once.hidden = state.committed || state.live || !state.open;
    leaving.hidden = commit.hidden || state.moved;
    // Another try begins with nothing set.
    if (state.committed) touched = leave.checked = false;
    allow(state);
    // What is told beside it stands in notes of its own.
    summary.set(state.said ?? state.text);
    after.hidden = !state.gauges;
    table.el.hidden = !state.table;
    if (!state.gauges) return;
    gauges(state.gauges);
    days.el.parentNode.hidden = !state.days;
    if (state.days) {
      const top = Math.max(10, Math.ceil(Math.max(...state.days.map((d) => d.high)) / 5) * 5);
      days.draw({
        x: { label: t("day"), min: -0.5, max: state.days.length - 0.5, ticks: state.days.map((_, n) => n), format: (n) => state.days[n].number },
        y: { label: t("days"), min: 0, max: top, every: 45 },
        layers: [{ lines: [{ points: state.days.map((d, n) => [n, d.lost]) }], color: 1, width: 2 },
          { intervals: state.days.map((d, n) => ({ x: n, y: d.lost, ylo: d.low, yhi: d.high })), color: 1 },
          { dots: state.days.map((d, n) => ({ x: n, y: d.lost, title: `${d.name}: ${ui.number(d.lost, 1)}` })), color: 1, r: 4.5 }],
        legend: [{ line: true, color: 1, text: t("middle") }],
        alt: state.text,
      });
    }
    rush.el.parentNode.hidden = !state.rush;
    // As in the words beside it.
    const share = (of) => ui.number(of, state.live ? 1 : 0);
    if (state.rush)
      rush.draw({
        x: { label: t("rush"), min: 0, max: 100, ticks: [0, 25, 50, 75, 100] }, y: { names: [t("you"), t(state.live ? "plain" : "as_is")], band: 40 },
        layers: [{ bars: [{ x: state.rush.you, y: 0, label: share(state.rush.you), color: 4 }, { x: state.rush.as_is, y: 1, label: share(state.rush.as_is), color: 7 }] }],
        alt: state.text,
      });
    told.replaceChildren(...(state.surprise ? [ui.note("info", t("surprise"), state.surprise), ui.note("info", t("carried"), state.carried)] : []));
    if (state.table) table.set(state.table);
    if (pressed && state.committed) after.focus();
    if (state.committed) pressed = false;
  };
});
