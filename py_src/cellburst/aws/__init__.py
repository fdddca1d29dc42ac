"""The only package that knows the AWS SDK: thin functions over its services, and its errors in our words."""
