// Small improvements on pages that work without them.
"use strict";

const AUTOSAVE_MS = 20000;

// Bring the reader to what went wrong.
document.querySelector("[data-focus]")?.focus();

// Budget lines: keep the totals, and whether both sides are the same, in step with what is typed.
function sumOf(table, column) {
  let sum = 0;
  for (const input of table.querySelectorAll(`[data-amount="${column}"]`)) {
    const removed = input.closest("tr").querySelector('[name$="-DELETE"]:checked');
    const digits = input.value.normalize("NFKC").replace(/[,、\s円¥\\]/g, "");
    if (!removed && /^\d+$/.test(digits)) sum += Number(digits);
  }
  return sum;
}
function writeYen(output, sum) {
  const figure = sum.toLocaleString("en");
  const amount = output.querySelector(".amount");
  amount.textContent = document.documentElement.lang === "ja" ? `${figure}円` : `¥${figure}`;
}
function weigh(balance) {
  const [income, expenditure] = ["income", "expenditure"].map((side) => {
    const table = balance.closest("form").querySelector(`[name^="${side}-"][data-amount]`)?.closest("table");
    return table ? sumOf(table, "amount_yen") : 0;
  });
  const more = income === expenditure ? "same" : income > expenditure ? "income" : "expenditure";
  for (const words of balance.querySelectorAll("[data-more]")) words.hidden = words.dataset.more !== more;
  for (const gap of balance.querySelectorAll("[data-gap]")) writeYen(gap, Math.abs(income - expenditure));
}
for (const table of document.querySelectorAll("[data-sums]")) {
  table.addEventListener("input", () => {
    for (const output of table.querySelectorAll("[data-sum]")) writeYen(output, sumOf(table, output.dataset.sum));
    const balance = table.closest("form")?.querySelector("[data-balance]");
    if (balance) weigh(balance);
  });
}

// Drafts: save what changed when the reader leaves a field, and every 20 seconds.
// The page answers {"edit_number": 4, "saved_at": "14:05"}, and hidden fields of these names take
// the values; {"parts": {"id": "<p>…</p>"}} draws parts of the page anew; 409 means another window was faster.
function autosave(form) {
  const status = form.querySelector("[data-autosave-status]") ?? document.querySelector("[data-autosave-status]");
  let changed = false;
  let busy = false;
  let again = false;
  let stale = false;
  let pressed = null;
  const say = (text) => { if (status && status.textContent !== text) status.textContent = text; };

  async function save() {
    if (!changed || stale) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    changed = false;
    again = false;
    try {
      const response = await fetch(form.dataset.autosave || form.action, {
        method: "POST",
        body: withoutFiles(new FormData(form)),
        headers: { Accept: "application/json", "X-Autosave": "1" },
        redirect: "error",
      });
      if (response.status === 409) {
        stale = true;
        throw new Error("stale");
      }
      if (!response.ok && response.status !== 422) throw new Error(String(response.status));
      const answer = await response.json();
      for (const [name, value] of Object.entries(answer)) {
        const field = form.elements.namedItem(name);
        if (field?.type === "hidden") field.value = value;
      }
      for (const [id, markup] of Object.entries(answer.parts ?? {})) redraw(document.getElementById(id), markup);
      if (!response.ok) throw new Error(String(response.status)); // what is wrong was not saved
      if (!changed) say(`${status?.dataset.saved ?? ""} ${answer.saved_at}`);
    } catch {
      changed = true;
      say((stale ? status?.dataset.stale : status?.dataset.failed) ?? "");
    } finally {
      busy = false;
      if (pressed) form.requestSubmit(pressed);
      else if (again) save(); // a field was left while the last save was under way
    }
  }

  form.addEventListener("input", () => {
    changed = true;
    if (!stale) say(status?.dataset.unsaved ?? "");
  });
  form.addEventListener("focusout", save);
  // A finger on a button leaves no field on some tablets.
  form.addEventListener("change", (event) => { if (event.target.type === "radio") save(); });
  // Pressing a button leaves a field, so a save may be under way: it goes first, or the form would
  // arrive with an old number and conflict with itself.
  form.addEventListener("submit", (event) => {
    if (busy) {
      event.preventDefault();
      pressed = event.submitter;
      return;
    }
    changed = false;
    stale = true;
  });
  window.setInterval(save, AUTOSAVE_MS);
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// A part of the page that the answer draws anew, unless the reader is in it just now.
function redraw(part, markup) {
  if (part && !part.contains(document.activeElement)) part.innerHTML = markup;
}

// Files are sent by the save button only, once.
function withoutFiles(data) {
  for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
  return data;
}

for (const form of document.querySelectorAll("form[data-autosave]")) autosave(form);
