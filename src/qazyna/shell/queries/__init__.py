"""Reading the books: one function a question, plain SQL, answers as values."""
