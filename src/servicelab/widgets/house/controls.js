// The house's client side: labelled native inputs, one live summary, and what is kept until Python has confirmed it.
// A view file follows it in the same module: `export default house.view((ui) => (state) => …)`.
const house = (() => {
  const { h, s, id, fill, same } = elements;
  const { chart, symbol, swatch } = charts;

  // ---------------------------------------------------------------- what Python has not confirmed yet
  // Kept in this window until it has: a kernel that dies with an answer on its way must not take the answer along.
  const drafts = {
    name: (place) => `servicelab:draft:${place}`,
    keep(place, value) {
      if (!place) return;
      try {
        sessionStorage.setItem(drafts.name(place), JSON.stringify(value));
      } catch {
        // Full, or switched off by the firm: then the answer is kept in the page only.
      }
    },
    take(place) {
      try {
        return place ? JSON.parse(sessionStorage.getItem(drafts.name(place))) : null;
      } catch {
        return null;
      }
    },
    drop(place) {
      try {
        sessionStorage.removeItem(drafts.name(place));
      } catch {
        // As above.
      }
    },
  };

  // ---------------------------------------------------------------- a view
  // What takes seconds to make is made when it comes into sight: until then its name stands there.
  function unmade({ model, el }, draw) {
    const labels = model.get("labels");
    const line = h("p", { class: "sl-help", role: "status", text: labels.preparing });
    const place = h("section", { class: "sl sl-unmade", "aria-label": labels.title },
      h("p", { class: "sl-title", text: labels.title }), line);
    let end = null;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      try {
        model.send({ sight: true });
      } catch {
        // Python is gone, which the page says by itself.
      }
    });
    // What could not be made says why in the same place.
    const told = () => {
      line.textContent = model.get("labels").preparing;
    };
    const made = () => {
      if (!model.get("ready")) return;
      model.off("change:ready", made);
      model.off("change:labels", told);
      seen.disconnect();
      end = draw({ model, el });
    };
    model.on("change:ready", made);
    model.on("change:labels", told);
    el.replaceChildren(place);
    seen.observe(place);
    return () => {
      model.off("change:ready", made);
      model.off("change:labels", told);
      seen.disconnect();
      end?.();
    };
  }

  function view(build) {
    const own = {
      draw({ model, el }) {
        const labels = model.get("labels");
        const t = (key, values) => (values ? fill(labels[key] ?? key, values) : labels[key] ?? key);
        const root = h("section", { class: "sl", "aria-label": labels.title, "data-kept-as": labels.kept_as || null });
        const bound = [];
        let waiting = null;
        let turns = 0;
        let settled = true;
        let moved = 0;
        let frame = 0;
        let settle = 0;
        let patience = 0;
        let saving = 0;
        // The fields in which something stands that was not taken.
        const unsaved = new Set();
        const saved = h("p", { class: "sl-saved", role: "status" });
        const me = id();

        // The page around the controls hears of every question to Python and of its answer.
        const tell = (what) => root.dispatchEvent(new CustomEvent(`servicelab:${what}`, { bubbles: true, detail: { turn: me } }));
        function pending(yes) {
          root.classList.toggle("sl-pending", yes);
          clearTimeout(saving);
          if (yes) saving = setTimeout(paintSaved, 300);
          paintSaved();
        }

        // The first move goes out at once, then one message a frame at most: a slider fires faster than a kernel answers.
        function send(changes) {
          waiting = { ...(waiting || model.get("value")), ...changes };
          drafts.keep(labels.kept_as, waiting);
          if (frame) return;
          frame = requestAnimationFrame(() => {
            frame = 0;
            flush();
          });
          if (performance.now() - moved > 30) flush();
        }
        function flush() {
          const next = waiting;
          waiting = null;
          if (!next) return;
          if (same(next, model.get("value"))) {
            if (settled) drafts.drop(labels.kept_as);
            return;
          }
          model.set("value", next);
          const turn = ++turns;
          settled = false;
          moved = performance.now();
          pending(true);
          tell("asked");
          const status = (message) => {
            if (message.content.execution_state !== "idle" || turn !== turns) return;
            settled = true;
            if (!waiting) drafts.drop(labels.kept_as);
            pending(false);
            tell("answered");
            alive();
            reconcile();
          };
          reach(() => model.save_changes({ iopub: { status } }), ask);
        }
        // A comm whose kernel died throws; one whose kernel restarted by itself may just stay silent.
        function reach(deliver, otherwise) {
          clearTimeout(patience);
          try {
            deliver();
            patience = setTimeout(otherwise, 2500);
          } catch {
            silent();
          }
        }
        function ask() {
          reach(() => model.send({ ping: true }), silent);
        }
        function silent() {
          root.classList.add("sl-silent");
        }
        function alive() {
          clearTimeout(patience);
          root.classList.remove("sl-silent");
        }

        function field(key, control) {
          if (key) bound.push({ key, control });
          const state = model.get("state");
          const now = state.at && key in state.at ? state.at[key] : undefined;
          if (now !== undefined) control.set(now);
          return control;
        }
        // What the kernel made of a value wins, but only once it has answered the latest one: an answer to an earlier
        // move must not take back what the hand has done since. A host that never says "idle" gets three seconds.
        function reconcile() {
          clearTimeout(settle);
          if (waiting || (!settled && performance.now() - moved < 3000)) {
            settle = setTimeout(reconcile, 3000);
            return;
          }
          const at = model.get("state").at || {};
          for (const { key, control } of bound) if (key in at) control.set(at[key]);
        }

        const ui = {
          model, root, labels, t, h, s, chart, symbol, swatch, same, flush, field,
          // What a view sets for its controls stands in them at once: a press that follows reads them before Python is through.
          send(changes) {
            for (const { key, control } of bound) if (changes[key] != null) control.set(changes[key]);
            send(changes);
          },
          get state() { return model.get("state"); },
          get value() { return waiting || model.get("value"); },
          get content() { return model.get("content"); },
          number(value, digits = 0) {
            return Number(value).toLocaleString(labels.locale || "en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
          },
          percent(share, digits = 0) { return t("percent", { number: ui.number(share * 100, digits) }); },

          // `stops` makes an uneven scale: the slider walks along the list and sends the number it stands on.
          // `nowhere` is said in place of a number until somebody has put the slider somewhere, for where it stands at first is
          // nobody's guess: by a click or a touch anywhere on it, the place where it stands included, or by a key; Enter and
          // the space bar take the place where it stands.
          slider({ key, label, min, max, step = 1, value = min, unit = "", format, help, input, stops, nowhere }) {
            const me = id();
            const show = format || ((v) => (unit === "%" ? t("percent", { number: v }) : `${v}${unit ? " " + unit : ""}`));
            const out = h("output", { for: me, class: "sl-value" });
            const limits = stops ? { min: 0, max: stops.length - 1, step: 1 } : { min, max, step };
            const range = h("input", { type: "range", id: me, ...limits, "aria-describedby": help ? me + "h" : null });
            const now = () => (stops ? stops[+range.value] : +range.value);
            let placed = !nowhere;
            const paint = () => {
              const text = placed ? show(now()) : nowhere;
              out.textContent = text;
              range.setAttribute("aria-valuetext", text);
              control.el.classList.toggle("sl-nowhere", !placed);
              range.style.setProperty("--at", `${((range.value - range.min) / (range.max - range.min || 1)) * 100}%`);
            };
            const place = () => {
              placed = true;
              paint();
              if (key) send({ [key]: now() });
              input?.(now());
            };
            range.addEventListener("input", place);
            if (nowhere) {
              range.addEventListener("pointerup", place);
              range.addEventListener("keydown", (event) => {
                if (event.key !== "Enter" && event.key !== " ") return;
                event.preventDefault();
                place();
              });
            }
            const control = {
              el: h("div", { class: "sl-field" }, h("div", { class: "sl-row" }, h("label", { for: me, text: label }), out), range,
                help && h("p", { id: me + "h", class: "sl-help", text: help })),
              input: range,
              get: now,
              set(v) {
                range.value = stops ? stops.reduce((best, s, i) => (Math.abs(s - v) < Math.abs(stops[best] - v) ? i : best), 0) : v;
                paint();
              },
              limits(low, high) { range.min = low; range.max = high; paint(); },
              get placed() { return placed; },
              lift() { placed = !nowhere; paint(); },
              restop(next) {
                if (same(stops, next)) return;
                const keep = now();
                stops = next;
                range.max = stops.length - 1;
                control.set(keep);
              },
            };
            control.set(value ?? stops?.[0]);
            return field(key, control);
          },

          radios({ key, legend, options, value = null, look = "list", change, hideLegend }) {
            const name = id();
            const boxes = options.map((o) => {
              const box = h("input", { type: "radio", name, value: o.id, id: id(), disabled: o.disabled });
              box.addEventListener("change", () => {
                if (key) send({ [key]: o.id });
                change?.(o.id);
              });
              return { o, box, row: h("label", { class: "sl-option", for: box.id }, box, h("span", {}, o.text, o.hint && h("small", { text: o.hint }))) };
            });
            const control = {
              el: h("fieldset", { class: `sl-field sl-set sl-${look}` },
                h("legend", { class: hideLegend ? "sl-hidden" : null, text: legend }), h("div", { class: "sl-options" }, boxes.map((b) => b.row))),
              rows: Object.fromEntries(boxes.map((b) => [b.o.id, b.row])),
              get: () => boxes.find((b) => b.box.checked)?.o.id ?? null,
              set(v) { for (const b of boxes) b.box.checked = b.o.id === v; },
              disable(yes) { for (const b of boxes) b.box.disabled = yes || b.o.disabled; },
              focus() { (boxes.find((b) => b.box.checked) || boxes[0])?.box.focus(); },
            };
            control.set(value);
            return field(key, control);
          },

          checks({ key, legend, options, value = [], change }) {
            const boxes = options.map((o) => {
              const box = h("input", { type: "checkbox", value: o.id, id: id() });
              box.addEventListener("change", () => {
                const now = control.get();
                if (key) send({ [key]: now });
                change?.(now);
              });
              return { o, box, row: h("label", { class: "sl-option", for: box.id }, box, h("span", {}, o.text, o.hint && h("small", { text: o.hint }))) };
            });
            const control = {
              el: h("fieldset", { class: "sl-field sl-set" }, h("legend", { text: legend }), h("div", { class: "sl-options" }, boxes.map((b) => b.row))),
              rows: Object.fromEntries(boxes.map((b) => [b.o.id, b.row])),
              get: () => boxes.filter((b) => b.box.checked).map((b) => b.o.id),
              set(v) { for (const b of boxes) b.box.checked = (v || []).includes(b.o.id); },
              disable(yes) { for (const b of boxes) b.box.disabled = yes; },
            };
            control.set(value);
            return field(key, control);
          },

          select({ key, label, options, value, change }) {
            const me = id();
            const list = h("select", { id: me }, options.map((o) => h("option", { value: o.id, text: o.text })));
            list.addEventListener("change", () => {
              if (key) send({ [key]: list.value });
              change?.(list.value);
            });
            const control = {
              el: h("div", { class: "sl-field" }, h("label", { for: me, text: label }), list),
              input: list,
              get: () => list.value,
              set(v) { list.value = v; },
            };
            if (value !== undefined) control.set(value);
            return field(key, control);
          },

          text({ key, label, value = "", placeholder, rows = 1, max, help, type = "text", wait = 200, spell = false, input }) {
            const me = id();
            const attrs = { id: me, placeholder, maxlength: max, "aria-describedby": help ? me + "h" : null, autocomplete: "off", spellcheck: String(spell) };
            const box = rows > 1 ? h("textarea", { ...attrs, rows }) : h("input", { ...attrs, type });
            let timer = 0;
            const push = () => {
              clearTimeout(timer);
              if (key) send({ [key]: box.value });
              input?.(box.value);
            };
            box.addEventListener("input", (event) => {
              clearTimeout(timer);
              if (!event.isComposing) timer = setTimeout(push, wait);
            });
            box.addEventListener("compositionend", () => { timer = setTimeout(push, wait); });
            box.addEventListener("blur", () => { if (timer) push(); });
            const control = {
              el: h("div", { class: "sl-field" }, h("label", { for: me, text: label }), box, help && h("p", { id: me + "h", class: "sl-help", text: help })),
              input: box,
              get: () => box.value,
              set(v) { if (box !== document.activeElement && box.value !== v) box.value = v; },
            };
            control.set(value);
            return field(key, control);
          },

          // Taken once it is whole: on Enter, or when the field is left. Until then, and for what cannot be taken, nothing
          // is called saved; what cannot be taken leaves no earlier number behind it either.
          number_field({ key, label, value = null, min, max, step = 1, unit, refused }) {
            const me = id();
            const wrong = h("p", { id: me + "w", class: "sl-refused", role: "alert" });
            const box = h("input", { type: "number", id: me, min, max, step, inputmode: Number.isInteger(step) ? "numeric" : "decimal" });
            const empty = () => !box.value && !box.validity.badInput;
            const taken = () => box.value !== "" && +box.value >= min && +box.value <= max && (!Number.isInteger(step) || Number.isInteger(+box.value));
            const tell = (yes) => {
              wrong.textContent = yes ? refused : "";
              for (const [name, says] of [["aria-invalid", "true"], ["aria-describedby", wrong.id]]) {
                if (yes) box.setAttribute(name, says);
                else box.removeAttribute(name);
              }
            };
            const open = (yes) => {
              if (yes) unsaved.add(me);
              else unsaved.delete(me);
              paintSaved();
            };
            box.addEventListener("input", () => {
              open(true);
              // Letters among the digits: the field is empty to everybody but whoever looks at it.
              tell(box.validity.badInput);
            });
            const take = () => {
              const refuse = !taken() && !empty();
              tell(refuse);
              open(refuse);
              if (key) send({ [key]: taken() ? +box.value : null });
            };
            box.addEventListener("change", take);
            // What is no number is no change to a browser.
            box.addEventListener("blur", () => unsaved.has(me) && take());
            box.addEventListener("keydown", (event) => { if (event.key === "Enter") take(); });
            const control = {
              el: h("div", { class: "sl-field sl-number" }, h("label", { for: me }, label, unit && h("small", { text: ` (${unit})` })), box, wrong),
              input: box,
              get: () => (taken() ? +box.value : null),
              set(v) {
                // What was typed and not taken stays to be mended.
                if (unsaved.has(me) && (v === null || box === document.activeElement)) return;
                if (box.value !== "" && +box.value === v) return;
                box.value = v ?? "";
                tell(false);
                open(false);
              },
            };
            control.set(value);
            return field(key, control);
          },

          button({ text, press, primary, quiet }) {
            return h("button", { type: "button", class: `sl-button${primary ? " sl-primary" : ""}${quiet ? " sl-quiet" : ""}`, onclick: press, text });
          },

          // kind: right | wrong | agreed | info. The word carries the meaning, the colour only repeats it.
          note(kind, head, text) {
            const sign = { right: "✓", wrong: "✗", agreed: "≈", info: "i" }[kind] || "i";
            return h("div", { class: `sl-note sl-note-${kind}` }, h("span", { class: "sl-sign", "aria-hidden": "true", text: sign }),
              h("div", {}, head && h("strong", { text: head }), head && text ? " " : null, text));
          },

          summary() {
            const line = h("p", { class: "sl-summary", "aria-live": "polite", "aria-atomic": "true" });
            let timer = 0;
            return {
              el: line,
              set(text) {
                if (line.textContent === text) return;
                // While a slider moves a reader hears nothing; it hears the sentence where the slider stops.
                line.setAttribute("aria-busy", "true");
                clearTimeout(timer);
                timer = setTimeout(() => line.setAttribute("aria-busy", "false"), 350);
                line.textContent = text;
              },
            };
          },

          // `pick(i, j)` gives a cell a button: {label, press}.
          grid({ caption, columns, rows, mark, pick, hideCaption }) {
            const numeric = (v) => typeof v === "number" || /^[−–-]?[¥\d][\d,.\s]*( ?%| 元)?$/.test(String(v));
            return h("div", { class: "sl-scroll", tabindex: "0", role: "region", "aria-label": caption },
              h("table", { class: "sl-table" }, h("caption", { class: hideCaption ? "sl-hidden" : null, text: caption }),
                h("thead", {}, h("tr", {}, columns.map((c) => h("th", { scope: "col", text: c })))),
                h("tbody", {}, rows.map((row, i) => h("tr", {}, row.map((cell, j) => {
                  const kind = mark?.(i, j);
                  const offer = j ? pick?.(i, j) : null;
                  const look = { scope: j ? null : "row", class: [kind, j && numeric(cell) ? "sl-num" : null].filter(Boolean).join(" ") || null };
                  if (offer) return h("td", look, h("button", { type: "button", class: "sl-pickable", title: offer.label, "aria-label": offer.label, onclick: offer.press, text: cell }));
                  return h(j ? "td" : "th", { ...look, text: cell ?? "–" });
                }))))));
          },

          // A cell of a table in its own colour, the fuller the larger its share of the largest; 0 leaves it plain.
          light(cell, share) {
            cell.classList.toggle("sl-lit", share > 0);
            cell.style.setProperty("--lit", `${Math.round(12 + 48 * share)}%`);
            return cell;
          },

          // The text equivalent. Filled only while open, so that a moving slider does not pay for it.
          table() {
            const box = h("details", { class: "sl-details" }, h("summary", { text: t("table") }));
            let data = null;
            const paint = () => {
              if (box.open && data) box.replaceChildren(box.firstChild, ui.grid(data));
            };
            box.addEventListener("toggle", paint);
            return { el: box, set(next) { data = next; paint(); } };
          },
        };

        const update = build(ui);
        root.append(h("p", { class: "sl-stale", role: "status", text: t("stale") }), saved);
        // Saved is what Python says is saved; what is on its way to Python is not.
        function paintSaved() {
          const when = model.get("saved") || "";
          const kept = /^\d/.test(when) && settled && !unsaved.size;
          const late = performance.now() - moved > 250;
          saved.textContent = unsaved.size ? t("unsaved") : kept ? t("saved", { time: when }) : settled ? when : late ? t("saving") : "\u00a0";
          saved.classList.toggle("sl-kept", kept);
          // Where something is kept its line is there from the start: it must not push what stands below it.
          saved.hidden = !when && (!labels.kept_as || Boolean(model.get("state").waiting));
          if (!saved.textContent) saved.textContent = "\u00a0";
        }
        const refresh = () => {
          alive();
          update?.(model.get("state"));
          // A view may draw what it was waiting with only now; what is said of saving stands below all of it.
          if (root.lastChild !== saved) root.append(saved);
          paintSaved();
          reconcile();
        };
        // JupyterLab's shortcuts (dd deletes a cell, arrows move between cells) must not fire from our controls;
        // Ctrl+S still saves. The attribute has to stand on the focused element itself, before Lumino looks.
        const keys = (event) => {
          if (!root.contains(event.target)) return;
          const lab = (event.ctrlKey || event.metaKey) && !/^([acvxyz]|Enter)$/i.test(event.key);
          event.target.toggleAttribute("data-lm-suppress-shortcuts", !lab);
        };
        window.addEventListener("keydown", keys, true);
        // Nor may JupyterLab, which listens on the box itself, forbid a text box its own undo in favour of the notebook's.
        root.addEventListener("beforeinput", (event) => {
          if (event.inputType.startsWith("history")) event.stopPropagation();
        }, true);
        // Another window may have answered meanwhile: whoever comes back to this one sees what is kept. Nothing of their own
        // may be on its way.
        const look = () => {
          if (document.visibilityState !== "visible" || !labels.kept_as || waiting || !settled || unsaved.size) return;
          try {
            model.send({ look: true });
          } catch {
            // Python is gone, which the page says by itself.
          }
        };
        document.addEventListener("visibilitychange", look);
        model.on("change:state", refresh);
        model.on("msg:custom", alive);
        model.on("change:saved", paintSaved);
        el.replaceChildren(root);
        refresh();
        paintSaved();
        // What an earlier Python never confirmed goes to this one.
        const draft = drafts.take(labels.kept_as);
        if (draft) send(draft);
        return () => {
          flush();
          clearTimeout(patience);
          clearTimeout(saving);
          window.removeEventListener("keydown", keys, true);
          document.removeEventListener("visibilitychange", look);
          model.off("change:state", refresh);
          model.off("msg:custom", alive);
          model.off("change:saved", paintSaved);
        };
      },
    };
    return { render: (given) => (given.model.get("ready") ? own.draw(given) : unmade(given, own.draw)) };
  }

  return { view };
})();
