app=http://127.0.0.1:7860/gradio_api

# What does the model earn if an offer costs ₹80 and saves three customers in ten?
model=$(curl -s -F files=@model.zip $app/upload | tr -d '[]')
event=$(curl -s $app/call/v2/profit -H 'Content-Type: application/json' \
  -d "{\"model\": $model, \"offer_cost\": 80, \"save_rate\": 0.3}" | cut -d '"' -f 4)
curl -sN $app/call/profit/$event
