# Time from a quarter of the lines to the end by engine; listening: a node could take it at any time; unfreezable: compiled without safe points.
load "../common.gp"
set ylabel "from a quarter of the lines to the end in s"
set xlabel "workload"
set logscale y
set boxwidth 0.1
set style fill solid 0.7
set xrange [0.4:4.6]
workloads = "kv compress recurse pair"
set xtics ()
do for [i=1:4] { set xtics add (word(workloads,i) i) }
at(w) = w eq "kv" ? 1 : w eq "compress" ? 2 : w eq "recurse" ? 3 : 4
kinds = "interpreter:unmigrated interpreter:listening compiler:unmigrated compiler:listening tiered:unmigrated tiered:listening unfreezable:unmigrated v8:unmigrated"
set title "Normal execution (median, 95% interval)"
plot for [k=1:words(kinds)] csv using (at(strcol("workload")) + (k-4.5)*0.105): \
  (pick("time_of_second_half", strcol("engine").":".strcol("method") eq word(kinds,k), "median", 1e9)): \
  (pick("time_of_second_half", strcol("engine").":".strcol("method") eq word(kinds,k), "low", 1e9)): \
  (pick("time_of_second_half", strcol("engine").":".strcol("method") eq word(kinds,k), "high", 1e9)):(0.1) with boxerrorbars \
  title word(kinds,k)[1:strstrt(word(kinds,k),":")-1].", ".word(kinds,k)[strstrt(word(kinds,k),":")+1:*]
