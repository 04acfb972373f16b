"""Languages that messages can be written in: one file each, and to add one, add its file."""
