// The cards and the business confusion matrix for a point of the profit curve; `value` is what desk.pick() returns.
Object.assign(window.desk, {
  cards(value) {
    if (!value) return `<p class="empty">No profit yet. Train a model in the second tab, or load one with its evaluation rows: the profit of every threshold appears here.</p>`;
    const context = value.context, format = window.desk.formats(context), tags = window.desk.tags;
    const overAll = value.profit - context.profit_all, overHalf = value.profit - context.profit_half;
    // The headline says what to do, then what that would have earned on past customers: it is not a forecast.
    const recipients = value.contacted === context.customers
      ? "everyone"
      : `everyone whose churn probability is at least <b>${value.threshold.toFixed(3)}</b>`;
    const [amount, comparison] = value.profit < 0 ? [-value.profit, "less"] : [value.profit, "more"];
    const headline = value.contacted === 0
      ? "At this threshold nobody gets an offer."
      : `Send an offer to ${recipients}. Of ${format.whole(context.customers)} past customers that is ${format.whole(value.contacted)} (${format.share(value.contacted)}), and it would have earned <b>${format.money(amount)}</b> ${comparison} than doing nothing. ${tags(...context.evidence)}`;
    const picked = `the best threshold, picked on these customers; on others expect ${format.money(context.profit_on_others)}`;
    const breakEven = "from the break-even on, picked on nobody: expect as much per customer on others";
    const note = value.at_deployed && context.decided_by === "break-even" ? breakEven : value.at_best ? picked : `${format.money(context.profit_at_best - value.profit)} below the best`;
    const cards = [
      ["Profit against doing nothing", format.money(value.profit), format.tone(value.profit), note, context.evidence],
      ["Against sending to everyone", format.signed(overAll), format.tone(overAll), `everyone earns ${format.money(context.profit_all)}`, context.evidence],
      ["Against a threshold of 0.5", format.signed(overHalf), format.tone(overHalf), `at 0.5 it earns ${format.money(context.profit_half)}`, context.evidence],
      ["Customers contacted", format.whole(value.contacted), "", `of ${format.whole(context.customers)} past customers`, ["backtested"]],
    ];
    return `<p class="headline">${headline} <span class="muted">${format.escape(context.verdict)}</span></p>
    <div class="cards">${cards.map(([label, figure, tone, note, evidence]) => `
      <div class="card"><span class="label">${label}</span><span class="figure ${tone}">${figure}</span><span class="note">${note}</span>${tags(...evidence)}</div>`).join("")}
    </div>`;
  },

  matrix(value) {
    if (!value) return "";
    const context = value.context, format = window.desk.formats(context);
    const accept = context.save_rate < 1 ? `; ${+(100 * context.save_rate).toPrecision(6)}% accept (${context.evidence.includes("measured") ? "measured" : "assumed"})` : "";
    const cells = [
      ["saved", "✅ Saved customer", `would churn, gets an offer${accept}`, value.saved, value.saved_amount],
      ["lost", "📉 Lost revenue", "would churn, gets no offer", value.lost, value.lost_amount],
      ["wasted", "💸 Wasted budget", "would not churn, gets an offer", value.wasted, value.wasted_amount],
      ["loyal", "🟢 Loyal, no cost", "would not churn, gets no offer", value.loyal, 0],
    ];
    return `<div class="matrix" role="group" aria-label="Business confusion matrix">${cells.map(([kind, name, description, customers, amount]) => `
      <div class="cell ${kind}"><span class="label">${name}</span><span class="figure">${format.money(amount)}</span><span class="note">${format.people(customers)} (${format.share(customers)})<br>${description}</span>${window.desk.tags(...context.evidence)}</div>`).join("")}
    </div>
    <p class="muted small">Saved and wasted make the profit. Lost revenue is shown for its size; an offer that is not sent costs nothing.
    The figures cover the ${format.whole(context.customers)} customers the model was trained on, each scored by a model that had not seen them.</p>`;
  },
});
