// What JupyterLab loads: the container that module federation would have generated, written by hand. The rest are
// ordinary modules beside this file.
(() => {
  const here = document.currentScript.src;
  let shared = {};
  // JupyterLab's own copy of a package, never one of ours: tokens are compared by identity.
  async function lab(name) {
    const versions = Object.values(shared[name] ?? {});
    const chosen = versions.find((v) => v.loaded) ?? versions[0];
    if (!chosen) throw new Error(`servicelab: this JupyterLab does not share ${name}`);
    return (await chosen.get())();
  }
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB.servicelab = {
    init(scope) {
      shared = scope;
    },
    async get(module) {
      if (module !== "./extension") throw new Error(`servicelab: there is no ${module}`);
      const { plugin } = await import(new URL("plugin.js", here));
      const made = await plugin(lab);
      // Without the flag JupyterLab takes the object itself for the plugin, activates nothing and says nothing.
      return () => ({ __esModule: true, default: made });
    },
  };
})();
