"""Share it: models, snapshots and decisions to the Hugging Face Hub and back."""
