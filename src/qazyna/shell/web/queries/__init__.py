"""What the pages read. No query here costs more because more has happened."""
