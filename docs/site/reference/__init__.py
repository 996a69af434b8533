"""Pages made from what they describe: each module makes the text of some, from the code as it is found at run time."""
