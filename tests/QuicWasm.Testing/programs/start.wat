;; A start function that takes a while, here also under a name.
(module
  (memory (export "memory") 1)
  (data $word "quic")
  (global $sum (export "sum") (mut i32) (i32.const 0))
  (func $start (export "main")
    (local $i i32)
    (memory.init $word (i32.const 4096) (i32.const 0) (i32.const 4))
    (loop $again
      (i32.store8 (local.get $i) (local.get $i))
      (global.set $sum (i32.add (global.get $sum) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 20))))
    (data.drop $word))
  (start $start))
