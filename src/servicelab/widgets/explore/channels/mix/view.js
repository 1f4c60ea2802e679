// A mix of channels: two promises and a route on the left; where the contacts go, without the route and with it.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const level = ui.slider({ key: "level", label: t("level"), min: content.levels[0], max: content.levels[1], unit: "%" });
  const room = ui.slider({ key: "room", label: t("room"), min: content.rooms[0], max: content.rooms[1] });
  const route = ui.checks({ key: "promises", legend: t("promises"), options: [{ id: "route", text: t("route") }] });
  const summary = ui.summary();
  const picture = ui.chart();
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("div", { class: "sl-split" }, h("div", {}, level.el, room.el, route.el), h("div", {}, picture.el)), summary.el, table.el);

  return (state) => {
    summary.set(state.text);
    picture.el.hidden = table.el.hidden = !state.shares;
    if (!state.shares) return;
    const channels = Object.keys(content.names).reverse();
    const at = Object.keys(content.names);
    const [free, bound] = state.shares;
    const rows = (shares, shift) => channels.map((c, y) => ({ x: shares[at.indexOf(c)], y, label: shares[at.indexOf(c)].toFixed(0), shift, thick: state.route && bound && free ? 0.36 : 0.6 }));
    picture.draw({
      x: { label: t("share"), min: 0, max: 100, ticks: [0, 25, 50, 75, 100] },
      y: { names: channels.map((c) => content.names[c]), band: 48 },
      layers: [
        ...(free ? [{ bars: rows(free, state.route && bound ? -0.2 : 0), color: 7 }] : []),
        ...(state.route && bound ? [{ bars: rows(bound, free ? 0.2 : 0), color: 1 }] : []),
      ],
      legend: [...(free ? [{ shape: "square", color: 7, text: t("without") }] : []), ...(state.route && bound ? [{ shape: "square", color: 1, text: t("with") }] : [])],
      alt: state.text,
    });
    table.set(state.table);
  };
});
