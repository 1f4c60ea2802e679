// The plugin: finds the course's notebooks among the documents that open, and gives each its view.
import { course } from "./course.js";
import { Chrome } from "./chrome.js";
import { CoursePage } from "./page.js";

// Time enough for a page to be read; what is not in front by then does not come.
const PATIENCE = 20_000;

export async function plugin(lab) {
  const { INotebookTracker } = await lab("@jupyterlab/notebook");
  const { CodeCell } = await lab("@jupyterlab/cells");
  const { Widget } = await lab("@lumino/widgets");
  return {
    id: "servicelab:shell",
    description: "Shows a trainee the course instead of the tool it runs in.",
    autoStart: true,
    requires: [INotebookTracker],
    activate(app, tracker) {
      if (course.role !== "trainee") return;
      // The address as it was before JupyterLab tidies it up.
      const named = course.pathIn(location.pathname);
      const asked = { document: named, path: named, section: new URLSearchParams(location.hash.slice(1)).get("section") };
      const chrome = new Chrome(app);
      const pages = new Map();
      // A notebook that is still being read is not yet known to be the course's; the bars do not flash up meanwhile.
      const opening = new Set();
      keepEveryCellAttached(app);
      // JupyterLab also writes the address of the folder that its file browser stands in, whenever that is known.
      onAddress(() => pages.get(app.shell.currentWidget)?.address());

      async function added(panel) {
        if (opening.has(panel) || pages.has(panel)) return;
        opening.add(panel);
        try {
          await panel.context.ready;
        } catch {
          // It could not be read; JupyterLab says why, and its bars are needed then.
        } finally {
          opening.delete(panel);
        }
        const about = panel.isDisposed || !panel.context.isReady ? null : panel.context.model.getMetadata("servicelab");
        if (!about) {
          current();
          return;
        }
        const section = panel.context.path === asked.path ? asked.section : null;
        asked.path = null;
        const page = new CoursePage({ app, panel, about, chrome, CodeCell, Widget, section });
        pages.set(panel, page);
        panel.disposed.connect(() => pages.delete(panel));
        current();
      }
      let before = null;
      function current() {
        const shown = app.shell.currentWidget;
        const page = pages.get(shown);
        chrome.show(page, Boolean(shown) && !page && !opening.has(shown));
        if (page && page !== before) {
          page.cameFrom(before);
          before = page;
          page.shown();
        }
      }

      // The browser's Back leads to the page that one came from; JupyterLab only writes its address.
      window.addEventListener("popstate", () => {
        const path = course.pathIn(location.pathname);
        const there = [...pages.keys()].find((panel) => panel.context.path === path);
        if (there && there !== app.shell.currentWidget) app.shell.activateById(there.id);
      });
      tracker.widgetAdded.connect((_, panel) => void added(panel));
      app.shell.currentChanged?.connect(current);
      void app.restored.then(() => {
        tracker.forEach((panel) => void added(panel));
        current();
        // An address without a document is JupyterLab's launcher; the course begins on its start page.
        const nothing = () => !tracker.size && ![...app.shell.widgets("main")].some((one) => !one.node.querySelector(".jp-Launcher"));
        const open = (path) => void app.commands.execute("docmanager:open", { path: path ?? course.startPage() });
        if (!tracker.size && !/\.\w+$/.test(asked.document ?? "")) open(course.pageIn(asked.document));
        // One whose document is not there leads nowhere: nobody is left before an empty window.
        else setTimeout(() => { if (nothing()) open(); }, PATIENCE);
      });
    },
  };
}

// A section is shown by hiding the cells of all others. With windowing "full" JupyterLab attaches the cells it believes
// to be in sight, is wrong about it as soon as some are hidden, and does not recover: whatever the person's settings
// say, the mode is "defer" before a notebook is built, and stays so when settings change.
function keepEveryCellAttached(app) {
  const factory = app.docRegistry.getWidgetFactory("Notebook");
  const { get, set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(factory), "notebookConfig");
  Object.defineProperty(factory, "notebookConfig", {
    configurable: true,
    get,
    set(config) {
      set.call(factory, { ...config, windowingMode: "defer" });
    },
  });
  factory.notebookConfig = get.call(factory);
}

// Calls `written` after JupyterLab has written an address of its own.
function onAddress(written) {
  const push = history.pushState;
  history.pushState = function (...entry) {
    push.apply(this, entry);
    written();
  };
}
