# Time to the first instruction over the number of children.
load "../common.gp"
set xlabel "children"
set ylabel "downtime in ms"
set yrange [0:*]
set xrange [0:9]
set title "Downtime over children of one image (median, 95% interval; 1 Gbit/s, 1 ms)"
plot for [m in "no-cow cow"] csv using (column("children")): \
  (pick("downtime", is("mode",m), "median", 1e6)): \
  (pick("downtime", is("mode",m), "low", 1e6)): \
  (pick("downtime", is("mode",m), "high", 1e6)) title m
