-- Tax of market $1.  tax_mode, tax_ppm
select tax_mode, tax_ppm from market where country = $1
