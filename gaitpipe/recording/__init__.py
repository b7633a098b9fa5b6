"""Recordings: raw notifications in an MCAP file, written before anything is decoded, and read back with salvage."""
