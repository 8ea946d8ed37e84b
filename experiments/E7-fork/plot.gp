# Time until every child has written something, and the memory of the node then, over the number of children.
wide = 1100
high = 440
load "../common.gp"
set xlabel "children"
set yrange [0:*]
stats csv using (is("method","fork") ? column("children") : NaN) name "C" nooutput
set xrange [0:C_max+1]
set key outside center bottom horizontal
set multiplot layout 1,2 title "Children of one image of 64 MiB, 5% touched (median, 95% interval; 1 Gbit/s, 1 ms)"
of(m) = is("mode",m) && is("method","fork")
set ylabel "until all have written something in s"
plot for [m in "no-cow cow"] csv using (column("children")): \
  (pick("time_to_first_output", of(m), "median", 1e9)):(pick("time_to_first_output", of(m), "low", 1e9)):(pick("time_to_first_output", of(m), "high", 1e9)) title m
set ylabel "memory of the node and its pager in MiB"
plot for [m in "no-cow cow"] csv using (column("children")): \
  (pick("destination_memory_bytes", of(m), "median", 1048576)):(pick("destination_memory_bytes", of(m), "low", 1048576)):(pick("destination_memory_bytes", of(m), "high", 1048576)) title m
unset multiplot
