// What the profit screen does in the browser, so that figures follow the hand without asking the server.
window.desk = {
  // The point of the curve at a threshold. `curve` is what handlers.points() puts into the page;
  // handlers.decision() returns the same numbers, and a test holds the two equal.
  pick(threshold, curve) {
    if (!curve || !curve.points) return null;
    const steps = curve.points.contacted.length - 2;
    const atBest = Math.abs(threshold - curve.threshold_best) < 1e-9;
    const i = atBest ? steps + 1 : Math.min(steps, Math.max(0, Math.round(threshold * steps)));
    const point = {};
    for (const name in curve.points) point[name] = curve.points[name][i];
    return {
      ...point,
      threshold: atBest ? curve.threshold_best : i / steps,
      at_best: atBest,
      context: curve.context,
    };
  },

  // What the page brings: the curve, as of pick(), and the parts that show a point of it, by name, as gradio's props.
  curve: null,
  views: {},

  // Shows the point at a threshold at once; as outputs of the slider's event, the parts would follow frames later.
  // Of the slider's two events, the browser's and gradio's, the second finds it shown.
  follow(threshold) {
    const point = window.desk.pick(threshold, window.desk.curve);
    const now = JSON.stringify(point);
    const late = Object.values(window.desk.views).filter((props) => JSON.stringify(props.value) !== now);
    for (const props of late) props.value = point;
    if (!late.length) return;
    queueMicrotask(() => window.desk.mark(point)); // the figures first: the chart takes longer
    window.desk.announce();
  },

  // Tells screen readers the headline, tags in brackets, once it has stood still: a drag of the slider speaks once.
  announce() {
    clearTimeout(window.desk.speaking);
    window.desk.speaking = setTimeout(() => {
      const headline = document.querySelector("#cards .headline")?.cloneNode(true);
      const spoken = document.getElementById("spoken");
      if (!headline || !spoken) return;
      for (const tags of headline.querySelectorAll(".tags")) {
        tags.textContent = `(${[...tags.children].map((tag) => tag.textContent).join(", ")})`;
      }
      spoken.textContent = headline.textContent;
    }, 700);
  },

  // Amounts, counts and shares as their readers write them.
  words(context) {
    const escape = (text) => String(text).replace(/[&<>"'`]/g, (x) => `&#${x.charCodeAt(0)};`);
    const currency = context.currency;
    // As in retention/profit/money.py: halves round away from zero, and a code of letters stands off.
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

  // What an amount rests on.
  tags(...kinds) {
    const meaning = {
      backtested: "Worked out on past customers the model had not seen",
      assumed: "Rests on the money inputs, which are assumptions",
    };
    return `<span class="tags">${kinds.map((kind) => `<span class="tag" title="${meaning[kind]}">${kind}</span>`).join("")}</span>`;
  },

  // Copies a link to this view; `names` and `values` are the parameters it carries.
  async copyLink(names, values) {
    const open = document.querySelector("#steps [role=tab][aria-selected=true]");
    const link = new URL(window.location.pathname, window.location.href);
    link.searchParams.set("tab", open?.dataset.tabId ?? "profit");
    const { curve } = window.desk;
    names.forEach((name, i) => {
      const isBest = name === "threshold" && curve && Math.abs(values[i] - curve.threshold_best) < 1e-9;
      if (!isBest && values[i] !== null && values[i] !== "") link.searchParams.set(name, values[i]);
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

  // Saves a file that the server has just made.
  fetch(file) {
    if (!file || !file.url) return;
    const link = document.createElement("a");
    link.href = file.url;
    link.download = file.orig_name || "";
    link.click();
  },

  // Saves a chart as it is, dark ink on white whatever the theme.
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
    window.desk.fetch({ url, orig_name: `retention-${id}.${format}` });
  },

  // Moves the chart's marker; the cards do not depend on it.
  mark(point) {
    const plot = document.querySelector("#profit-curve .js-plotly-plot");
    if (!plot || !plot.data || !point || !window.Plotly) return;
    const here = plot.data.findIndex((trace) => trace.name === "You are here");
    const x = plot.dataset.axis === "share" ? point.contacted / point.context.customers : point.threshold;
    if (here < 0) return;
    // Unlike restyle, this leaves the other traces as they are: within a frame, however many there are.
    const now = { transition: { duration: 0 }, frame: { duration: 0, redraw: false }, mode: "immediate" };
    const moved = window.Plotly.animate(plot, { data: [{ x: [x], y: [point.profit] }], traces: [here] }, now);
    moved.catch(() => {}); // overtaken by the next move
  },

  // Draws the curve by "threshold" or by "share" of customers contacted; figures.profit_curve() put both in.
  async along(axis, threshold) {
    await new Promise(requestAnimationFrame); // a curve that has just come is drawn by threshold first
    const plot = document.querySelector("#profit-curve .js-plotly-plot");
    const drawn = plot?.layout?.meta?.axes?.[axis];
    if (!drawn || !window.Plotly || axis === (plot.dataset.axis ?? "threshold")) return;
    plot.dataset.axis = axis;
    const traces = plot.data.flatMap((trace, i) => (trace.meta === "along" ? [i] : []));
    await window.Plotly.update(plot, { x: [drawn.x] }, drawn.layout, traces);
    window.desk.mark(window.desk.pick(threshold, window.desk.curve));
  },
};

// The slider's own event: gradio's comes when the next frame is drawn.
document.addEventListener("input", (event) => {
  if (event.target.matches?.("#threshold input[type=range]")) window.desk.follow(event.target.valueAsNumber);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-picture]");
  if (button) window.desk.picture(button.dataset.picture, button.dataset.format);
});
