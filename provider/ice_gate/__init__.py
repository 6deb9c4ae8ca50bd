"""`ice-gate`: the gate of `ice_provider` as a command, for pipelines without Pulumi.

The same rules, the same poller and the same sentences; only who starts them and who listens is another. Must not know
gRPC nor Pulumi. Rooms, from the bottom up:

| module | job |
|---|---|
| exits | what an exit code means |
| wording | what the command calls things |
| output | lines for a person or a program, without secrets and without control characters |
| timeline | when the activities of a task ran |
| bars, svg | a timeline on a terminal, and in a report |
| awaited | what a wait waits for, and how it stands |
| views | how a wait is told: lines, or JSON |
| live | how a wait is told on a terminal: a table that changes |
| running | one run of a command: its session, and the signals that end it |
| wait, show, list | the commands |
| arguments | what can be written behind them |
"""
