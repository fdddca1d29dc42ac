"""The questions and answers of the REST interface; the OpenAPI document, and the page's types, are made from them.

Times are wall seconds since 1970, durations seconds, sizes bytes. Values of parameters, results and metrics are JSON
scalars, or short texts that stand for what JSON has not.
"""
