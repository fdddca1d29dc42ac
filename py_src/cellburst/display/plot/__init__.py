"""Pictures of a run's scores: ``scene`` is what there is to see, ``choosing`` how it is best seen, the others draw it.

A picture is a Vega-Lite specification, which JupyterLab draws by itself, with a plain SVG for whoever does not.
"""
