# From the order to move to the end by prefetch policy, and the faults that waited for the link; a group a round trip.
wide = 1100
high = 440
load "../common.gp"
policies = "none read-ahead stack recorded push read-ahead+push recorded+push"
set yrange [0:*]
set xrange [0.4:words(policies)+0.6]
set boxwidth 0.25
set style fill solid 0.7
set xtics ()
do for [i=1:words(policies)] { set xtics add (word(policies,i) i) }
set xtics rotate by -30
set xlabel "prefetch"
set key outside center bottom horizontal
at(p) = sum [i=1:words(policies)] (word(policies,i) eq p ? i : 0)
of(r) = num("rtt_ms",r+0)
set multiplot layout 1,2 title "Prefetch policies, cow by page (median, 95% interval; 200 Mbit/s; 2600 of 16384 pages are touched)"
set ylabel "from the order to move to the end in s"
plot for [k=1:words(rtts)] csv using (at(strcol("prefetch")) + (k-(words(rtts)+1)/2.0)*0.27): \
  (pick("time_after_move", of(word(rtts,k)), "median", 1e9)):(pick("time_after_move", of(word(rtts,k)), "low", 1e9)):(pick("time_after_move", of(word(rtts,k)), "high", 1e9)):(0.25) \
  with boxerrorbars title word(rtts,k)." ms"
set ylabel "page faults that waited for the link"
plot for [k=1:words(rtts)] csv using (at(strcol("prefetch")) + (k-(words(rtts)+1)/2.0)*0.27): \
  (pick("faults", of(word(rtts,k)), "median", 1)):(pick("faults", of(word(rtts,k)), "low", 1)):(pick("faults", of(word(rtts,k)), "high", 1)):(0.25) \
  with boxerrorbars title word(rtts,k)." ms"
unset multiplot
