"""What the app changes in gradio itself."""
