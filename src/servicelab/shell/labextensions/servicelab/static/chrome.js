// Puts JupyterLab's own bars, side panels and tabs out of sight while a page of the course is in front. They are made
// small by the style sheet, not taken away: one class brings them back, and JupyterLab's layout is never rewritten.
import { make } from "./bar.js";

export class Chrome {
  constructor(app) {
    this.app = app;
    this.everything = false;
    document.head.append(make("link", { rel: "stylesheet", href: new URL("shell.css", import.meta.url).href, onload: () => this.fit() }));
    // From the first moment: an IDE that flashes up for a second is an IDE that was seen.
    document.body.classList.add("slx-course");
    void app.restored.then(() => {
      // The file browser would list the answers of every question.
      app.shell.collapseLeft?.();
      app.shell.collapseRight?.();
      this.fit();
    });
    // The way out needs a way back, and so does a person who got here by accident.
    this.way = make("button", { type: "button", class: "slx-way-back", hidden: true, onclick: () => this.showEverything(false) });
    document.body.append(this.way);
  }

  // `page` is the course's page in front, if it is one; `other` says that something else is in front.
  show(page, other) {
    this.page = page;
    this.other = other;
    if (page) this.way.textContent = page.t("course_view");
    this.apply();
  }

  // JupyterLab's own link past its bars leads past bars that are not there, and says so in English.
  skip() {
    const link = document.getElementById("jp-skiplink");
    if (link) link.hidden = document.body.classList.contains("slx-course");
  }

  showEverything(on) {
    this.everything = on;
    this.apply();
    this.page?.refresh();
  }

  apply() {
    const course = !this.everything && !this.other;
    document.body.classList.toggle("slx-course", course);
    this.way.hidden = !this.everything || !this.page;
    if (course) {
      this.app.shell.collapseLeft?.();
      this.app.shell.collapseRight?.();
    }
    this.skip();
    this.fit();
  }

  // Lumino measures its widgets only when told to.
  fit() {
    const walk = (widget, depth) => {
      widget.fit?.();
      widget.update();
      if (depth && widget.layout) for (const child of widget.layout) walk(child, depth - 1);
    };
    walk(this.app.shell, 5);
  }
}
