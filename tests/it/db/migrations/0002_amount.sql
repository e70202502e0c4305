-- How many of it there are.
ALTER TABLE item ADD COLUMN amount INTEGER NOT NULL DEFAULT 1;
