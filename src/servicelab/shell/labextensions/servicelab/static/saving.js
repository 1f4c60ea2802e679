// Saves a page that somebody else has saved meanwhile: the same page in a second window. JupyterLab asks then whether to
// overwrite a file, in a dialog that takes the whole window; a page of the course never asks that.
export class Saving {
  // `tell` is called whenever `parted` changes: whether what was written here differs from what was saved there.
  constructor(panel, contents, tell) {
    this.context = panel.context;
    this.contents = contents;
    this.tell = tell;
    this.parted = this.chosen = false;
    this.known = null;
    this.learn();
    this.context._raiseConflict = (there, options) => this.settle(there, options);
  }

  // What the cells said when this window last read or saved the page.
  learn() {
    let sent = null;
    const now = () => written(this.context.model.toJSON());
    void this.context.ready.then(() => (this.known ??= now()));
    this.context.saveState.connect((_, state) => {
      if (state === "started") sent = now();
      else if (state === "completed" && sent !== null) this.known = sent;
    });
  }

  // What differs is mostly pictures of controls: answers are kept elsewhere, and both windows show the same ones. Only
  // where something else was written there somebody has to say which of them stay: a window that was opened and did no
  // more than run the page takes nothing from who writes in this one.
  async settle(there, options) {
    const other = await this.contents.get(there.path, { content: true, type: "notebook", format: "json" });
    const theirs = written(other.content);
    if (!this.chosen && theirs !== written(options.content) && theirs !== this.known) {
      this.part(true);
      // The name by which JupyterLab knows that nothing was saved and nothing has to be said.
      throw Object.assign(new Error("another window has other work"), { name: "ModalCancelError" });
    }
    const saved = await this.contents.save(there.path, options);
    const { hash, hash_algorithm } = await this.contents.get(there.path, { content: false, hash: true });
    this.part(false);
    return { ...saved, hash, hash_algorithm };
  }

  part(parted) {
    if (parted === this.parted) return;
    this.parted = parted;
    this.tell();
  }

  // What stands here stays; what was saved there is written over. That was chosen for this save, whether or not it gets
  // to the disk: what is written there later was seen by nobody here.
  async keep() {
    this.chosen = true;
    try {
      await this.context.save();
      this.part(false);
    } finally {
      this.chosen = false;
    }
  }

  // What was saved there is opened in the place of what stands here.
  take() {
    // Else the browser asks whether to leave a page with unsaved work.
    this.context.model.dirty = false;
    location.reload();
  }
}

// What people write: the texts of the cells, without what running them left.
function written(notebook) {
  return JSON.stringify(notebook.cells.map((cell) => [].concat(cell.source).join("")));
}
