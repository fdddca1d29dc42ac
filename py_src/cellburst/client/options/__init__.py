"""What a user asks for in a submission: options, arguments and searches, checked before anything starts."""
