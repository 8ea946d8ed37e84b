# Time to finish over the part of the heap that is touched, against the unmigrated run.
load "../common.gp"
set xlabel "part of the heap that the program works with in %"
set ylabel "time from start to end in s"
set yrange [0:*]
set xrange [0:105]
set title "Time to finish over what is touched (median, 95% interval; 64 MiB, 200 Mbit/s, 5 ms)"
plot for [m in "no-cow cow"] for [g in "page instance"] csv using (column("touch_ratio")*100): \
    (pick("time_to_finish", is("method","migrate") && is("mode",m) && is("granularity",g), "median", 1e9)): \
    (pick("time_to_finish", is("method","migrate") && is("mode",m) && is("granularity",g), "low", 1e9)): \
    (pick("time_to_finish", is("method","migrate") && is("mode",m) && is("granularity",g), "high", 1e9)) title m.", ".g, \
  csv using (column("touch_ratio")*100):(pick("unmigrated_time_to_finish", is("mode","no-cow") && is("granularity","page"), "median", 1e9)) \
    with lines dt 2 lc rgb "black" title "unmigrated"
