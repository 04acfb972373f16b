// What the Profit tab does in the browser, so that its figures follow the slider without a call to the server.
window.desk = {
  // Returns the point of the curve at a threshold. `curve` is what handlers.curve_points() puts into the page;
  // handlers.curve_point() returns the same numbers, and a test compares the two.
  pick(threshold, curve) {
    if (!curve || !curve.points) return null;
    const steps = curve.points.contacted.length - 3; // the slider's positions, then the best and the deployed threshold
    const atBest = Math.abs(threshold - curve.threshold_best) < 1e-9;
    const atDeployed = Math.abs(threshold - curve.threshold_deployed) < 1e-9;
    const i = atBest ? steps + 1 : atDeployed ? steps + 2 : Math.min(steps, Math.max(0, Math.round(threshold * steps)));
    const point = {};
    for (const name in curve.points) point[name] = curve.points[name][i];
    return {
      ...point,
      threshold: atBest ? curve.threshold_best : atDeployed ? curve.threshold_deployed : i / steps,
      at_best: atBest,
      at_deployed: atDeployed,
      context: curve.context,
    };
  },

  // Set by the page: the curve that pick() reads, and the gradio props of the components that show a point of it.
  curve: null,
  views: {},

  // Shows the point at a threshold at once; as outputs of the slider's event the components would follow frames later.
  // The slider causes two events, the browser's and gradio's; the second finds nothing to do.
  follow(threshold) {
    const point = window.desk.pick(threshold, window.desk.curve);
    const wanted = JSON.stringify(point);
    const outdated = Object.values(window.desk.views).filter((props) => JSON.stringify(props.value) !== wanted);
    for (const props of outdated) props.value = point;
    if (!outdated.length) return;
    queueMicrotask(() => window.desk.mark(point)); // the figures first, since the chart takes longer
    window.desk.announce();
  },

  // Announces the headline to screen readers, tags in brackets, once the slider rests: a drag is announced once.
  announce() {
    clearTimeout(window.desk.announcement);
    window.desk.announcement = setTimeout(() => {
      const headline = document.querySelector("#cards .headline")?.cloneNode(true);
      const announced = document.getElementById("spoken");
      if (!headline || !announced) return;
      for (const tags of headline.querySelectorAll(".tags")) {
        tags.textContent = `(${[...tags.children].map((tag) => tag.textContent).join(", ")})`;
      }
      announced.textContent = headline.textContent;
    }, 700);
  },

  // Returns functions that write amounts, counts and shares.
  formats(context) {
    const escape = (text) => String(text).replace(/[&<>"'`]/g, (x) => `&#${x.charCodeAt(0)};`);
    const currency = context.currency;
    // As in retention/wording/money.py: halves round away from zero, and a currency code stands apart.
    const rounded = (x) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
    const whole = (x) => rounded(x).toLocaleString("en-US");
    const apart = /\p{L}$/u.test(currency) ? "\u202f" : "";
    const amount = (x) => rounded(x).toLocaleString(currency === "₹" ? "en-IN" : "en-US");
    const money = (x) => (rounded(x) < 0 ? "−" : "") + escape(currency) + apart + amount(Math.abs(x));
    return {
      escape,
      whole,
      money,
      signed: (x) => (rounded(x) > 0 ? "+" : "") + money(x),
      share: (x) => (context.customers ? (100 * x / context.customers).toFixed(1) : "0.0") + "%",
      tone: (x) => (rounded(x) > 0 ? "up" : rounded(x) < 0 ? "down" : ""),
      people: (x) => whole(x) + (x === 1 ? " customer" : " customers"),
    };
  },

  // Returns tags that say what an amount rests on.
  tags(...evidence) {
    const meaning = {
      backtested: "Computed on past customers that the model had not seen",
      measured: "Rests on rates that a randomised campaign measured",
      assumed: "Rests on the money inputs, which are assumptions",
    };
    return `<span class="tags">${evidence.map((kind) => `<span class="tag" title="${meaning[kind]}">${kind}</span>`).join("")}</span>`;
  },

  // Copies a link to this view; `names` and `values` are the parameters it carries.
  async copyLink(names, values) {
    const open = document.querySelector("#steps [role=tab][aria-selected=true]");
    const link = new URL(window.location.pathname, window.location.href);
    link.searchParams.set("tab", open?.dataset.tabId ?? "profit");
    const { curve } = window.desk;
    names.forEach((name, i) => {
      const isStart = name === "threshold" && curve && Math.abs(values[i] - curve.threshold_deployed) < 1e-9;
      if (!isStart && values[i] !== null && values[i] !== "") link.searchParams.set(name, values[i]);
    });
    const button = document.getElementById("link");
    try {
      await navigator.clipboard.writeText(link.href);
      button.textContent = "Link copied";
    } catch {
      button.textContent = "Copy the address"; // the clipboard is not available: the address bar has the link
    }
    window.history.replaceState(null, "", link);
    clearTimeout(window.desk.copied);
    window.desk.copied = setTimeout(() => (button.textContent = "Copy link"), 2000);
  },

  // Downloads a file that the server has just written.
  download(file) {
    if (!file || !file.url) return;
    const link = document.createElement("a");
    link.href = file.url;
    link.download = file.orig_name || "";
    link.click();
  },

  // Downloads a chart as an image, dark on white in every theme.
  async picture(id, format) {
    const plot = document.querySelector(`#${id} .js-plotly-plot`);
    if (!plot || !window.Plotly) return;
    const { width, height } = plot.getBoundingClientRect();
    const layout = {
      ...plot.layout,
      paper_bgcolor: "#ffffff",
      plot_bgcolor: "#ffffff",
      font: { ...plot.layout.font, color: "#334155" },
    };
    const size = { format, width: Math.max(width, 720), height, scale: format === "png" ? 2 : 1 };
    const url = await window.Plotly.toImage({ data: plot.data, layout }, size);
    window.desk.download({ url, orig_name: `retention-${id}.${format}` });
  },

  // Moves the chart's marker; the cards do not depend on it.
  mark(point) {
    const plot = document.querySelector("#profit-curve .js-plotly-plot");
    if (!plot || !plot.data || !point || !window.Plotly) return;
    const marker = plot.data.findIndex((trace) => trace.name === "You are here");
    const x = plot.dataset.axis === "share" ? point.contacted / point.context.customers : point.threshold;
    if (marker < 0) return;
    // Unlike restyle, animate leaves the other traces alone, so it takes less than a frame.
    const options = { transition: { duration: 0 }, frame: { duration: 0, redraw: false }, mode: "immediate" };
    const moved = window.Plotly.animate(plot, { data: [{ x: [x], y: [point.profit] }], traces: [marker] }, options);
    moved.catch(() => {}); // interrupted by the next move
  },

  // Draws the curve by "threshold" or by "share" of customers contacted; charts.profit_chart() contains both.
  async setAxis(axis, threshold) {
    await new Promise(requestAnimationFrame); // a new curve is drawn by threshold first
    const plot = document.querySelector("#profit-curve .js-plotly-plot");
    const target = plot?.layout?.meta?.axes?.[axis];
    if (!target || !window.Plotly || axis === (plot.dataset.axis ?? "threshold")) return;
    plot.dataset.axis = axis;
    const traces = plot.data.flatMap((trace, i) => (trace.meta === "along" ? [i] : []));
    await window.Plotly.update(plot, { x: [target.x] }, target.layout, traces);
    window.desk.mark(window.desk.pick(threshold, window.desk.curve));
  },
};

// The browser's own event of the slider: gradio's follows a frame later.
document.addEventListener("input", (event) => {
  if (event.target.matches?.("#threshold input[type=range]")) window.desk.follow(event.target.valueAsNumber);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-picture]");
  if (button) window.desk.picture(button.dataset.picture, button.dataset.format);
});

// Boxes for numbers take a number that has one meaning, or say in place that it has none. By itself a browser drops
// what it does not know, so that 2,50 becomes 250.
window.desk.refuse = (box, reason) => {
  box.setCustomValidity(reason);
  box.reportValidity();
};
const isNumberBox = (box) => box.matches?.("input[type=number]");

document.addEventListener("beforeinput", (event) => {
  const box = event.target;
  if (!isNumberBox(box)) return;
  if (!event.inputType?.startsWith("insert")) return box.setCustomValidity(""); // corrected
  const text = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
  if (/^[-+.\deE]*$/.test(text) && !box.validity.customError) return;
  event.preventDefault();
  const trimmed = text.trim();
  const grouped = /^[-+]?([1-9]\d{0,2}(,\d{3})+|[1-9]\d?(,\d{2})*,\d{3})(\.\d+)?$/.test(trimmed);
  if (box.value === "" && !box.validity.customError && (grouped || /^[-+]?\d+(\.\d+)?$/.test(trimmed))) {
    box.value = trimmed.replaceAll(",", "");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  } else {
    window.desk.refuse(box, "Write it with digits and a decimal point, such as 2.50 or 1250; delete a sign to go on.");
  }
}, true);

// A share is typed as 0.30 or as 30; what is no share is refused before it is reckoned with.
const outOfBounds = (box) =>
  box.max !== "" && box.value !== "" && (box.valueAsNumber > Number(box.max) || box.valueAsNumber < Number(box.min));

document.addEventListener("input", (event) => {
  const box = event.target;
  if (!isNumberBox(box)) return;
  if (outOfBounds(box)) event.stopImmediatePropagation();
}, true);

for (const leaving of ["change", "focusout"]) {
  window.addEventListener(leaving, (event) => {
    const box = event.target;
    if (!isNumberBox(box)) return;
    if (leaving === "focusout") box.setCustomValidity("");
    if (!outOfBounds(box)) return;
    const isPercentage = box.max === "1" && box.valueAsNumber > 1 && box.valueAsNumber <= 100;
    const wanted = isPercentage ? box.valueAsNumber / 100 : Math.min(Math.max(box.valueAsNumber, box.min), box.max);
    box.value = String(Number(wanted.toPrecision(12)));
    box.dispatchEvent(new Event("input", { bubbles: true }));
    window.desk.refuse(box, isPercentage ? "" : `It is from ${box.min} to ${box.max}.`);
  }, true);
}
