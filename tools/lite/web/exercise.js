// An exercise: sends the code to a worker, which runs Python, and ends the worker if it does not answer in time.
"use strict";

const exercise = JSON.parse(document.getElementById("exercise").textContent);
const options = new URLSearchParams(location.search);
const SECONDS = Number(options.get("seconds")) || 30;     // for the student's code and the check of it
const AFTERWARDS = 180;                                   // for the training that may follow a right answer
const [code, check, reset, state, output] =
  ["code", "check", "reset", "state", "output"].map((id) => document.getElementById(id));
document.body.classList.toggle("embedded", options.has("embed"));

let worker, timer, running = false;

function start() {
  worker = new Worker("worker.js", { type: "module" });
  worker.onmessage = ({ data }) => receive[data.kind](data);
  worker.onerror = (event) => receive.broken({ text: event.message || "the worker did not start" });
  worker.postMessage({ kind: "start", pyodide: exercise.pyodide, wheel: exercise.wheel });
  check.disabled = true;
  state.textContent = "Python is loading.";
}

function restart() {
  clearTimeout(timer);
  worker.terminate();
  finish(false);
  start();
}

function within(seconds) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    show(`Stopped after ${seconds} seconds: a loop in your code never ends, or it takes very long.\n`);
    restart();
  }, 1000 * seconds);
}

const receive = {
  ready() {
    check.disabled = false;
    state.textContent = "Ready.";
    tell({ ready: true });
  },
  text({ text }) {
    show(text + "\n");
    if (running && text === "Right.") {
      state.textContent = "Your code is at work.";
      within(AFTERWARDS);
    }
  },
  done({ passed }) {
    clearTimeout(timer);
    finish(passed);
    check.disabled = false;
    state.textContent = "Ready.";
  },
  broken({ text }) {      // Python itself has ended, or did not start
    show(`Python has stopped: ${text}\n`);
    if (running) restart();
    else state.textContent = "Python could not be loaded; is there a connection to the network?";
  },
};

function show(text) {
  output.textContent += text;
}

function finish(passed) {
  running = false;
  output.className = passed ? "right" : "wrong";
  if (passed) keep("minigrad passed " + exercise.number, new Date().toISOString().slice(0, 10));
  tell({ passed });
}

// To the page that shows this one in a frame. The code itself is not sent.
function tell(news) {
  if (parent !== window) {
    const height = document.documentElement.scrollHeight;
    parent.postMessage({ source: "minigrad", exercise: exercise.number, height, ...news }, "*");
  }
}

function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch { /* the browser keeps nothing, as in some frames */ }
}

function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function ask() {
  if (check.disabled) return;
  check.disabled = true;
  running = true;
  output.textContent = "";
  output.className = "";
  state.textContent = "Running.";
  within(SECONDS);
  worker.postMessage({ kind: "answer", number: exercise.number, given: exercise.given, code: code.value });
}

// The editor: the browser's own field, in which Tab indents.
const INDENT = "    ";
let leaving = false;

function indent(back) {
  const { value, selectionStart: from, selectionEnd: to } = code;
  const first = value.lastIndexOf("\n", from - 1) + 1;
  if (from === to && !back) {
    replace(from, to, INDENT.slice((from - first) % 4));
    return;
  }
  const lines = value.slice(first, to).split("\n");
  const moved = lines.map((line) => (back ? line.replace(/^ {1,4}/, "") : line && INDENT + line));
  replace(first, to, moved.join("\n"));
  const caret = Math.max(first, from + moved[0].length - lines[0].length);
  if (from === to) code.setSelectionRange(caret, caret);
  else code.setSelectionRange(first, first + moved.join("\n").length);
}

function newline() {
  const { value, selectionStart: from, selectionEnd: to } = code;
  const line = value.slice(value.lastIndexOf("\n", from - 1) + 1, from);
  replace(from, to, "\n" + line.match(/^ */)[0] + (line.trimEnd().endsWith(":") ? INDENT : ""));
}

function replace(from, to, text) {
  code.focus();
  code.setSelectionRange(from, to);
  // The old way, because it alone keeps what Ctrl+Z takes back.
  const done = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (!done) code.setRangeText(text, from, to, "end");
  keep("minigrad code " + exercise.number, code.value);
}

code.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Escape") {
    leaving = true;
    return;
  }
  if (event.key === "Tab" && !leaving) {
    event.preventDefault();
    indent(event.shiftKey);
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    ask();
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    newline();
  }
  if (event.key !== "Shift") leaving = false;
});
code.addEventListener("input", () => keep("minigrad code " + exercise.number, code.value));
check.addEventListener("click", ask);
reset.addEventListener("click", () => {
  code.value = exercise.stub;
  keep("minigrad code " + exercise.number, null);
});

code.value = kept("minigrad code " + exercise.number) ?? exercise.stub;
start();
