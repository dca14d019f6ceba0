// Kartica's chat on any page: <script src="https://help.example/chat/website/widget.js" defer></script>
// data-lang (en, sl, hr, he; otherwise the page's) and data-open="true" are optional. It loads nothing, sets no
// cookie, keeps its session in localStorage, and shows what people write as text only.
(() => {
  "use strict";
  const SETTINGS = SETTINGS_OF_THIS_CHAT;
  const script = document.currentScript;
  if (!script || window.karticaChat) return;
  window.karticaChat = true;

  const base = new URL(script.src);
  const account = base.pathname.replace(/\/widget\.js$/, "");
  const socketUrl = base.origin.replace(/^http/, "ws") + account;
  const wanted = [script.dataset.lang, document.documentElement.lang, ...(navigator.languages || [])];
  const language = wanted.map((one) => (one || "").toLowerCase().split("-")[0]).find((one) => SETTINGS.texts[one]) || "en";
  const texts = SETTINGS.texts[language];
  const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => `\u2068${values[name]}\u2069`);

  // --- what is kept between visits: session, e-mail address, what is not known to be in the conversation yet

  const key = `kartica-chat ${base.origin}${account}`;
  const kept = { session: null, email: "", own: [], seen: "" };
  try { Object.assign(kept, JSON.parse(localStorage.getItem(key) || "{}")); } catch { /* kept in memory only */ }
  const keep = () => { try { localStorage.setItem(key, JSON.stringify(kept)); } catch { /* the same */ } };

  // --- elements

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const icon = (path) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  };

  const host = make("div", { lang: language, dir: texts.direction });
  const root = host.attachShadow({ mode: "open" });
  const badge = make("span", { class: "badge", hidden: "" });
  const launcher = make("button", { type: "button", class: "launcher", "aria-expanded": "false", "aria-haspopup": "dialog" },
    icon("M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z"), badge);
  const title = make("h2", { id: "title" }, (SETTINGS.title && SETTINGS.title[language]) || texts.title);
  const about = make("p", { class: "about", role: "status" });
  const closer = make("button", { type: "button", class: "closer", "aria-label": texts.close, title: texts.close },
    icon("M6 6l12 12M18 6L6 18"));
  const log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": texts.title, tabindex: "0" });
  const notice = make("p", { class: "notice", role: "status", hidden: "" });
  const address = make("input", { type: "email", id: "email", autocomplete: "email", dir: "ltr", maxlength: "254",
    "aria-describedby": "email-why" });
  const why = make("p", { id: "email-why" }, texts.email_why);
  const leave = make("form", { class: "leave", novalidate: "", hidden: "" }, why,
    make("label", { for: "email" }, texts.email_label), make("div", { class: "row" }, address, make("button", {}, texts.email_save)));
  const field = make("textarea", { id: "text", rows: "1", dir: "auto", maxlength: String(SETTINGS.length),
    placeholder: texts.placeholder, "aria-label": texts.write });
  const writer = make("form", { class: "writer" }, field,
    make("button", { "aria-label": texts.send, title: texts.send, class: "send" }, icon("M3 11.5L21 3l-6 18-4-7z")));
  const panel = make("section", { class: "panel", role: "dialog", "aria-modal": "true", "aria-labelledby": "title", hidden: "" },
    make("header", {}, make("div", {}, title, about), closer), log, notice, leave, writer);
  root.append(panel, launcher);

  const css = `
    :host { all: initial !important; position: fixed !important; inset-block-end: 20px !important; inset-inline-end: 20px !important; z-index: 2147483000 !important; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    .launcher, .panel, button, input, textarea { font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Hebrew", Arial, sans-serif; color: #1b1f24; }
    button { cursor: pointer; border: 1px solid transparent; border-radius: 8px; background: #1f5fae; color: #fff; padding: 8px 14px; font-weight: 600; min-height: 44px; }
    button:hover { background: #174a89; }
    :focus-visible { outline: 3px solid #1f5fae; outline-offset: 2px; }
    svg { width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; display: block; }
    .launcher { position: relative; width: 60px; height: 60px; padding: 17px; border-radius: 50%; color: #fff; box-shadow: 0 3px 12px rgb(0 0 0 / .3); }
    .badge { position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 24px; height: 24px; padding: 0 6px; border-radius: 12px; background: #b3261e; color: #fff; font-size: 14px; line-height: 24px; text-align: center; }
    .panel { position: fixed; inset-block-end: 92px; inset-inline-end: 20px; display: flex; flex-direction: column; width: 380px; height: min(620px, calc(100dvh - 112px)); overflow: hidden; background: #fff; border: 1px solid #747b84; border-radius: 14px; box-shadow: 0 8px 32px rgb(0 0 0 / .28); }
    header { display: flex; align-items: center; gap: 8px; padding: 10px 8px 10px 16px; padding-inline: 16px 8px; background: #1f5fae; color: #fff; }
    header div { flex: 1; min-width: 0; }
    h2 { margin: 0; font-size: 17px; line-height: 1.3; font-weight: 650; }
    .about { margin: 0; font-size: 14px; min-height: 1.45em; }
    .closer { padding: 9px; width: 44px; background: transparent; }
    header :focus-visible { outline-color: #fff; outline-offset: -4px; }
    .log { flex: 1; min-height: 60px; overflow-y: auto; overscroll-behavior: contain; padding: 14px; display: flex; flex-direction: column; gap: 8px; background: #f4f5f7; }
    .log:focus-visible { outline-offset: -3px; }
    .said { max-width: 85%; align-self: flex-start; }
    .said.mine { align-self: flex-end; }
    .bubble { padding: 8px 12px; border-radius: 12px; background: #fff; border: 1px solid #c9ced4; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
    .mine .bubble { background: #1f5fae; border-color: #1f5fae; color: #fff; }
    .bubble a { color: inherit; }
    .by { margin: 0 4px 2px; font-size: 13px; color: #565d66; }
    .mine .by { text-align: end; }
    .event { align-self: center; margin: 0; font-size: 14px; color: #565d66; text-align: center; }
    .notice, .leave { margin: 0; padding: 8px 14px; font-size: 14px; background: #fff8e1; border-block-start: 1px solid #c9ced4; }
    .leave { background: #eef4fb; }
    .leave p { margin: 0 0 6px; }
    .leave label { display: block; font-weight: 600; margin-block-end: 2px; }
    .row { display: flex; gap: 8px; }
    input { flex: 1; min-width: 0; padding: 8px 10px; border: 1px solid #747b84; border-radius: 8px; background: #fff; }
    .writer { display: flex; align-items: flex-end; gap: 8px; padding: 10px; border-block-start: 1px solid #c9ced4; }
    textarea { flex: 1; min-height: 44px; max-height: 132px; padding: 9px 12px; resize: none; border: 1px solid #747b84; border-radius: 8px; background: #fff; }
    .send { padding: 9px; width: 44px; }
    :host([dir="rtl"]) .send svg { transform: scaleX(-1); }
    @media (prefers-reduced-motion: no-preference) { .launcher { transition: background-color .15s; } }
    @media (max-width: 480px), (max-height: 480px) {
      .panel { inset: 0; width: auto; height: 100dvh; border: 0; border-radius: 0; }
      .launcher[aria-expanded="true"] { display: none; }
    }
    @media (forced-colors: active) { button, .bubble, .badge { border: 1px solid ButtonText; } svg { stroke: ButtonText; } }
    @media print { :host { display: none !important; } }`;
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.prepend(make("style", {}, css)); // browsers before 2023
  }

  // --- the conversation

  const shown = new Map(); // by message id
  let unread = 0, greeting = null, number = "", status = "";
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const toEnd = () => { log.scrollTop = log.scrollHeight; };
  const clock = (at) => new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

  const linked = (text) => {
    const parts = text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}])/);
    return parts.map((part, place) => place % 2
      ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer nofollow" }, part) : part);
  };
  const bubble = (message) => {
    const mine = message.author === "visitor";
    const by = make("p", { class: "by" }, `${mine ? texts.you : texts.agent} · ${clock(message.sent_at)}`);
    return make("div", { class: mine ? "said mine" : "said" }, by, make("div", { class: "bubble" }, ...(mine ? [message.text] : linked(message.text))));
  };
  const show = (message) => {
    if (shown.has(message.id)) return false;
    const follow = atEnd() || message.author === "visitor";
    const element = bubble(message);
    shown.set(message.id, element);
    log.append(element);
    if (follow) toEnd();
    return true;
  };
  const tell = (text) => { notice.textContent = text; notice.hidden = !text; };
  const event = (text) => { log.append(make("p", { class: "event" }, text)); toEnd(); };

  const count = () => {
    badge.hidden = !unread;
    badge.textContent = unread > 99 ? "99+" : String(unread);
    const more = unread ? `, ${say("new_messages", { count: unread })}` : "";
    launcher.setAttribute("aria-label", (panel.hidden ? texts.open : texts.close) + more);
  };
  const isRead = () => !panel.hidden && document.visibilityState === "visible";
  const read = () => {
    if (!isRead()) return count();
    unread = 0;
    if (last) kept.seen = last;
    keep();
    return count();
  };
  let last = kept.seen;
  const heard = (message) => { // an agent's message, new or from the history
    if (message.sent_at > last) last = message.sent_at;
    if (message.sent_at > kept.seen) unread += 1;
  };

  const recall = (messages) => {
    shown.clear();
    log.replaceChildren();
    unread = 0;
    if (!messages.length && !kept.own.length) greet();
    messages.forEach((message) => { show(message); if (message.author === "agent") heard(message); });
    kept.own = kept.own.filter((one) => !one.message || !shown.has(one.message));
    kept.own.forEach(pending);
    keep();
    askForEmail();
    read();
    toEnd();
  };
  const greet = () => { if (!greeting) { greeting = make("p", { class: "event" }, texts.hello); } log.append(greeting); };

  const pending = (one) => { // a message of the visitor that is not known to be in the conversation yet
    if (shown.has(one.message || one.id)) return;
    const element = bubble({ author: "visitor", text: one.text, sent_at: one.at });
    if (!one.message) element.firstChild.append(` · ${texts.sending}`);
    shown.set(one.message || one.id, element);
    log.append(element);
    toEnd();
  };
  const stored = (frame) => {
    const one = kept.own.find((other) => other.id === frame.id);
    if (!one) return;
    const element = shown.get(one.id);
    shown.delete(one.id);
    one.message = frame.message;
    if (shown.has(one.message)) { if (element) element.remove(); }
    else if (element) { element.firstChild.textContent = `${texts.you} · ${clock(one.at)}`; shown.set(one.message, element); }
    keep();
    askForEmail();
    tell("");
  };

  // --- the connection

  let socket = null, ready = false, attempts = 0, timer = null, resting = false;
  const connect = () => {
    if (socket || !navigator.onLine && navigator.onLine !== undefined) return;
    clearTimeout(timer);
    resting = false;
    socket = new WebSocket(socketUrl);
    socket.onopen = () => socket.send(JSON.stringify({
      type: "hello", language, wants: ["history", "status"], page_title: document.title.slice(0, 300) || undefined,
      page_url: /^https?:$/.test(location.protocol) ? (location.origin + location.pathname).slice(0, 1000) : undefined,
      session: kept.session || undefined, email: kept.email || undefined,
    }));
    socket.onmessage = (received) => { try { take(JSON.parse(received.data)); } catch { /* not a frame of ours */ } };
    socket.onclose = (closed) => {
      socket = null;
      ready = false;
      resting = closed.code === 1000;
      if (resting) { tell(panel.hidden ? "" : texts.idle); askForEmail(); return; }
      if (!panel.hidden) tell(texts.offline);
      const wait = Math.min(30000, 1000 * 2 ** attempts) * (0.5 + Math.random() / 2);
      attempts += 1;
      timer = setTimeout(connect, wait);
    };
  };
  const post = (frame) => { if (socket && ready) socket.send(JSON.stringify(frame)); else connect(); };
  const resend = () => kept.own.filter((one) => !one.message).forEach((one) => post({ type: "message", id: one.id, text: one.text }));

  const take = (frame) => {
    switch (frame.type) {
      case "welcome":
        kept.session = frame.session;
        attempts = 0;
        ready = true;
        tell("");
        keep();
        resend();
        break;
      case "history": recall(frame.messages); break;
      case "message":
        if (show(frame)) { heard(frame); read(); askForEmail(); }
        break;
      case "received": stored(frame); break;
      case "ticket": number = frame.number; head(); break;
      case "status":
        if (status && (status !== frame.status || number !== frame.number)) event(`${frame.number}: ${texts[`status_${frame.status}`]}`);
        ({ number, status } = frame);
        head();
        break;
      case "error": complain(frame); break;
    }
  };
  const head = () => { about.textContent = [number && `\u2068${number}\u2069`, status && texts[`status_${status}`]].filter(Boolean).join(" · "); };
  const complain = (frame) => {
    if (!ready) { // not greeted: too many sessions, or an address that does not hold
      kept.email = /email/.test(frame.detail) ? "" : kept.email;
      keep();
      socket.close();
      return;
    }
    tell(texts.failed);
    setTimeout(resend, 10000);
  };

  // --- what the visitor does

  const send = (text) => {
    const one = { id: crypto.randomUUID ? crypto.randomUUID() : String(Date.now()) + Math.random(), text, at: new Date().toISOString() };
    if (greeting) greeting.remove();
    kept.own.push(one);
    keep();
    pending(one);
    post({ type: "message", id: one.id, text });
  };
  const grow = () => { field.style.height = "auto"; field.style.height = `${Math.min(field.scrollHeight + 2, 132)}px`; };
  const askForEmail = () => { leave.hidden = Boolean(kept.email) || !(shown.size || kept.own.length); };

  writer.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    grow();
    send(text);
    field.focus();
  });
  field.addEventListener("input", () => { grow(); if (!socket) connect(); });
  field.addEventListener("keydown", (pressed) => {
    if (pressed.key === "Enter" && !pressed.shiftKey && !pressed.isComposing) { pressed.preventDefault(); writer.requestSubmit(); }
  });
  leave.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    const email = address.value.trim();
    if (!/^[^\s@<>()[\]\\,;:"]{1,64}@([^\s@.]{1,63}\.)+[^\s@.]{2,63}$/.test(email)) {
      address.setAttribute("aria-invalid", "true");
      tell(texts.email_wrong);
      address.focus();
      return;
    }
    address.removeAttribute("aria-invalid");
    kept.email = email;
    keep();
    post({ type: "hello", email });
    if (shown.size) send(say("email_left", { email }).replace(/[\u2068\u2069]/g, ""));
    leave.hidden = true;
    tell(say("email_saved", { email }));
    field.focus();
  });

  const open = () => {
    panel.hidden = false;
    launcher.setAttribute("aria-expanded", "true");
    connect();
    if (!shown.size && !kept.session) greet();
    read();
    toEnd();
    field.focus();
  };
  const close = () => {
    panel.hidden = true;
    launcher.setAttribute("aria-expanded", "false");
    count();
    launcher.focus();
  };
  launcher.addEventListener("click", () => (panel.hidden ? open() : close()));
  closer.addEventListener("click", close);
  panel.addEventListener("keydown", (pressed) => {
    pressed.stopPropagation(); // the page's own shortcuts are not meant
    if (pressed.key === "Escape") return close();
    if (pressed.key !== "Tab") return undefined;
    const stops = [...panel.querySelectorAll("button, input, textarea, a[href], [tabindex='0']")].filter((one) => one.offsetParent);
    const first = stops[0], end = stops[stops.length - 1], now = root.activeElement;
    if (pressed.shiftKey && now === first) { pressed.preventDefault(); end.focus(); }
    else if (!pressed.shiftKey && now === end) { pressed.preventDefault(); first.focus(); }
    return undefined;
  });
  const back = () => { if (kept.session && document.visibilityState === "visible" && (resting || !socket)) connect(); read(); };
  document.addEventListener("visibilitychange", back);
  addEventListener("online", back);
  addEventListener("pointerdown", () => { if (resting) back(); }, { passive: true });

  document.body.append(host);
  count();
  if (kept.session) connect();
  if (script.dataset.open === "true") open();
})();
