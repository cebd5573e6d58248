-- All settings that differ from their default.  name, value
select name, value from setting
