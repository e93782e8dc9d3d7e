"""The pages: every figure a link to what it is made of, down to the order it rests on."""
