// Keyboard, focus and the notice of a lost connection. Everything else is htmx or plain links and forms.
"use strict";

let lastRow = null;

const rows = () => [...document.querySelectorAll("#live [data-row], #live td.target a")];

const isTyping = (target) => /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

function moveRow(step) {
  const all = rows();
  if (all.length === 0) return;
  const current = all.findIndex((row) => row === document.activeElement || (row.id && row.id === lastRow));
  const next = current === -1 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(current + step, 0), all.length - 1);
  lastRow = all[next].id;
  all[next].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    moveRow(event.key === "j" ? 1 : -1);
    return;
  }
  const target = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
  if (!target) return;
  event.preventDefault();
  if (target.tagName === "INPUT") target.focus();
  else target.click();
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-row]")) lastRow = event.target.id;
});

function markOpenRow() {
  const number = document.getElementById("details")?.dataset.number;
  for (const row of document.querySelectorAll("#live [data-row]")) {
    row.closest("tr").classList.toggle("open", row.id === `request-${number}`);
  }
}
markOpenRow();
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

document.addEventListener("htmx:afterSettle", (event) => {
  markOpenRow();
  const panel = document.getElementById("details");
  if (event.detail.target?.id !== "details" || !panel) return;
  if (panel.classList.contains("open")) panel.focus();
  else if (lastRow) document.getElementById(lastRow)?.focus();
});

const showOffline = (isOffline) => {
  document.getElementById("offline").hidden = !isOffline;
};
document.addEventListener("htmx:sendError", () => showOffline(true));
document.addEventListener("htmx:afterOnLoad", () => showOffline(false));
