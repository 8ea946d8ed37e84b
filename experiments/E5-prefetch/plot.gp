# Time to finish by prefetch policy, a line a policy, over the round trip.
load "../common.gp"
set xlabel "round trip in ms"
set ylabel "time from start to end in s"
set yrange [0:*]
set xrange [0:22]
set title "Time to finish by prefetch policy (median, 95% interval; 200 Mbit/s, 10% touched)"
plot for [p in "none sequential stride recorded"] csv using (column("rtt_ms")): \
  (pick("time_to_finish", is("prefetch",p) && num("touch_ratio",0.1), "median", 1e9)): \
  (pick("time_to_finish", is("prefetch",p) && num("touch_ratio",0.1), "low", 1e9)): \
  (pick("time_to_finish", is("prefetch",p) && num("touch_ratio",0.1), "high", 1e9)) title p
