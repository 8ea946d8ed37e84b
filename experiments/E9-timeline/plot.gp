# What a client sees: each line of the program is 1/32 of its work; between two lines, that work divided by the time it took.
load "../common.gp"
set xlabel "time since start in s"
set ylabel "operations in 1000 a second"
set yrange [0:*]
set title "Throughput while the server moves (medians of the times of its lines; 32 MiB, 200 Mbit/s, 5 ms)"
perLine = 6000000/32.0
# Eight lines of filling come first, and one of the end last; a number must not begin with 0.
isLine(k) = strcol("metric")[1:5] eq "line_" && strcol("method").":".strcol("mode").(is("warm","True") ? ", warm nodes" : is("method","migrate") ? ", fresh processes" : "") eq k && ("1".strcol("metric")[6:*])+0 > 1008 && ("1".strcol("metric")[6:*])+0 <= 1040
before = NaN
rate(now) = (last = before, before = now, last < now ? perLine/(now-last)/1000 : NaN)
kinds = "unmigrated:no-cow 'migrate:no-cow, warm nodes' 'migrate:cow, warm nodes' 'migrate:cow, fresh processes' file:no-cow cold-start:no-cow"
plot for [k in kinds] csv using (isLine(k) ? column("median")/1e9 : NaN): \
  (isLine(k) ? rate(column("median")/1e9) : NaN) with fsteps lw 2 title k[1:strstrt(k,":")-1].(k[1:7] eq "migrate" ? ", ".k[strstrt(k,":")+1:*] : "")
