// What the page says when its program has failed: src/ui/crash.rs calls `kubeloopCrashed` from its panic hook.
// It must work when nothing else does, so it is plain HTML and needs no style sheet and no wasm.

globalThis.kubeloopCrashed = (message, steps) => {
  if (document.getElementById("crash")) return;
  const zh = document.documentElement.lang.startsWith("zh");
  const words = zh
    ? {
        title: "模型出错了",
        lead: "这是 KubeLoop 的错误，不是你的。你的 YAML 和这次运行都已保存。",
        resume: "从最后一个正确的步骤继续",
        restart: "保留 YAML，重新开始",
        details: "发生了什么",
      }
    : {
        title: "The model has failed",
        lead: "This is a mistake in KubeLoop, not yours. Your YAML and your run are kept.",
        resume: "Go on from the last good step",
        restart: "Start over, keep the YAML",
        details: "What happened",
      };
  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const again = (resume) => () => {
    try {
      localStorage.setItem("kubeloop.crash", JSON.stringify({ resume, steps }));
    } catch {
      // Without storage there is nothing to go on from.
    }
    history.replaceState(null, "", location.pathname + location.search);
    location.reload();
  };
  const dialog = element("dialog", "", { id: "crash", "aria-labelledby": "crash-title", style: "margin:auto;max-width:34rem;padding:1.25rem;border-radius:.5rem" });
  const resume = element("button", words.resume, { class: "button primary", "data-testid": "crash-resume" });
  const restart = element("button", words.restart, { class: "button", "data-testid": "crash-restart" });
  const row = element("p", "", { style: "display:flex;flex-wrap:wrap;gap:.5rem;margin-block:1rem" });
  const details = element("details", "");
  details.append(element("summary", words.details), element("pre", message, { style: "white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8rem" }));
  resume.onclick = again("run");
  restart.onclick = again("text");
  row.append(resume, restart);
  dialog.append(element("h2", words.title, { id: "crash-title" }), element("p", words.lead), row, details);
  dialog.oncancel = (event) => event.preventDefault();
  document.body.append(dialog);
  dialog.showModal();
};
