# Downtime over the link's rate, a line a compression, beside the time that the bytes alone would take.
load "../common.gp"
set xlabel "rate of the link in Mbit/s"
set ylabel "downtime in ms"
set logscale xy
set title "Downtime over rate (median, 95% interval; 32 MiB, pages, 5 ms, warm nodes)"
limited(x) = column("rate_mbit") > 0 && is("granularity","page")
plot for [c in "none lz4 zstd auto"] csv using (column("rate_mbit")): \
    (pick("downtime", limited(0) && is("compression",c), "median", 1e6)): \
    (pick("downtime", limited(0) && is("compression",c), "low", 1e6)): \
    (pick("downtime", limited(0) && is("compression",c), "high", 1e6)) title c, \
  csv using (column("rate_mbit")):(pick("floor", limited(0) && is("compression","none"), "median", 1e6)) with lines dt 2 lc rgb "black" title "floor, uncompressed"
