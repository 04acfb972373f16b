"""Hold some customers back, write to the others, and look at the campaign before its day."""

import shutil

from gradio_client import Client, handle_file

app = Client("http://127.0.0.1:7860")
PRICES = {"save_rate": 0.3, "stayer_redemption": 0.6, "contact_cost": 1}

scored, _ = app.predict(
    customers=handle_file("customers.csv"), model=handle_file("model.zip"), **PRICES, api_name="/score"
)
sent, campaign, ledger, drawn = app.predict(
    scored=handle_file(scored), name="diwali", share="0.2", **PRICES, api_name="/holdout"
)
print(drawn["held_out"], "of", drawn["customers"], "held out until", drawn["read_on"])
messages, written = app.predict(scored=handle_file(sent), api_name="/offers")
print(written["messages"], "messages")

# From that day on, pass orders=handle_file("orders.csv") as well: then the answer holds the effect.
reading, ledger, measured = app.predict(
    campaign=handle_file(campaign), ledger=handle_file(ledger), api_name="/measure"
)
print(measured["sentence"])
for file, name in ((sent, "send.csv"), (campaign, "diwali.zip"), (ledger, "ledger.sqlite")):
    shutil.copy(file, name)
