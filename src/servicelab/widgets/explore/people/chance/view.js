// Coach or chance: twelve people's dice of two months; then the coached, a verdict, and those whom the lot passed over.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const step = ui.radios({ key: "step", legend: t("steps"), options: content.steps, look: "segments" });
  const summary = ui.summary();
  const picture = ui.chart();
  const table = ui.table();
  // The dice are thrown here, so that nobody has anybody else's.
  const luck = () => Math.floor(Math.random() * content.luck);
  const roll = ui.button({ text: t("roll"), primary: true, press: () => ui.send({ luck: luck(), months: 1 }) });
  const speak = ui.button({ text: t("speak"), primary: true, press: () => ui.send({ months: 2 }) });
  const anew = ui.button({ text: t("anew"), quiet: true, press: () => ui.send({ luck: luck(), months: 2 }) });
  const signed = (v) => (v > 0 ? "+" : v < 0 ? "−" : "") + Math.abs(v).toFixed(2);
  const guess = ui.slider({ label: t("guess"), min: -1, max: 1, step: 0.05, value: 0, format: signed, help: t("move_to"), nowhere: t("nowhere"), input: ready });
  const look = ui.button({ text: t("look"), primary: true, press: () => ui.send({ guess: guess.get() }) });
  const ask = h("div", {}, guess.el, h("div", { class: "sl-bar-row" }, look));
  const verdict = ui.radios({ key: "verdict", legend: t("verdict"), options: content.verdicts, look: "segments" });
  const lot = ui.button({ text: t("lot"), primary: true, press: () => ui.send({ lot: true }) });
  const buttons = h("div", { class: "sl-bar-row" }, roll, speak, anew);
  const judge = h("div", {}, verdict.el, h("div", { class: "sl-bar-row" }, lot));
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), step.el, summary.el, buttons, ask, judge, picture.el, table.el);
  function ready() {
    look.disabled = !guess.placed;
  }
  ready();

  function drawDice(state) {
    roll.hidden = state.months !== 0;
    speak.hidden = state.months !== 1;
    anew.hidden = state.months !== 2;
    picture.el.hidden = !state.months;
    if (!state.months) return;
    const people = state.people.map((one, i) => ({ ...one, x: i + 1 }));
    const both = state.months === 2;
    picture.draw({
      x: { label: t("people"), min: 0.5, max: people.length + 0.5, ticks: people.map((one) => one.x) },
      y: { label: t("rating"), min: 2, max: 5, every: 40 },
      layers: [
        { rules: [{ y: 3.5 }] },
        ...(both ? [{ lines: people.map((one) => ({ points: [[one.x, one.first], [one.x, one.second]] })), color: 7, width: 1 }] : []),
        { dots: people.filter((one) => !one.low).map((one) => ({ x: one.x, y: one.first })), shape: "circle", color: 1, r: 5 },
        { dots: people.filter((one) => one.low).map((one) => ({ x: one.x, y: one.first })), shape: "diamond", color: 2, r: 7 },
        ...(both ? [{ dots: people.map((one) => ({ x: one.x, y: one.second })), shape: "square", color: 4, r: 5, hollow: true }] : []),
      ],
      legend: [
        { shape: "circle", color: 1, text: t("first") }, { shape: "diamond", color: 2, text: t("low") },
        ...(both ? [{ shape: "square", color: 4, hollow: true, text: t("second") }] : []),
      ],
      alt: state.text,
    });
  }
  function drawFirm(state) {
    ask.hidden = state.guessed;
    judge.hidden = !state.guessed;
    verdict.disable(state.lot);
    lot.hidden = state.lot;
    lot.disabled = !state.judged;
    picture.el.hidden = !state.guessed;
    ready();
    if (!state.guessed) return;
    const rows = state.bars.slice().reverse();
    picture.draw({
      x: { label: t("change"), min: -0.2, max: 0.6, ticks: [-0.2, 0, 0.2, 0.4, 0.6], format: (v) => signed(v) },
      y: { names: rows.map((row) => row.name), band: 44 },
      layers: [
        { rules: [{ x: 0 }] },
        { bars: rows.map((row, y) => ({ x: row.mean, y, label: row.label, clear: row.high })), color: 1 },
        { intervals: rows.map((row, y) => ({ x: row.mean, y, xlo: row.low, xhi: row.high })), color: 7 },
      ],
      legend: [{ line: true, color: 7, text: t("interval") }],
      alt: state.text,
    });
  }
  return (state) => {
    const dice = state.step === "dice";
    buttons.hidden = !dice;
    if (dice) { ask.hidden = judge.hidden = true; drawDice(state); } else drawFirm(state);
    summary.set(state.text);
    table.el.hidden = !state.table;
    if (state.table) table.set(state.table);
  };
});
