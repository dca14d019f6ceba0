// Puts a Kartica form where this script stands, in a frame that is as high as the form:
//   <script src="https://help.example/forms/contact/embed.js" data-lang="sl" async></script>
(() => {
  "use strict";
  const script = document.currentScript;
  const form = new URL(script.src.replace(/\/embed\.js(\?.*)?$/, ""));
  const language = script.dataset.lang || document.documentElement.lang || "";
  const frame = document.createElement("iframe");
  form.search = new URLSearchParams({ lang: language, embed: "1" });
  frame.src = form.href;
  frame.title = script.dataset.title || form.pathname.split("/").pop();
  frame.width = "100%";
  frame.height = "900";
  frame.setAttribute("frameborder", "0");
  frame.setAttribute("allowtransparency", "true");
  addEventListener("message", (event) => {
    const said = event.data;
    if (event.source !== frame.contentWindow || event.origin !== form.origin || !said || said.kartica !== "height") return;
    const height = Number(said.height);
    if (height > 0 && height < 20000) frame.height = String(Math.ceil(height));
  });
  script.after(frame);
})();
