/* DUTY_ROW(id, name, function, help)
 * Included several times, so no #pragma once. */
DUTY_ROW(TIMETABLE, "timetable", timetable_round, "timetable slots pushed")
DUTY_ROW(RELAY, "relay", relay_round, "outbox rows relayed to Redis")
DUTY_ROW(PROMOTER, "promoter", promoter_round, "due jobs moved to their queues")
DUTY_ROW(PRESSURE, "pressure", pressure_round, "times that memory grew short")
DUTY_ROW(RECOVERY, "recovery", recovery_round, "jobs of vanished workers given back or condemned")
