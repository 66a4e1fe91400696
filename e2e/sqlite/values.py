"""Prints every binary value of every table of a SQLite file, base64, one a line."""

import base64
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
    for row in database.execute(f'SELECT * FROM "{table}"'):
        for value in row:
            if isinstance(value, bytes):
                print(base64.b64encode(value).decode())
