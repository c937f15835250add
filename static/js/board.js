// The board of a meeting: htmx draws it anew when it changed; here are its clocks and the reader's place.
"use strict";

const ONE_SECOND_MS = 1000;

// How far the clock of this machine is ahead of the server's, in milliseconds.
let ahead = 0;

function timed(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function tick() {
  for (const timer of document.querySelectorAll("[data-timer]")) {
    const passed = Date.now() - ahead - Date.parse(timer.dataset.began);
    const limit = Number(timer.dataset.minutes ?? 0) * 60 * 1000;
    timer.querySelector("[data-clock]").textContent = timed(passed);
    timer.classList.toggle("timer-over", limit > 0 && passed > limit);
  }
}

function readBoard() {
  const board = document.getElementById("board");
  if (!board) return;
  ahead = Date.now() - Date.parse(board.dataset.now);
  const said = document.getElementById("board-said");
  if (said && said.textContent !== board.dataset.said) said.textContent = board.dataset.said;
  tick();
}

// Where the reader is in a frame that scrolls, and what they opened and ticked, kept while the board is
// drawn anew. A tick counts only for what it was set for: a box of another value is another question.
const scrolled = new Map();
const opened = new Set();
const ticked = new Map();
let held = "";

function keepPlace() {
  for (const frame of document.querySelectorAll("#board .table-frame[id]")) scrolled.set(frame.id, frame.scrollLeft);
  opened.clear();
  for (const part of document.querySelectorAll("#board details[id][open]")) opened.add(part.id);
  ticked.clear();
  for (const box of document.querySelectorAll("#board input[type=checkbox][id]:checked")) ticked.set(box.id, box.value);
  held = document.activeElement?.closest("#board") ? document.activeElement.id : "";
}

function findPlace() {
  for (const [id, left] of scrolled) {
    const frame = document.getElementById(id);
    if (frame) frame.scrollLeft = left;
  }
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of ticked) {
    const box = document.getElementById(id);
    if (box) box.checked = box.value === value;
  }
  // What lay in a closed part could not take the focus that htmx gave back.
  if (held && document.activeElement === document.body) document.getElementById(held)?.focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  // A session that ended answers with the page to log in, which is no board.
  if (event.detail.xhr.status === 200 && !event.detail.serverResponse.includes("data-board")) {
    event.detail.shouldSwap = false;
    window.location.reload();
    return;
  }
  keepPlace();
});

document.addEventListener("htmx:afterSwap", findPlace);

document.addEventListener("htmx:afterSettle", (event) => {
  readBoard();
  // The button that was pressed may be gone: go on reading where it stood.
  const pressed = event.detail.requestConfig?.verb === "post";
  if (pressed && document.activeElement === document.body) document.getElementById("board")?.focus({ preventScroll: true });
});

// Whoever may not read the board any more reads it no longer.
document.addEventListener("htmx:responseError", (event) => {
  if ([403, 404].includes(event.detail.xhr.status)) window.location.reload();
});

readBoard();
window.setInterval(tick, ONE_SECOND_MS);
