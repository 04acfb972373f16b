"""All steps in a row, on simulated customers."""

from dataclasses import dataclass
from pathlib import Path

from retention.pipeline.churn import ChurnModel, train_model
from retention.pipeline.customers import simulate_customers, write_csv
from retention.pipeline.messages import MessageRun, Writer, write_messages
from retention.pipeline.profit import Economics, profit_of_model
from retention.pipeline.report import write_report
from retention.pipeline.targeting import Scored, SendPolicy, offers_at, score
from retention.profit.curve import ProfitCurve
from retention.progress import Progress, silent

__all__ = ["Demo", "demo"]


@dataclass(frozen=True, eq=False)
class Demo:
    """The results of all steps on simulated customers, and the files that hold them."""

    model: ChurnModel
    curve: ProfitCurve
    scored: Scored
    message_run: MessageRun
    files: tuple[Path, ...]


def demo(
    folder: Path,
    *,
    customers: int = 5000,
    seed: int = 7,
    economics: Economics | None = None,
    writer: Writer | None = None,
    progress: Progress = silent,
) -> Demo:
    """Simulate, train, price, score and write messages, leaving every file in ``folder``."""
    economics = economics or Economics()
    progress(0.0, "Simulating a market")
    simulated = simulate_customers(customers, seed=seed)
    past = simulated.past
    files = [folder / name for name in ("orders.csv", "truth.csv", "customers.csv", "scored.csv", "messages.csv")]
    write_csv(simulated.market.orders, files[0])
    write_csv(simulated.market.truth, files[1])
    write_csv(past.frame, files[2])
    model = train_model(past, seed=seed, progress=lambda share, words: progress(0.1 + 0.7 * share, words))
    model.save(folder / "model")
    curve = profit_of_model(model, economics)
    progress(0.85, "Scoring today's customers")
    scored = score(simulated.today, model, SendPolicy(economics=economics))
    write_csv(scored.send_list, files[3])
    progress(0.9, "Writing messages")
    message_run = write_messages(
        scored.send_list, id=scored.id, offers=offers_at(economics), writer=writer, currency=economics.currency
    )
    write_csv(message_run.messages_frame, files[4])
    page = folder / "report.html"
    write_report(page, model, curve, folder=folder / "model", customers=past, scored=scored)
    progress(1.0, "Done")
    return Demo(model, curve, scored, message_run, (*files, page, folder / "model"))
