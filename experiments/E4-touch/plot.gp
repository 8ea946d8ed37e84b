# From the order to move to the program's end, over the part of the heap that is touched.
load "../common.gp"
set xlabel "part of the heap that the program works with in %"
set ylabel "from the order to move to the end in s"
set logscale y
set xrange [0:105]
set title "What is touched, and how long the rest takes (median, 95% interval; 200 Mbit/s, 5 ms, warm nodes)"
of(m, g) = is("method","migrate") && is("mode",m) && is("granularity",g)
plot for [m in "no-cow cow"] for [g in "page instance"] csv using (column("touch_ratio")*100): \
    (pick("time_after_move", of(m,g), "median", 1e9)):(pick("time_after_move", of(m,g), "low", 1e9)):(pick("time_after_move", of(m,g), "high", 1e9)) title m.", ".g, \
  csv using (column("touch_ratio")*100): \
    (pick("time_after_move", is("method","oracle"), "median", 1e9)):(pick("time_after_move", is("method","oracle"), "low", 1e9)):(pick("time_after_move", is("method","oracle"), "high", 1e9)) title "oracle", \
  csv using (column("touch_ratio")*100):(pick("floor", of("cow","page"), "median", 1e9)) with lines dt 2 lc rgb "black" title "floor of cow, page"
