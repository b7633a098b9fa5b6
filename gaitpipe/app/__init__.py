"""The composition root: joins sources, recording, session, report and files into what a user asks for."""
