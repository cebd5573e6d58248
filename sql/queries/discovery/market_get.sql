-- Market $1: eu, import_tax_ppm.  One row or none.
select eu, import_tax_ppm from market where country = $1
