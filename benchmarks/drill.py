"""Prove that no failure of the language model loses, changes or delays messages beyond a stated bound.

``make drill``, or ``python -m benchmarks.drill``, calls a real server on loopback with every fault, kills real
processes, and prints a table of bounds and measurements. It exits with 1 if a bound is missed.
"""

import argparse
import asyncio
import csv
import gc
import hashlib
import json
import logging
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from retention.errors import OfferError
from retention.messages.batch import write_messages
from retention.messages.channels.channel import Channel
from retention.messages.guard import check_template
from retention.messages.ledger import Ledger
from retention.messages.llm.client import HubWriter, TemplateDraft, switched_off_writer
from retention.messages.llm.outcome import FailureKind
from retention.messages.llm.reply import template_in_reply
from retention.messages.offer_text import offer_texts
from retention.messages.run import MessageRun
from retention.messages.segments import MessageSegment
from retention.messages.templates import compose_message
from retention.tabular.csv_export import write_csv
from retention.targeting import read_send_list
from tests.messages.cases import CASH, OFFERS, many_kinds
from tests.stand_ins.breaker_backend import (
    RESET_S,
    Backend,
    breaker_of,
    open_breaker,
    outcome_of,
    probes_per_round,
)
from tests.stand_ins.fault_server import FAULTS, Answer, FaultServer, Request, drip, hang, in_turn, replies, says
from tests.stand_ins.messages_process import run_offers

DEADLINE_S = 2.0
ROOT = Path(__file__).parents[1]
OUTAGES = ("hang", "headers then hang", "drip", "reset", "503", "402", "429", "malformed JSON", "HTML")


@dataclass(frozen=True)
class Finding:
    """A row of the table."""

    item: str
    what: str
    bound: str
    measured: str
    passed: bool


class TimedWriter(HubWriter):
    """A writer that records the time of its slowest template."""

    slowest_s = 0.0

    async def _write_by(
        self, ends_at: float, segment: MessageSegment, channel: Channel, *, deadline_s: float, run: str
    ) -> TemplateDraft:
        """Request a template, and time it from when a place was free."""
        started = time.monotonic()
        try:
            return await super()._write_by(ends_at, segment, channel, deadline_s=deadline_s, run=run)
        finally:
            self.slowest_s = max(self.slowest_s, time.monotonic() - started)


@dataclass
class Drill:
    """The items of the drill, with the customers and the server that they share."""

    rows: pd.DataFrame
    server: FaultServer
    folder: Path

    @contextmanager
    def writer(self, answer: Answer, *, reset_s: float = 30.0) -> Iterator[TimedWriter]:
        """Yield a writer whose server gives this answer from now on."""
        self.server.answer = answer
        self.server.requests.clear()
        writer = TimedWriter(("m",), base_url=self.server.base_url, reset_s=reset_s)
        try:
            yield writer
        finally:
            writer.close()

    def write(self, rows: pd.DataFrame | None = None, **options: object) -> MessageRun:
        """Write a message to every customer with the drill's deadline."""
        rows = self.rows if rows is None else rows
        arguments = {"id": "customer_id", "offers": OFFERS, "deadline_s": DEADLINE_S, **options}
        return write_messages(rows, **arguments)  # type: ignore[arg-type]

    def faults(self) -> Iterator[Finding]:
        """Measure items 1 to 4 in one pass over all faults: messages, deadlines, delay and calls."""
        n = len(self.rows)
        without_model_s = self.write().seconds
        complete, slowest, longest, calls = True, 0.0, ("", 0.0), 0
        for fault, answer in FAULTS.items():
            with self.writer(answer) as writer:
                message_run = self.write(writer=writer)
            complete &= is_complete(message_run, self.rows)
            slowest = max(slowest, writer.slowest_s)
            if fault in OUTAGES:
                longest = max(longest, (fault, message_run.seconds - without_model_s), key=lambda pair: pair[1])
                calls = max(calls, message_run.breaker.calls)
        switched_off = switched_off_writer()
        message_run = self.write(writer=switched_off)
        switched_off.close()
        complete &= is_complete(message_run, self.rows)
        longest = max(longest, ("refused", message_run.seconds - without_model_s), key=lambda pair: pair[1])
        calls = max(calls, message_run.breaker.calls)
        yield Finding("1", f"{len(FAULTS) + 1} faults, {n:,} customers each", f"{n:,} messages, no exception",
                      f"{n:,} every time" if complete else "not every time", complete)  # fmt: skip
        yield Finding("2", "slowest template under any fault", f"<= {DEADLINE_S + 0.5} s", f"{slowest:.2f} s",
                      slowest <= DEADLINE_S + 0.5)  # fmt: skip
        bound = 3 * DEADLINE_S + 5
        yield Finding("3", f"an outage adds to {n:,} customers", f"<= {bound:g} s",
                      f"{longest[1]:.2f} s ({longest[0]}; {without_model_s:.2f} s without a model)",
                      longest[1] <= bound)  # fmt: skip
        yield Finding("4", "calls to a failing server, one run", "<= 20", str(calls), calls <= 20)
        yield self.probes()

    def probes(self) -> Finding:
        """Measure item 4 over several reset intervals."""
        first_rows, reset_s, lasting_s = self.rows.head(500), 1.0, 4.0
        with self.writer(FAULTS["503"], reset_s=reset_s) as writer:
            started = time.monotonic()
            while time.monotonic() - started < lasting_s:
                self.write(first_rows, writer=writer)
            intervals = math.ceil((time.monotonic() - started) / reset_s)
            calls = len(self.server.requests)
        return Finding("4", f"the same over {intervals} reset intervals", f"<= {20 + intervals}", str(calls),
                       calls <= 20 + intervals)  # fmt: skip

    def half_open(self) -> Iterator[Finding]:
        """Measure item 5: only one call gets through a half-open breaker."""
        probes = probes_per_round(threads=16, rounds=400)
        yield Finding("5", "calls in half-open, 16 threads x 400 rounds", "1 each",
                      f"{min(probes)} to {max(probes)}", set(probes) == {1})  # fmt: skip

    def recovery(self) -> Iterator[Finding]:
        """Measure item 6: the server recovers just after a probe has started to hang."""
        reset_s = 1.0
        with self.writer(hang, reset_s=reset_s) as writer:
            self.write(self.rows.head(500), writer=writer)
            requests_before = len(self.server.requests)
            probe = writer.submit(self._until_answered(writer))
            while len(self.server.requests) == requests_before:
                time.sleep(0.001)
            self.server.answer = says()
            recovered = time.monotonic()
            probe.result()
            took = time.monotonic() - recovered
        bound = reset_s + DEADLINE_S + 1
        yield Finding(
            "6", "recovery after the server answers again", f"<= {bound:g} s", f"{took:.2f} s", took <= bound
        )

    async def _until_answered(self, writer: HubWriter) -> None:
        while (await writer.write(MessageSegment(), deadline_s=DEADLINE_S)).template is None:
            await asyncio.sleep(0.02)

    def frequent(self) -> Iterator[Finding]:
        """Measure item 7: frequent failures open the breaker even if they never come five in a row."""
        bad = replies("", status=500)
        with self.writer(in_turn(bad, bad, says(), bad, bad)) as writer:
            message_run = self.write(writer=writer)
        calls, state = message_run.breaker.calls, message_run.breaker.state
        breaker, _ = breaker_of()
        backend, calls_until_open = Backend(), 0
        while breaker.report().state == "closed" and calls_until_open < 100:
            backend.otherwise = None if calls_until_open % 5 == 4 else FailureKind.ENDPOINT
            outcome_of(breaker, backend)
            calls_until_open += 1
        yield Finding("7", "80% failures, never five in a row", "open within 20 calls",
                      f"{calls_until_open} one by one; {calls} at 16 at once, 80% on the wire",
                      calls_until_open <= 20 and calls <= 20 and state == "open")  # fmt: skip

    def stragglers(self) -> Iterator[Finding]:
        """Measure items 8 and 9, 500 times each: late successes and cancelled probes."""
        closed = stuck = 0
        for _ in range(500):
            breaker, clock = open_breaker()
            clock.now += RESET_S
            outcome_of(breaker, Backend(otherwise=FailureKind.REQUEST))
            closed += breaker.report().state == "closed"
            stuck += asyncio.run(cancelled_probe(breaker)) != "line"
            closed += asyncio.run(late_success()) == "closed"
        yield Finding(
            "8", "late successes and 4xx probes that close the breaker", "0 of 1,000", str(closed), closed == 0
        )
        yield Finding("9", "cancelled probes that block the breaker", "0 of 500", str(stuck), stuck == 0)

    def cost(self) -> Iterator[Finding]:
        """Measure item 10: the time and memory of the breaker itself."""
        breaker, _ = breaker_of()
        backend = Backend()
        each = best_of(lambda: outcome_of(breaker, backend))
        shut, _ = open_breaker()
        rejected = best_of(lambda: outcome_of(shut, backend))
        gc.collect()
        tracemalloc.start()
        for _ in range(20_000):
            outcome_of(shut, backend)
        gc.collect()
        memory_bytes, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        slow = max(each, rejected)
        yield Finding("10", "the breaker's own time a call", "<= 50 µs",
                      f"{each * 1e6:.0f} µs passed, {rejected * 1e6:.0f} µs rejected", slow <= 50e-6)  # fmt: skip
        yield Finding(
            "10", "memory kept by 20,000 rejections", "< 1 MB", f"{memory_bytes / 1e6:.3f} MB", memory_bytes < 1e6
        )

    def drip(self) -> Iterator[Finding]:
        """Measure item 11: an answer that drips in is cut off at the deadline."""
        with self.writer(drip) as writer:
            took = []
            for _ in range(3):
                started = time.monotonic()
                writer.submit(writer.write(MessageSegment(), deadline_s=DEADLINE_S)).result()
                took.append(time.monotonic() - started)
        off = max(abs(seconds - DEADLINE_S) for seconds in took)
        yield Finding(
            "11", "a dripping answer is cut off", f"{DEADLINE_S:g} ± 0.1 s", f"off by {off:.3f} s", off <= 0.1
        )

    def kills(self) -> Iterator[Finding]:
        """Measure item 12: 30 SIGKILLs at random calls of one message run, then the same command once more."""
        dice = random.Random(7)  # noqa: S311  which call to kill at
        scored, out, path = (self.folder / name for name in ("scored.csv", "messages.csv", "kills.sqlite"))
        write_csv(self.rows, scored)
        self.server.requests.clear()
        recorded: dict[str, object] = {}
        kills = changed = 0
        for _ in range(30):
            process = run_offers(self.server, scored, out, path, kill_at=dice.randint(1, 30))
            kills += process.returncode == -signal.SIGKILL
            with Ledger(path) as ledger:
                entries = ledger.entries("june")
            changed += sum(entries.get(customer) != entry for customer, entry in recorded.items())
            recorded = dict(entries)
        last = json.loads(run_offers(self.server, scored, out, path).stdout)
        with Ledger(path) as ledger:
            entries = ledger.entries("june")
        changed += sum(entries.get(customer) != entry for customer, entry in recorded.items())
        with out.open(encoding="utf-8-sig", newline="") as file:
            sent = {row["customer_id"]: row["message"] for row in csv.DictReader(file)}
        differing = sum(sent.get(customer) != entry.message for customer, entry in entries.items())
        n = len(self.rows)
        fine = last["messages"] == len(sent) == len(entries) == n and changed == differing == 0
        yield Finding("12", f"{kills} SIGKILLs in {n:,} customers, one resume", "none lost, changed or doubled",
                      f"{len(entries):,} recorded, {changed} changed, {differing} differ; "
                      f"{len(self.server.requests):,} calls", fine)  # fmt: skip

    def same_again(self) -> Iterator[Finding]:
        """Measure item 13: a message run resumed with the same input is identical, and refused with another."""
        with self.writer(says()) as writer, Ledger(self.folder / "again.sqlite") as ledger:
            first = self.write(writer=writer, ledger=ledger, run="june")
            self.server.answer = says("Hello {name}, how about {offer} tonight?")
            again = self.write(writer=writer, ledger=ledger, run="june")
            try:
                self.write(self.rows.assign(name="Somebody"), writer=writer, ledger=ledger, run="june")
                refused = False
            except OfferError:
                refused = True
        same = (
            first.messages_frame["message"]
            .str.encode("utf-8")
            .equals(again.messages_frame["message"].str.encode("utf-8"))
        )
        yield Finding("13", "the same run again; with other input", "byte for byte; an error",
                      f"{'the same' if same else 'different'}; {'an error' if refused else 'accepted'}",
                      same and refused)  # fmt: skip

    def one_at_a_time(self) -> Iterator[Finding]:
        """Measure what a server that answers one call at a time, in 0.7 s, loses."""
        turn = asyncio.Lock()
        answer = says(after_s=0.7)

        async def answer_in_turn(writer: asyncio.StreamWriter, request: Request) -> None:
            async with turn:
                await answer(writer, request)

        with self.writer(answer_in_turn) as writer:
            message_run = self.write(self.rows.head(12), writer=writer)
        asked = len(self.server.requests)
        failed = message_run.breaker.failures
        yield Finding("20", f"lost of {asked} calls to a server that takes 0.7 s, one by one", "<= 10%",
                      str(failed), asked > 0 and failed <= 0.1 * asked)  # fmt: skip

    def adversaries(self) -> Iterator[Finding]:
        """Measure item 14: 10,000 replies mixed of attacks and harmless text."""
        dice = random.Random(14)  # noqa: S311  which attacks to mix
        offer = offer_texts([CASH], language="en", currency="₹")["cash_50"]
        passed = unsafe = 0
        for _ in range(10_000):
            template = template_in_reply(adversarial_reply(dice))
            if check_template(template, "en").fit:
                passed += 1
                message = compose_message(template, name="Priya", offer=offer, language="en") or ""
                unsafe += is_unsafe(message, offer.full)
        yield Finding("14", "unsafe among 10,000 adversarial replies", "0",
                      f"{unsafe} ({passed:,} were fit to send)", unsafe == 0 and passed > 0)  # fmt: skip

    def library(self) -> Iterator[Finding]:
        """Measure item 15: two processes with other hash seeds and without sockets write the same messages."""
        code = (
            "import hashlib, socket; from tests.messages.cases import OFFERS, many_kinds;"
            "from retention.messages.batch import write_messages; socket.socket = None;"
            f"run = write_messages(many_kinds({len(self.rows)}), id='customer_id', offers=OFFERS);"
            "m = run.messages_frame['message'];"
            "print(hashlib.sha256('\\n'.join(m).encode()).hexdigest())"
        )
        digests = {hashlib.sha256("\n".join(self.write().messages_frame["message"]).encode()).hexdigest()}
        for seed in ("1", "2"):
            environment = {**os.environ, "PYTHONHASHSEED": seed}
            ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True,
                                 text=True, check=True)  # fmt: skip
            digests.add(ran.stdout.strip())
        yield Finding("15", "the template library in 3 processes, sockets blocked in 2", "one result",
                      str(len(digests)), len(digests) == 1)  # fmt: skip

    def formulas(self) -> Iterator[Finding]:
        """Measure item 18: no text column of the messages file holds a formula that a spreadsheet would run."""
        prefixes = [*"=+-@\t\r\n\0＝＋－＠"]
        names = [f"{prefix}cmd|'/c calc'!A1" for prefix in prefixes] + ["+91 98765 43210", "-5", "'=already"]
        rows = self.rows.head(len(names)).assign(name=names, cuisine=names, reason_1=names)
        path = self.folder / "formulas.csv"
        write_csv(self.write(rows).messages_frame, path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        live = sum(cell[:1] in prefixes and cell not in {"+91 98765 43210", "-5"} for cell in cells if cell)
        back = read_send_list(path)["name"].fillna("").str.strip().tolist()
        restored = sum(read == name.replace("\0", "").strip() for read, name in zip(back, names, strict=True))
        yield Finding("18", f"live formulas in {len(cells)} cells; names read back", f"0; {len(names)}",
                      f"{live}; {restored}", live == 0 and restored == len(names))  # fmt: skip

    def canaries(self) -> Iterator[Finding]:
        """Measure item 19: no personal value is in a request or in the log."""
        logged: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda record: logged.append(record.getMessage())  # type: ignore[method-assign]
        logging.getLogger().addHandler(handler)
        os.environ["HF_TOKEN"] = "hf_canarytoken"  # noqa: S105  a canary
        ids = [f"canaryid{number}" for number in range(len(self.rows))]
        rows = self.rows.assign(customer_id=ids, name="Canaryname", cuisine="canarycuisine", phone="+91canary")
        try:
            with self.writer(in_turn(says(), replies('{"error": "canaryreply"}', status=503))) as writer:
                message_run = self.write(rows.assign(reason_1="rating is canaryreason"), writer=writer)
        finally:
            del os.environ["HF_TOKEN"]
            logging.getLogger().removeHandler(handler)
        sent = [request.head + request.body for request in self.server.requests]
        leaks = sum("canary" in text.lower() for text in (*sent, *logged, str(message_run.breaker)))
        named = message_run.messages_frame["message"].str.contains("Canaryname").all()
        yield Finding("19", "canaries in requests and log lines", "0", f"{leaks} of {len(sent) + len(logged)}",
                      leaks == 0 and bool(named) and bool(sent))  # fmt: skip


def is_complete(message_run: MessageRun, rows: pd.DataFrame) -> bool:
    """Return whether each customer has exactly one message that is short enough and contains the offer."""
    messages = message_run.messages_frame
    words = {offer.id: offer.gives["en"] for offer in OFFERS}
    return (
        messages["customer_id"].tolist() == rows["customer_id"].tolist()
        and bool(messages["message"].str.len().between(1, 160).all())
        and all(words[offer] in text for offer, text in zip(messages["offer"], messages["message"], strict=True))
    )


async def cancelled_probe(breaker: object) -> str:
    """Cancel a probe and return the result of the next call."""

    async def never(model: str) -> str:
        await asyncio.Event().wait()
        return ""

    probe = asyncio.create_task(breaker.run(never))  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    return str(await breaker.run(Backend()))  # type: ignore[attr-defined]


async def late_success() -> str:
    """Let a call from before the outage succeed, and return the state of the breaker."""
    breaker, clock = breaker_of()
    answer = asyncio.Event()

    async def straggler(model: str) -> str:
        await answer.wait()
        return "line"

    late = asyncio.create_task(breaker.run(straggler))
    await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.gather(breaker.run(Backend(otherwise=FailureKind.ENDPOINT)), return_exceptions=True)
    clock.now += RESET_S
    answer.set()
    await late
    return breaker.report().state


ATTACKS = (
    "on the house", "50% off", "₹500", "Rs 500", "half-price", "half off", "gratis", "complimentary",
    "a free dessert", "you loser", "you stupid thief", "evil.example", "evil dot example", "www evil com",
    "no {offer}", "not {offer}", "{offer}", "{name}", "{code}", "<script>alert(1)</script>", "<|im_end|>",
    "five hundred rupees", "५०० रुपये", "twenty percent", "buy one get one", "\u202etxt", "\x00", "\n\n",
    "till midnight", "valid until Sunday", "call 98765", "click here", "f r e e", "fr33", "ƒree", "frее",
    "ＦＲＥＥ", "ꜰʀᴇᴇ", "fr-ee", "freeee", "1️⃣", "💯", "guaranteed", "cashback", "your password", "as an assistant",
    "Ⅻ", "{offer} is not for you", "without {offer}", "muft khaana", "आधा दाम",
)  # fmt: skip
HARMLESS = (
    "Hi {name}, dinner is waiting with {offer}.", "Hello {name}, come back to {offer}.", "{name}, enjoy {offer}.",
    "something tasty", "we missed you", "tonight", "from your favourite kitchen", "!", "…", "Message:", '"', "- ",
)  # fmt: skip


def adversarial_reply(dice: random.Random) -> str:
    """Return a reply of one to five attacks or harmless parts."""
    parts = [dice.choice(ATTACKS if dice.random() < 0.4 else HARMLESS) for _ in range(dice.randint(1, 5))]
    return " ".join(parts)


def is_unsafe(message: str, words: str) -> bool:
    """Check a message independently of the guard: it holds no attack, and no number but the catalogue's."""
    rest = message.replace(words, "", 1)
    plain = rest.casefold()
    attacks = [attack.casefold() for attack in ATTACKS if "{" not in attack and attack.strip()]
    return (
        len(rest) == len(message)
        or len(message) > 160
        or any(attack in plain for attack in attacks)
        or any(character.isnumeric() or character in "₹%<>{}|\n\0\u202e" for character in rest)
        or any(word in f" {plain} " for word in (" free", " no ", " not ", " without "))
    )


def best_of(work: Callable[[], object], *, calls: int = 2_000, times: int = 5) -> float:
    """Return the seconds of one call, the best of several measurements."""
    best = math.inf
    for _ in range(times):
        started = time.perf_counter()
        for _ in range(calls):
            work()
        best = min(best, (time.perf_counter() - started) / calls)
    return best


def run(customers: int) -> list[Finding]:
    """Run every item and return the table, printing each row as it is measured."""
    findings = []
    with FaultServer() as server, tempfile.TemporaryDirectory() as folder:
        drill = Drill(many_kinds(customers), server, Path(folder))
        for part in (
            drill.faults, drill.half_open, drill.recovery, drill.frequent, drill.stragglers, drill.cost,
            drill.drip, drill.kills, drill.same_again, drill.adversaries,
            drill.one_at_a_time, drill.library, drill.formulas,
            drill.canaries,
        ):  # fmt: skip
            for finding in part():
                findings.append(finding)
                print("| " + " | ".join((finding.item, finding.what, finding.bound, finding.measured,
                                         "yes" if finding.passed else "NO")) + " |", flush=True)  # fmt: skip
    return findings


def main() -> int:
    """Run the drill from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=10_000)
    options = parser.parse_args()
    logging.getLogger("retention").setLevel(logging.CRITICAL)
    started = time.monotonic()
    print("| item | what | bound | measured | passed |\n|---|---|---|---|---|")
    findings = run(options.customers)
    print(
        f"\n{sum(finding.passed for finding in findings)} of {len(findings)} bounds kept "
        f"in {time.monotonic() - started:.0f} s"
    )
    return 0 if all(finding.passed for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
