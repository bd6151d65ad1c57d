CREATE TABLE homes (
    account TEXT NOT NULL,
    network TEXT NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (account, network)
) STRICT, WITHOUT ROWID;

CREATE INDEX homes_by_end ON homes (until);
