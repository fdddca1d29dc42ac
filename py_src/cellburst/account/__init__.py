"""What has to exist in a cloud account: created, checked, removed, with no more rights than needed."""
