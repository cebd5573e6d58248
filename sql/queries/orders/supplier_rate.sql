-- Calls per second the supplier allows us, NULL when it has not said.  qps; one row or none
select qps_limit as qps from provider_token where provider = 'cj'
