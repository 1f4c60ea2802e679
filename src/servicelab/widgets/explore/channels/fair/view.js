// A fair scorecard: bars as rated and a decision; sliders that share 100 %; then all lines at the same mix.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const ids = content.groups.map((g) => g.id);
  const train = ui.radios({ key: "train", legend: t("train"), options: content.choices, look: "segments" });
  const sliders = content.groups.map((g) => {
    const slider = ui.slider({
      label: g.text, min: 0, max: 100, format: (v) => t("share", { share: v, other: content.other[g.id] }), input: (v) => drag(g.id, v),
    });
    return { id: g.id, ...slider };
  });
  const take = ui.button({ text: t("take"), press: () => ui.send({ shares: { ...content.other }, same: false }) });
  const back = ui.button({ text: t("back"), quiet: true, press: () => ui.send({ shares: { ...content.own }, same: false }) });
  const same = ui.button({ text: t("same"), primary: true, press: () => ui.send({ same: true, compared: true }) });
  const silent = ui.checks({ legend: "", options: [{ id: "silent", text: t("silent"), hint: t("silent_help") }], change: (now) => ui.send({ silent: now.length > 0 }) });
  silent.el.firstChild.classList.add("sl-hidden");
  silent.el.firstChild.textContent = t("silent");
  const summary = ui.summary();
  const picture = ui.chart();
  const table = ui.table();
  const told = h("p", { text: t("told") });
  const panel = h("div", {}, h("h4", { class: "sl-head", text: t("drag") }), h("p", { class: "sl-help", text: t("drag_lead") }),
    // Above the sliders: below them the picture is out of sight when they are pressed.
    h("div", { class: "sl-bar-row" }, take, same, back), ...sliders.map((slider) => slider.el));
  const first = h("div", { class: "fair-first" }, picture.el);
  const split = h("div", { class: "sl-split" }, panel, h("div", { class: "fair-side" }, first, summary.el, silent.el, told));
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }), train.el, split, table.el);

  const shares = () => (ui.value.same && ui.state.decided ? { ...content.common } : { ...content.own, ...(ui.value.shares || ui.state.shares) });
  // One share is drawn; the others keep their proportions and make room for it, in whole per cent.
  function drag(id, v) {
    const now = shares();
    const rest = ids.filter((each) => each !== id);
    const sum = rest.reduce((total, each) => total + now[each], 0);
    const next = { [id]: v };
    const exact = rest.map((each) => ({ each, at: sum ? (now[each] * (100 - v)) / sum : (100 - v) / rest.length }));
    for (const { each, at } of exact) next[each] = Math.floor(at);
    let left = 100 - Object.values(next).reduce((a, b) => a + b, 0);
    for (const { each } of [...exact].sort((a, b) => (b.at % 1) - (a.at % 1))) if (left-- > 0) next[each] += 1;
    for (const slider of sliders) if (slider.id !== id) slider.set(next[slider.id]);
    ui.send({ shares: next, same: false });
  }
  return (state) => {
    for (const slider of sliders) if (slider.input !== document.activeElement || slider.get() !== state.shares[slider.id]) slider.set(shares()[slider.id]);
    // What was decided by the list stands once all are at the same mix: the last sentence is about it.
    train.disable(state.same);
    panel.hidden = !state.decided;
    split.classList.toggle("fair-wide", !state.decided);
    silent.el.hidden = told.hidden = !state.same;
    silent.set(state.at.silent);
    summary.set(state.text);
    const order = [...state.raw].reverse();
    const [low, high] = [3.3, 4.1];
    const fair = state.fair ? Object.fromEntries(state.fair.map((b) => [b.id, b])) : null;
    const shift = fair ? 0.2 : 0;
    const at = (b, y, up) => ({ x: b.mean, y, xlo: b.mean - b.half, xhi: b.mean + b.half, shift: up });
    // Beyond the interval: on its line nobody could read it.
    const said = (b, y, up) => ({ notes: [{ x: b.mean + b.half, y, text: b.mean.toFixed(2) }], dx: 7, dy: 4 + up * 42, strong: true });
    const moved = order.findIndex((b) => b.id === "phone");
    picture.draw({
      x: { label: t("score"), min: low, max: high, ticks: [3.4, 3.6, 3.8, 4.0], format: (v) => v.toFixed(1) },
      y: { names: order.map((b) => b.name), band: 42 },
      layers: [
        { intervals: order.map((b, y) => at(b, y, -shift)), color: 7, width: 2 },
        { dots: order.map((b, y) => at(b, y, -shift)), color: 7, shape: "square", r: 6 },
        ...order.map((b, y) => said(b, y, -shift)),
        ...(fair ? [
          { intervals: order.map((b, y) => at(fair[b.id], y, shift)), color: 1, width: 2 },
          { dots: order.map((b, y) => at(fair[b.id], y, shift)), color: 1, r: 6 },
          ...order.map((b, y) => said(fair[b.id], y, shift)),
        ] : state.decided && Math.abs(state.dragged - order[moved].mean) > 0.004
          ? [{ dots: [{ x: state.dragged, y: moved, label: state.dragged.toFixed(2), bold: true }], shift: 0.3, color: 2, shape: "diamond", r: 8 }] : []),
      ],
      legend: [
        { shape: "square", color: 7, text: t(state.at.silent.length ? "raw_heard" : "raw") },
        ...(fair ? [{ shape: "circle", color: 1, text: t("fair") }] : state.decided ? [{ shape: "diamond", color: 2, text: t("dragged") }] : []),
      ],
      alt: state.text,
    });
    table.set(state.table);
  };
});
