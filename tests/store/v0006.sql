BEGIN TRANSACTION;
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	event TEXT NOT NULL, 
	number TEXT NOT NULL, 
	office TEXT NOT NULL, 
	caller_id TEXT NOT NULL, 
	call_id TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	reason_json TEXT, 
	PRIMARY KEY (id)
);
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
	checks_json TEXT, judged_at DATETIME, rules TEXT, purpose TEXT, attempt INTEGER, stratum TEXT, pdd_s FLOAT, ring_s FLOAT, trunk TEXT, caller_id TEXT, answered_s FLOAT, 
	PRIMARY KEY (call_id), 
	FOREIGN KEY(round_id) REFERENCES rounds (round_id), 
	FOREIGN KEY(number_id) REFERENCES numbers (id)
);
CREATE TABLE cdrs (
	"key" TEXT NOT NULL, 
	number TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	imported_at DATETIME NOT NULL, 
	source TEXT NOT NULL, 
	cdr_json TEXT NOT NULL, 
	PRIMARY KEY ("key")
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
CREATE TABLE incident_events (
	id INTEGER NOT NULL, 
	incident_id TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	event_json TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(incident_id) REFERENCES incidents (incident_id)
);
CREATE TABLE incidents (
	incident_id TEXT NOT NULL, 
	number TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	state TEXT NOT NULL, 
	opened_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	incident_json TEXT NOT NULL, 
	PRIMARY KEY (incident_id)
);
CREATE TABLE letters (
	letter_id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	made_at DATETIME NOT NULL, 
	channel TEXT NOT NULL, 
	recipient TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	state TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	next_try_at DATETIME, 
	owner TEXT, 
	lease_until DATETIME, 
	sent_at DATETIME, 
	error TEXT, 
	payload BLOB NOT NULL, 
	PRIMARY KEY (letter_id), 
	UNIQUE ("key")
);
CREATE TABLE mailings (
	name TEXT NOT NULL, 
	period TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	due_at DATETIME, 
	told_json TEXT, 
	PRIMARY KEY (name, period)
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
CREATE TABLE planned_days (
	day TEXT NOT NULL, 
	planned_at DATETIME NOT NULL, 
	period TEXT NOT NULL, 
	unplanned_json TEXT NOT NULL, given_json TEXT, 
	PRIMARY KEY (day), 
	FOREIGN KEY(period) REFERENCES seeds (period)
);
CREATE TABLE pruned (
	call_id TEXT NOT NULL, 
	recording_at DATETIME, 
	words_at DATETIME, 
	PRIMARY KEY (call_id), 
	FOREIGN KEY(call_id) REFERENCES calls (call_id)
);
CREATE TABLE rounds (
	round_id TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	PRIMARY KEY (round_id)
);
CREATE TABLE seeds (
	period TEXT NOT NULL, 
	seed TEXT NOT NULL, 
	commitment TEXT NOT NULL, 
	made_at DATETIME NOT NULL, 
	revealed_at DATETIME, 
	PRIMARY KEY (period)
);
CREATE TABLE slots (
	call_id TEXT NOT NULL, 
	day TEXT NOT NULL, 
	number TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	stratum TEXT NOT NULL, 
	due_at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	slot_json TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason_json TEXT, 
	decided_at DATETIME, 
	PRIMARY KEY (call_id)
);
CREATE TABLE switches (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	stopped BOOLEAN NOT NULL, 
	who TEXT NOT NULL, 
	why TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE testimonies (
	id INTEGER NOT NULL, 
	told_at DATETIME NOT NULL, 
	number TEXT NOT NULL, 
	happened_at DATETIME NOT NULL, 
	testimony_json TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE tongbutong_schema (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT tongbutong_schema_pkc PRIMARY KEY (version_num)
);
INSERT INTO "tongbutong_schema" VALUES('0006');
CREATE TABLE voids (
	call_id TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	reason_json TEXT NOT NULL, 
	PRIMARY KEY (call_id), 
	FOREIGN KEY(call_id) REFERENCES calls (call_id)
);
CREATE INDEX numbers_number ON numbers (number, id);
CREATE UNIQUE INDEX numbers_in_force ON numbers (number) WHERE until IS NULL;
CREATE INDEX calls_started_at ON calls (started_at);
CREATE INDEX calls_number ON calls (number_id, started_at);
CREATE INDEX calls_round ON calls (round_id, position);
CREATE INDEX calls_under_way ON calls (claimed_at) WHERE claimed_at IS NOT NULL AND recorded_at IS NULL;
CREATE INDEX former_verdicts_call ON former_verdicts (call_id, id);
CREATE INDEX slots_day ON slots (day, due_at);
CREATE INDEX slots_number ON slots (number, due_at);
CREATE INDEX slots_planned ON slots (due_at) WHERE state = 'planned';
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_number ON audit (number, at);
CREATE INDEX incidents_number ON incidents (number, opened_at);
CREATE INDEX incidents_state ON incidents (state, opened_at);
CREATE INDEX incident_events_incident ON incident_events (incident_id, id);
CREATE INDEX testimonies_number ON testimonies (number, happened_at);
CREATE INDEX letters_due ON letters (next_try_at);
CREATE INDEX letters_recipient ON letters (recipient, made_at);
CREATE INDEX cdrs_number ON cdrs (number, started_at);
COMMIT;
