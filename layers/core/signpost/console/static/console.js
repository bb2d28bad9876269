// What pages do beyond reading: figures refresh themselves, links are copied, charts are walked with arrow keys.
"use strict";

const REFRESH_MS = 5000;
const SLOWEST_MS = 60000;

// ---- Figures: ask for the page again, and replace what has changed. A hidden tab does not ask.
const live = document.querySelector("[data-refreshes]");
let tag = null;
let pause = REFRESH_MS;

function busy() {
  // Whoever is typing, choosing or reading a tip keeps what they have.
  const active = document.activeElement;
  return Boolean(document.querySelector("dialog[open]")) || (active && active.closest(".pt, form, [data-part] details[open]"));
}

async function refresh() {
  if (document.hidden || busy()) return;
  const headers = { Accept: "text/html", ...(tag ? { "If-None-Match": tag } : {}) };
  const reply = await fetch(location.href, { headers, cache: "no-store", redirect: "error" });
  if (reply.status === 200) {
    tag = reply.headers.get("ETag");
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
    for (const part of document.querySelectorAll("[data-part]")) {
      const newer = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
      const open = [...part.querySelectorAll("details")].map((each) => each.open);
      if (newer && newer.innerHTML !== part.innerHTML) {
        part.replaceChildren(...newer.childNodes);
        part.querySelectorAll("details").forEach((each, index) => { each.open = Boolean(open[index]); });
      }
    }
  } else if (reply.status !== 304) {
    throw new Error(String(reply.status));
  }
}

async function keepFresh() {
  try {
    await refresh();
    pause = REFRESH_MS;
    live.dataset.state = "live";
    live.textContent = `Live, updated ${new Date().toLocaleTimeString("en-GB", { timeZone: live.dataset.zone })}`;
  } catch {
    pause = Math.min(pause * 2, SLOWEST_MS);
    live.dataset.state = "waiting";
    live.textContent = "No answer. Figures may be old, trying again.";
  }
  setTimeout(keepFresh, pause);
}

if (live) {
  live.hidden = false;
  setTimeout(keepFresh, pause);
}

// ---- Copying
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  const label = button.querySelector("span");
  const spoken = document.getElementById("spoken");
  button.addEventListener("click", async () => {
    const field = button.parentElement.querySelector("input");
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    label.textContent = "Copied";
    spoken.textContent = "The link was copied.";
    setTimeout(() => { label.textContent = "Copy"; spoken.textContent = ""; }, 2000);
  });
}

// ---- Uploads: file by file to S3, with progress; then on to where S3 leads browsers without a script
const MB = 1e6;
for (const form of document.querySelectorAll("[data-upload]")) {
  const [chooser, bar] = [form.querySelector("[type=file]"), form.querySelector("progress")];
  const [said, button] = [form.querySelector("[data-said]"), form.querySelector("button")];
  const back = form.elements.success_action_redirect.value;
  chooser.multiple = true;

  const send = (file, report) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    for (const [name, value] of Object.entries(JSON.parse(form.dataset.upload))) body.append(name, value);
    body.append("file", file);
    request.upload.addEventListener("progress", (event) => report(event.loaded));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(new Error(request.responseText))));
    request.addEventListener("error", () => reject(new Error("")));
    request.open("POST", form.action);
    request.send(body);
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...chooser.files];
    const large = files.find((file) => file.size > Number(form.dataset.most) || file.size === 0);
    if (large) {
      said.textContent = large.size ? `${large.name} is too large.` : `${large.name} is empty.`;
      return;
    }
    const whole = files.reduce((sum, file) => sum + file.size, 0);
    let done = 0;
    button.disabled = true;
    bar.hidden = false;
    try {
      for (const file of files) {
        await send(file, (loaded) => {
          const share = Math.min(1, (done + loaded) / whole);
          bar.value = share;
          said.textContent = `${Math.round(share * 100)}% of ${(whole / MB).toFixed(1)} MB`;
        });
        done += file.size;
      }
      const key = JSON.parse(form.dataset.upload).key.replace("${filename}", files[files.length - 1].name);
      location.assign(`${back}?${new URLSearchParams({ key })}`);
    } catch (error) {
      const late = /expired/i.test(error.message);
      said.textContent = late ? "This took too long. Load the page again." : "The upload did not work. Try it again.";
      button.disabled = false;
      bar.hidden = true;
    }
  });
}

// ---- Printing
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// ---- Confirmations: a dialog in place of the page that the link leads to
for (const opener of document.querySelectorAll("[data-dialog]")) {
  const dialog = document.getElementById(opener.dataset.dialog);
  opener.addEventListener("click", (event) => { event.preventDefault(); dialog.showModal(); });
  dialog.querySelector("[data-keep]").addEventListener("click", (event) => { event.preventDefault(); dialog.close(); });
}

// ---- Toasts go after six seconds, unless somebody points at them
for (const toast of document.querySelectorAll(".toast")) {
  let timer = 0;
  const start = () => { timer = setTimeout(() => toast.remove(), 6000); };
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", start);
  toast.querySelector("[data-close]").addEventListener("click", (event) => { event.preventDefault(); toast.remove(); });
  start();
}

// ---- Charts: one tab stop each, arrows move within
document.addEventListener("keydown", (event) => {
  const steps = { ArrowRight: 1, ArrowLeft: -1 };
  const here = event.target.closest ? event.target.closest(".pt, .cell") : null;
  if (!here || !(event.key in steps || event.key === "Home" || event.key === "End")) return;
  const all = [...here.closest(".plot, .heat").querySelectorAll(".pt, .cell")];
  const index = { Home: 0, End: all.length - 1 }[event.key] ?? all.indexOf(here) + steps[event.key];
  const next = all[Math.max(0, Math.min(all.length - 1, index))];
  event.preventDefault();
  here.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
});

// ---- The zone that this browser is in is the first choice
const zones = document.querySelector("[data-own-zone]");
if (zones) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const option = [...zones.options].find((each) => each.value === own);
  if (option && zones.dataset.ownZone === "unset") option.selected = true;
}
