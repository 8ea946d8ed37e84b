;; A start function that goes round a few times, and then traps.
(module
  (func $start
    (local $i i32)
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 10))))
    (unreachable))
  (start $start))
