-- Has a person written a setting of the text models since?  $1 instant.  Result: one row, written.
select exists (
  select from audit
   where at > $1::timestamptz and action = 'setting.change' and subject like 'ai.%') as written
