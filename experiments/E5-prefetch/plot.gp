# From the order to move to the end by prefetch policy, and the faults that waited for the link; a group a round trip.
wide = 1100
high = 440
load "../common.gp"
policies = "none read-ahead stack recorded push read-ahead+push recorded+push"
set yrange [0:*]
set xrange [0.4:words(policies)+0.6]
set boxwidth 0.35
set style fill solid 0.7
set xtics ()
do for [i=1:words(policies)] { set xtics add (word(policies,i) i) }
set xtics rotate by -30
set xlabel "prefetch"
set key outside center bottom horizontal
at(p) = sum [i=1:words(policies)] (word(policies,i) eq p ? i : 0)
of(r) = num("rtt_ms",r+0) && num("touch_ratio",0.1)
set multiplot layout 1,2 title "Prefetch policies, cow by page (median, 95% interval; 200 Mbit/s, 10% touched, warm nodes)"
set ylabel "from the order to move to the end in s"
plot for [k=1:2] csv using (at(strcol("prefetch")) + (k-1.5)*0.38): \
  (pick("time_after_move", of(word("1 20",k)), "median", 1e9)):(pick("time_after_move", of(word("1 20",k)), "low", 1e9)):(pick("time_after_move", of(word("1 20",k)), "high", 1e9)):(0.35) \
  with boxerrorbars title word("1 20",k)." ms"
set ylabel "page faults that waited for the link"
plot for [k=1:2] csv using (at(strcol("prefetch")) + (k-1.5)*0.38): \
  (pick("faults", of(word("1 20",k)), "median", 1)):(pick("faults", of(word("1 20",k)), "low", 1)):(pick("faults", of(word("1 20",k)), "high", 1)):(0.35) \
  with boxerrorbars title word("1 20",k)." ms"
unset multiplot
