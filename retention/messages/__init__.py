"""What to say to them: a message for everyone, whatever breaks."""
