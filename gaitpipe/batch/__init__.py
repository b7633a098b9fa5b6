"""Many sessions in one go: what is there, what is to do, who does it, and what became of it.

Knows files, names, ledgers and workers; nothing of gait. `app.batch` joins it with importers and analysis. Nothing
heavy is loaded before there is work: a folder in which nothing changed is done in a moment.
"""
