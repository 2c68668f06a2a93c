"""Record responses with personal data redacted."""
