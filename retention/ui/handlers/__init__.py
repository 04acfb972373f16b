"""What each button does: (session, plain inputs) -> (session, plain values). Knows no gradio; one file a step."""
