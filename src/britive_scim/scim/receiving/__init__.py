"""The forgiving half of reading: JSON as servers send it, made right where that loses nothing."""
