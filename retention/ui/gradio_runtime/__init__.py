"""Every override of something that gradio keeps private.

Each docstring names the gradio version it was written for and the test that fails once it is no longer needed.
"""
