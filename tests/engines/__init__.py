"""One application on the workers of real engines, judged by the code that each worker imported."""
