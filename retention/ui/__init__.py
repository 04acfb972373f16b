"""The Gradio app: one tab a step."""
