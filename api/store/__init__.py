"""What the service remembers: one database, SQL in no other place.

`engine.py` opens it, `tables.py` names what it holds, and each other file has the statements about one thing. They all
take a connection, so that a caller says what is one transaction: `with store.write() as tx: jobs.submit(tx, ...)`.
"""
