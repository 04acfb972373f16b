// A point of the curve in words: the cards and the business confusion matrix. `value` is what desk.pick() returns.
Object.assign(window.desk, {
  cards(value) {
    if (!value) return `<p class="empty">No profit yet. Train a model in the second tab, or load one with its evaluation rows: the profit of every threshold appears here.</p>`;
    const c = value.context, w = window.desk.words(c), tags = window.desk.tags;
    const all = value.profit - c.profit_all, half = value.profit - c.profit_half;
    const headline = value.contacted === 0
      ? "At this threshold nobody gets an offer."
      : `Send an offer to <b>${w.people(value.contacted)}</b> (${w.share(value.contacted)}): it earns <b>${w.money(value.profit)}</b> more than doing nothing. ${tags("backtested", "assumed")}`;
    const cards = [
      ["Profit against doing nothing", w.money(value.profit), w.tone(value.profit), value.at_best ? "the best threshold" : `${w.money(c.profit_at_best - value.profit)} below the best`, ["backtested", "assumed"]],
      ["Against sending to everyone", w.signed(all), w.tone(all), `everyone earns ${w.money(c.profit_all)}`, ["backtested", "assumed"]],
      ["Against the usual 0.5 cut", w.signed(half), w.tone(half), `at 0.5 it earns ${w.money(c.profit_half)}`, ["backtested", "assumed"]],
      ["Offers sent", w.whole(value.contacted), "", `of ${w.whole(c.customers)} customers`, ["backtested"]],
    ];
    return `<p class="headline">${headline} <span class="muted">${w.escape(c.verdict)}</span></p>
    <div class="cards">${cards.map(([label, figure, tone, note, kinds]) => `
      <div class="card"><span class="label">${label}</span><span class="figure ${tone}">${figure}</span><span class="note">${note}</span>${tags(...kinds)}</div>`).join("")}
    </div>`;
  },

  matrix(value) {
    if (!value) return "";
    const c = value.context, w = window.desk.words(c);
    const cells = [
      ["saved", "✅ Saved customer", "would leave, gets an offer", value.saved, value.saved_amount],
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
