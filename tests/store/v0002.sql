BEGIN TRANSACTION;
CREATE TABLE calls (
	call_id TEXT NOT NULL, 
	round_id TEXT, 
	position INTEGER NOT NULL, 
	number_id INTEGER NOT NULL, 
	owner TEXT, 
	claimed_at DATETIME, 
	lease_until DATETIME, 
	recorded_at DATETIME, 
	recovered BOOLEAN NOT NULL, 
	started_at DATETIME, 
	outcome TEXT, 
	cause TEXT, 
	blame TEXT, 
	confidence FLOAT, 
	order_json TEXT NOT NULL, 
	verdict_json TEXT, 
	trace_json TEXT, 
	sounds_json TEXT, 
	checks_json TEXT, judged_at DATETIME, rules TEXT, 
	PRIMARY KEY (call_id), 
	FOREIGN KEY(round_id) REFERENCES rounds (round_id), 
	FOREIGN KEY(number_id) REFERENCES numbers (id)
);
CREATE TABLE former_verdicts (
	id INTEGER NOT NULL, 
	call_id TEXT NOT NULL, 
	judged_at DATETIME NOT NULL, 
	replaced_at DATETIME NOT NULL, 
	rules TEXT NOT NULL, 
	verdict_json TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(call_id) REFERENCES calls (call_id)
);
CREATE TABLE numbers (
	id INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	facts TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	since DATETIME NOT NULL, 
	until DATETIME, 
	PRIMARY KEY (id)
);
CREATE TABLE rounds (
	round_id TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	PRIMARY KEY (round_id)
);
CREATE TABLE tongbutong_schema (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT tongbutong_schema_pkc PRIMARY KEY (version_num)
);
INSERT INTO "tongbutong_schema" VALUES('0002');
CREATE INDEX numbers_number ON numbers (number, id);
CREATE UNIQUE INDEX numbers_in_force ON numbers (number) WHERE until IS NULL;
CREATE INDEX calls_started_at ON calls (started_at);
CREATE INDEX calls_number ON calls (number_id, started_at);
CREATE INDEX calls_round ON calls (round_id, position);
CREATE INDEX calls_under_way ON calls (claimed_at) WHERE claimed_at IS NOT NULL AND recorded_at IS NULL;
CREATE INDEX former_verdicts_call ON former_verdicts (call_id, id);
COMMIT;
