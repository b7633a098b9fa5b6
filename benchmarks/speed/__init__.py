"""Speed, memory and start-up, each against a stated target, each comparison made within one run."""
