// Python in a worker of its own, so that the page can end it from outside.
let answer;

const receive = {
  async start({ pyodide, wheel }) {
    const { loadPyodide } = await import(new URL("pyodide.mjs", pyodide).href);
    const [python, file] = await Promise.all([
      loadPyodide({ indexURL: pyodide }),
      fetch(wheel).then((response) => {
        if (!response.ok) throw new Error(`${wheel}: ${response.status}`);
        return response.arrayBuffer();
      }),
    ]);
    await python.loadPackage("numpy", { messageCallback: () => {} });
    python.unpackArchive(file, "whl");
    const say = { batched: (text) => postMessage({ kind: "text", text }) };
    python.setStdout(say);
    python.setStderr(say);
    const graded = python.runPython("from minigrad.course.page import answer\nanswer");
    answer = (number, given, code) => graded(number, python.toPy(given), code);
    postMessage({ kind: "ready" });
  },
  answer({ number, given, code }) {
    postMessage({ kind: "done", passed: answer(number, given, code) });
  },
};

onmessage = async ({ data }) => {
  try {
    await receive[data.kind](data);
  } catch (error) {
    postMessage({ kind: "broken", text: String(error.message || error).trim().split("\n").pop() });
  }
};
