// A point of the curve in words: the cards and the business confusion matrix. `value` is what desk.pick() returns.
Object.assign(window.desk, {
  cards(value) {
    if (!value) return `<p class="empty">No profit yet. Train a model in the second tab, or load one with its evaluation rows: the profit of every threshold appears here.</p>`;
    const c = value.context, w = window.desk.words(c), tags = window.desk.tags;
    const all = value.profit - c.profit_all, half = value.profit - c.profit_half;
    // What to do comes first, then what it would have done: these are past customers, not those of a campaign.
    const whom = value.contacted === c.customers
      ? "everyone"
      : `everyone whose churn probability is at least <b>${value.threshold.toFixed(3)}</b>`;
    const against = value.profit < 0 ? [-value.profit, "less"] : [value.profit, "more"];
    const headline = value.contacted === 0
      ? "At this threshold nobody gets an offer."
      : `Send an offer to ${whom}. Of ${w.whole(c.customers)} past customers that is ${w.whole(value.contacted)} (${w.share(value.contacted)}), and it would have earned <b>${w.money(against[0])}</b> ${against[1]} than doing nothing. ${tags("backtested", "assumed")}`;
    const picked = `the best threshold, picked on these customers; on others expect ${w.money(c.profit_on_others)}`;
    const cards = [
      ["Profit against doing nothing", w.money(value.profit), w.tone(value.profit), value.at_best ? picked : `${w.money(c.profit_at_best - value.profit)} below the best`, ["backtested", "assumed"]],
      ["Against sending to everyone", w.signed(all), w.tone(all), `everyone earns ${w.money(c.profit_all)}`, ["backtested", "assumed"]],
      ["Against the usual 0.5 cut", w.signed(half), w.tone(half), `at 0.5 it earns ${w.money(c.profit_half)}`, ["backtested", "assumed"]],
      ["Offers it takes", w.whole(value.contacted), "", `of ${w.whole(c.customers)} past customers`, ["backtested"]],
    ];
    return `<p class="headline">${headline} <span class="muted">${w.escape(c.verdict)}</span></p>
    <div class="cards">${cards.map(([label, figure, tone, note, kinds]) => `
      <div class="card"><span class="label">${label}</span><span class="figure ${tone}">${figure}</span><span class="note">${note}</span>${tags(...kinds)}</div>`).join("")}
    </div>`;
  },

  matrix(value) {
    if (!value) return "";
    const c = value.context, w = window.desk.words(c);
    const accept = c.save_rate < 1 ? `; ${+(100 * c.save_rate).toPrecision(6)}% accept (assumed)` : "";
    const cells = [
      ["saved", "✅ Saved customer", `would leave, gets an offer${accept}`, value.saved, value.saved_amount],
      ["lost", "📉 Lost revenue", "would leave, left alone", value.lost, value.lost_amount],
      ["wasted", "💸 Wasted budget", "would stay, gets an offer", value.wasted, value.wasted_amount],
      ["loyal", "🟢 Loyal, no cost", "would stay, left alone", value.loyal, 0],
    ];
    return `<div class="matrix" role="group" aria-label="Business confusion matrix">${cells.map(([kind, name, who, customers, amount]) => `
      <div class="cell ${kind}"><span class="label">${name}</span><span class="figure">${w.money(amount)}</span><span class="note">${w.people(customers)} (${w.share(customers)})<br>${who}</span>${window.desk.tags("backtested", "assumed")}</div>`).join("")}
    </div>
    <p class="muted small">Saved and wasted make the profit. Lost revenue is shown for its size; an offer that is not sent costs nothing.
    The figures cover the ${w.whole(c.customers)} customers the model was trained on, each scored by a model that had not seen them.</p>`;
  },
});
