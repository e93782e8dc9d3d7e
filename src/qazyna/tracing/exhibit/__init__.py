"""What an exhibit says of a trace: its tables, its picture, what it rests on."""
