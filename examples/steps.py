"""From an order log to messages, step by step, through the app's endpoints."""

import shutil

from gradio_client import Client, handle_file

app = Client("http://127.0.0.1:7860")  # or your Space: Client("owner/name")

orders, _ = app.predict(customers=2000, seed=7, api_name="/simulate")  # or the path of your own order log
past, _ = app.predict(orders=handle_file(orders), api_name="/snapshot")
today, _ = app.predict(orders=handle_file(orders), today=True, api_name="/snapshot")

model, trained = app.predict(customers=handle_file(past), api_name="/train")
print(trained["chosen"], trained["metrics"]["roc_auc"])

scored, ranked = app.predict(customers=handle_file(today), model=handle_file(model), top=20, api_name="/score")
for row in ranked["top"][:3]:
    print(row["customer"], row["churn_probability"], row["reasons"][0])

messages, written = app.predict(scored=handle_file(scored), tone="brief", api_name="/offers")
print(written["messages"], "messages by", written["by_source"])

for file, name in ((model, "model.zip"), (today, "customers.csv"), (messages, "messages.csv")):
    shutil.copy(file, name)
