"""Templates from a language model: a few for each segment, however many customers there are."""

import pytest

from retention.messages.llm.client import HubWriter
from retention.messages.llm.template_pool import MAX_CALLS_PER_RUN, MAX_TEMPLATES_PER_SEGMENT
from retention.messages.segments import CUISINES
from tests.messages.cases import assert_sound, many_kinds, send_list, write
from tests.stand_ins.fault_server import FaultServer, in_turn, says


def test_segments_share_templates_from_few_calls(writer: HubWriter, server: FaultServer) -> None:
    """Two thousand customers of six segments cost at most five calls a segment, and share the templates."""
    templates = [
        f"Hi {{name}}, {word} is waiting for you with {{offer}}." for word in ("dinner", "lunch", "supper", "tea")
    ]
    server.answer = in_turn(*(says(template) for template in templates))
    rows = send_list(2000)
    run = write(rows, writer=writer)
    assert_sound(run, rows)
    assert run.by_source == {"m": 2000}
    assert len(server.requests) <= 6 * MAX_TEMPLATES_PER_SEGMENT
    assert set(run.template_use["template"]) <= set(templates)
    assert run.template_use.groupby(["cuisine", "reason"])["template"].nunique().max() > 1
    assert run.breaker.state == "closed"


@pytest.mark.slow
def test_a_run_has_a_highest_number_of_calls(writer: HubWriter, server: FaultServer) -> None:
    """However many segments there are, the number of calls has a bound."""
    rows = send_list(1500, cuisine=[CUISINES[n % len(CUISINES)] for n in range(1500)])
    rows["days_since_order"] = [n % 90 for n in range(1500)]
    run = write(rows, writer=writer)
    assert_sound(run, rows)
    assert len(server.requests) == MAX_CALLS_PER_RUN
    assert run.by_source["m"] >= MAX_CALLS_PER_RUN


@pytest.mark.slow
def test_100_000_customers_cost_hundreds_of_calls(writer: HubWriter, server: FaultServer) -> None:
    """A template serves a whole segment, so everyone has one of the model's after a few hundred calls."""
    rows = many_kinds(100_000)
    run = write(rows, writer=writer, review=True)
    assert run.message_count == 100_000
    assert 100 <= len(server.requests) <= MAX_CALLS_PER_RUN
    assert run.by_source == {"m": 100_000}
