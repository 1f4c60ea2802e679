// Reading a sentence: above, what is read and which words made it so; below, what a threshold costs.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const yuan = (v) => t("yuan", { number: ui.number(v) });
  const box = ui.text({ key: "text", label: t("text"), placeholder: t("placeholder"), rows: 2, max: content.longest, wait: 120 });
  const example = ui.button({
    text: t("example"),
    press: () => {
      const at = (ui.state.at.example + 1) % content.examples.length;
      box.set(content.examples[at]);
      ui.send({ example: at, text: content.examples[at] });
    },
  });
  example.hidden = !content.examples.length;
  const summary = ui.summary();
  const marked = h("p", { class: "sentence-marked" });
  const key = h("p", { class: "sl-help" }, h("span", { class: "sentence-word sentence-for", style: "--pull:60%", text: t("for") }), "  ",
    h("span", { class: "sentence-word sentence-against", style: "--pull:60%", text: t("against") }));
  const truth = h("div", {});
  const shares = ui.chart();
  const why = h("div", {}, h("h4", { class: "sl-head", text: t("marked") }), marked, key, truth);
  const sure = h("div", {}, h("h4", { class: "sl-head", text: t("confidence") }), shares.el);
  const words = ui.table();
  words.el.firstChild.textContent = t("words");
  const read = h("div", { class: "sl-pair" }, why, sure);

  const threshold = ui.slider({ key: "threshold", label: t("threshold"), min: 0, max: 1, step: 0.01, format: (v) => ui.percent(v) });
  const check = ui.slider({ key: "check", label: t("check"), min: 0, max: content.most.check, format: yuan });
  const misroute = ui.slider({ key: "misroute", label: t("misroute"), min: 0, max: content.most.misroute, step: 5, format: yuan });
  const money = ui.summary();
  const curve = ui.chart();
  const table = ui.table();
  ui.root.append(
    h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    box.el, example, summary.el, read, words.el,
    h("h4", { class: "sl-head sentence-when", text: t("when") }),
    h("div", { class: "sl-split" }, h("div", {}, threshold.el, check.el, misroute.el, h("p", { class: "sl-help", text: t("perfect") })),
      h("div", {}, curve.el)),
    money.el, table.el,
  );

  let curveShown = null;
  return (state) => {
    const { reading, costs, at } = state;
    summary.set(state.text);
    read.hidden = words.el.hidden = !reading.need;
    if (reading.need) {
      const most = Math.max(0.3, ...reading.pieces.map(([, c]) => Math.abs(c)));
      marked.replaceChildren(...reading.pieces.map(([text, c]) => {
        if (Math.abs(c) < 0.06 * most) return document.createTextNode(text);
        const word = h("span", { class: `sentence-word sentence-${c > 0 ? "for" : "against"}`, title: `${c > 0 ? "+" : "−"}${Math.abs(c).toFixed(2)}`, text });
        word.style.setProperty("--pull", `${Math.round((70 * Math.abs(c)) / most)}%`);
        return word;
      }));
      words.set({ caption: t("words"), columns: [t("word"), t("weight")], rows: reading.words.map(([w, c]) => [w, `${c > 0 ? "+" : c < 0 ? "−" : ""}${Math.abs(c).toFixed(2)}`]) });
      truth.replaceChildren(...(reading.truth
        ? [ui.note(reading.truth === reading.need ? "right" : "wrong", null, t("truth", { need: content.needs[reading.truth] ?? reading.truth }))]
        : []));
      const ranked = [...reading.shares].reverse();
      shares.draw({
        x: { label: t("confidence_x"), min: 0, max: 1, ticks: [0, 0.5, 1], format: (v) => String(v * 100) },
        y: { names: ranked.map(([need]) => content.needs[need] ?? need) },
        layers: [
          { bars: ranked.map(([need, share], i) => ({ x: share, y: i, color: need === reading.need ? 1 : 7, label: ui.percent(share) })) },
          { rules: [{ x: at.threshold }] },
        ],
        legend: [{ dash: "5 4", color: 7, text: t("line") }],
        alt: reading.shares.map(([need, share]) => `${content.needs[need] ?? need} ${ui.percent(share)}`).join(", "),
      });
    }
    money.set(state.money);
    table.set(state.table);
    curve.el.hidden = !costs.size;
    const now = JSON.stringify([costs, at.threshold]);
    if (!costs.size || now === curveShown) return;
    curveShown = now;
    const top = Math.max(1, ...costs.curve) * 1.12;
    curve.draw({
      x: { label: t("cost_x"), min: 0, max: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: (v) => String(Math.round(v * 100)) },
      y: { label: t("cost_y"), min: 0, max: top, format: (v) => ui.number(v), every: 50 },
      layers: [
        { lines: [{ points: costs.curve.map((c, i) => [i / 100, c]) }], color: 1, width: 2.5 },
        { rules: [{ x: at.threshold }] },
        { notes: [
          { x: 0, y: costs.curve[0], text: t("all_alone"), dx: 6 },
          { x: 1, y: costs.curve[100], text: t("all_checked"), anchor: "end", dx: -4 },
        ], dy: -8 },
        { dots: [
          { x: costs.best.threshold, y: costs.best.cost, shape: "diamond", color: 3, label: `${t("cheapest")} ${yuan(costs.best.cost)}` },
          { x: at.threshold, y: costs.here.cost, shape: "circle", color: 2, label: `${t("here")} ${yuan(costs.here.cost)}` },
        ], r: 7, bold: true },
      ],
      alt: state.money,
    });
  };
});
