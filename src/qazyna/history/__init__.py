"""History: a register kept elsewhere becomes events, through the rules of every other room."""
